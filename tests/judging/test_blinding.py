"""Blind judging: neither who is in a team nor for whom they work reaches its judges, wherever they look."""

import io
import json
import re
import struct
import zipfile
from datetime import timedelta
from email.header import decode_header, make_header
from itertools import count
from urllib.parse import unquote

import pypdfium2
import pytest
import time_machine
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from judging import streams
from judging.actions import (
    Schedule,
    answer_report,
    call_off_roadshow,
    chase_judges,
    close_scoring,
    close_slot,
    move_roadshow,
    open_arbitration,
    pin_pair,
    reopen_sheet,
    report_entry,
    reveal_score,
    revert_plan,
)
from judging.actions.roadshows import SCHEDULED
from judging.blinding.copying import CannotCopy, copy_blind
from judging.models import Assignment, EntryScore, Expert, Seal
from portal.accounts.models import User
from portal.notices.delivery import deliver
from portal.notices.models import Notice
from submissions.actions import disqualify_entry
from submissions.models import Inspection, Upload, VersionFile
from tests.competition.factories import make_wanted_file
from tests.judging.factories import NOW, make_entry, make_panel, score_and_seal
from tests.judging.roadshows import make_show
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


def telling_entry(track):
    """An entry that names its team wherever a team can be named."""
    answer = {
        "key": "k",
        "label": "应用成效",
        "kind": "long_text",
        "value": f"{NAMES['lead']}与{NAMES['captain']}完成。",
    }
    return make_entry(
        track,
        title=f"{NAMES['lead']}汉江航运",
        captain=make_user(f"{NAMES['mail']}@example.cn", name=NAMES["captain"]),
        lead=make_organisation(name=NAMES["lead"]),
        partners=[make_organisation(name=NAMES["partner"])],
        sections=[{"task": "application", "title": "应用成效", "answers": [answer]}],
    )


@pytest.fixture
def blind(db):
    """A panel of one judge, whose one entry names its team wherever a team can be named."""
    panel = make_panel(experts=1, entries=0, publish=False)
    telling_entry(panel.track)
    Expert.objects.update(answered_at=NOW)
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


SECRETS = (*NAMES.values(), NAMES["lead"][:4], "Secret")


def assert_silent(said: dict[str, bytes | str]) -> None:
    """None of these answers, by the place where they were given, holds a name of the team."""
    for place, content in said.items():
        text = content if isinstance(content, str) else content.decode("utf-8", "replace")
        text = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), unquote(text))
        for secret in SECRETS:
            assert secret not in text, (place, secret)


def heads_and_body(answer) -> bytes:
    """What a client is sent, with the name under which it keeps it."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return "".join(f"{name}: {value}\n" for name, value in answer.headers.items()).encode() + body


def paper_words(answer) -> bytes:
    """The text of a PDF, its properties and the head of the answer that brought it."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    with pypdfium2.PdfDocument(content) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
        return f"{text}{document.get_metadata_dict()}{dict(answer.headers)}".encode()


def pages_of(panel) -> list[str]:
    """Every page that a judge has in a stage of reading; those of the hall and the pledge have tests of their own."""
    assignment, stage = Assignment.objects.get(), panel.stage.public_id
    return [
        reverse("desk", args=[assignment.public_id]),
        reverse("recuse", args=[assignment.public_id]),
        *(reverse("report", args=[assignment.public_id, kind]) for kind in ("eligibility", "cannot-open")),
        *(reverse(name, args=[stage]) for name in ("judge_queue", "seal_sheets", "seal_receipts", "marks_table")),
        reverse("availability", args=[panel.experts[0].public_id]),
        reverse("my_work"),
        reverse("inbox"),
    ]


