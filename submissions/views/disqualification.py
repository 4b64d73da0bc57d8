"""Taking an entry out of the contest with a reason, and letting it back in: for organisers."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.permissions import may_organise, may_screen
from competition.views.base import contest_or_404
from portal.refusals import NotAllowed, Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of, user_of
from submissions.actions import disqualify_entry, reinstate_entry
from submissions.forms import ReasonForm
from submissions.models import Entry
from submissions.permissions import may_disqualify, may_reinstate
from submissions.standing import state_of
from submissions.views.base import closing, find_entry, place_of, surround


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def disqualification(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """One page for both ways: what stands is lifted, where nothing stands the entry is disqualified."""
    contest, now, user = contest_or_404(request, slug), now_of(request), user_of(request)
    may_organise(user, contest).require()
    entry = find_entry(public_id, with_standing=True)
    if entry.contest_id != contest.pk or entry.current_version is None:
        raise Http404
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            messages.success(request, _answer(user, entry, form, lifts="lift" in request.POST, now=now))
            return redirect("screening", slug, public_id)
        except NotAllowed:
            raise
        except Refusal as refusal:
            show_refusal(form, refusal)
    surround(entry.contest, now)
    stands = entry.disqualification
    context = {
        "contest": entry.contest,
        "workspace_here": "screening" if may_screen(user, contest) else "entries",
        "crumbs": [
            (_("Formal check"), reverse("screening_queue", args=[slug])),
            (entry.number, reverse("screening", args=[slug, public_id])),
            (_("Disqualify"), None),
        ],
        "entry": entry,
        "place": place_of(entry),
        "state": state_of(entry.status, verdict=entry.verdict, frozen=bool(entry.frozen_at)),  # type: ignore[attr-defined]
        "stands": stands,
        "seen": stands.public_id if stands else entry.current_version.number,
        "lifted": entry.disqualifications.filter(lifted_at__isnull=False).select_related("decided_by", "lifted_by"),
        "form": form,
        "door": closing(may_reinstate(user, entry, now) if stands else may_disqualify(user, entry, now)),
    }
    return render(request, "submissions/disqualification.html", context, status=409 if form.errors else 200)


def _answer(user: Any, entry: Entry, form: ReasonForm, *, lifts: bool, now: datetime) -> str:
    """Do what the button said, and say what became of it."""
    reason = form.cleaned_data["reason"]
    if lifts:
        row = get_object_or_404(entry.disqualifications, public_id=form.cleaned_data["seen"])
        reinstate_entry(actor=user, row=row, reason=reason, now=now)
        return _("%(number)s takes part again; the team is told.") % {"number": entry.number}
    disqualify_entry(actor=user, entry=entry, seen=form.seen_number, reason=reason, now=now)
    return _("%(number)s is disqualified; the team is told.") % {"number": entry.number}
