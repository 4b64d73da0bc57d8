"""The material of an entry for its judges: files without what names their author, pictures of pages, films.

What is handed out is a copy made for judges (`judging.blinding`), under a name that tells nothing of the team.
"""

import re
from collections.abc import Iterator
from typing import Any

import structlog
from django.contrib.auth.decorators import login_required
from django.core.files.storage import FileSystemStorage, default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from judging.actions.copying import copy_upload, enqueue_copy, has_copy
from judging.permissions import may_read_entry
from judging.reading.blindness import seen_files
from judging.views.base import own_assignment_or_404
from submissions.files import MEDIA_TYPES
from submissions.models import VersionFile
from submissions.sniffing import MIB
from submissions.storing import signed_address
from submissions.views.files import Attachment, DamagedFile, InfectedFile

log = structlog.get_logger(__name__)

CHUNK = 1 << 18
SMALL = 4 * MIB  # copied within about a second
AGAIN_AFTER = 5  # seconds
A_DAY = 60 * 60 * 24
#: How long object storage hands a film out: a player asks for its parts while it is watched.
FILM_SECONDS = 60 * 60
ONE_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")


@login_required
@never_cache
@require_safe
def desk_file(request: HttpRequest, assignment_id: str, file_id: int) -> HttpResponseBase:
    """A file of the version that is judged, to keep and read elsewhere."""
    found, number = _seen(request, assignment_id, file_id)
    try:
        path, media_type = _handed_out(found)
    except BeingPrepared:
        context = {"assignment_id": assignment_id, "label": found.label, "refresh": AGAIN_AFTER}
        return render(request, "judging/preparing.html", context, status=BeingPrepared.status)
    name = f"{number} {found.label}.{found.upload.kind}"
    if (address := signed_address(path, name=name, media_type=media_type)) is not None:
        return HttpResponseRedirect(address)
    response = Attachment(default_storage.open(path), as_attachment=True, filename=name, content_type=media_type)
    response.headers["Content-Length"] = str(default_storage.size(path))
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@cache_control(private=True, max_age=A_DAY)
@require_safe
def desk_page(request: HttpRequest, assignment_id: str, file_id: int, number: int) -> HttpResponseBase:
    """A page of a PDF as we drew it."""
    found, _entry = _seen(request, assignment_id, file_id)
    inspection = found.upload.inspection
    if inspection is None or number not in inspection.picture_numbers:
        raise Http404
    if inspection.is_infected:
        raise InfectedFile
    picture = default_storage.open(inspection.picture_path(number))
    return FileResponse(picture, content_type="image/webp", headers={"X-Content-Type-Options": "nosniff"})


@login_required
@never_cache
@require_safe
def desk_film(request: HttpRequest, assignment_id: str, file_id: int) -> HttpResponseBase:
    """A film inside the page; the part of it that the player asks for, so that one can jump."""
    found, _entry = _seen(request, assignment_id, file_id)
    if found.upload.kind != "mp4":
        raise Http404
    try:
        path, media_type = _handed_out(found)
    except BeingPrepared:  # the player's script asks again
        return HttpResponse(status=BeingPrepared.status, headers={"Retry-After": str(AGAIN_AFTER)})
    if not isinstance(default_storage, FileSystemStorage):
        parameters = {"ResponseContentType": media_type}
        address = default_storage.url(path, parameters=parameters, expire=FILM_SECONDS)  # type: ignore[call-arg]
        return HttpResponseRedirect(address)
    return _part_of(path, media_type, request.headers.get("Range", ""))


def _seen(request: HttpRequest, assignment_id: str, file_id: int) -> tuple[VersionFile, str]:
    assignment = own_assignment_or_404(request, assignment_id)
    may_read_entry(request.user, assignment).require()
    found = get_object_or_404(seen_files(assignment).select_related("upload__inspection"), pk=file_id)
    return found, assignment.entry.number


class BeingPrepared(Exception):
    """The copy is being made, and takes longer than a page may."""

    status = 503


def _handed_out(found: VersionFile) -> tuple[str, str]:
    """Where the copy for judges lies, and what it is. A small one that is missing is made at once, a large one by the worker."""
    upload: Any = found.upload
    if upload.inspection is not None and upload.inspection.is_infected:
        raise InfectedFile
    media_type = MEDIA_TYPES.get(upload.kind, "application/octet-stream")
    try:
        if upload.size <= SMALL or has_copy(upload):
            return copy_upload(upload), media_type
    except OSError as error:
        log.error("file.damaged", upload=upload.public_id, error=str(error))
        raise DamagedFile from error
    enqueue_copy(upload.entry_id)
    raise BeingPrepared


def _part_of(path: str, media_type: str, wanted: str) -> HttpResponseBase:
    size = default_storage.size(path)
    found = ONE_RANGE.fullmatch(wanted.strip())
    headers = {"Accept-Ranges": "bytes", "X-Content-Type-Options": "nosniff", "Content-Disposition": "inline"}
    if found is None:
        return StreamingHttpResponse(
            _read(path, 0, size), content_type=media_type, headers=headers | {"Content-Length": str(size)}
        )
    first = int(found[1])
    last = min(int(found[2]), size - 1) if found[2] else size - 1
    if first > last:
        return HttpResponse(status=416, headers=headers | {"Content-Range": f"bytes */{size}"})
    headers |= {"Content-Range": f"bytes {first}-{last}/{size}", "Content-Length": str(last - first + 1)}
    return StreamingHttpResponse(
        _read(path, first, last - first + 1), status=206, content_type=media_type, headers=headers
    )


def _read(path: str, start: int, length: int) -> Iterator[bytes]:
    with default_storage.open(path) as file:
        file.seek(start)
        while length > 0 and (piece := file.read(min(CHUNK, length))):
            length -= len(piece)
            yield piece
