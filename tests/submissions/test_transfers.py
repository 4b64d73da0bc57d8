"""The tus endpoint, header by header: what is begun, continued, placed, refused, stopped and given up."""

import base64
import hashlib
from contextlib import nullcontext
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.journal.models import Event
from portal.refusals import Closed, NotAllowed, Refusal, Stale
from submissions.actions import (
    TransferOver,
    begin_transfer,
    expire_transfers,
    settle_transfer,
    stop_transfer,
    take_piece,
)
from submissions.actions.transfers import KEPT, MOST_UNFINISHED, _expire, _refuse
from submissions.arrivals import arrivals_of, left_behind
from submissions.events import TRANSFER_REFUSED, TRANSFER_STOPPED
from submissions.models import Transfer, Upload
from tests.competition.factories import NOW, make_track, make_wanted_file
from tests.submissions import files
from tests.submissions.factories import make_member, make_person
from tests.submissions.sender import PDF, Sender, make_draft

pytestmark = pytest.mark.django_db
State = Transfer.State
LENGTH = len(PDF)


@pytest.fixture
def entry():
    return make_draft(NOW)


@pytest.fixture
def draft():
    """A draft that is open now, by the clock of the requests."""
    return make_draft(timezone.now())


@pytest.fixture
def sender(draft):
    client = Client()
    client.force_login(draft.team.captain)
    return Sender(client, draft)


def begin(entry, *, size=LENGTH, replaces="", name="材料.pdf", now=NOW, actor=None):
    wanted = entry.contest.wanted_files.get(key="any")
    actor = actor or entry.team.captain
    return begin_transfer(actor=actor, entry=entry, wanted=wanted, name=name, size=size, replaces=replaces, now=now)


def send(transfer, piece=PDF, *, offset=0, now=NOW, actor=None):
    return take_piece(actor=actor or transfer.begun_by, transfer=transfer, offset=offset, piece=BytesIO(piece), now=now)


# ── The protocol ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_file_sent_in_three_pieces_stands_in_the_draft(sender):
    url = sender.begin()
    for start, end in ((0, 1000), (1000, 1001), (1001, len(PDF))):
        assert sender.offset(url) == start
        answer = sender.patch(url, start, PDF[start:end])
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(end))
    stored = Upload.objects.get(state="stored")
    assert (stored.name, stored.size, stored.sha256) == ("材料.pdf", len(PDF), hashlib.sha256(PDF).hexdigest())
    with default_storage.open(stored.storage_path) as kept:
        assert kept.read() == PDF
    assert sender.offset(url) == len(PDF)


def test_the_bytes_of_a_finished_transfer_are_kept_once(sender, django_capture_on_commit_callbacks):
    url = sender.begin()
    with django_capture_on_commit_callbacks(execute=True):
        sender.patch(url, 0, PDF)
    assert default_storage.listdir("incoming") == ([], [])


def test_options_say_what_is_spoken(sender):
    answer = sender.send("OPTIONS", reverse("transfers", args=[sender.entry.public_id]), Tus_Resumable=None)
    assert answer.status_code == 204
    assert answer.headers["Tus-Extension"] == "creation,creation-with-upload,termination,expiration,checksum"
    assert answer.headers["Tus-Max-Size"] == str(1 << 20)


def test_creation_may_bring_the_first_piece(sender):
    answer = sender.create(body=PDF[:700])
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (201, "700")
    answer = sender.create(body=PDF)
    assert answer.headers["Upload-Offset"] == str(len(PDF))
    assert Upload.objects.count() == 1


def test_another_version_of_the_protocol_is_refused(sender):
    assert sender.create(Tus_Resumable="0.2.2").status_code == 412
    assert not Transfer.objects.exists()


def test_a_wrong_offset_is_refused_and_nothing_moves(sender):
    url = sender.begin()
    sender.patch(url, 0, PDF[:100])
    for offset in ("0", "99", "101", str(len(PDF) - 1)):
        assert sender.patch(url, offset, PDF[:1]).status_code == 409
    assert sender.offset(url) == 100


