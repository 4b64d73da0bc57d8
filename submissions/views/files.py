"""Files of the draft, and taking files down again."""

from datetime import datetime
from typing import Any

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.db.models import Max
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from competition.models import WantedFile
from portal.refusals import Closed, NotAllowed, Refusal
from portal.web.bodies import takes_bodies
from portal.web.requests import now_of, user_of
from submissions.actions import remove_upload, settle_transfer, stop_transfer, upload_file
from submissions.doors import grace_of
from submissions.draft import FilePlace, load_draft, load_files, with_transfers
from submissions.files import MEDIA_TYPES, accepted, words_for
from submissions.items import of_file
from submissions.models import Entry, Transfer, Upload, VersionFile
from submissions.onward import onward_from
from submissions.permissions import may_edit_draft, may_see_draft, may_see_version, may_send
from submissions.progress import COMMITMENT, EVIDENCE
from submissions.sniffing import MIB
from submissions.stamps import letters_on
from submissions.storing import Verified, signed_address, verify
from submissions.tus import PIECE
from submissions.views.base import closing, entry_of_member, find_entry, frame_of

log = structlog.get_logger(__name__)

#: Read twice, so that whoever asks for it gets a sentence and not half a file.
SHORT = 16 * MIB


def largest_file(request: HttpRequest, public_id: str) -> int:
    """What the form may bring: the largest file that this contest asks a member for, and the form around it."""
    asked = WantedFile.objects.filter(
        contest__entries__public_id=public_id, contest__entries__team__memberships__user=request.user.pk
    )
    return ((asked.aggregate(most=Max("max_mb"))["most"] or 0) + 1) * MIB


@takes_bodies(largest_file)
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, public_id: str) -> HttpResponse:
    """The supporting files."""
    return _files(request, public_id, EVIDENCE)


@takes_bodies(largest_file)
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def commitment(request: HttpRequest, public_id: str) -> HttpResponse:
    """The stamped commitment letter."""
    return _files(request, public_id, COMMITMENT)


def _files(request: HttpRequest, public_id: str, task: str) -> HttpResponse:
    entry, now = entry_of_member(request, public_id), now_of(request)
    refusal: Refusal | None = None
    tried = ""
    if request.method == "POST":
        tried = request.POST.get("wanted", "")
        wanted = get_object_or_404(WantedFile, public_id=tried, contest=entry.contest_id, task=task)
        try:
            upload = _receive(request, entry, wanted)
            messages.success(request, _("Uploaded: %s") % upload.name)
            return redirect(f"{request.path}#{wanted.public_id}")
        except (NotAllowed, Closed):
            raise
        except Refusal as caught:
            refusal = caught
    draft = load_draft(entry) if task == COMMITMENT else None  # a letter is compared with all that stands in the draft
    files = [place for place in draft.files if place.wanted.task == task] if draft else load_files(entry, task=task)
    places = with_transfers(entry, files)
    if not places:
        raise Http404
    following = next((place for place in places if place.wanted.required and not place.upload), None)
    title = _("Commitment letter") if task == COMMITMENT else _("Supporting files")
    context = frame_of(entry, now) | {
        "title": title,
        "is_commitment": task == COMMITMENT,
        "places": [
            _place(place, refusal if place.wanted.public_id == tried else None)
            | {
                "is_next": place is following,
                "door": may_edit_draft(request.user, entry, now, of_file(place.wanted)),
                "goes_on": any(_goes_on(request, transfer, entry, now) for transfer in place.transfers),
            }
            for place in places
        ],
        "door": closing(may_edit_draft(request.user, entry, now)),
        "grace": grace_of(entry, now),
        "refusal": refusal,
        "tried": tried,
        "has_errors": refusal is not None,
        "is_there": following is None,
        "onward": onward_from(entry, task) if following is None else None,
    }
    if draft:
        letters = letters_on(draft)
        for row in context["places"]:
            row["letter"] = letters.get(row["wanted"].public_id)
    return render(request, "submissions/files.html", context, status=refusal.status if refusal else 200)


def _goes_on(request: HttpRequest, transfer: Transfer, entry: Entry, now: datetime) -> bool:
    """May this person send the rest of it, also after the deadline?"""
    return transfer.state == Transfer.State.RECEIVING and bool(may_send(request.user, transfer, entry, now))


def _receive(request: HttpRequest, entry: Entry, wanted: WantedFile) -> Upload:
    file = request.FILES.get("file")
    if file is None:
        raise Refusal(_("Choose a file first: %(label)s") % {"label": wanted.label}, code="no_file", field="file")
    return upload_file(
        actor=user_of(request),
        entry=entry,
        wanted=wanted,
        file=file,
        replaces=request.POST.get("replaces", ""),
        now=now_of(request),
    )


def _place(place: FilePlace, refusal: Refusal | None) -> dict[str, Any]:
    wanted = place.wanted
    return {
        "wanted": wanted,
        "upload": place.upload,
        "kinds": words_for(wanted.kinds),
        "accept": accepted(wanted.kinds),
        "most_bytes": wanted.max_mb * MIB,
        "piece": PIECE,
        "transfers": place.transfers,
        "refusal": refusal,
    }


