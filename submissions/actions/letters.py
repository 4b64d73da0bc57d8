"""Reading the code off a letter that came back; and seeing to it that each is read."""

from datetime import datetime

import structlog
from django.core.files.storage import default_storage
from django.db import transaction

from competition.models import WantedFile
from submissions.models import LetterReading, Upload
from submissions.stamps import read_code

log = structlog.get_logger(__name__)
Result = LetterReading.Result
BATCH = 200


def expect_letter(upload: Upload) -> None:
    """A file was taken into the draft: if it is a letter of ours, have its code read once the change is safe."""
    if _is_letter(upload):
        transaction.on_commit(lambda: _enqueue([upload.pk]), robust=True)


def read_letter(*, upload: Upload, now: datetime) -> LetterReading:
    """Look for our code on the letter and keep what was found; a letter is read once. No event: nothing was decided."""
    from portal.printing.reading import UnreadableError, codes_in  # here, because the workers alone read scans

    reading, is_new = LetterReading.objects.get_or_create(upload=upload, defaults={"read_at": now})
    if not is_new:
        return reading
    try:
        with default_storage.open(upload.storage_path) as file:
            found = read_code(codes_in(file.read()))
    except (UnreadableError, OSError) as error:
        log.info("letters.unreadable", upload=upload.public_id, error=str(error)[:200])
        return reading
    reading.result = Result.FOUND if found else Result.NONE
    reading.entry_code, reading.mark = found or ("", "")
    reading.save(update_fields=["result", "entry_code", "mark"])
    return reading


def enqueue_unread() -> list[int]:
    """Letters that nobody has read yet, for the sweep: a broker may have been away when they came."""
    waiting = Upload.objects.filter(
        wanted__task=WantedFile.Task.COMMITMENT, state=Upload.State.STORED, kind="pdf", letter_reading__isnull=True
    ).exclude(wanted__letter="")
    return _enqueue(list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH]))


def _is_letter(upload: Upload) -> bool:
    wanted = upload.wanted
    return bool(wanted.task == WantedFile.Task.COMMITMENT and wanted.letter and upload.kind == "pdf")


def _enqueue(uploads: list[int]) -> list[int]:
    """Hand letters to the worker; those that a missing broker leaves behind are found by the sweep."""
    from submissions.tasks import read_one_letter

    for place, upload_id in enumerate(uploads):
        try:
            read_one_letter.apply_async((upload_id,), retry=False, ignore_result=True)
        except (read_one_letter.OperationalError, OSError) as error:
            log.warning("letters.broker_away", waiting=len(uploads) - place, error=str(error)[:200])
            return uploads[:place]
    return uploads