def test_nothing_that_reaches_a_judge_names_the_team(client, blind):
    """Page, list, export, script's answers, receipt, file, file name and PDF properties, one after the other."""
    file = keep_file(blind, kind="pdf", content=telling_pdf(), pictures=1)
    told = box(b"ftyp", b"isom") + box(b"moov", box(b"udta", b"Secret")) + box(b"mdat", b"pictures")
    film = keep_file(blind, kind="mp4", content=told)
    assignment = Assignment.objects.select_related("stage__rubric", "stage__contest", "entry", "expert").get()
    stage = blind.stage.public_id
    client.force_login(blind.experts[0].user)
    said: dict[str, bytes | str] = {}

    def ask(name, *args):
        answer = client.get(reverse(name, args=args))
        assert answer.status_code == 200, name
        return answer

    def look(when):
        for page in pages_of(blind):
            answer = client.get(page)
            assert answer.status_code == (403 if when == "after" and page.endswith("/recuse/") else 200), page
            said[f"{when} {page}"] = heads_and_body(answer)

    with time_machine.travel(NOW, tick=False):
        look("before")
        assert "汉江航运" in said[f"before {reverse('judge_queue', args=[stage])}"].decode()
        desk = reverse("desk", args=[assignment.public_id])
        marks = {"revision": "0", "mark_C1": "80", "mark_C2": "80", "comment": "好"}
        for name, body in (("saved", marks), ("stale", marks | {"mark_C1": "81"})):
            said[name] = heads_and_body(client.post(desk, body, headers={"accept": "application/json"}))
        table = ask("marks_table_file", stage)
        with zipfile.ZipFile(io.BytesIO(table.content)) as archive:
            said["export"] = b"".join(archive.read(name) for name in archive.namelist())
        said["name of the export"] = str(table.headers)
        report_entry(actor=blind.experts[0].user, assignment=assignment, kind="cannot_open", text="打不开", now=NOW)
        score_and_seal(assignment, 80, 81)
        look("after")
        said["paper"] = paper_words(ask("sheets_paper", stage))
        said["letter"] = paper_words(ask("appointment_letter", blind.experts[0].public_id))
        said["receipt"] = heads_and_body(ask("seal_receipt", stage, Seal.objects.get().public_id))
        said["page picture"] = heads_and_body(ask("desk_page", assignment.public_id, file.pk, 1))
        said["file"] = heads_and_body(ask("desk_file", assignment.public_id, file.pk))
        assert b"%PDF" in said["file"]
        said["film, kept"] = heads_and_body(ask("desk_file", assignment.public_id, film.pk))
        said["film, shown"] = heads_and_body(ask("desk_film", assignment.public_id, film.pk))
        assert b"pictures" in said["film, shown"]
    assert_silent(said)


class TestSearching:
    """A judge has no search: neither a field to type in nor a word in an address tells what belongs to whom."""

    @pytest.fixture(autouse=True)
    def _as_the_judge(self, client, blind):
        client.force_login(blind.experts[0].user)
        with time_machine.travel(NOW, tick=False):
            yield

    def answer(self, client, page, word):
        words = dict.fromkeys(("q", "search", "name", "organisation", "lead", "track", "state", "sort", "after"), word)
        found = client.get(page, words if word else {})
        text = re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"', "", found.content.decode())
        # the switch of the language and the chips of the inbox lead back to the same address
        return found.status_code, re.sub(r'href="\?[^"]*"|(\?|%3F)q(=|%3D)[^\s"]*', "", text)

    def test_no_page_of_a_judge_has_a_field_to_search_with(self, client, blind):
        for page in pages_of(blind):
            for form in re.findall(r"<form\b.*?</form>", client.get(page).content.decode(), re.DOTALL):
                assert "search" not in form, page
                assert 'method="post"' in form, (page, form)
                assert 'name="q"' not in form, page

    def test_no_word_in_an_address_changes_the_answer(self, client, blind):
        for page in pages_of(blind):
            nothing = self.answer(client, page, "")
            assert nothing[0] == 200
            for word in (*NAMES.values(), "nonsense"):
                assert self.answer(client, page, word) == nothing, (page, word)

    def test_the_searches_of_organisers_do_not_exist_for_judges(self, client, blind):
        pages = [
            *(
                reverse(name, args=[blind.contest.slug])
                for name in ("entry_list", "extensions", "conflicts", "experts")
            ),
            reverse("sealed_sheets", args=[blind.contest.slug, blind.stage.public_id]),
        ]
        for page in pages:
            answers = {self.answer(client, page, word) for word in (*NAMES.values(), "nonsense")}
            assert {status for status, _text in answers} == {404}
            assert len(answers) == 1, page

    def test_the_search_for_topics_knows_no_team(self, client, blind):
        """It is everybody's, and the only one that a judge can open."""
        page = reverse("tracks", args=[blind.contest.slug])
        found = {
            word: client.get(page, {"q": word}).content.decode().replace(word, "WORD")
            for word in (NAMES["captain"], NAMES["lead"], NAMES["partner"], "nonsense")
        }
        plain = {
            re.sub(r'(name="csrfmiddlewaretoken" value|nonce)="[^"]*"|q(=|%3D)[^\s"&]*', "", text)
            for text in found.values()
        }
        assert len(plain) == 1


