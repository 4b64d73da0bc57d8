"""Making the copies for judges ahead, in the background: an entry at a time, when its plan is published.

Done twice, a copy is kept once. Which entries wait is read off the seats: whatever a missing broker or a dead worker left
undone the sweep finds again, and a copy that could not be made is tried again some time later.
"""

import random
from collections.abc import Callable
from datetime import datetime

import structlog
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from judging.actions.background import SILENT_FOR, call, hand_over
from judging.blinding.copies import NoBlindCopy, blind_path, make_copy
from judging.models import Assignment, BlindCopy
from judging.reading.blindness import files_for_judges
from portal import clock
from submissions.models import Upload, VersionFile

log = structlog.get_logger(__name__)

SIDE_BY_SIDE = 2  # entries copied at the same time
CHOICE = 50  # from which the next is taken
ASKED_AGAIN = 60  # seconds


def copy_upload(upload: Upload) -> str:
    """The storage path of the copy, made now unless it is there; raises NoBlindCopy, or OSError without the original.

    Notes nothing: a judge who reads a file writes to no table.
    """
    path = blind_path(upload)
    if not default_storage.exists(path):
        known = _noted(upload).first()
        if known is not None and known.is_impossible:
            raise NoBlindCopy
        make_copy(upload)
    return path


def has_copy(upload: Upload) -> bool:
    """Whether nothing is left to be done: the copy is there, or it cannot be made."""
    if default_storage.exists(blind_path(upload)):
        return True
    known = _noted(upload).first()
    return known is not None and known.is_impossible


def copy_entry(*, pk: int, clock_now: Callable[[], datetime] = clock.now) -> None:
    """Make every copy that judges of this entry may ask for; what cannot be made is noted, and keeps nothing else waiting."""
    for file in files_of_seats(Assignment.objects.filter(entry=pk)).select_related("upload"):
        upload, now = file.upload, clock_now()
        named = {"sha256": upload.sha256, "kind": upload.kind}
        known, _is_new = BlindCopy.objects.get_or_create(**named, defaults={"tried_at": now})
        if known.is_impossible:
            continue
        _noted(upload).filter(is_made=False).update(tries=F("tries") + 1, tried_at=now)  # first, so that a crash counts
        try:
            if not default_storage.exists(blind_path(upload)):
                make_copy(upload)
            _noted(upload).update(is_made=True)
        except (NoBlindCopy, OSError) as error:
            log.warning("blinding.not_made", upload=upload.public_id, error=str(error)[:200])


def _noted(upload: Upload) -> QuerySet[BlindCopy]:
    return BlindCopy.objects.filter(sha256=upload.sha256, kind=upload.kind)


def files_of_seats(seats: QuerySet[Assignment]) -> QuerySet[VersionFile]:
    """The files that the judges on these seats may see."""
    held = seats.filter(status=Assignment.Status.ACTIVE)
    return files_for_judges(VersionFile.objects.filter(version__in=held.values("version"))).order_by("pk")


def awaited_copies(now: datetime) -> list[int]:
    """The first entries with seats in stages that are not over and with a content of which there is no copy yet."""
    seats = Assignment.objects.filter(stage__closes_at__gt=now)
    tried = BlindCopy.objects.filter(sha256=OuterRef("upload__sha256"), kind=OuterRef("upload__kind"))
    settled = tried.filter(Q(is_made=True) | Q(tries__gte=BlindCopy.TRIES) | Q(tried_at__gt=now - SILENT_FOR))
    waiting = files_of_seats(seats).filter(~Exists(settled)).order_by("version__entry")
    return list(waiting.values_list("version__entry", flat=True).distinct()[:CHOICE])


def enqueue_copies(now: datetime) -> None:
    """Begin to make what is awaited, a few entries at a time: each brings the next, so that mails need not queue behind all."""
    from judging.tasks import copy

    waiting = awaited_copies(now)
    hand_over(copy, random.sample(waiting, min(SIDE_BY_SIDE, len(waiting))))


def announce_copies() -> None:
    """A plan was published: the worker looks itself which entries wait."""
    from judging.tasks import begin_copies

    call(begin_copies)


def enqueue_copy(entry: int) -> None:
    """One entry whose judge has come first; asked for once in a while, however often the judge asks."""
    from judging.tasks import copy

    if cache.add(f"copy-asked:{entry}", True, ASKED_AGAIN):
        hand_over(copy, [entry])


def go_on_copying(now: datetime) -> None:
    """After one entry the next."""
    from judging.tasks import copy

    if waiting := awaited_copies(now):
        hand_over(copy, random.sample(waiting, 1))  # not the first: another worker takes that one


def copying_stands_still(now: datetime) -> bool:
    """Nothing was tried for a while."""
    return not BlindCopy.objects.filter(tried_at__gt=now - SILENT_FOR).exists()