@login_required
@require_POST
def drop_file(request: HttpRequest, public_id: str, upload: str) -> HttpResponse:
    entry = entry_of_member(request, public_id)
    found = get_object_or_404(Upload.objects.select_related("wanted", "entry"), public_id=upload, entry=entry)
    remove_upload(actor=user_of(request), upload=found, now=now_of(request))
    messages.success(request, _("Removed: %s") % found.name)
    return _back_to(entry, found.wanted)


@login_required
@require_POST
def settle(request: HttpRequest, public_id: str, transfer: str) -> HttpResponse:
    """A file that arrived takes the place of one that was put there meanwhile."""
    found = _transfer(request, public_id, transfer)
    replaces = request.POST.get("replaces", "")
    settle_transfer(actor=user_of(request), transfer=found, replaces=replaces, now=now_of(request))
    messages.success(request, _("Uploaded: %s") % found.name)
    return _back_to(found.entry, found.wanted)


@login_required
@require_POST
def drop_transfer(request: HttpRequest, public_id: str, transfer: str) -> HttpResponse:
    """A file on its way is given up."""
    found = _transfer(request, public_id, transfer)
    stop_transfer(actor=user_of(request), transfer=found, now=now_of(request))
    messages.success(request, _("Discarded: %s") % found.name)
    return _back_to(found.entry, found.wanted)


def _transfer(request: HttpRequest, public_id: str, transfer: str) -> Transfer:
    entry = entry_of_member(request, public_id)
    return get_object_or_404(Transfer.objects.select_related("wanted", "entry"), public_id=transfer, entry=entry)


def _back_to(entry: Entry, wanted: WantedFile) -> HttpResponse:
    url = reverse("entry_commitment" if wanted.task == COMMITMENT else "entry_files", args=[entry.public_id])
    return redirect(f"{url}#{wanted.public_id}")


@login_required
@never_cache
@require_safe
def upload_download(request: HttpRequest, public_id: str, upload: str) -> HttpResponseBase:
    """A file of the draft, for members of the team."""
    entry = find_entry(public_id)
    may_see_draft(request.user, entry).require()
    found = get_object_or_404(Upload.objects.select_related("inspection"), public_id=upload, entry=entry)
    return send_file(found, found.name)


@login_required
@cache_control(private=True, max_age=60 * 60 * 24)
@require_safe
def page_picture(request: HttpRequest, public_id: str, upload: str, number: int) -> HttpResponseBase:
    """A page of a PDF as we drew it: for members, and once it is in a version for those who may see that."""
    entry = find_entry(public_id)
    found = get_object_or_404(Upload.objects.select_related("inspection"), public_id=upload, entry=entry)
    submitted = VersionFile.objects.filter(upload=found).exists()
    (may_see_version if submitted else may_see_draft)(request.user, entry).require()
    if found.inspection is None or number not in found.inspection.picture_numbers:
        raise Http404
    picture = default_storage.open(found.inspection.picture_path(number))
    return FileResponse(picture, content_type="image/webp", headers={"X-Content-Type-Options": "nosniff"})


@login_required
@never_cache
@require_safe
def version_download(request: HttpRequest, public_id: str, version: int, upload: str) -> HttpResponseBase:
    """A file of a submitted version, for members and those who hold a role in the contest."""
    entry = find_entry(public_id)
    may_see_version(request.user, entry).require()
    found = get_object_or_404(
        VersionFile.objects.select_related("upload__inspection"),
        version__entry=entry,
        version__number=version,
        upload__public_id=upload,
    )
    return send_file(found.upload, found.name)


def send_file(upload: Upload, name: str) -> HttpResponseBase:
    """The bytes as an attachment under their name, never shown in the page's own origin, and only if they are the right
    ones: a short file is verified before the first byte leaves, a long one before the last.

    Object storage hands them out itself, by an address that is good for a minute and knows the name and the type.
    """
    if upload.inspection is not None and upload.inspection.is_infected:
        raise InfectedFile
    media_type = MEDIA_TYPES.get(upload.kind, "application/octet-stream")
    if (address := signed_address(upload.storage_path, name=name, media_type=media_type)) is not None:
        return HttpResponseRedirect(address)
    try:
        if upload.size <= SHORT:
            verify(upload.storage_path, size=upload.size, sha256=upload.sha256)
        file = default_storage.open(upload.storage_path)
    except OSError as error:
        log.error("file.damaged", upload=upload.public_id, error=str(error))
        raise DamagedFile from error
    response = Attachment(
        Verified(file, size=upload.size, sha256=upload.sha256),
        as_attachment=True,
        filename=name,
        content_type=media_type,
    )
    response.headers["Content-Length"] = str(upload.size)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


class Attachment(FileResponse):
    """Read in pieces that are worth a call."""

    block_size = 1 << 18


class InfectedFile(Refusal):
    """Nobody gets it, its sender included."""

    def __init__(self) -> None:
        super().__init__(_("The virus scan found something in this file: it is not handed out."), code="infected")


class DamagedFile(Refusal):
    """The storage has lost the file or holds another; nobody gets it."""

    status = 500

    def __init__(self) -> None:
        super().__init__(
            _("This file is damaged in our storage and is not handed out. Tell the organisers."),
            code="damaged",
        )
