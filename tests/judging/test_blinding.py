"""Blind judging: neither who is in a team nor for whom they work reaches its judges, wherever they look."""

import io
import re
import struct
import zipfile

import pypdfium2
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from judging.blinding.copying import CannotCopy, copy_blind
from judging.models import Assignment
from portal.notices.models import Notice
from submissions.models import Inspection, Upload, VersionFile
from tests.competition.factories import make_wanted_file
from tests.judging.factories import NOW, make_entry, make_panel, score_and_seal
from tests.portal.factories import make_organisation, make_user
from tests.submissions.files import box, docx, office

NAMES = {"captain": "江映雪", "lead": "汉北数智科技有限公司", "partner": "云梦联合研究院", "mail": "secret.captain"}


def telling_pdf() -> bytes:
    """A PDF that names its author in its properties, in its metadata stream and in a note beside a link."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Metadata 5 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [6 0 R 7 0 R] >>",
        b"<< /Author (Secret Author) /Title (Secret Title) /Company (Secret Company) >>",
        b"<< /Type /Metadata /Subtype /XML /Length 24 >>\nstream\n<x>Secret Creator</x>  \nendstream",
        b"<< /Type /Annot /Subtype /Text /Rect [10 10 20 20] /T (Secret Reviewer) /Contents (Secret Note) >>",
        b"<< /Type /Annot /Subtype /Link /Rect [10 10 20 20] /A << /S /URI /URI (https://example.cn/data) >> >>",
    ]
    body, starts = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        starts.append(len(body))
        body += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"xref\n0 8\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    return body + table + b"trailer\n<< /Size 8 /Root 1 0 R /Info 4 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


SUMMARY = bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9")


def old_slides(value: bytes, *, count: int = 1, missing: int = 0) -> bytes:
    """Slides before 2007 with one property of this typed value; the set says that there are `count`, and more bytes."""
    start = b"\xfe\xff\0\0" + b"\0" * 20 + struct.pack("<I", 1)
    section = struct.pack("<II", 16 + len(value) + missing, count) + struct.pack("<II", 4, 16) + value
    return b"\xd0\xcf\x11\xe0" + b"before" + start + SUMMARY + struct.pack("<I", 48) + section + b"after"


def last_editor(name: str) -> bytes:
    """The record of PowerPoint's stream “Current User”."""
    told = struct.pack("<IIIHHBBH", 20, 0xE391C05F, 7, len(name), 0x03F4, 3, 0, 0)
    told += name.encode("ascii") + struct.pack("<I", 8) + name.encode("utf-16-le")
    return struct.pack("<HHI", 0, 0x0FF6, len(told)) + told


def copied(kind: str, content: bytes, tmp_path) -> bytes:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(content)
    copy_blind(kind, source, target)
    return target.read_bytes()


