"""Copies for judges are made before a judge asks; who comes first waits on a page, and never gets the original."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.urls import reverse

from judging import tasks
from judging.actions import copying
from judging.actions.background import SILENT_FOR
from judging.actions.copying import awaited_copies, copy_entry, copying_stands_still
from judging.blinding import copies
from judging.blinding.copies import blind_path
from judging.models import Assignment, BlindCopy
from judging.views import material
from tests.judging.factories import NOW, make_panel
from tests.judging.test_blinding import blind, keep_file, telling_pdf  # noqa: F401 - a fixture is used by its name
from tests.submissions.files import box, docx

pytestmark = pytest.mark.django_db
LATER = NOW + SILENT_FOR + timedelta(seconds=1)
FILM = box(b"ftyp", b"isom") + box(b"udta", b"Secret") + box(b"mdat", b"x" * 100)


@pytest.fixture(autouse=True)
def _in_the_middle_of_the_review():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def asked(monkeypatch):
    """The entries for which the worker was asked."""
    called = []
    monkeypatch.setattr(copying, "call", lambda task, *arguments: called.append((task.name, *arguments)))
    monkeypatch.setattr(copying, "hand_over", lambda task, ids: called.extend((task.name, pk) for pk in ids))
    return called


def address(name, file):
    return reverse(name, args=[Assignment.objects.get().public_id, file.pk])


class TestAhead:
    def test_publishing_a_plan_asks_the_worker(self, asked, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks(execute=True):
            make_panel(experts=1, entries=1)
        assert ("judging.tasks.begin_copies",) in asked

    def test_an_entry_is_awaited_until_each_of_its_files_is_copied(self, blind):  # noqa: F811
        files = [keep_file(blind, kind="pdf", content=telling_pdf()), keep_file(blind, kind="mp4", content=FILM)]
        pk = Assignment.objects.get().entry_id
        assert awaited_copies(NOW) == [pk]
        copy_entry(pk=pk)
        assert awaited_copies(LATER) == []
        for file in files:
            with default_storage.open(blind_path(file.upload)) as copy:
                assert b"Secret" not in copy.read()

    def test_a_copy_that_is_there_already_is_noted(self, client, blind):  # noqa: F811
        file = keep_file(blind, kind="pdf", content=telling_pdf())
        client.force_login(blind.experts[0].user)
        client.get(address("desk_file", file))
        pk = Assignment.objects.get().entry_id
        assert awaited_copies(LATER) == [pk]
        copy_entry(pk=pk)
        assert awaited_copies(LATER) == []

    def test_one_that_cannot_be_made_is_tried_again_and_given_up(self, blind, monkeypatch):  # noqa: F811
        made = []
        monkeypatch.setattr(copying, "make_copy", lambda upload: made.append(upload) or copies.make_copy(upload))
        broken = keep_file(blind, kind="docx", content=docx()[:40])
        pk = Assignment.objects.get().entry_id
        for turn in range(BlindCopy.TRIES):
            assert awaited_copies(NOW + turn * 2 * SILENT_FOR) == [pk]
            copy_entry(pk=pk, clock_now=lambda turn=turn: NOW + turn * 2 * SILENT_FOR)
        assert awaited_copies(NOW + timedelta(days=1)) == []
        copy_entry(pk=pk)
        assert len(made) == BlindCopy.TRIES
        assert not default_storage.exists(blind_path(broken.upload))

    def test_a_lost_original_keeps_nothing_else_waiting(self, blind):  # noqa: F811
        lost, film = keep_file(blind, kind="pdf", content=telling_pdf()), keep_file(blind, kind="mp4", content=FILM)
        default_storage.delete(lost.upload.storage_path)
        copy_entry(pk=Assignment.objects.get().entry_id)
        assert default_storage.exists(blind_path(film.upload))

    def test_files_that_name_the_team_are_not_copied(self, blind):  # noqa: F811
        file = keep_file(blind, kind="pdf", content=telling_pdf())
        wanted = file.upload.wanted
        wanted.names_team = True
        wanted.save()
        assert awaited_copies(NOW) == []

    def test_a_stage_that_is_over_asks_for_nothing(self, blind):  # noqa: F811
        keep_file(blind, kind="pdf", content=telling_pdf())
        assert awaited_copies(blind.stage.closes_at) == []

    def test_the_sweep_begins_again_where_nothing_moves(self, blind, asked):  # noqa: F811
        keep_file(blind, kind="pdf", content=telling_pdf())
        pk = Assignment.objects.get().entry_id
        tasks.sweep()
        assert asked == [("judging.tasks.copy", pk)]
        BlindCopy.objects.create(sha256="0" * 64, kind="pdf", tried_at=NOW)
        assert not copying_stands_still(NOW)
        tasks.sweep()
        assert len(asked) == 1

    def test_after_one_entry_comes_the_next(self, blind, asked):  # noqa: F811
        keep_file(blind, kind="pdf", content=telling_pdf())
        pk = Assignment.objects.get().entry_id
        tasks.begin_copies()
        tasks.copy(pk)
        assert asked == [("judging.tasks.copy", pk)]
        assert BlindCopy.objects.get().is_made


class TestAJudgeWhoComesFirst:
    @pytest.fixture
    def judge(self, client, blind, monkeypatch):  # noqa: F811
        client.force_login(blind.experts[0].user)
        monkeypatch.setattr(material, "SMALL", 50)
        return client

    def test_waits_on_a_page_that_tries_again_by_itself(self, judge, blind, asked):  # noqa: F811
        file = keep_file(blind, kind="pdf", content=telling_pdf())
        answer = judge.get(address("desk_file", file))
        assert answer.status_code == 503
        page = answer.content.decode()
        assert "正在准备" in page
        assert 'http-equiv="refresh"' in page
        assert "Secret" not in page
        judge.get(address("desk_file", file))
        assert asked == [("judging.tasks.copy", Assignment.objects.get().entry_id)]  # once, however often one asks
        copy_entry(pk=Assignment.objects.get().entry_id)
        answer = judge.get(address("desk_file", file))
        assert answer.status_code == 200
        assert b"Secret" not in b"".join(answer.streaming_content)

    def test_is_told_when_to_ask_for_a_film_again(self, judge, blind, asked):  # noqa: F811
        film = keep_file(blind, kind="mp4", content=FILM)
        answer = judge.get(address("desk_film", film))
        assert (answer.status_code, answer.headers["Retry-After"], answer.content) == (503, "5", b"")
        copy_entry(pk=Assignment.objects.get().entry_id)
        answer = judge.head(address("desk_film", film))
        assert answer.status_code == 200

    def test_learns_at_once_that_a_copy_cannot_be_made(self, judge, blind, asked):  # noqa: F811
        broken = keep_file(blind, kind="docx", content=docx()[:51])
        upload = broken.upload
        BlindCopy.objects.create(sha256=upload.sha256, kind=upload.kind, tries=BlindCopy.TRIES, tried_at=NOW)
        answer = judge.get(address("desk_file", broken))
        assert answer.status_code == 409
        assert asked == []
