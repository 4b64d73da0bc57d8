"""The tus endpoint fed with anything: it never fails, never takes what was not promised, and keeps what it took."""

from contextlib import contextmanager, suppress
from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from submissions import tus
from submissions.arrivals import arrivals_of
from submissions.models import Transfer, Upload
from tests.submissions.sender import PDF, Sender, make_draft

#: What a header may hold and still reach us.
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
NUMBERS = st.one_of(TEXT, st.integers(-5, 10**20).map(str), st.just(str(len(PDF))))
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "Upload-Offset": NUMBERS,
        "Upload-Length": NUMBERS,
        "Upload-Defer-Length": NUMBERS,
        "Upload-Metadata": TEXT,
        "Upload-Checksum": st.one_of(TEXT, TEXT.map("sha256 {}".format), TEXT.map("sha1 {}".format)),
        "Content-Type": st.sampled_from([tus.BODY_TYPE, "text/plain", "multipart/form-data", ""]),
        "Tus-Resumable": st.one_of(st.just("1.0.0"), TEXT),
        "X-HTTP-Method-Override": st.sampled_from(["PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "patch"]),
    },
)
METHODS = st.sampled_from(["POST", "PATCH", "HEAD", "DELETE", "OPTIONS", "PUT", "GET"])


MANY = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def sender(db):
    draft = make_draft(timezone.now())
    client = Client()
    client.force_login(draft.team.captain)
    return Sender(client, draft)


@contextmanager
def undone():
    """Every example begins with the same draft."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@MANY
@given(requests=st.lists(st.tuples(METHODS, st.booleans(), HEADERS, st.binary(max_size=300)), max_size=3))
def test_nothing_that_is_said_breaks_it(sender, requests):
    with undone():
        url = sender.begin()
        creation = url.rsplit("/", 2)[0] + "/"
        for method, at_creation, headers, body in requests:
            answer = sender.send(method, creation if at_creation else url, body, **headers)
            assert answer.status_code < 500
            assert answer.headers["Tus-Resumable"] == "1.0.0"
        for transfer in Transfer.objects.filter(state="receiving"):
            with arrivals_of(transfer.public_id).whole([], "x") as file:
                assert transfer.received == file.size


@MANY
@given(
    cuts=st.lists(st.integers(1, len(PDF) - 1), max_size=5, unique=True).map(sorted),
    strays=st.lists(st.integers(0, len(PDF) - 1), min_size=6, max_size=6),
)
def test_however_it_is_cut_and_whatever_strays_it_arrives_whole(sender, cuts, strays):
    with undone():
        url = sender.begin()
        for start, end, stray in zip([0, *cuts], [*cuts, len(PDF)], strays, strict=False):
            if stray != start:
                assert sender.patch(url, stray, b"?").status_code == 409
            assert sender.patch(url, start, PDF[start:end]).status_code == 204
        stored = Upload.objects.get(state="stored")
        with default_storage.open(stored.storage_path) as kept:
            assert kept.read() == PDF


@given(TEXT)
def test_headers_are_read_or_refused(text):
    with suppress(tus.Malformed):
        assert all(isinstance(value, str) for pair in tus.metadata(text).items() for value in pair)
    with suppress(tus.Malformed):
        assert tus.count({"X": text}, "X") >= 0
    with suppress(tus.Malformed):
        assert not (found := tus.checksum(text)) or found.algorithm in tus.ALGORITHMS


def gathered(read, length):
    """The pieces, as they lay in the room."""
    room = BytesIO()
    found = []
    for size in tus.pieces(read, length, room):
        assert len(room.getvalue()) == size
        found.append(room.getvalue())
    return found


@pytest.mark.parametrize("sizes", [[], [1], [tus.PIECE], [tus.PIECE - 1, 2], [1] * 10, [tus.PIECE + 5]])
def test_a_body_is_cut_into_pieces_and_nothing_is_lost(sizes):
    chunks = [bytes([number % 251]) * size for number, size in enumerate(sizes)]
    body = b"".join(chunks)
    left = bytearray(body)

    def read(most):
        taken = bytes(left[:most])
        del left[:most]
        return taken

    found = gathered(read, len(body))
    assert b"".join(found) == body
    assert all(len(piece) == tus.PIECE for piece in found[:-1])


def test_a_connection_that_breaks_loses_nothing_that_came():
    chunks = iter([b"abc", b"def"])

    def read(_most):
        try:
            return next(chunks)
        except StopIteration:
            raise OSError("the connection is gone") from None

    assert gathered(read, 9) == [b"abcdef"]