def carried(user_ids) -> dict[str, str]:
    """The mails to these people as the mail server gets them, by kind: heads, and every part in words."""
    mail.outbox.clear()
    said = {}
    for notice in Notice.objects.filter(recipient__in=user_ids, channel="mail").order_by("pk"):
        deliver(notice.pk, now=NOW)
        message = mail.outbox[-1].message()
        assert message.get_content_type() == "text/plain", "another form of the text would have to be read as well"
        heads = "".join(f"{name}: {make_header(decode_header(value))}\n" for name, value in message.items())
        words = message.get_payload(decode=True).decode()
        assert message["Content-Language"] == notice.language
        said[f"{notice.kind} {notice.pk}"] = f"{heads}\n{words}\n{notice.path}"
    assert len(mail.outbox) == len(said)
    return said


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["zh-hans", "en"])
class TestMails:
    """Every mail that reaches a judge, made by what people do and sent through the outbox."""

    def judges_of(self, experts, language):
        ids = [expert.user_id for expert in experts]
        User.objects.filter(pk__in=ids).update(locale=language)
        return ids

    def test_of_reading_name_no_team(self, client, language):
        panel = make_panel(experts=3, entries=0, publish=False, seats=2)
        entry = telling_entry(panel.track)
        judges = self.judges_of(panel.experts, language)
        with time_machine.travel(NOW, tick=False):
            panel.publish()
            seats = list(Assignment.objects.select_related("stage__rubric", "stage__contest", "entry", "expert__user"))
            codes = [seat.expert.code for seat in seats]
            chase_judges(actor=panel.organiser, stage=panel.stage, experts=codes, now=NOW)
            report = report_entry(
                actor=seats[0].expert.user, assignment=seats[0], kind="cannot_open", text="打不开", now=NOW
            )
            answer_report(actor=panel.organiser, report=report, answer="已重新转换", now=NOW)
            sheets = [score_and_seal(seat, mark, mark) for seat, mark in zip(seats, (95, 60), strict=True)]
            given = {"revision": sheets[0].revision, "reason": "录入错误", "now": NOW}
            reopen_sheet(actor=panel.organiser, sheet=sheets[0], **given)
            score_and_seal(seats[0], 94, 94)
            third = next(expert for expert in panel.experts if expert.code not in codes)
            later = panel.stage.closes_at
            close_scoring(now=later)
            open_arbitration(
                actor=panel.organiser,
                score=EntryScore.objects.select_related("stage__contest", "entry", "track").get(entry=entry),
                judge=third.code,
                signs=["range"],
                reason=f"{NAMES['lead']}分差过大",
                due_at=later + timedelta(days=3),
                now=later,
            )
            pinned = {"contest": panel.contest, "expert": third, "entry": entry, "reason": NAMES["lead"], "now": later}
            pin_pair(actor=panel.organiser, **pinned)
        said = carried(judges)
        assert {key.split()[0] for key in said} == {
            "judging.assignments_published",
            "judging.judge_chased",
            "judging.report_answered",
            "judging.sheet_sealed",
            "judging.sheet_reopened",
            "judging.scoring_closed",
            "judging.arbitration_asked",
            "judging.seat_taken",
        }
        assert_silent(said)

    def test_of_seats_that_go_name_no_team(self, language):
        panel = make_panel(experts=1, entries=0, publish=False)
        entry = telling_entry(panel.track)
        judges = self.judges_of(panel.experts, language)
        with time_machine.travel(NOW, tick=False):
            panel.publish()
            seen = entry.current_version.number
            disqualify_entry(actor=panel.organiser, entry=entry, seen=seen, reason=NAMES["lead"], now=NOW)
            revert_plan(actor=panel.organiser, plan=panel.plan, reason=NAMES["lead"], now=NOW)
        said = carried(judges)
        kinds = {key.split()[0] for key in said}
        assert kinds == {"judging.assignments_published", "judging.entry_standing", "judging.assignments_reverted"}
        assert_silent(said)

    def test_of_a_roadshow_name_no_team(self, language):
        show = telling_show()
        judges = self.judges_of(show.experts, language)
        with time_machine.travel(NOW, tick=False):
            given = {name: getattr(show.roadshow, name) for name in SCHEDULED}
            show.press(move_roadshow, schedule=Schedule(**given | {"place": "二楼报告厅"}))
            show.press(call_off_roadshow, reason="场地停电")
        said = carried(judges)
        assert {"judging.roadshow_moved", "judging.roadshow_called_off"} <= {key.split()[0] for key in said}
        assert_silent(said)


