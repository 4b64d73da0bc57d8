"""Files of the draft: looked at, kept by content, never replaced silently."""

import hashlib
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from portal.refusals import Closed, NotAllowed, Refusal, Stale
from submissions.actions import remove_upload, upload_file
from submissions.files import accepted, words_for
from submissions.invariants import bytes_that_are_gone, bytes_that_are_others
from submissions.models import Upload
from submissions.storing import Damaged, is_kept, keep
from tests.competition.factories import NOW, make_wanted_file
from tests.submissions import files
from tests.submissions.factories import (
    fresh,
    make_entry,
    make_member,
    make_open_contest,
    make_person,
    make_topic,
    make_track,
)
from tests.submissions.files import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    contest = make_open_contest(form=False)
    make_wanted_file(contest, key="any", label="材料", kinds=["pdf", "pptx", "ppt", "docx", "mp4"], max_mb=1)
    make_wanted_file(contest, key="pdf", label="承诺书", kinds=["pdf"], max_mb=1, task="commitment")
    return make_entry(make_topic(make_track(contest)))


def send(entry, content, name="材料.pdf", *, key="any", replaces="", actor=None, now=NOW):
    wanted = entry.contest.wanted_files.get(key=key)
    file = upload(content, name)
    return upload_file(
        actor=actor or entry.team.captain, entry=entry, wanted=wanted, file=file, replaces=replaces, now=now
    )


def refusal_of(*args, **kwargs):
    with pytest.raises(Refusal) as caught:
        send(*args, **kwargs)
    return caught.value


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (files.pdf(), "申报书.PDF", "pdf"),
        (files.docx(), "证明.docx", "docx"),
        (files.pptx(), "演示.pptx", "pptx"),
        (files.ole("PowerPoint Document"), "演示.ppt", "ppt"),
        (files.mp4(), "视频.mp4", "mp4"),
    ],
)
def test_good_files_are_kept_under_their_hash(entry, content, name, kind):
    stored = send(entry, content, name)
    assert (stored.name, stored.kind, stored.size) == (name, kind, len(content))
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    with default_storage.open(stored.storage_path) as kept:
        assert kept.read() == content
    assert fresh(entry).revision == entry.revision + 1


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "空.pdf", "empty"),
        (b"\x89PNG\r\n" + b"\0" * 99, "图.pdf", "unknown"),
        (files.pdf()[:-30], "断.pdf", "truncated"),
        (files.encrypted_pdf(), "锁.pdf", "encrypted"),
        (files.office(files.WORD, extra={"word/vbaProject.bin": b"x"}), "宏.docx", "macros"),
        (files.office(files.WORD, extra={"x": b"\0" * (40 << 20)}), "弹.docx", "bomb"),
        (files.office(files.SHEET), "表.docx", "wrong_kind"),
        (files.mp4(major=b"qt  "), "片.mp4", "wrong_kind"),
        (files.docx(), "其实是文档.pdf", "mislabelled"),
        (files.pdf(), "没有扩展名", "mislabelled"),
        (files.pdf(note="x" * (1 << 20)), "大.pdf", "too_large"),
    ],
)
def test_bad_files_get_their_own_sentence_and_change_nothing(entry, content, name, code):
    refusal = refusal_of(entry, content, name)
    assert refusal.code == code
    assert name in str(refusal)
    assert not Upload.objects.exists()
    assert fresh(entry).revision == entry.revision


def test_each_bad_file_is_told_another_thing(entry):
    samples = [b"", b"nonsense", files.pdf()[:-30], files.encrypted_pdf(), files.office(files.SHEET), files.docx()]
    assert len({str(refusal_of(entry, content, "a.pdf")) for content in samples}) == len(samples)


def test_a_format_that_is_not_asked_for_is_refused(entry):
    assert refusal_of(entry, files.docx(), "承诺书.docx", key="pdf").code == "wrong_kind"


def test_the_same_bytes_are_kept_once(entry):
    first = send(entry, files.pdf())
    second = send(entry, files.pdf(), "另一个名字.pdf", key="pdf")
    assert first.storage_path == second.storage_path
    folders, _names = default_storage.listdir("sha256")
    assert len(folders) == 1
    assert default_storage.listdir("incoming") == ([], [])


def test_replacing_keeps_the_older_row(entry):
    first = send(entry, files.pdf(note="1"))
    second = send(entry, files.pdf(note="2"), replaces=first.public_id)
    assert first.refreshed().state == Upload.State.REPLACED
    assert second.state == Upload.State.STORED
    assert is_kept(first.storage_path, size=first.size)


@pytest.mark.parametrize("replaces", ["", "somebodyelse"])
def test_nothing_is_replaced_silently(entry, replaces):
    first = send(entry, files.pdf(note="1"))
    with pytest.raises(Stale):
        send(entry, files.pdf(note="2"), replaces=replaces)
    assert first.refreshed().state == Upload.State.STORED


def test_sending_the_same_file_twice_is_one_upload(entry):
    first = send(entry, files.pdf())
    assert send(entry, files.pdf()) == first
    assert Upload.objects.count() == 1


def test_removing_twice_changes_nothing_more(entry):
    stored = send(entry, files.pdf())
    for _turn in range(2):
        removed = remove_upload(actor=entry.team.captain, upload=stored, now=NOW)
    assert removed.state == Upload.State.REMOVED
    assert fresh(entry).revision == entry.revision + 2


