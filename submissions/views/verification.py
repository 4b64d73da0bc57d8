"""The public proof: whoever holds a receipt or a file can see that it belongs to a version that is kept here.

No name, no title, no file name: the number, the instant and the fingerprints, which say nothing to whoever has no receipt.
"""

from typing import Any

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.web.requests import now_of
from submissions.forms.verification import FingerprintForm, ReceiptCodeForm
from submissions.models import EntryVersion
from submissions.papers.verification import code_of, read_code
from submissions.views.base import surround

#: how many wrong codes may come from one address
WRONG_CODES = {"wrong_code": "30/m/ip"}


@never_cache
@require_safe
def verify_start(request: HttpRequest) -> HttpResponse:
    """Enter the code of a receipt."""
    form = ReceiptCodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("verify", form.cleaned_data["code"])
    context = {"form": form, "crumbs": [(_("Home"), reverse("home")), (_("Check a receipt"), None)]}
    return render(request, "submissions/verify_start.html", context)


@never_cache
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What is kept under this code; with `sha256`, whether that fingerprint is part of it."""
    version = (
        EntryVersion.objects.select_related("entry__contest__parent")
        .prefetch_related("files")
        .filter(public_id=read_code(code))
        .first()
    )
    if version is None:
        if not ratelimit.consume(request, app="submissions", action="wrong_code", config=WRONG_CODES, limit_get=True):
            return render(request, "429.html", status=429)
        return render(request, "submissions/verify_unknown.html", status=404)
    entry = version.entry
    surround(entry.contest, now_of(request))
    form = FingerprintForm(request.GET if "sha256" in request.GET else None)
    context = {
        "contest": entry.contest,
        "crumbs": [
            (_("Home"), entry.contest.get_absolute_url()),
            (_("Check a receipt"), reverse("verify_start")),
            (code_of(version), None),
        ],
        "version": version,
        "number": version.content["entry"]["number"],
        "files": version.files.all(),
        "code": code_of(version),
        "is_latest": version.pk == entry.current_version_id,
        "is_withdrawn": entry.status == entry.Status.WITHDRAWN,
        "is_disqualified": entry.status == entry.Status.DISQUALIFIED,
        "form": form,
        "compared": _compare(form.cleaned_data["sha256"], version) if form.is_valid() else None,
    }
    response = render(request, "submissions/verify.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _compare(digest: str, version: EntryVersion) -> dict[str, Any]:
    """Whether this is the fingerprint of the version or of one of its files."""
    if digest == version.digest:
        return {"kind": "version"}
    label = next((file.label for file in version.files.all() if file.sha256 == digest), None)
    return {"kind": "file", "label": label} if label is not None else {"kind": "none"}
