"""Bytes that nothing names go after a while; nothing that a draft, a version or a transfer names ever goes."""

import os
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from portal.journal.models import Event
from submissions.actions import (
    clearing,
    delete_draft,
    make_inspection,
    remove_upload,
    settle_transfer,
    upload_file,
    uploads,
)
from submissions.actions.clearing import UNUSED_LASTS, claiming, clear_contents
from submissions.invariants import bytes_that_are_gone, contents_without_row
from submissions.models import Inspection, Upload
from submissions.models.upload import place_of
from submissions.personal import entry_parts
from submissions.storing import keep, sha256_of
from tests.competition.factories import NOW
from tests.submissions.factories import fresh, make_complete_entry, make_submitted_entry, make_waiting_transfer, submit
from tests.submissions.files import pdf, upload

pytestmark = pytest.mark.django_db
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def entry():
    return make_complete_entry()


def standing(entry):
    return Upload.objects.get(entry=entry, state="stored")


def replace(entry, note="another"):
    before = standing(entry)
    return upload_file(
        actor=entry.team.captain, entry=entry, wanted=before.wanted, file=upload(pdf(note=note)),
        replaces=before.public_id, now=NOW,
    )  # fmt: skip


def is_there(stored):
    return default_storage.exists(stored.storage_path)


def sound():
    return list(bytes_that_are_gone()) == list(contents_without_row()) == []


def test_a_replaced_file_goes_when_its_time_is_over(entry):
    old = standing(entry)
    new = replace(entry)
    assert clear_contents(now=NOW) == 0
    assert clear_contents(now=NOW + UNUSED_LASTS - MOMENT) == 0
    assert is_there(old)
    assert clear_contents(now=NOW + UNUSED_LASTS) == 1
    assert not is_there(old)
    assert is_there(new)
    assert not Inspection.objects.filter(sha256=old.sha256).exists()
    payload = Event.objects.get(kind="files.cleared").body.payload
    assert payload == {"count": 1, "bytes": old.size}
    assert sound()
    assert clear_contents(now=NOW + 2 * UNUSED_LASTS) == 0


def test_the_pictures_of_its_pages_go_with_it(entry):
    old = standing(entry)
    picture = make_inspection(pk=old.inspection_id, now=NOW).picture_path(1)
    assert default_storage.exists(picture)
    replace(entry)
    clear_contents(now=NOW)
    clear_contents(now=NOW + UNUSED_LASTS)
    assert not default_storage.exists(picture)
    assert make_inspection(pk=old.inspection_id, now=NOW) is None


def test_the_files_of_a_deleted_draft_go(entry):
    stored = standing(entry)
    delete_draft(actor=entry.team.captain, entry=entry, now=NOW)
    clear_contents(now=NOW)
    assert clear_contents(now=NOW + UNUSED_LASTS) == 1
    assert not is_there(stored)


def test_what_a_version_has_stays_whatever_becomes_of_the_draft():
    entry = make_submitted_entry()
    handed_in = standing(entry)
    replace(entry)
    submit(entry)
    remove_upload(actor=entry.team.captain, upload=standing(entry), now=NOW)
    clear_contents(now=NOW)
    assert clear_contents(now=NOW + 10 * UNUSED_LASTS) == 0
    assert is_there(handed_in)
    assert sound()


def test_what_another_draft_has_stays(entry):
    other = make_complete_entry(entry.topic)
    shared = replace(entry, "shared")
    replace(other, "shared")
    replace(entry, "own again")
    clear_contents(now=NOW)
    clear_contents(now=NOW + UNUSED_LASTS)
    assert is_there(shared)
    assert sound()


def test_a_file_that_waits_for_a_decision_stays_and_can_take_its_place(entry):
    transfer = make_waiting_transfer(entry)
    clear_contents(now=NOW)
    clear_contents(now=NOW + 2 * UNUSED_LASTS)
    there = standing(entry).public_id
    settled = settle_transfer(actor=entry.team.captain, transfer=transfer, replaces=there, now=NOW)
    assert is_there(settled)
    assert sound()


def test_a_file_that_comes_back_begins_its_time_anew(entry):
    old = standing(entry)
    with default_storage.open(old.storage_path) as file:
        content = file.read()
    new = replace(entry)
    clear_contents(now=NOW)
    back = upload_file(
        actor=entry.team.captain, entry=entry, wanted=new.wanted, file=upload(content), replaces=new.public_id, now=NOW
    )
    assert (back.sha256, Inspection.objects.get(sha256=old.sha256).unused_since) == (old.sha256, None)
    clear_contents(now=NOW + UNUSED_LASTS)
    assert is_there(back)
    replace(fresh(entry), "third")
    assert clear_contents(now=NOW + 2 * UNUSED_LASTS) == 1  # the second file, which nobody took back
    assert is_there(back)


def test_bytes_without_a_row_go_when_they_are_old_enough(entry):
    content = ContentFile(pdf(note="killed before anybody named it"))
    sha256 = sha256_of(content)
    keep(place_of(sha256), content, size=content.size)
    written = (NOW - UNUSED_LASTS).timestamp()
    os.utime(default_storage.path(place_of(sha256)), (written, written + 1))
    assert clear_contents(now=NOW, with_strays=True) == 0
    os.utime(default_storage.path(place_of(sha256)), (written, written))
    assert clear_contents(now=NOW) == 0
    assert clear_contents(now=NOW, with_strays=True) == 1
    assert not default_storage.exists(place_of(sha256))
    assert is_there(standing(entry))
    assert not Inspection.objects.filter(sha256=sha256).exists()


def test_bytes_that_go_between_keeping_and_naming_them_are_kept_anew(entry, monkeypatch):
    turns = []

    def keep_then_lose(path, file, *, size):
        keep(path, file, size=size)
        turns.append(path)
        if len(turns) == 1:
            default_storage.delete(path)

    monkeypatch.setattr(uploads, "keep", keep_then_lose)
    stored = replace(entry)
    assert len(turns) == 2
    assert is_there(stored)
    assert sound()


def test_what_is_lost_again_and_again_is_an_error_and_not_a_promise(entry):
    def attempt():
        raise clearing.Cleared

    with pytest.raises(clearing.Cleared):
        claiming(attempt)


def test_a_copy_of_ones_data_holds_what_is_still_there(entry):
    old = standing(entry)
    new = replace(entry)
    paths = [part.path for part in entry_parts(entry.team.captain)]
    assert any(new.sha256[:8] in path for path in paths)
    assert not any(old.sha256[:8] in path for path in paths)


def test_the_invariants_find_bytes_that_are_gone(entry):
    stored = standing(entry)
    transfer = make_waiting_transfer(entry)
    for path in (stored.storage_path, place_of(transfer.sha256)):
        default_storage.delete(path)
    assert len(list(bytes_that_are_gone())) == 2
    Upload.objects.filter(pk=stored.pk).update(inspection=None)
    assert len(list(contents_without_row())) == 1
