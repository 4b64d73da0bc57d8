"""After the deadline: a file that began in time may finish, and the draft be submitted with it; nothing else moves."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from portal.refusals import Closed
from submissions.actions import begin_transfer, submit_entry, take_piece, withdraw_entry
from submissions.doors import Grace, grace_of, submit_door
from submissions.items import of_file
from submissions.models import Transfer, Upload
from submissions.permissions import may_edit_draft
from tests.competition.factories import NOW
from tests.submissions.factories import fresh, make_complete_entry, make_correction, make_extension, make_member
from tests.submissions.files import pdf

pytestmark = pytest.mark.django_db
MOMENT = timedelta(microseconds=1)
GRACE = timedelta(minutes=30)
LATER = pdf(note="一份更好的材料")


@pytest.fixture
def entry():
    """A complete draft of a contest whose uploads have half an hour of grace."""
    found = make_complete_entry()
    found.contest.stages.filter(kind="submission").update(grace_minutes=30)
    return fresh(found)


def end_of(entry):
    return entry.contest.stages.get(kind="submission").closes_at


def begin(entry, *, now):
    there = Upload.objects.get(entry=entry, state="stored")
    return begin_transfer(
        actor=entry.team.captain,
        entry=entry,
        wanted=there.wanted,
        name="更好.pdf",
        size=len(LATER),
        replaces=there.public_id,
        now=now,
    )


def finish(transfer, *, now):
    return take_piece(actor=transfer.begun_by, transfer=transfer, offset=0, piece=BytesIO(LATER), now=now)


def submit(entry, *, now):
    entry = fresh(entry)
    return submit_entry(actor=entry.team.captain, entry=entry, revision=entry.revision, now=now)


def test_a_file_that_arrives_in_the_grace_can_be_submitted_until_its_end(entry):
    end = end_of(entry)
    transfer = begin(entry, now=end - MOMENT)
    assert finish(transfer, now=end + MOMENT).state == Transfer.State.PLACED
    with pytest.raises(Closed):
        submit(entry, now=end + GRACE)
    version = submit(entry, now=end + GRACE - MOMENT)
    assert [file["name"] for file in version.content["files"]] == ["更好.pdf"]


def test_without_such_a_file_the_deadline_is_the_end_of_submitting(entry):
    with pytest.raises(Closed) as caught:
        submit(entry, now=end_of(entry))
    assert caught.value.closed_at == end_of(entry)
    assert grace_of(entry, end_of(entry)) is None


def test_a_file_that_arrived_before_the_deadline_opens_nothing_after_it(entry):
    end = end_of(entry)
    finish(begin(entry, now=end - 2 * MOMENT), now=end - MOMENT)
    with pytest.raises(Closed):
        submit(entry, now=end)


def test_while_the_file_is_still_arriving_the_refusal_says_so(entry):
    end = end_of(entry)
    begin(entry, now=end - MOMENT)
    assert grace_of(entry, end) == Grace(end, end + GRACE, has_arrived=False)
    with pytest.raises(Closed, match="尚未传完"):
        submit(entry, now=end)
    assert grace_of(entry, end - MOMENT) is None
    assert grace_of(entry, end + GRACE) is None


def test_a_contest_without_grace_has_none(entry):
    entry.contest.stages.update(grace_minutes=0)
    entry, end = fresh(entry), end_of(entry)
    begin(entry, now=end - MOMENT)
    assert grace_of(entry, end) is None
    assert not submit_door(entry, end)


def test_nothing_else_of_the_draft_changes_in_the_grace(entry):
    end = end_of(entry)
    finish(begin(entry, now=end - MOMENT), now=end)
    entry = fresh(entry)
    assert not may_edit_draft(entry.team.captain, entry, end)
    with pytest.raises(Closed):
        begin(entry, now=end)
    submit(entry, now=end)
    with pytest.raises(Closed):
        withdraw_entry(actor=entry.team.captain, entry=fresh(entry), now=end + MOMENT)


def test_the_grace_follows_the_extension_of_the_team(entry):
    until = end_of(entry) + timedelta(days=1)
    make_extension(entry, until=until)
    transfer = begin(fresh(entry), now=until - MOMENT)
    finish(transfer, now=until)
    assert submit(entry, now=until + GRACE - MOMENT).number == 1


def test_the_pages_say_what_may_still_be_done_and_until_when(entry):
    end = end_of(entry)
    transfer = begin(entry, now=end - MOMENT)
    place = "entry_commitment" if transfer.wanted.task == "commitment" else "entry_files"
    captain, member = Client(), Client()
    captain.force_login(entry.team.captain)
    member.force_login(make_member(fresh(entry), now=NOW).user)
    hub, files, check = (reverse(name, args=[entry.public_id]) for name in ("entry", place, "entry_check"))
    with time_machine.travel(end + timedelta(minutes=1), tick=False):
        assert "文件仍在上传" in captain.get(hub).content.decode()
        page = captain.get(files).content.decode()
        assert "data-upload-send" in page
        assert "data-upload-send" not in member.get(files).content.decode()
        finish(transfer, now=end + timedelta(minutes=1))
        assert "文件在截止后传完" in captain.get(hub).content.decode()
        page = captain.get(check)
        assert "提交作品" in page.content.decode()
        answer = captain.post(check, {"revision": fresh(entry).revision})
        assert answer.status_code == 302
        assert "文件仍在上传" not in captain.get(hub).content.decode()
        assert fresh(entry).current_version.number == 1


def test_a_returned_entry_has_the_grace_of_its_correction(entry):
    submit(entry, now=NOW - timedelta(hours=2))
    entry.contest.stages.filter(kind="submission").update(closes_at=NOW - timedelta(hours=1))
    until = NOW + timedelta(days=1)
    wanted = Upload.objects.get(entry=entry, state="stored").wanted
    make_correction(fresh(entry), items=[of_file(wanted)], until=until)
    transfer = begin(fresh(entry), now=until - MOMENT)
    finish(transfer, now=until)
    assert submit(entry, now=until + MOMENT).number == 2