def test_members_upload_and_strangers_do_not(entry):
    assert send(entry, files.pdf(), actor=make_member(entry).user).pk
    with pytest.raises(NotAllowed):
        send(entry, files.pdf(note="2"), actor=make_person())


def test_uploads_close_with_submission(entry):
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    assert send(entry, files.pdf(), now=closes_at - timedelta(microseconds=1)).pk
    with pytest.raises(Closed):
        send(entry, files.pdf(note="2"), key="pdf", now=closes_at)


def test_a_file_of_another_contest_is_refused(entry):
    other = make_entry()
    wanted = entry.contest.wanted_files.get(key="any")
    with pytest.raises(Refusal) as caught:
        upload_file(
            actor=other.team.captain, entry=other, wanted=wanted, file=upload(files.pdf()), replaces="", now=NOW
        )
    assert caught.value.code == "not_wanted"


def test_a_file_that_only_another_track_is_asked_for_is_refused(entry):
    wanted = entry.contest.wanted_files.get(key="any")
    wanted.track = make_track(entry.contest, number=9)
    wanted.save()
    with pytest.raises(Refusal) as caught:
        send(entry, files.pdf(), key="any")
    assert caught.value.code == "not_wanted"
    wanted.track = entry.topic.track
    wanted.save()
    assert send(entry, files.pdf(), key="any").pk


def test_half_a_file_left_by_a_crash_is_put_right(entry):
    content = files.pdf()
    path = f"sha256/00/11/{hashlib.sha256(content).hexdigest()}"
    default_storage.save(path, upload(content[:100]))
    assert not is_kept(path, size=len(content))
    keep(path, upload(content), size=len(content))
    assert is_kept(path, size=len(content))
    with default_storage.open(path) as kept:
        assert kept.read() == content


def test_a_store_that_is_no_folder_gets_the_bytes_once_and_whole(settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    content = files.pdf()
    for _twice in range(2):
        keep("sha256/ab/cd/abcd", upload(content), size=len(content))
    assert default_storage.listdir("sha256/ab/cd")[1] == ["abcd"]
    with default_storage.open("sha256/ab/cd/abcd") as kept:
        assert kept.read() == content


def test_a_large_upload_is_moved_from_its_temporary_place(entry):
    content = files.pdf(note="x" * 900_000)
    arriving = TemporaryUploadedFile("大.pdf", "application/pdf", len(content), None)
    arriving.write(content)
    arriving.seek(0)
    wanted = entry.contest.wanted_files.get(key="any")
    stored = upload_file(actor=entry.team.captain, entry=entry, wanted=wanted, file=arriving, replaces="", now=NOW)
    arriving.close()
    assert is_kept(stored.storage_path, size=len(content))


def test_formats_are_named_for_people_and_for_browsers():
    assert words_for(["pdf"]) == "PDF"
    assert words_for(["pdf", "pptx", "ppt"]) in {"PDF、PPTX 或 PPT", "PDF, PPTX or PPT"}
    assert accepted(["pdf", "mp4"]) == ".pdf,.mp4,.m4v"


def damage(stored, content):
    """Somebody writes into the storage behind our back."""
    Path(default_storage.path(stored.storage_path)).write_bytes(content)


def fetch(entry, stored):
    client = Client(raise_request_exception=False)
    client.force_login(entry.team.captain)
    return client.get(reverse("upload_file", args=[entry.public_id, stored.public_id]))


def test_a_download_is_an_attachment_that_is_believed_to_be_nothing_else(entry):
    answer = fetch(entry, send(entry, files.pdf()))
    assert b"".join(answer.streaming_content) == files.pdf()
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Length"] == str(len(files.pdf()))


@pytest.mark.parametrize("change", [lambda kept: b"X" + kept[1:], lambda kept: kept[:-1], lambda kept: kept + b"X"])
@pytest.mark.parametrize("short", [0, 1 << 20], ids=["long", "short"])
def test_what_is_not_the_file_that_was_kept_never_arrives_whole(entry, monkeypatch, change, short):
    monkeypatch.setattr("submissions.views.files.SHORT", short)
    stored = send(entry, files.pdf())
    damage(stored, change(files.pdf()))
    answer = fetch(entry, stored)
    if short:
        assert answer.status_code == 500
        assert "X" not in answer.headers.get("Content-Disposition", "")
    else:
        with pytest.raises(Damaged):
            b"".join(answer.streaming_content)


def test_a_file_that_is_gone_has_its_own_page(entry):
    stored = send(entry, files.pdf())
    default_storage.delete(stored.storage_path)
    answer = fetch(entry, stored)
    assert answer.status_code == 500
    assert answer.templates[0].name == "portal/refused.html"


def test_the_deep_look_reads_every_file(entry):
    stored = send(entry, files.pdf())
    assert list(bytes_that_are_others()) == []
    damage(stored, b"X" + files.pdf()[1:])
    assert list(bytes_that_are_gone()) == []
    (line,) = bytes_that_are_others()
    assert stored.sha256 in line
    call_command("check_invariants", stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("check_invariants", "--deep", stdout=StringIO())