class TestCopies:
    """What a file says of its makers out of sight is gone; what one reads is there."""

    def test_of_a_pdf_have_its_pages_and_nothing_else(self, tmp_path):
        copy = copied("pdf", telling_pdf(), tmp_path)
        assert b"Secret" not in copy
        assert b"https://example.cn/data" in copy
        with pypdfium2.PdfDocument(copy) as document:
            assert len(document) == 1
            assert "Secret" not in str(document.get_metadata_dict())

    @pytest.mark.parametrize("kind", ["docx", "pptx"])
    def test_of_an_office_file_have_empty_properties(self, tmp_path, kind):
        parts = {
            "docProps/core.xml": b"<cp><creator>Secret</creator></cp>",
            "docProps/app.xml": b"<Properties><Company>Secret</Company></Properties>",
            "docProps/thumbnail.jpeg": b"Secret",
            "word/comments.xml": b'<w:comment w:author="Secret" w:initials="Secret"><w:t>kept</w:t></w:comment>',
            "ppt/commentAuthors.xml": b'<p:cmAuthor id="1" name="Secret" initials="Secret"/>',
            "media/picture.png": b"picture",
        }
        copy = copied(kind, office("x", extra=parts), tmp_path)
        with zipfile.ZipFile(io.BytesIO(copy)) as archive:
            everything = b"".join(archive.read(name) for name in archive.namelist())
        assert b"Secret" not in everything
        assert b"picture" in everything
        assert b"kept" in everything

    def test_of_old_slides_have_blank_properties(self, tmp_path):
        value = "张三 Secret".encode("gbk")
        value += b"\0" * (-len(value) % 4)
        content = old_slides(struct.pack("<II", 0x1E, len(value)) + value)
        copy = copied("ppt", content, tmp_path)
        assert len(copy) == len(content)
        assert b"Secret" not in copy
        assert copy.endswith(b"after")

    def test_of_old_slides_have_blank_properties_of_ones_own(self, tmp_path):
        section = struct.pack("<II", 32, 1) + struct.pack("<II", 2, 16) + struct.pack("<II", 0x1E, 8) + b"Secret\0\0"
        first = bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae") + struct.pack("<I", 68)
        own = bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae") + struct.pack("<I", 68 + 8)
        content = b"\xfe\xff\0\0" + b"\0" * 20 + struct.pack("<I", 2) + first + own + struct.pack("<II", 8, 0) + section
        copy = copied("ppt", content, tmp_path)
        assert copy == content.replace(b"Secret\0\0", b" " * 8)

    def test_of_old_slides_do_not_say_who_saved_last(self, tmp_path):
        content = b"before" + last_editor("Secret") + b"after"
        copy = copied("ppt", content, tmp_path)
        assert len(copy) == len(content)
        assert b"S" not in copy
        assert copy.endswith(b"after")
        with pytest.raises(CannotCopy, match="cannot be read"):
            copied("ppt", content[:-12], tmp_path)

    def test_of_old_slides_keep_what_is_no_text_and_what_only_looks_like_properties(self, tmp_path):
        """The name of a property set also stands in tables, and by chance anywhere."""
        number = old_slides(struct.pack("<II", 0x03, 12345))
        for content in (number, SUMMARY + b"begins with it", b"x" * 40 + SUMMARY + b"Secret"):
            assert copied("ppt", content, tmp_path) == content

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(old_slides(struct.pack("<II", 0x1E, 500) + b"Secret"), id="longer than its set"),
            pytest.param(old_slides(struct.pack("<II", 0x1E, 4) + b"abcd", count=201), id="too many properties"),
            pytest.param(old_slides(struct.pack("<II", 0x1E, 4) + b"abcd", missing=900), id="cut off"),
        ],
    )
    def test_of_old_slides_with_properties_that_cannot_be_read_are_not_made(self, tmp_path, content):
        with pytest.raises(CannotCopy, match="cannot be read"):
            copied("ppt", content, tmp_path)

    def test_of_a_film_have_free_space_in_place_of_descriptions(self, tmp_path):
        told = box(b"udta", box(b"meta", b"Secret"))
        film = box(b"ftyp", b"isom") + box(b"moov", box(b"trak", told) + told) + box(b"mdat", b"pictures")
        copy = copied("mp4", film, tmp_path)
        assert len(copy) == len(film)
        assert b"Secret" not in copy
        assert b"pictures" in copy

    def test_of_a_film_free_boxes_with_long_heads_and_one_that_goes_to_the_end(self, tmp_path):
        long = struct.pack(">I4sQ", 1, b"udta", 16 + 6) + b"Secret"
        last = struct.pack(">I4s", 0, b"meta") + b"Secret"
        film = box(b"ftyp", b"isom") + long + box(b"mdat", b"pictures") + last
        copy = copied("mp4", film, tmp_path)
        assert len(copy) == len(film)
        assert b"Secret" not in copy
        assert b"pictures" in copy

    def test_of_a_film_with_rubbish_behind_its_boxes_are_made(self, tmp_path):
        """Cameras pad their files: what names no box can describe nobody."""
        film = box(b"ftyp", b"isom") + box(b"udta", b"Secret") + struct.pack(">I4s", 999, b"junk") + b"rest"
        copy = copied("mp4", film, tmp_path)
        assert copy == film.replace(b"udta", b"free").replace(b"Secret", b"\0" * 6)

    @pytest.mark.parametrize(
        ("kind", "content"),
        [
            ("pdf", b"%PDF-1.7 broken"),
            ("docx", b"PK broken"),
            ("mp4", box(b"ftyp") + struct.pack(">I4s", 999, b"moov")),
        ],
    )
    def test_that_cannot_be_made_are_not_handed_out(self, tmp_path, kind, content):
        with pytest.raises(CannotCopy):
            copied(kind, content, tmp_path)