@pytest.mark.parametrize("offset", ["-1", "", "1e3", "９", "0x1", "9" * 30, None])
def test_an_offset_that_is_no_number_is_refused(sender, offset):
    url = sender.begin()
    assert sender.patch(url, 0, PDF, **{"Upload-Offset": offset}).status_code == 400


def test_more_than_was_promised_is_refused(sender):
    url = sender.begin(size=10)
    assert sender.patch(url, 0, PDF).status_code == 413
    assert sender.offset(url) == 0


@pytest.mark.parametrize("algorithm", ["sha256", "sha1"])
def test_a_piece_that_does_not_match_its_checksum_does_not_count(sender, algorithm):
    url = sender.begin()
    told = f"{algorithm} {base64.b64encode(hashlib.new(algorithm, PDF).digest()).decode()}"
    assert sender.patch(url, 0, b"X" + PDF[1:], **{"Upload-Checksum": told}).status_code == 460
    assert sender.offset(url) == 0
    assert sender.patch(url, 0, PDF, **{"Upload-Checksum": told}).status_code == 204


@pytest.mark.parametrize("told", ["md5 AAAA", "sha256", "sha256 ???", "crc32"])
def test_a_checksum_that_cannot_be_checked_is_refused(sender, told):
    url = sender.begin()
    answer = sender.patch(url, 0, PDF, **{"Upload-Checksum": told})
    assert answer.status_code in (400, 460)
    assert sender.offset(url) == 0


def test_a_body_of_another_type_is_refused(sender):
    url = sender.begin()
    assert sender.patch(url, 0, PDF, **{"Content-Type": "application/json"}).status_code == 415


def test_post_may_carry_another_method_and_get_may_not(sender):
    url = sender.begin()
    override = {"X-HTTP-Method-Override": "PATCH", "Upload-Offset": "0"}
    assert sender.send("POST", url, PDF[:10], **override).status_code == 204
    assert sender.send("GET", url, **override).status_code == 405


def test_the_endpoint_asks_for_the_token_of_the_form(draft):
    client = Client(enforce_csrf_checks=True)
    client.force_login(draft.team.captain)
    answer = Sender(client, draft).create()
    assert answer.status_code == 403
    assert not Transfer.objects.exists()


def test_a_session_that_ended_is_told_so_and_what_was_sent_is_kept(sender):
    url = sender.begin()
    sender.patch(url, 0, PDF[:10])
    sender.client.logout()
    answer = sender.patch(url, 10, PDF[10:])
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    sender.client.force_login(sender.entry.team.captain)
    assert sender.offset(url) == 10


def test_a_stopped_transfer_is_gone(sender):
    url = sender.begin()
    assert sender.send("DELETE", url).status_code == 204
    assert sender.send("HEAD", url).status_code == 410
    assert sender.patch(url, 0, PDF).status_code == 410


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.pdf", "empty"),
        (b"x" * ((1 << 20) + 1), "大.pdf", "too_large"),
        (b"x", "程序.exe", "wrong_kind"),
        (b"x", "没有扩展名", "wrong_kind"),
    ],
)
def test_name_and_size_are_refused_before_a_byte_is_sent(sender, content, name, code):
    answer = sender.create(content, name)
    assert answer.status_code == 409
    assert answer.json()["code"] == code
    assert name in answer.json()["message"]
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"\x89PNG\r\n" + b"\0" * 99, "图.pdf", "unknown"),
        (files.pdf()[:-30], "断.pdf", "truncated"),
        (files.encrypted_pdf(), "锁.pdf", "encrypted"),
        (files.office(files.WORD, extra={"word/vbaProject.bin": b"x"}), "宏.docx", "macros"),
        (files.office(files.WORD, extra={"x": b"\0" * (40 << 20)}), "弹.docx", "bomb"),
        (files.docx(), "其实是文档.pdf", "mislabelled"),
    ],
)
def test_a_whole_that_is_bad_gets_its_own_sentence_also_when_asked_again(sender, content, name, code):
    url = sender.begin(content, name)
    answer = sender.patch(url, 0, content)
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert name in answer.json()["message"]
    again = sender.patch(url, 0, content)
    assert (again.status_code, again.json()["message"]) == (410, answer.json()["message"])
    assert not Upload.objects.exists()


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_strangers_learn_nothing(sender, method):
    url = sender.begin()
    sender.client.force_login(make_person())
    assert sender.send(method, url, Upload_Offset="0").status_code == 404
    assert sender.create().status_code == 404
    assert Transfer.objects.count() == 1


