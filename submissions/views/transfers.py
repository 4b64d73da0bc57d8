"""The tus endpoint: resumable uploads for our own page and for any client that speaks the protocol.

`transfers` answers OPTIONS and POST (creation), `transfer` HEAD, PATCH and DELETE. Every request asks for sign-in, for the
permission and for the door anew. What is refused is said in the person's language, as JSON; what a client's author has to
mend is said in English. A body is never read whole: piece by piece it goes to the disk, and every piece is an arrival of
its own with its own instant, because a slow body may outlast a deadline.
"""

import sys
import threading
from collections.abc import Callable
from io import BytesIO

from django.contrib import messages
from django.db import close_old_connections, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from competition.models import WantedFile
from portal import clock
from portal.environment import WEB_THREADS
from portal.refusals import Refusal
from portal.web.bodies import takes_bodies
from portal.web.requests import now_of, user_of
from submissions import tus
from submissions.actions import begin_transfer, room_for_pieces, stop_transfer, take_piece
from submissions.actions.transfers import TransferOver
from submissions.models import Entry, Transfer
from submissions.permissions import may_see_draft
from submissions.views.base import find_entry

Answer = Callable[..., HttpResponse]

#: Senders whose bodies are read at one time. The other threads are for pages, which must not wait for slow lines.
_places = threading.BoundedSemaphore(WEB_THREADS * 3 // 4)


def _any(request: HttpRequest, **_arguments: str) -> int:
    """Bodies are measured against what is left of the file, and read piece by piece."""
    return sys.maxsize


def speaks_tus(**answers: Answer) -> Answer:
    """A view whose methods these functions answer, with the manners of the protocol around them."""
    allowed = ", ".join(answers)

    @takes_bodies(_any)
    @never_cache
    def view(request: HttpRequest, **arguments: str) -> HttpResponse:
        response = _answer(request, answers, arguments, allowed)
        response.headers["Tus-Resumable"] = tus.VERSION
        return response

    return view


def _for_programs(status: int, headers: dict[str, str]) -> HttpResponse:
    """For whoever opens the address in a browser: one sentence."""
    return HttpResponse(_("This address is for programs that upload files."), "text/plain", status, headers=headers)


def _answer(request: HttpRequest, answers: dict[str, Answer], arguments: dict[str, str], allowed: str) -> HttpResponse:
    method = request.method or ""
    if method == "POST":  # for networks that let nothing else through; a form cannot send the header
        method = request.headers.get("X-HTTP-Method-Override", method)
    if method not in answers:
        return _for_programs(405, {"Allow": allowed})
    if not request.user.is_authenticated:
        return _say(_("You have been signed out. Sign in again; what was sent so far is kept."), "signed_out", 401)
    if method != "OPTIONS" and request.headers.get("Tus-Resumable") != tus.VERSION:
        return _for_programs(412, {"Tus-Version": tus.VERSION})
    try:
        return answers[method](request, **arguments)
    except tus.Malformed as error:
        return _say(str(error), "malformed", error.status)
    except Http404:
        return HttpResponse(status=404)
    except Refusal as refusal:
        return _say(str(refusal), refusal.code, refusal.status)


def _say(sentence: str, code: str, status: int) -> JsonResponse:
    return JsonResponse({"message": sentence, "code": code}, status=status, json_dumps_params={"ensure_ascii": False})


def _entry(request: HttpRequest, public_id: str) -> Entry:
    entry = find_entry(public_id)
    may_see_draft(request.user, entry).require()
    return entry


def _transfer(request: HttpRequest, public_id: str, transfer: str) -> Transfer:
    return get_object_or_404(
        Transfer.objects.select_related("entry__contest", "wanted"),
        public_id=transfer,
        entry=_entry(request, public_id),
    )


def options(request: HttpRequest, public_id: str) -> HttpResponse:
    """What is spoken here, and the largest file that this contest takes."""
    most = max(
        WantedFile.objects.filter(contest=_entry(request, public_id).contest_id).values_list("max_mb", flat=True),
        default=0,
    )
    return HttpResponse(
        status=204,
        headers={
            "Tus-Version": tus.VERSION,
            "Tus-Extension": tus.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(tus.ALGORITHMS),
            "Tus-Max-Size": str(most * 1024 * 1024),
        },
    )


def create(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin a transfer; a body that comes along is its first piece."""
    entry = _entry(request, public_id)
    told = tus.metadata(request.headers.get("Upload-Metadata", ""))
    size = tus.count(request.headers, "Upload-Length")
    wanted = get_object_or_404(WantedFile, public_id=told.get("wanted", ""), contest=entry.contest_id)
    transfer = begin_transfer(
        actor=user_of(request),
        entry=entry,
        wanted=wanted,
        name=told.get("filename", ""),
        size=size,
        replaces=told.get("replaces", ""),
        now=now_of(request),
    )
    if _has_body(request):
        transfer = _receive(request, transfer, 0)
    response = HttpResponse(status=201, headers=_progress(transfer))
    response.headers["Location"] = reverse("transfer", args=[entry.public_id, transfer.public_id])
    return response


def head(request: HttpRequest, public_id: str, transfer: str) -> HttpResponse:
    """How far it is."""
    found = _transfer(request, public_id, transfer)
    if found.state in (Transfer.State.REFUSED, Transfer.State.STOPPED, Transfer.State.EXPIRED):
        raise TransferOver(found)
    return HttpResponse(headers={"Upload-Length": str(found.size), **_progress(found)})


def patch(request: HttpRequest, public_id: str, transfer: str) -> HttpResponse:
    """The bytes from an offset on."""
    found = _transfer(request, public_id, transfer)
    offset = tus.count(request.headers, "Upload-Offset")
    if not _has_body(request) and request.headers.get("Content-Length") != "0":
        raise tus.Malformed("Content-Length is required.", status=411)
    found = _receive(request, found, offset)
    return HttpResponse(status=204, headers=_progress(found))


def delete(request: HttpRequest, public_id: str, transfer: str) -> HttpResponse:
    """Given up by the sender."""
    stop_transfer(actor=user_of(request), transfer=_transfer(request, public_id, transfer), now=now_of(request))
    return HttpResponse(status=204)


def _progress(transfer: Transfer) -> dict[str, str]:
    headers = {"Upload-Offset": str(transfer.received)}
    if transfer.state == Transfer.State.RECEIVING:
        headers["Upload-Expires"] = tus.http_date(transfer.expires_at)
    return headers


def _has_body(request: HttpRequest) -> bool:
    return request.headers.get("Content-Length", "0") != "0"


def _receive(request: HttpRequest, transfer: Transfer, offset: int) -> Transfer:
    """The body, piece by piece; the connection to the database is given back while the next piece is awaited."""
    if request.headers.get("Content-Type", "") != tus.BODY_TYPE:
        raise tus.Malformed(f"Content-Type must be {tus.BODY_TYPE}.", status=415)
    length = tus.count(request.headers, "Content-Length")
    checksum = tus.checksum(request.headers.get("Upload-Checksum", ""))
    if length > transfer.size - offset:
        raise tus.Malformed("The body is longer than the rest of the file.", status=413)
    if checksum and length > tus.PIECE:
        raise tus.Malformed(f"A body with a checksum may have {tus.PIECE} bytes.", status=413)
    if offset != transfer.received or transfer.state != Transfer.State.RECEIVING:
        # said before the body is read; said again under the lock
        return take_piece(
            actor=user_of(request), transfer=transfer, offset=offset, piece=BytesIO(), now=now_of(request)
        )
    if not _places.acquire(blocking=False):
        raise tus.Malformed("Too many senders at this moment. Try again soon.", status=503)
    try:
        _give_the_connection_back()
        with room_for_pieces(transfer) as room:
            for size in tus.pieces(request.read, length, room):
                if checksum and not (size == length and checksum.matches(room)):
                    raise tus.Malformed("The body does not match its checksum.", status=460)
                # Not the request's instant: one body may arrive for hours, and each of its pieces has to be in time.
                transfer = take_piece(
                    actor=user_of(request), transfer=transfer, offset=offset, piece=room, now=clock.now()
                )
                offset += size
                _give_the_connection_back()
    finally:
        _places.release()
    if transfer.state == Transfer.State.PLACED:
        messages.success(request, _("Uploaded: %s") % transfer.name)  # for the page that is looked at next
    return transfer


def _give_the_connection_back() -> None:
    """A sender may take hours, and connections are few; one in the middle of a transaction is kept."""
    if not connection.in_atomic_block:
        close_old_connections()


transfers = speaks_tus(OPTIONS=options, POST=create)
transfer = speaks_tus(HEAD=head, PATCH=patch, DELETE=delete)