@pytest.fixture
def blind(db):
    """A panel of one judge, whose one entry names its team wherever a team can be named."""
    panel = make_panel(experts=1, entries=0, publish=False)
    answer = {
        "key": "k",
        "label": "应用成效",
        "kind": "long_text",
        "value": f"{NAMES['lead']}与{NAMES['captain']}完成。",
    }
    make_entry(
        panel.track,
        title="汉江航运",
        captain=make_user(f"{NAMES['mail']}@example.cn", name=NAMES["captain"]),
        lead=make_organisation(name=NAMES["lead"]),
        partners=[make_organisation(name=NAMES["partner"])],
        sections=[{"task": "application", "title": "应用成效", "answers": [answer]}],
    )
    panel.publish()
    return panel


def keep_file(panel, *, kind: str, content: bytes, pictures: int = 0) -> VersionFile:
    """A file of the entry whose name names the team."""
    from hashlib import sha256

    assignment = Assignment.objects.select_related("entry", "version").get()
    inspection = Inspection.objects.create(
        sha256=sha256(content).hexdigest(), kind=kind, size=len(content), pages=pictures or None, pictures=pictures
    )
    upload = Upload.objects.create(
        entry=assignment.entry,
        wanted=make_wanted_file(panel.contest, label=f"佐证 {kind}", key=kind),
        name=f"{NAMES['lead']}-佐证.{kind}",
        kind=kind,
        size=len(content),
        sha256=inspection.sha256,
        inspection=inspection,
        uploaded_at=NOW,
    )
    default_storage.save(upload.storage_path, ContentFile(content))
    for page in range(1, pictures + 1):
        default_storage.save(inspection.picture_path(page), ContentFile(b"RIFF picture"))
    return VersionFile.objects.create(
        version=assignment.version, upload=upload, label=upload.wanted.label, name=upload.name, size=upload.size,
        sha256=upload.sha256,
    )  # fmt: skip