# ── The life of a transfer ─────────────────────────────────────────────────────────────────────────────────────────
def test_only_who_began_goes_on(entry):
    transfer = begin(entry)
    with pytest.raises(NotAllowed):
        send(transfer, actor=make_member(entry).user)


def test_any_member_may_stop_it(entry):
    transfer = begin(entry)
    assert stop_transfer(actor=make_member(entry).user, transfer=transfer, now=NOW).state == State.STOPPED


def test_a_file_never_replaces_one_that_its_sender_did_not_see(entry):
    slow, quick = begin(entry), begin(entry, size=len(files.pdf()))
    send(quick, files.pdf())
    there = Upload.objects.get(state="stored")
    waiting = send(slow)
    assert waiting.state == State.WAITING
    assert there.refreshed().state == "stored"
    with pytest.raises(Stale):
        settle_transfer(actor=entry.team.captain, transfer=waiting, replaces="", now=NOW)
    placed = settle_transfer(actor=entry.team.captain, transfer=waiting, replaces=there.public_id, now=NOW)
    assert placed.sha256 == hashlib.sha256(PDF).hexdigest()
    assert (there.refreshed().state, waiting.refreshed().state) == ("replaced", State.PLACED)


def test_one_begun_in_time_finishes_within_the_grace_and_not_after(entry):
    stage = entry.contest.stages.get(kind="submission")
    stage.grace_minutes = 30
    stage.save()
    moment = timedelta(microseconds=1)
    transfer = begin(entry, now=stage.closes_at - moment)
    with pytest.raises(Closed):
        begin(entry, now=stage.closes_at)
    with pytest.raises(Closed):
        send(transfer, now=stage.uploads_until)
    assert send(transfer, now=stage.uploads_until - moment).state == State.PLACED


def test_without_grace_the_deadline_is_the_end(entry):
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    transfer = begin(entry, now=closes_at - timedelta(minutes=1))
    with pytest.raises(Closed):
        send(transfer, now=closes_at)
    assert transfer.refreshed().state == State.RECEIVING


def test_a_team_has_so_many_unfinished_transfers_and_no_more(entry):
    for _turn in range(MOST_UNFINISHED):
        last = begin(entry)
    with pytest.raises(Refusal) as caught:
        begin(entry)
    assert caught.value.code == "too_many"
    stop_transfer(actor=entry.team.captain, transfer=last, now=NOW)
    assert begin(entry).state == State.RECEIVING


def test_a_file_that_this_team_is_not_asked_for_is_refused_before_it_is_sent(entry):
    other = make_track(entry.contest)
    wanted = make_wanted_file(entry.contest, key="theirs", track=other)
    with pytest.raises(Refusal) as caught:
        begin_transfer(
            actor=entry.team.captain, entry=entry, wanted=wanted, name="材料.pdf", size=1, replaces="", now=NOW
        )
    assert caught.value.code == "not_wanted"
    assert not Transfer.objects.exists()


def test_a_piece_longer_than_the_rest_does_not_count(entry):
    transfer = begin(entry, size=100)
    send(transfer, PDF[:90])
    with pytest.raises(Refusal) as caught:
        send(transfer, PDF[90:101], offset=90)
    assert caught.value.code == "too_much"
    assert (transfer.refreshed().received, transfer.refreshed().state) == (90, State.RECEIVING)


