"""Races around files and transfers."""

from io import BytesIO

from competition.models import WantedFile
from submissions.actions import begin_transfer, remove_upload, take_piece, upload_file
from submissions.actions.clearing import UNUSED_LASTS, clear_contents
from submissions.invariants import bytes_that_are_gone, contents_without_row
from submissions.models import Entry, Inspection, Transfer, Upload
from submissions.models.upload import place_of
from submissions.storing import verify
from tests.competition.factories import NOW
from tests.submissions import factories
from tests.submissions.files import pdf, upload
from tests.submissions.sender import PDF, make_draft


def draft_with_file() -> dict:
    """A draft in which a file stands."""
    entry = make_draft(NOW)
    wanted = entry.contest.wanted_files.get(key="any")
    there = upload_file(actor=entry.team.captain, entry=entry, wanted=wanted, file=upload(pdf()), replaces="", now=NOW)
    return {"entry": entry.pk, "there": there.public_id}


def replace(entry: int, there: str, note: str) -> str:
    found = factories.fresh(Entry.objects.get(pk=entry))
    wanted = WantedFile.objects.get(contest=found.contest_id)
    file = upload(pdf(note=note))
    return upload_file(
        actor=found.team.captain, entry=found, wanted=wanted, file=file, replaces=there, now=NOW
    ).public_id


def stored(entry: int) -> list[str]:
    return [upload.public_id for upload in Upload.objects.filter(entry=entry, state="stored")]


def begun(entry: int | None = None) -> dict:
    """A transfer of which nothing has come."""
    found = factories.fresh(Entry.objects.get(pk=entry)) if entry else make_draft(NOW)
    wanted = WantedFile.objects.get(contest=found.contest_id)
    transfer = begin_transfer(
        actor=found.team.captain, entry=found, wanted=wanted, name="a.pdf", size=len(PDF), replaces="", now=NOW
    )
    return {"transfer": transfer.pk, "entry": found.pk}


def send(transfer: int, start: int, end: int) -> int:
    found = Transfer.objects.select_related("begun_by").get(pk=transfer)
    return take_piece(
        actor=found.begun_by, transfer=found, offset=start, piece=BytesIO(PDF[start:end]), now=NOW
    ).received


def state_of(transfer: int) -> list:
    """State and offset; a whole file is read and compared with its hash."""
    found = Transfer.objects.get(pk=transfer)
    if found.sha256:
        verify(place_of(found.sha256), size=found.size, sha256=found.sha256)
    return [found.state, found.received]


def forgotten(teams: int) -> dict:
    """A content that nobody names for long enough to go, and drafts whose captains send it again."""
    first = make_draft(NOW)
    wanted = first.contest.wanted_files.get(key="any")
    captain = first.team.captain
    sent = upload_file(actor=captain, entry=first, wanted=wanted, file=upload(PDF), replaces="", now=NOW)
    remove_upload(actor=captain, upload=sent, now=NOW)
    Inspection.objects.filter(sha256=sent.sha256).update(unused_since=NOW - UNUSED_LASTS)
    drafts = [first.pk, *(factories.make_entry(first.topic).pk for _turn in range(teams - 1))]
    return {"drafts": drafts, "sha256": sent.sha256}


def send_or_clear(part: str, entry: int = 0) -> str:
    if part == "clear":
        return f"cleared {clear_contents(now=NOW)}"
    found = factories.fresh(Entry.objects.get(pk=entry))
    wanted = WantedFile.objects.get(contest=found.contest_id)
    upload_file(actor=found.team.captain, entry=found, wanted=wanted, file=upload(PDF), replaces="", now=NOW)
    return "sent"


def sound() -> dict:
    return {"wrong": [*bytes_that_are_gone(), *contents_without_row()], "stored": len(Upload.objects.in_use())}