def telling_show(entries: int = 1):
    """A drawn roadshow, and a team among the others that names itself."""
    made = count()
    return make_show(
        experts=3, entries=entries, make=lambda track: make_entry(track) if next(made) else telling_entry(track)
    )


class TestTheHall:
    """The wall is for everybody and names the organisations of the team that stands there; the judge's tablet does not."""

    @pytest.fixture
    def show(self, db):
        with time_machine.travel(NOW, tick=False):
            yield telling_show()

    @pytest.mark.django_db(transaction=True)  # a stream that ends lets its connection go
    def test_a_judges_tablet_and_the_states_it_hears_name_no_team(self, client, show, monkeypatch):
        monkeypatch.setattr(streams, "watcher", streams.Watcher())
        monkeypatch.setattr(streams.Watcher, "_run", lambda self: None)
        args = [show.roadshow.public_id]
        said = {}

        def look(when):
            said[f"tablet {when}"] = heads_and_body(client.get(reverse("live_desk", args=args)))
            said[f"state {when}"] = client.get(reverse("live_state", args=args)).content
            version = json.loads(said[f"state {when}"])
            assert list(version) == ["version"]
            events = client.get(reverse("live_events", args=args))
            said[f"event {when}"] = next(iter(events.streaming_content))
            events.close()
            assert said[f"event {when}"] == streams.RETRY + f"data: {json.dumps(version)}\n\n".encode()

        client.force_login(show.experts[0].user)
        look("before")
        slot = show.call()
        look("on stage")
        assert "汉江航运" in said["tablet on stage"].decode()
        body = {"assignment": show.seat(show.experts[0], slot.entry).public_id, "mark_C1": "101"}
        said["refused"] = client.post(reverse("live_desk", args=args), body).content
        for expert in show.experts:
            show.submit(expert, slot.entry, 80)
        look("sealed")
        show.press(close_slot, without_missing=True)
        show.press(reveal_score)
        look("revealed")
        said["queue"] = client.get(reverse("judge_queue", args=[show.stage.public_id])).content
        assert_silent(said)

    def test_who_has_no_seat_on_the_team_reads_its_number(self, client, db):
        show = telling_show(entries=2)
        telling, away = show.entries[0], show.experts[0]
        Assignment.objects.filter(expert=away, entry=telling).update(
            status=Assignment.Status.QUARANTINED, reason="亲属", ended_at=NOW
        )
        client.force_login(away.user)
        with time_machine.travel(NOW, tick=False):
            while show.call().entry != telling:
                show.press(close_slot, without_missing=True)
                show.press(reveal_score)
            page = client.get(reverse("live_desk", args=[show.roadshow.public_id])).content.decode()
        assert telling.number in page
        assert "汉江航运" not in page
        assert_silent({"tablet": page})

    def test_the_wall_names_organisations_and_no_person(self, client, show):
        client.force_login(show.experts[0].user)
        show.call()
        page = client.get(reverse("wall", args=[show.roadshow.public_id])).content.decode()
        assert NAMES["lead"] in page
        assert NAMES["partner"] in page
        assert NAMES["captain"] not in page
        assert NAMES["mail"] not in page


def test_the_pledge_lists_the_organisations_of_tracks_and_ties_none_to_an_entry(client, blind):
    """A judge has to see them to tick their interests. They stand in the order of pinyin, leads and partners alike, those of
    entries that others judge among them; nothing else of any team stands there, not even a number or a title."""
    elsewhere = make_entry(blind.track, title="另一作品", lead=make_organisation(name="安陆数据集团"))
    Assignment.objects.update(pledged_at=None)
    client.force_login(blind.experts[0].user)
    with time_machine.travel(NOW, tick=False):
        page = client.get(reverse("pledge", args=[blind.stage.public_id])).content.decode()
    listed = re.findall(r'name="organisation" value="\w+">([^<]+)</label>', page)
    assert listed == ["安陆数据集团", NAMES["lead"], NAMES["partner"]]
    mine = Assignment.objects.select_related("entry").get()
    for entry in (mine.entry, elsewhere):
        for told in (entry.number, entry.public_id, entry.title, "汉江航运"):
            assert told not in page
    assert mine.public_id not in page
    without = re.sub(r"<fieldset.*?</fieldset>", "", page, flags=re.DOTALL)
    assert_silent({"the page but for its list": without})
    for secret in (NAMES["captain"], NAMES["mail"]):
        assert secret not in page


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