def test_a_piece_of_nothing_moves_nothing_and_keeps_the_transfer_alive(entry):
    transfer = begin(entry)
    later = NOW + timedelta(hours=1)
    after = send(transfer, b"", now=later)
    assert (after.received, after.pieces, after.expires_at) == (0, [], later + KEPT)


def test_only_a_file_that_waits_is_settled(entry):
    transfer = begin(entry)
    with pytest.raises(TransferOver):
        settle_transfer(actor=entry.team.captain, transfer=transfer, replaces="", now=NOW)
    assert transfer.refreshed().state == State.RECEIVING
    assert not Upload.objects.exists()


def test_what_is_over_is_not_stopped_again(entry):
    transfer = begin(entry)
    send(transfer)
    assert stop_transfer(actor=entry.team.captain, transfer=transfer, now=NOW).state == State.PLACED
    assert not Event.objects.filter(kind=TRANSFER_STOPPED.key).exists()


def test_a_piece_that_comes_while_the_transfer_is_given_up_keeps_it(entry):
    seen_by_the_sweep = begin(entry)
    send(seen_by_the_sweep, PDF[:50], now=NOW + timedelta(hours=1))
    assert not _expire(seen_by_the_sweep, now=NOW + KEPT)
    assert seen_by_the_sweep.refreshed().state == State.RECEIVING


def test_a_transfer_that_was_stopped_while_its_whole_was_looked_at_stays_stopped(entry):
    transfer = begin(entry)
    stop_transfer(actor=entry.team.captain, transfer=transfer, now=NOW)
    _refuse(actor=entry.team.captain, transfer=transfer, reason="损坏", now=NOW)
    assert (transfer.refreshed().state, transfer.refreshed().reason) == (State.STOPPED, "")
    assert not Event.objects.filter(kind=TRANSFER_REFUSED.key).exists()


def test_what_nobody_continues_is_given_up_with_its_bytes(entry, django_capture_on_commit_callbacks):
    transfer = begin(entry)
    send(transfer, PDF[:50], now=NOW + timedelta(hours=1))
    assert expire_transfers(now=NOW + KEPT) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert expire_transfers(now=NOW + KEPT + timedelta(hours=1)) == 1
    assert transfer.refreshed().state == State.EXPIRED
    assert not arrivals_of(transfer.public_id).folder.exists()
    with pytest.raises(TransferOver):
        send(transfer, PDF[50:], offset=50)


def test_a_process_that_died_between_keeping_and_telling_leaves_the_kept_file_alone(entry):
    transfer = begin(entry)
    send(transfer, PDF[:-1])
    arrivals = arrivals_of(transfer.public_id)
    arrivals.add(len(PDF) - 1, BytesIO(PDF[-1:]))
    with arrivals.whole([], "材料.pdf") as file:
        arrivals.keep("sha256/aa/bb/kept", file)
    send(transfer.refreshed(), b"?", offset=len(PDF) - 1)
    with default_storage.open("sha256/aa/bb/kept") as kept:
        assert kept.read() == PDF


def test_bytes_that_a_killed_process_left_are_swept(entry):
    transfer, other = begin(entry), begin(entry)
    Transfer.objects.filter(pk=transfer.pk).update(state=State.STOPPED)
    expire_transfers(now=NOW)
    assert set(left_behind()) == {other.public_id}


def test_a_full_disk_is_said_and_what_was_sent_is_kept(sender, monkeypatch):
    """The kernel refuses every byte for /dev/full, as it does on a full disk."""
    url = sender.begin()
    sender.patch(url, 0, PDF[:50])
    with monkeypatch.context() as patch, Path("/dev/full").open("r+b", buffering=0) as full:
        patch.setattr("submissions.arrivals.FolderArrivals.room", lambda _arrivals: nullcontext(full))
        answer = sender.patch(url, 50, PDF[50:])
    assert (answer.status_code, answer.json()["code"]) == (507, "no_room")
    assert "已上传的部分均已保留" in answer.json()["message"]
    assert sender.patch(url, 50, PDF[50:]).status_code == 204
    assert Transfer.objects.get().state == "placed"
