"""The same uploads on a real S3 server: pieces, the whole by its content, addresses that hand it out for a minute."""

import urllib.error
import urllib.request
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.storage import in_bucket
from submissions.actions.clearing import UNUSED_LASTS, clear_contents
from submissions.arrivals import arrivals_of, left_behind
from submissions.models import Transfer, Upload
from submissions.models.upload import place_of
from submissions.storing import Damaged, keep, sha256_of, verify
from tests.object_storage import running_bucket
from tests.submissions import files
from tests.submissions.sender import PDF, Sender, make_draft

pytestmark = [pytest.mark.django_db, pytest.mark.processes]


@pytest.fixture(scope="module")
def bucket(tmp_path_factory):
    with running_bucket(tmp_path_factory.mktemp("s3") / "weed") as running:
        yield running


@pytest.fixture
def sender(bucket, settings):
    settings.STORAGES = {**settings.STORAGES, "default": in_bucket(bucket)}
    draft = make_draft(timezone.now())
    client = Client()
    client.force_login(draft.team.captain)
    return Sender(client, draft)


def lying(transfer):
    """Names of the pieces that are still there."""
    return default_storage.listdir(f"incoming/{transfer.public_id}")[1]


def fetch(address):
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=20)


def test_pieces_become_one_object_under_its_hash(sender, django_capture_on_commit_callbacks):
    url = sender.begin()
    with django_capture_on_commit_callbacks(execute=True):
        for start, end in ((0, 1), (1, 2000), (2000, len(PDF))):
            assert sender.patch(url, start, PDF[start:end]).status_code == 204
    stored = Upload.objects.get(state="stored")
    verify(stored.storage_path, size=len(PDF), sha256=stored.sha256)
    assert lying(Transfer.objects.get()) == []


def test_a_piece_of_a_sender_who_came_too_late_is_in_no_file(sender):
    url = sender.begin()
    transfer = Transfer.objects.get()
    arrivals_of(transfer.public_id).add(0, BytesIO(b"of somebody else"))
    sender.patch(url, 0, PDF)
    stored = Upload.objects.get(state="stored")
    with default_storage.open(stored.storage_path) as kept:
        assert kept.read() == PDF


def test_a_download_is_sent_to_an_address_that_is_signed_and_names_the_file(sender):
    sender.create(body=PDF, name="申报 材料.pdf")
    stored = Upload.objects.get(state="stored")
    answer = sender.client.get(reverse("upload_file", args=[sender.entry.public_id, stored.public_id]))
    assert answer.status_code == 302
    with fetch(answer["Location"]) as got:
        assert got.read() == PDF
        assert got.headers["Content-Type"] == "application/pdf"
        assert got.headers["Content-Disposition"].startswith("attachment; filename")
    with pytest.raises(urllib.error.HTTPError) as caught:
        fetch(answer["Location"].partition("?")[0])
    assert caught.value.code == 403


def test_strangers_get_no_address(sender):
    sender.create(body=PDF)
    stored = Upload.objects.get(state="stored")
    address = reverse("upload_file", args=[sender.entry.public_id, stored.public_id])
    assert Client().get(address).status_code == 302
    assert "Signature" not in Client().get(address)["Location"]


def test_the_form_without_script_keeps_the_file_there_too(sender):
    page = reverse("entry_files", args=[sender.entry.public_id])
    sender.client.post(page, {"wanted": sender.wanted.public_id, "replaces": "", "file": files.upload(PDF)})
    stored = Upload.objects.get(state="stored")
    verify(stored.storage_path, size=len(PDF), sha256=stored.sha256)


def test_another_object_under_the_hash_is_noticed(sender):
    sender.create(body=PDF)
    stored = Upload.objects.get(state="stored")
    default_storage.save(stored.storage_path, files.upload(b"X" + PDF[1:]))
    with pytest.raises(Damaged):
        verify(stored.storage_path, size=len(PDF), sha256=stored.sha256)


def test_stopped_pieces_are_removed(sender, django_capture_on_commit_callbacks):
    url = sender.begin()
    sender.patch(url, 0, PDF[:100])
    transfer = Transfer.objects.get()
    assert transfer.pieces
    assert transfer.public_id in set(left_behind())
    with django_capture_on_commit_callbacks(execute=True):
        sender.send("DELETE", url)
    assert lying(transfer) == []


def test_crumbs_are_refused(sender, monkeypatch):
    monkeypatch.setattr("submissions.actions.transfers.MOST_PIECES", 3)
    url = sender.begin()
    for offset in range(2):
        assert sender.patch(url, offset, PDF[offset : offset + 1]).status_code == 204
    assert sender.patch(url, 2, PDF[2:3]).json()["code"] == "crumbs"


def test_bytes_that_nothing_names_are_removed_from_the_bucket_too(sender):
    now = timezone.now()  # the bucket dates what it keeps by its own clock
    content = ContentFile(files.pdf(note="never named"))
    sha256 = sha256_of(content)
    keep(place_of(sha256), content, size=content.size)
    assert clear_contents(now=now, with_strays=True) == 0
    assert clear_contents(now=now + 2 * UNUSED_LASTS, with_strays=True) >= 1
    assert not default_storage.exists(place_of(sha256))
