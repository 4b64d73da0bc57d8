"""Looking at what was uploaded, in the background: pages and their pictures, and malware."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import transaction
from django.db.models import F, Q

from portal.journal.recording import record
from submissions import clamd, events, notices
from submissions.models import Inspection, Upload
from submissions.models.upload import place_of
from submissions.previews import draw
from submissions.storing import keep

log = structlog.get_logger(__name__)

#: A content that cannot be looked at so many times is left alone.
MOST_TRIES = 10


def ask_for_inspection(inspection: Inspection) -> None:
    """Of a content that nobody has looked at yet, once it is safe."""
    if inspection.looked_at is None and not inspection.tries:
        transaction.on_commit(lambda: enqueue([inspection.pk]), robust=True)


def enqueue(ids: list[int]) -> None:
    """Hand inspections to the worker; where the broker is away the sweep finds them."""
    from submissions.tasks import inspect

    for pk in ids:
        try:
            inspect.apply_async((pk,), retry=False, ignore_result=True)
        except (inspect.OperationalError, OSError) as error:
            log.warning("inspections.broker_away", waiting=len(ids), error=str(error)[:200])
            return


def awaited() -> list[int]:
    """Inspections that somebody should make."""
    open_ones = Q(looked_at__isnull=True)
    if settings.CLAMD_URL:
        open_ones |= Q(scanned_at__isnull=True)
    return list(
        Inspection.objects.filter(open_ones, unused_since__isnull=True, tries__lt=MOST_TRIES).values_list(
            "pk", flat=True
        )[:500]
    )


def make_inspection(*, pk: int, now: datetime) -> Inspection | None:
    """Scan and draw what has not been; doing it twice does no harm. None where the content was cleared meanwhile.

    Raises OSError where the scanner or the file is away.
    """
    if not Inspection.objects.filter(pk=pk).update(tries=F("tries") + 1):
        return None
    inspection = Inspection.objects.get(pk=pk)
    with _on_disk(place_of(inspection.sha256)) as source:
        if inspection.looked_at is None:
            _save(inspection, **_look(inspection, source), looked_at=now)
        if settings.CLAMD_URL and inspection.scanned_at is None:
            _judge(inspection, source, now=now)
    inspection.refresh_from_db()
    return inspection


def _look(inspection: Inspection, source: Path) -> dict[str, Any]:
    if inspection.kind != "pdf":
        return {}
    with tempfile.TemporaryDirectory() as folder:
        drawn = draw(source, Path(folder))
        for number in range(1, drawn.pictures + 1):
            picture = Path(folder) / f"{number}.webp"
            with picture.open("rb") as file:
                keep(inspection.picture_path(number), File(file), size=picture.stat().st_size)
    return {"pages": drawn.pages, "pictures": drawn.pictures}


def _judge(inspection: Inspection, source: Path, *, now: datetime) -> None:
    try:
        with source.open("rb") as file:
            found = clamd.scan(settings.CLAMD_URL, file)
    except clamd.NotScanned as answer:
        log.warning("inspections.not_scanned", sha256=inspection.sha256, answer=str(answer)[:200])
        _save(inspection, finding=str(answer)[:120], scanned_at=now)
        return
    verdict = Inspection.Verdict.INFECTED if found else Inspection.Verdict.CLEAN
    with transaction.atomic():
        _save(inspection, verdict=verdict, finding=found[:120], scanned_at=now)
        if found:
            uploads = Upload.objects.filter(inspection=inspection)
            for upload in uploads.select_related("entry__contest", "entry__topic", "entry__team", "wanted"):
                event = record(
                    events.FILE_INFECTED,
                    actor=None,
                    now=now,
                    contest=upload.entry.contest,
                    subject=upload.entry,
                    name=upload.name,
                    finding=found[:120],
                    sha256=upload.sha256,
                )
                if upload.state == Upload.State.STORED:
                    notices.tell_infected(upload=upload, finding=found[:120], event=event, now=now)


def _save(inspection: Inspection, **changes: Any) -> None:
    Inspection.objects.filter(pk=inspection.pk).update(**changes)


@contextmanager
def _on_disk(path: str) -> Iterator[Path]:
    """The content as a file of this machine."""
    if isinstance(default_storage, FileSystemStorage):
        yield Path(default_storage.path(path))
        return
    with tempfile.NamedTemporaryFile() as copy, default_storage.open(path) as kept:
        shutil.copyfileobj(kept, copy)
        copy.flush()
        yield Path(copy.name)
