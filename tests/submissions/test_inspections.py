"""What is found out in the background: pages, pictures, malware; with a server that speaks clamd's protocol."""

import socket
import struct
import threading
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import quote

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from portal.notices.models import Notice
from submissions import clamd
from submissions.actions import make_inspection, submit_entry, upload_file
from submissions.actions.inspecting import MOST_TRIES, ask_for_inspection, awaited
from submissions.actions.submission import NotReady
from submissions.demo_content import pdf
from submissions.models import Inspection, Upload
from submissions.previews import draw
from tests.competition.factories import NOW
from tests.submissions import files
from tests.submissions.factories import fresh, make_complete_entry
from tests.submissions.files import upload

pytestmark = pytest.mark.django_db
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd:
    """As clamd answers: OK, FOUND for the test file that every scanner knows, and an error over its limit; or what it `says`."""

    def __init__(self, limit=1 << 20, says=None, address=None):
        self.limit, self.says = limit, says
        if address:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(address)
            self.listener.listen()
            self.url = f"unix://{quote(address)}"
        else:
            self.listener = socket.create_server(("127.0.0.1", 0))
            self.url = f"tcp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def close(self):
        """Only when nobody accepts any more: the number of the socket may be the next one's by then."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def serve(self):
        while True:
            try:
                line, _address = self.listener.accept()
            except OSError:
                return
            with line, line.makefile("rb") as sent:
                answer = self.answer(sent) + b"\0"
                line.sendall(answer if self.says is None else self.says)

    def answer(self, sent):
        command = b""
        while not command.endswith(b"\0"):
            command += sent.read(1)
        if command == b"zPING\0":
            return b"PONG"
        assert command == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack(">I", sent.read(4))[0]:
            content += sent.read(length)
            if len(content) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Win.Test.EICAR_HDB-1 FOUND" if EICAR in content else b"stream: OK"


@contextmanager
def scanner(settings, **options):
    server = Clamd(**options)
    settings.CLAMD_URL = server.url
    yield server
    server.close()


@pytest.fixture
def entry():
    return make_complete_entry()


def replace(entry, content, name="新.pdf"):
    there = Upload.objects.get(entry=entry, state="stored")
    return upload_file(
        actor=entry.team.captain, entry=entry, wanted=there.wanted, file=upload(content, name),
        replaces=there.public_id, now=NOW,
    )  # fmt: skip


def infected(entry):
    stored = replace(entry, files.pdf(note=EICAR.decode()))
    make_inspection(pk=stored.inspection_id, now=NOW)
    return stored


def test_the_pages_of_a_pdf_are_counted_and_drawn(entry):
    stored = replace(entry, pdf("One page"))
    found = make_inspection(pk=stored.inspection_id, now=NOW)
    assert (found.pages, found.pictures, found.verdict) == (1, 1, "unknown")
    with default_storage.open(found.picture_path(1)) as picture:
        assert picture.read(12)[8:] == b"WEBP"
    client = Client()
    client.force_login(entry.team.captain)
    answer = client.get(reverse("page_picture", args=[entry.public_id, stored.public_id, 1]))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
    assert client.get(reverse("page_picture", args=[entry.public_id, stored.public_id, 2])).status_code == 404
    page = client.get(reverse("entry_files", args=[entry.public_id])).content.decode()
    assert reverse("page_picture", args=[entry.public_id, stored.public_id, 1]) in page


def test_the_same_content_is_looked_at_once(entry):
    replace(entry, pdf("A"))
    again = replace(fresh(entry), pdf("B"))
    back = replace(fresh(entry), pdf("A"), name="另一个名字.pdf")
    assert Inspection.objects.filter(sha256=back.sha256).count() == 1
    assert again.inspection_id != back.inspection_id


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nonsense", files.pdf()[:200], b"\0" * 5000])
def test_what_cannot_be_drawn_has_no_picture_and_nothing_breaks(tmp_path, content):
    source = tmp_path / "broken.pdf"
    source.write_bytes(content)
    assert draw(source, tmp_path).pictures == 0


def test_what_was_not_looked_at_is_found_by_the_sweep_but_not_for_ever(entry):
    stored = replace(entry, pdf("A"))
    assert stored.inspection_id in awaited()
    Inspection.objects.filter(pk=stored.inspection_id).update(tries=MOST_TRIES)
    assert stored.inspection_id not in awaited()


def test_a_clean_file_is_called_clean(entry, settings):
    stored = replace(entry, pdf("A"))
    with scanner(settings):
        assert make_inspection(pk=stored.inspection_id, now=NOW).verdict == "clean"
    assert stored.inspection_id not in awaited()


def test_an_infected_file_is_not_handed_out_and_cannot_be_submitted(entry, settings):
    with scanner(settings):
        stored = infected(entry)
    client = Client()
    client.force_login(entry.team.captain)
    answer = client.get(reverse("upload_file", args=[entry.public_id, stored.public_id]))
    assert answer.status_code == 409
    assert "Win.Test.EICAR" in client.get(reverse("entry_files", args=[entry.public_id])).content.decode()
    ready = fresh(entry)
    with pytest.raises(NotReady):
        submit_entry(actor=ready.team.captain, entry=ready, revision=ready.revision, now=NOW)


def test_the_team_hears_of_an_infected_file_unless_it_was_replaced_meanwhile(entry, settings):
    with scanner(settings):
        stored = replace(entry, files.pdf(note=EICAR.decode()))
        make_inspection(pk=stored.inspection_id, now=NOW)
        make_inspection(pk=stored.inspection_id, now=NOW)
    told = Notice.objects.filter(kind="submissions.file_infected")
    assert {(notice.recipient, notice.context["name"]) for notice in told} == {(entry.team.captain, "新.pdf")}
    before = told.count()
    other = make_complete_entry()
    with scanner(settings):
        gone = replace(other, files.pdf(note=EICAR.decode() + " "))
        replace(fresh(other), pdf("A"))
        make_inspection(pk=gone.inspection_id, now=NOW)
    assert gone.refreshed().inspection.verdict == "infected"
    assert told.count() == before


def test_a_file_that_the_scanner_does_not_take_is_not_called_clean(entry, settings):
    stored = replace(entry, files.pdf(note="x" * 5000))
    with scanner(settings, limit=1000):
        found = make_inspection(pk=stored.inspection_id, now=NOW)
    assert (found.verdict, found.scanned_at) == ("unknown", NOW)
    assert "limit" in found.finding


def test_a_scanner_that_is_away_is_asked_again(entry, settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:9"
    stored = replace(entry, pdf("A"))
    with pytest.raises(OSError, match="refused"):
        make_inspection(pk=stored.inspection_id, now=NOW)
    found = Inspection.objects.get(pk=stored.inspection_id)
    assert (found.pages, found.scanned_at) == (1, None)
    assert stored.inspection_id in awaited()


def test_the_doctor_can_ask_the_scanner(settings):
    with scanner(settings) as server:
        assert clamd.ping(server.url) == "answers"


def test_a_scanner_is_asked_over_the_socket_of_its_own_machine_too(tmp_path, settings):
    with scanner(settings, address=str(tmp_path / "clamd 1.ctl")) as server:
        assert clamd.ping(server.url) == "answers"
        assert clamd.scan(server.url, BytesIO(EICAR)) == "Win.Test.EICAR_HDB-1"
    with pytest.raises(OSError, match="No such file"):
        clamd.ping(f"unix://{tmp_path}/nobody.ctl")


@pytest.mark.parametrize(
    ("says", "error"), [(b"", "hung up without an answer"), (b"UNKNOWN COMMAND\0", "clamd says 'UNKNOWN COMMAND'")]
)
def test_a_scanner_that_does_not_say_what_it_should_is_not_well(settings, says, error):
    with scanner(settings, says=says) as server, pytest.raises(OSError, match=error):
        clamd.ping(server.url)


def test_a_scanner_that_breaks_off_in_the_middle_of_a_word_is_still_heard(settings):
    with scanner(settings, says=b"PONG") as server:
        assert clamd.ping(server.url) == "answers"


def test_a_file_that_has_no_pages_is_not_drawn(entry):
    stored = replace(entry, pdf("A"))
    Inspection.objects.filter(pk=stored.inspection_id).update(kind="docx")
    found = make_inspection(pk=stored.inspection_id, now=NOW)
    assert (found.pages, found.pictures, found.looked_at) == (None, 0, NOW)


def test_of_a_content_that_was_cleared_meanwhile_there_is_nothing_to_look_at():
    assert make_inspection(pk=0, now=NOW) is None


def test_what_was_looked_at_already_is_not_asked_for_again(entry, django_capture_on_commit_callbacks):
    stored = replace(entry, pdf("A"))
    make_inspection(pk=stored.inspection_id, now=NOW)
    with django_capture_on_commit_callbacks() as waiting:
        ask_for_inspection(Inspection.objects.get(pk=stored.inspection_id))
    assert waiting == []
