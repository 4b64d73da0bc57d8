"""Bytes that nothing names any more: of replaced and removed files, of deleted drafts, of what was never placed.

A content is *named* by the files of drafts, by the files of versions, and by transfers that wait for a decision. One that
nobody names is noted as *unused* with the instant, and its bytes and pictures go when it has been so for UNUSED_LASTS: time
enough for whoever removed a file by mistake and sends it again.

The row of a content (`Inspection`) is its lock. Whoever names it holds that row from seeing the bytes to the commit
(`claim_content`); whoever clears it holds the same row, and asks under it whether somebody names it. So of an upload and a
clearing at the same instant one comes first: either the bytes are named and stay, or the upload finds them gone and keeps
its own (`claiming`).
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog
from django.db import transaction
from django.db.models import Q

from portal.journal.recording import record
from submissions import events
from submissions.models import Inspection, Transfer, Upload, VersionFile
from submissions.models.upload import place_of
from submissions.storing import Kept, discard, is_kept, kept_contents

log = structlog.get_logger(__name__)

UNUSED_LASTS = timedelta(days=7)
#: Contents that are asked for at once.
BATCH = 500

Result = TypeVar("Result")


class Cleared(Exception):
    """The bytes were there when they were to be kept, and are gone now that they are to be named."""


def claim_content(upload: Upload) -> Inspection:
    """The row of the upload's content, locked, with its bytes there; made where this content is new. For the transaction
    that names it; raises Cleared.
    """
    inspection, _is_new = Inspection.objects.get_or_create(
        sha256=upload.sha256, defaults={"kind": upload.kind, "size": upload.size}
    )
    try:
        inspection = Inspection.objects.lock(pk=inspection.pk)
    except Inspection.DoesNotExist:
        raise Cleared from None
    if not is_kept(upload.storage_path, size=upload.size):
        raise Cleared
    if inspection.unused_since is not None:
        Inspection.objects.filter(pk=inspection.pk).update(unused_since=None)
    return inspection


def claiming(attempt: Callable[[], Result]) -> Result:
    """Keep the bytes and name them; once more where they were cleared in between, since what is new is not cleared."""
    try:
        return attempt()
    except Cleared:
        return attempt()


def clear_contents(*, now: datetime, with_strays: bool = False) -> int:
    """Note what is unused, and remove what has been so for long enough; returns how many contents went.

    `with_strays`: also bytes that have no row at all, which a process left that was killed before it could name them. For
    that the whole storage is listed.
    """
    named = Inspection.objects.filter(_named())
    named.filter(unused_since__isnull=False).update(unused_since=None)
    Inspection.objects.filter(unused_since__isnull=True).exclude(_named()).update(unused_since=now)
    due = Inspection.objects.filter(unused_since__lte=now - UNUSED_LASTS).order_by("pk")
    waiting = [Kept(sha256, size) for sha256, size in due.values_list("sha256", "size")]
    if with_strays:
        waiting += _strays(kept_contents(before=now - UNUSED_LASTS))
    sizes = [content.size for content in waiting if _clear(content, now=now)]
    if sizes:
        with transaction.atomic():
            record(events.CONTENTS_CLEARED, actor=None, now=now, count=len(sizes), bytes=sum(sizes))
    return len(sizes)


def _named() -> Q:
    """Contents that something names. Uploads of drafts, files of versions, transfers that wait."""
    return (
        Q(sha256__in=Upload.objects.filter(state=Upload.State.STORED).values("sha256"))
        | Q(sha256__in=VersionFile.objects.values("sha256"))
        | Q(sha256__in=Transfer.objects.filter(state=Transfer.State.WAITING).values("sha256"))
    )


def _is_named(sha256: str) -> bool:
    return (
        Upload.objects.filter(sha256=sha256, state=Upload.State.STORED).exists()
        or VersionFile.objects.filter(sha256=sha256).exists()
        or Transfer.objects.filter(sha256=sha256, state=Transfer.State.WAITING).exists()
    )


def _strays(contents: Iterable[Kept]) -> list[Kept]:
    """Those without a row."""
    found: list[Kept] = []
    batch: list[Kept] = []
    for content in contents:
        batch.append(content)
        if len(batch) == BATCH:
            found += _without_row(batch)
            batch = []
    return found + _without_row(batch)


def _without_row(batch: list[Kept]) -> list[Kept]:
    known = set(
        Inspection.objects.filter(sha256__in=[content.sha256 for content in batch]).values_list("sha256", flat=True)
    )
    return [content for content in batch if content.sha256 not in known]


def _clear(content: Kept, *, now: datetime) -> bool:
    """Under the content's lock: its bytes, its pictures and its row, unless somebody names it."""
    try:
        with transaction.atomic():
            inspection, is_stray = Inspection.objects.get_or_create(
                sha256=content.sha256, defaults={"size": content.size}
            )
            inspection = Inspection.objects.lock(pk=inspection.pk)
            is_due = is_stray or (inspection.unused_since and inspection.unused_since <= now - UNUSED_LASTS)
            if not is_due or _is_named(content.sha256):
                return False
            Upload.objects.filter(inspection=inspection).update(inspection=None)
            pictures = [inspection.picture_path(number) for number in inspection.picture_numbers]
            inspection.delete()
            for path in (place_of(content.sha256), *pictures):
                discard(path)
    except Inspection.DoesNotExist:  # another worker was faster
        return False
    except OSError as error:
        log.warning("contents.not_cleared", sha256=content.sha256, error=str(error)[:200])
        return False
    return True