def test_nothing_that_reaches_a_judge_names_the_team(client, blind):
    """Page, list, search, export, script's answers, mail, file name and PDF properties, one after the other."""
    file = keep_file(blind, kind="pdf", content=telling_pdf(), pictures=1)
    assignment = Assignment.objects.select_related("stage__rubric", "stage__contest", "entry", "expert").get()
    user, stage = blind.experts[0].user, blind.stage.public_id
    client.force_login(user)
    secrets = [*NAMES.values(), NAMES["lead"][:4], "Secret"]
    said: dict[str, bytes] = {}
    with time_machine.travel(NOW, tick=False):
        desk = reverse("desk", args=[assignment.public_id])
        for page in (
            desk,
            f"{desk}recuse/",
            f"{desk}report/eligibility/",
            reverse("judge_queue", args=[stage]),
            reverse("judge_queue", args=[stage]) + f"?q={NAMES['captain']}&after=x",
            reverse("seal_sheets", args=[stage]),
            reverse("marks_table", args=[stage]),
            reverse("my_work"),
            reverse("inbox"),
        ):
            said[page] = client.get(page).content
        marks = {"revision": "0", "mark_C1": "80", "mark_C2": "80", "comment": "好"}
        for name, body in (("saved", marks), ("stale", marks | {"mark_C1": "81"})):
            said[name] = client.post(desk, body, headers={"accept": "application/json"}).content
        table = client.get(reverse("marks_table_file", args=[stage]))
        with zipfile.ZipFile(io.BytesIO(table.content)) as archive:
            said["export"] = b"".join(archive.read(name) for name in archive.namelist())
        score_and_seal(assignment, 80, 81)
        paper = client.get(reverse("sheets_paper", args=[stage]))
        with pypdfium2.PdfDocument(paper.content) as document:
            text = "".join(page.get_textpage().get_text_range() for page in document)
            said["paper"] = f"{text}{document.get_metadata_dict()}".encode()
        said["receipts"] = client.get(reverse("seal_receipts", args=[stage])).content
        handed = client.get(reverse("desk_file", args=[assignment.public_id, file.pk]))
        said["file"] = b"".join(handed.streaming_content)
        said["file name"] = re.sub(r"%([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), str(handed.headers)).encode(
            "latin-1", "replace"
        )
        assert said["file"].startswith(b"%PDF")
        assert client.get(reverse("desk_page", args=[assignment.public_id, file.pk, 1])).status_code == 200
    mails = Notice.objects.filter(recipient=user)
    assert mails.filter(kind="judging.sheet_sealed").exists()
    said["mail"] = "".join(f"{mail.context}{mail.path}" for mail in mails).encode()
    for place, content in said.items():
        for secret in secrets:
            assert secret.encode() not in content, (place, secret)


class TestMaterial:
    @pytest.fixture(autouse=True)
    def _in_the_middle_of_the_review(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def address(self, name, file, *more):
        return reverse(name, args=[Assignment.objects.get().public_id, file.pk, *more])

    def test_pages_are_shown_as_pictures_and_films_in_parts(self, client, blind):
        pdf = keep_file(blind, kind="pdf", content=telling_pdf(), pictures=2)
        film = keep_file(blind, kind="mp4", content=box(b"ftyp", b"isom") + box(b"moov") + box(b"mdat", b"x" * 100))
        client.force_login(blind.experts[0].user)
        page = client.get(reverse("desk", args=[Assignment.objects.get().public_id])).content.decode()
        assert self.address("desk_page", pdf, 2) in page
        assert self.address("desk_film", film) in page
        assert client.get(self.address("desk_page", pdf, 3)).status_code == 404
        part = client.get(self.address("desk_film", film), headers={"range": "bytes=4-7"})
        assert (part.status_code, b"".join(part.streaming_content)) == (206, b"ftyp")
        assert part.headers["Content-Range"].startswith("bytes 4-7/")
        assert client.get(self.address("desk_film", film), headers={"range": "bytes=900-"}).status_code == 416
        whole = client.get(self.address("desk_film", film))
        assert len(b"".join(whole.streaming_content)) == film.size
        assert client.get(self.address("desk_film", pdf)).status_code == 404

    def test_what_cannot_be_copied_is_said_in_a_sentence(self, client, blind):
        broken = keep_file(blind, kind="docx", content=docx()[:40])
        client.force_login(blind.experts[0].user)
        answer = client.get(self.address("desk_file", broken))
        assert answer.status_code == 409
        assert "材料打不开" in answer.content.decode()

    def test_strangers_and_those_who_left_get_nothing(self, client, blind):
        pdf = keep_file(blind, kind="pdf", content=telling_pdf(), pictures=1)
        client.force_login(make_user())
        for address in (
            self.address("desk_page", pdf, 1),
            self.address("desk_file", pdf),
            self.address("desk_film", pdf),
        ):
            assert client.get(address).status_code == 404
        client.force_login(blind.experts[0].user)
        client.post(reverse("recuse", args=[Assignment.objects.get().public_id]), {"reason": "同事"})
        assert client.get(self.address("desk_page", pdf, 1)).status_code == 409
