"""What a file is, by its content alone."""

import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions import sniffing
from submissions.sniffing import OLE_MAGIC, BadFile, Problem, sniff
from tests.submissions import files

KINDS = {"pdf", "docx", "pptx", "ppsx", "xlsx", "ppt", "doc", "xls", "mp4", "zip"}


def kind_of(content: bytes) -> str:
    return sniff(io.BytesIO(content), len(content))


def problem_of(content: bytes) -> tuple[Problem, str]:
    with pytest.raises(BadFile) as caught:
        kind_of(content)
    return caught.value.problem, caught.value.kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (files.pdf(), "pdf"),
        (b"\xef\xbb\xbf" + files.pdf(), "pdf"),
        (files.docx(), "docx"),
        (files.pptx(), "pptx"),
        (files.office(files.SHEET), "xlsx"),
        (files.ole("PowerPoint Document", "Current User"), "ppt"),
        (files.ole("WordDocument"), "doc"),
        (files.ole("Workbook"), "xls"),
        (files.mp4(), "mp4"),
    ],
)
def test_good_files_are_known(content, kind):
    assert kind_of(content) == kind


def test_a_plain_archive_is_a_zip_and_nothing_more():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("readme.txt", "x")
    assert kind_of(packed.getvalue()) == "zip"


@pytest.mark.parametrize(
    ("content", "problem", "kind"),
    [
        (b"", Problem.EMPTY, ""),
        (b"hello, this is no document", Problem.UNKNOWN, ""),
        (b"\xff\xd8\xff\xe0" + b"\0" * 200, Problem.UNKNOWN, ""),
        (files.pdf()[:-40], Problem.TRUNCATED, "pdf"),
        (files.encrypted_pdf(), Problem.ENCRYPTED, "pdf"),
        (files.docx()[:-30], Problem.TRUNCATED, "zip"),
        (files.ole("EncryptedPackage", "EncryptionInfo"), Problem.ENCRYPTED, "ole"),
        (files.ole("WordDocument")[:700], Problem.TRUNCATED, "ole"),
        (files.ole("Somebody Else"), Problem.UNKNOWN, ""),
        (files.mp4(whole=False), Problem.TRUNCATED, "mp4"),
        (files.mp4()[:-10], Problem.TRUNCATED, "mp4"),
        (files.mp4(major=b"qt  "), Problem.UNKNOWN, "mov"),
        (files.mp4(major=b"heic"), Problem.UNKNOWN, "heic"),
        (files.mp4(major=b"zzzz"), Problem.UNKNOWN, ""),
    ],
)
def test_bad_files_have_each_their_problem(content, problem, kind):
    assert problem_of(content) == (problem, kind)


@pytest.mark.parametrize(
    "last",
    [
        struct.pack(">I4sQ", 1, b"mdat", 16 + 64) + b"\0" * 64,  # its length in 64 bits, as in films of gigabytes
        struct.pack(">I4s", 0, b"mdat") + b"\0" * 64,  # to the end of the file
    ],
)
def test_the_last_box_of_a_film_says_its_length_in_any_way(last):
    whole = files.mp4()
    content = whole[: whole.index(b"mdat") - 4] + last
    assert kind_of(content) == "mp4"


def test_a_film_of_endless_boxes_is_given_up():
    content = files.mp4() + files.box(b"free") * sniffing.MOST_BOXES
    assert problem_of(content) == (Problem.TRUNCATED, "mp4")


def test_an_encrypted_pdf_is_known_by_its_cross_reference_stream():
    body = files.PDF_BODY
    stream = b"4 0 obj\n<< /Type /XRef /Size 5 /Encrypt 9 0 R /Root 1 0 R >>\nstream\nxxxx\nendstream\nendobj\n"
    content = body + stream + b"%" * 3000 + f"\nstartxref\n{len(body)}\n%%EOF\n".encode()
    assert problem_of(content) == (Problem.ENCRYPTED, "pdf")


def test_the_word_encrypt_in_the_text_of_a_pdf_is_harmless():
    assert kind_of(files.pdf(note="/Encrypt everything")) == "pdf"


@pytest.mark.parametrize(
    "content",
    [
        files.office(files.WORD, extra={"word/vbaProject.bin": b"x"}),
        files.office("application/vnd.ms-word.document.macroEnabled.main+xml"),
        files.office("application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"),
        files.ole("WordDocument", "VBA"),
        files.ole(
            "PowerPoint Document",
            contents={
                "PowerPoint Document": b"\0" * 900
                + bytes.fromhex("1f00ff0314000000020000040c000000")
                + b"\x05\0\0\0\x01\0\0\0\x02\0\0\0"
            },
        ),
    ],
)
def test_macros_are_refused(content):
    assert problem_of(content)[0] == Problem.MACROS


def test_a_presentation_that_could_hold_macros_but_has_none_is_good():
    info = bytes.fromhex("1f00ff0314000000020000040c000000") + b"\x00\0\0\0\x00\0\0\0\x02\0\0\0"
    assert kind_of(files.ole("PowerPoint Document", contents={"PowerPoint Document": info})) == "ppt"


def test_an_encrypted_presentation_of_the_old_kind_is_known():
    user = b"\0" * 12 + sniffing.PPT_ENCRYPTED_TOKEN
    content = files.ole("PowerPoint Document", "Current User", contents={"Current User": user})
    assert problem_of(content) == (Problem.ENCRYPTED, "ppt")


def test_an_archive_with_a_password_is_refused():
    content = bytearray(files.docx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature)
        content[at + offset] |= 1
    assert problem_of(bytes(content)) == (Problem.ENCRYPTED, "zip")


def test_an_archive_that_unpacks_to_gigabytes_is_refused_without_unpacking():
    content = files.office(files.WORD, extra={"word/bomb.xml": b"\0" * (40 << 20)})
    assert len(content) < (1 << 20)
    assert problem_of(content) == (Problem.BOMB, "zip")


@settings(max_examples=300)
@given(
    st.sampled_from([b"", b"%PDF-1.7\n", sniffing.ZIP_MAGIC, OLE_MAGIC, b"\0\0\0\x20ftypisom", b"\0\0\0\x18ftypqt  "]),
    st.binary(max_size=3000),
)
def test_no_bytes_bring_the_sniffer_down(start, rest):
    content = start + rest
    try:
        assert kind_of(content) in KINDS
    except BadFile as error:
        assert error.problem in Problem


@settings(max_examples=300)
@given(
    st.sampled_from(
        [files.pdf(), files.docx(), files.pptx(), files.ole("PowerPoint Document", "Current User"), files.mp4()]
    ),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=12),
    st.floats(0, 1),
)
def test_damaged_files_are_answered_too(content, flips, cut):
    damaged = bytearray(content)
    for place, value in flips:
        damaged[int(place * (len(damaged) - 1))] = value
    damaged = damaged[: max(1, int(cut * len(damaged)))] if cut < 0.9 else damaged
    try:
        assert kind_of(bytes(damaged)) in KINDS
    except BadFile as error:
        assert error.problem in Problem
