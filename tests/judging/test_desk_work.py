"""What a judge does at the desk besides giving marks: time, two tabs, reports, Excel, seals taken back and opened."""

import csv
import io
import re
import zipfile
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from competition.models import Role
from judging.actions import (
    SeenSheet,
    TableRow,
    answer_report,
    import_marks,
    reopen_sheet,
    report_entry,
    seal_sheets,
    undo_seals,
)
from judging.desktime import opened_mark
from judging.models import Assignment, EntryScore, Mark, Reopening, Report, ScoreSheet, Seal
from judging.tables import MOST_ROWS
from portal.journal.models import EventBody
from portal.notices.models import Notice
from portal.refusals import Closed, NotAllowed, Refusal, Stale
from tests.competition.factories import make_role
from tests.judging.factories import NOW, make_panel, make_rubric_with_na, score, score_and_seal
from tests.portal.factories import make_user
from tests.scenes import once_per_module

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture(autouse=True)
def _in_the_middle_of_the_review():
    with time_machine.travel(NOW, tick=False):
        yield


made = once_per_module(lambda: make_panel(experts=2, entries=3), at=NOW)


@pytest.fixture
def panel(made):
    return deepcopy(made)


@pytest.fixture
def judge(client, panel):
    client.force_login(panel.experts[0].user)
    return client


@pytest.fixture
def seat(panel):
    return _seat(panel, 1)


def _seat(panel, position):
    return Assignment.objects.select_related("stage__rubric", "stage__contest", "entry", "expert").get(
        expert=panel.experts[0], position=position
    )


def save(judge, seat, *, after=0, **data):
    """What the script of the desk sends, so many seconds after the review's middle."""
    given = {"revision": "0", "mark_C1": "80", "mark_C2": "81", "comment": ""} | data
    with time_machine.travel(NOW + timedelta(seconds=after), tick=False):
        return judge.post(reverse("desk", args=[seat.public_id]), given, headers={"accept": "application/json"})


class TestTimeSpent:
    def seconds(self, seat):
        return ScoreSheet.objects.get(assignment=seat).seconds

    def test_is_what_the_page_tells(self, judge, seat):
        save(judge, seat, after=90, seconds="75", opened=opened_mark(seat, NOW))
        assert self.seconds(seat) == 75

    def test_is_never_more_than_has_passed(self, judge, seat):
        save(judge, seat, after=30, seconds="4000", opened=opened_mark(seat, NOW))
        assert self.seconds(seat) == 30

    def test_is_not_counted_twice_by_two_tabs(self, judge, seat):
        mark = opened_mark(seat, NOW)
        save(judge, seat, after=60, seconds="60", opened=mark)
        save(judge, seat, after=70, revision="1", mark_C1="82", seconds="70", opened=mark)
        assert self.seconds(seat) == 70

    def test_counts_without_a_change_and_leaves_the_revision(self, judge, seat):
        mark = opened_mark(seat, NOW)
        save(judge, seat, after=10, seconds="10", opened=mark)
        assert save(judge, seat, after=40, revision="1", seconds="25", opened=mark).json()["revision"] == 1
        assert self.seconds(seat) == 35

    @pytest.mark.parametrize(
        ("seconds", "mark"), [("-5", None), ("1e9", None), ("x", None), ("20", "forged:1"), ("20", "")]
    )
    def test_that_cannot_be_believed_counts_nothing_and_refuses_no_mark(self, judge, seat, seconds, mark):
        opened = opened_mark(seat, NOW) if mark is None else mark
        assert save(judge, seat, after=60, seconds=seconds, opened=opened).status_code == 200
        assert self.seconds(seat) == 0

    def test_of_another_entrys_page_counts_nothing(self, judge, panel, seat):
        save(judge, seat, after=60, seconds="50", opened=opened_mark(_seat(panel, 2), NOW))
        assert self.seconds(seat) == 0


def test_a_second_tab_is_told_what_the_first_saved(judge, seat):
    save(judge, seat)
    answer = save(judge, seat, mark_C1="90", comment="另一页")
    assert answer.status_code == 409
    assert answer.json()["code"] == "stale"
    assert answer.json()["elsewhere"]["marks"] == {"C1": "80", "C2": "81"}
    assert answer.json()["elsewhere"]["revision"] == 1
    assert Mark.objects.get(sheet__assignment=seat, criterion__code="C1").value == 80


class TestReports:
    def test_reach_the_organisers_and_their_answer_the_judge(self, panel, seat):
        report = report_entry(actor=seat.expert.user, assignment=seat, kind="cannot_open", text="视频损坏", now=NOW)
        assert Notice.objects.get(kind="judging.entry_reported", channel="mail").recipient == panel.organiser
        answer_report(actor=panel.organiser, report=report, answer="已更换", now=NOW)
        assert Notice.objects.get(kind="judging.report_answered", channel="mail").recipient == seat.expert.user
        kinds = EventBody.objects.filter(subject_id=report.public_id).values_list("event__kind", flat=True)
        assert set(kinds) == {"judging.entry_reported", "judging.report_answered"}

    def test_leave_marks_and_seat_alone(self, judge, seat):
        score(seat, 80, 80)
        address = reverse("report", args=[seat.public_id, "eligibility"])
        assert judge.get(address).status_code == 200
        assert judge.post(address, {"text": "不是本省单位"}).url == reverse("desk", args=[seat.public_id])
        seat.refresh_from_db()
        assert (seat.status, seat.sheet.state) == ("active", "ready")

    def test_want_words_and_are_given_once(self, judge, seat):
        address = reverse("report", args=[seat.public_id, "cannot-open"])
        assert "请说明存在什么问题" in judge.post(address, {"text": " "}).content.decode()
        judge.post(address, {"text": "打不开"})
        assert "您已反映过此问题" in judge.post(address, {"text": "打不开"}).content.decode()
        assert Report.objects.count() == 1
        assert judge.get(reverse("report", args=[seat.public_id, "other"])).status_code == 404

    def test_are_listed_for_organisers_and_answered_there(self, client, panel, seat):
        report = report_entry(actor=seat.expert.user, assignment=seat, kind="eligibility", text="重复申报", now=NOW)
        client.force_login(panel.organiser)
        listed = reverse("judge_reports", args=[panel.contest.slug])
        assert "重复申报" in client.get(listed).content.decode()
        address = reverse("report_answer", args=[panel.contest.slug, report.public_id])
        assert client.post(address, {"answer": ""}).status_code == 409
        assert client.post(address, {"answer": "已核实"}).url == listed
        assert "重复申报" not in client.get(listed).content.decode()
        assert "已核实" in client.get(f"{listed}?state=answered").content.decode()
        with pytest.raises(Refusal, match="已有答复"):
            answer_report(actor=panel.organiser, report=report, answer="再答", now=NOW)

    def test_are_of_a_known_kind_and_of_a_length_that_is_read(self, panel, seat):
        given = {"actor": seat.expert.user, "assignment": seat, "now": NOW}
        with pytest.raises(Refusal) as caught:
            report_entry(kind="rumour", text="x", **given)
        assert (caught.value.code, caught.value.field) == ("kind", "kind")
        with pytest.raises(Refusal) as caught:
            report_entry(kind="eligibility", text="x" * 501, **given)
        assert (caught.value.code, caught.value.field) == ("too_long", "text")
        with pytest.raises(Refusal) as caught:
            report_entry(kind="eligibility", text=" ", **given)
        assert (caught.value.code, caught.value.field) == ("no_text", "text")
        assert not Report.objects.exists()

    def test_of_a_seat_that_was_left_are_refused(self, panel, seat):
        with pytest.raises(NotAllowed):
            report_entry(actor=panel.experts[1].user, assignment=seat, kind="eligibility", text="x", now=NOW)


def table_of(judge, panel):
    """The downloaded table as rows of cells, head first."""
    response = judge.get(reverse("marks_table_file", args=[panel.stage.public_id]))
    sheet = openpyxl.load_workbook(io.BytesIO(response.content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def as_xlsx(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return SimpleUploadedFile("marks.xlsx", written.getvalue(), XLSX)


def as_csv(rows, encoding="utf-8-sig"):
    written = io.StringIO()
    csv.writer(written).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return SimpleUploadedFile("marks.csv", written.getvalue().encode(encoding), "text/csv")


class TestExcel:
    C1, C2, COMMENT = 4, 5, 6

    def bring(self, judge, panel, file):
        return judge.post(reverse("marks_table", args=[panel.stage.public_id]), {"table": file})

    def save(self, judge, panel, page):
        return judge.post(reverse("marks_table", args=[panel.stage.public_id]), {"rows": page.context["rows"]})

    @pytest.mark.parametrize("write", [as_xlsx, as_csv])
    def test_goes_out_and_comes_back_after_a_look(self, judge, panel, write):
        rows = table_of(judge, panel)
        rows[1][self.C1], rows[1][self.C2], rows[1][self.COMMENT] = 88, "90.5", "扎实"
        page = self.bring(judge, panel, write(rows))
        assert [line.changes for line in page.context["preview"].changed] != []
        assert not ScoreSheet.objects.exists()
        assert self.save(judge, panel, page).status_code == 302
        sheet = ScoreSheet.objects.get()
        assert (sheet.state, sheet.comment, sheet.total) == ("ready", "扎实", "179/2")

    def test_brought_back_unchanged_changes_nothing(self, judge, panel, seat):
        score(seat, 80, "80.5", comment="=1+1")
        rows = table_of(judge, panel)
        assert rows[1][self.COMMENT] == "'=1+1"
        page = self.bring(judge, panel, as_xlsx(rows))
        assert (page.context["preview"].unchanged, page.context["preview"].lines) == (3, [])

    @pytest.mark.parametrize(
        ("column", "value", "sentence"),
        [
            (4, "101", "0 至 100"),
            (4, "-1", "0 至 100"),
            (4, "NaN", "0 至 100"),
            (4, "Infinity", "0 至 100"),
            (4, "80.123", "两位小数"),
            (4, "n/a", "适用于每件作品"),
            (4, "=80+8", "是公式"),
            (6, "=HYPERLINK(1)", "评语是公式"),
            (6, "长" * 2001, "2000 字以内"),
            (0, "unknown:0", "不对应您队列中的作品"),
        ],
    )
    def test_says_what_is_wrong_with_a_line_and_saves_none(self, judge, panel, column, value, sentence):
        rows = table_of(judge, panel)
        rows[1][self.C1], rows[2][self.C1] = 80, 81
        rows[1][column] = value
        page = self.bring(judge, panel, as_csv(rows))
        assert sentence in page.content.decode()
        assert page.context["rows"] == ""
        assert not ScoreSheet.objects.exists()

    def test_a_formula_in_a_cell_is_told(self, judge, panel):
        rows = table_of(judge, panel)
        rows[1][self.C1] = "=80+8"
        assert "是公式" in self.bring(judge, panel, as_xlsx(rows)).content.decode()

    def test_empty_lines_between_are_passed_over(self, judge, panel):
        rows = table_of(judge, panel)
        rows[1][self.C1] = 88
        page = self.bring(judge, panel, as_csv([rows[0], [], [""] * 8, *rows[1:]]))
        assert [line.row for line in page.context["preview"].changed] == [4]
        assert page.context["preview"].unchanged == 2

    @pytest.mark.parametrize("write", [as_xlsx, as_csv])
    def test_of_more_lines_than_anybody_judges_is_told(self, judge, panel, write):
        rows = table_of(judge, panel)
        page = self.bring(judge, panel, write(rows + [["x"]] * MOST_ROWS))
        assert str(MOST_ROWS) in str(page.context["form"].errors["table"])

    def test_the_same_entry_twice_is_told(self, judge, panel):
        rows = table_of(judge, panel)
        rows[1][self.C1] = 80
        assert "出现两次" in self.bring(judge, panel, as_csv([*rows, rows[1]])).content.decode()

    def test_with_no_row_or_anothers_row_saves_nothing(self, panel, seat):
        row = TableRow(panel.assignment(panel.experts[1], panel.entries[0]).public_id, 0, {"C1": Decimal(80)}, "")
        given = {"actor": seat.expert.user, "stage": panel.stage, "now": NOW}
        with pytest.raises(Refusal) as caught:
            import_marks(rows=[], **given)
        assert caught.value.code == "nothing_changed"
        with pytest.raises(NotAllowed):
            import_marks(rows=[replace(row, assignment=seat.public_id), row], **given)
        assert not ScoreSheet.objects.exists()

    def test_of_another_judge_is_no_line_of_mine(self, client, judge, panel):
        mine = table_of(judge, panel)
        client.force_login(panel.experts[1].user)
        mine[1][self.C1] = 80
        assert "不对应您队列中的作品" in self.bring(client, panel, as_csv(mine)).content.decode()

    def test_older_than_the_desk_is_told(self, judge, panel, seat):
        rows = table_of(judge, panel)
        score(seat, 80, 80)
        rows[1][self.C1] = 70
        assert "评分台上的分数已有改动" in self.bring(judge, panel, as_csv(rows)).content.decode()

    def test_that_became_old_between_the_look_and_the_button_saves_nothing(self, judge, panel, seat):
        rows = table_of(judge, panel)
        rows[1][self.C1], rows[2][self.C1] = 70, 71
        page = self.bring(judge, panel, as_csv(rows))
        score(seat, 80, 80)
        assert self.save(judge, panel, page).status_code == 409
        assert ScoreSheet.objects.count() == 1

    def test_cannot_change_a_sealed_sheet(self, judge, panel, seat):
        score_and_seal(seat, 80, 80)
        rows = table_of(judge, panel)
        rows[1][self.C1] = 70
        assert "已封存" in self.bring(judge, panel, as_csv(rows)).content.decode()

    def test_after_the_end_saves_nothing(self, judge, panel):
        rows = table_of(judge, panel)
        rows[1][self.C1] = 70
        page = self.bring(judge, panel, as_csv(rows))
        with time_machine.travel(panel.stage.closes_at, tick=False):
            assert self.save(judge, panel, page).status_code in (403, 409)
        assert not ScoreSheet.objects.exists()

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"PK\x03\x04broken",
            b"\xff\xfe\x00",
            "编号,分数\n1,2\n".encode("gbk"),
            b"a,b\n1,2\n",
            b"a\0b\n",
            b'"never closed',
        ],
    )
    def test_that_is_no_table_is_told_in_a_sentence(self, judge, panel, content):
        page = self.bring(judge, panel, SimpleUploadedFile("x.xlsx", content))
        assert page.context["form"].errors["table"]

    def test_with_a_column_missing_is_told(self, judge, panel):
        rows = [row[:4] + row[5:] for row in table_of(judge, panel)]
        assert "没有唯一的 C1" in self.bring(judge, panel, as_csv(rows)).content.decode()

    def test_without_a_column_of_comments_is_told(self, judge, panel):
        rows = [row[: self.COMMENT] for row in table_of(judge, panel)]
        assert "缺少评语" in self.bring(judge, panel, as_csv(rows)).content.decode()

    @pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml"])
    def test_that_is_a_damaged_workbook_is_told_in_a_sentence(self, judge, panel, part):
        file = as_xlsx(table_of(judge, panel))
        broken = io.BytesIO()
        with zipfile.ZipFile(file) as whole, zipfile.ZipFile(broken, "w") as written:
            for name in whole.namelist():
                written.writestr(name, b"<broken" if name == part else whole.read(name))
        page = self.bring(judge, panel, SimpleUploadedFile("x.xlsx", broken.getvalue(), XLSX))
        assert page.context["form"].errors["table"]

    def test_that_was_damaged_on_its_way_is_told_in_a_sentence(self, judge, panel):
        content = as_xlsx(table_of(judge, panel)).read()
        for place in range(40, len(content), 97):
            bent = bytearray(content)
            bent[place] ^= 0xFF
            page = self.bring(judge, panel, SimpleUploadedFile("x.xlsx", bytes(bent), XLSX))
            # Some bits say nothing, such as the hour of a part; no answer is an error of the site.
            assert page.status_code in (200, 409)

    def test_rows_that_were_tampered_with_are_refused(self, judge, panel):
        response = judge.post(reverse("marks_table", args=[panel.stage.public_id]), {"rows": "forged"})
        assert response.status_code == 409

    def test_says_not_applicable_where_that_is_allowed(self, client):
        panel = make_panel(experts=1, entries=1, rubric=make_rubric_with_na)
        client.force_login(panel.experts[0].user)
        rows = table_of(client, panel)
        rows[1][self.C1], rows[1][self.C2] = 80, "不适用"
        self.save(client, panel, self.bring(client, panel, as_xlsx(rows)))
        assert ScoreSheet.objects.get().total == "80"


class TestSignature:
    def test_is_the_judges_own_name(self, seat):
        sheet = score(seat, 80, 80)
        seen = [SeenSheet(seat.public_id, sheet.revision)]
        for wrong in ("", "别人", seat.expert.code):
            with pytest.raises(Refusal) as caught:
                seal_sheets(actor=seat.expert.user, stage=seat.stage, seen=seen, signature=wrong, now=NOW)
            assert caught.value.code == "signature"
        assert sheet.refreshed().state == "ready"
        spaced = f" {seat.expert.name[0]} {seat.expert.name[1:]}"
        seal_sheets(actor=seat.expert.user, stage=seat.stage, seen=seen, signature=spaced, now=NOW)
        kept = Seal.objects.get()
        assert (kept.marks, kept.total) == ({"C1": "80", "C2": "80"}, "80")

    def test_stands_on_the_pdf(self, judge, panel, seat):
        address = reverse("sheets_paper", args=[panel.stage.public_id])
        assert judge.get(address).status_code == 404
        score_and_seal(seat, 80, 80)
        pdf = judge.get(address)
        assert pdf.content.startswith(b"%PDF")
        assert text_of(pdf.content, seat.expert.name)


def text_of(pdf, wanted):
    import pypdfium2

    with pypdfium2.PdfDocument(pdf) as document:
        return wanted in "".join(page.get_textpage().get_text_range() for page in document)


class TestTakingBack:
    def undo(self, seat, now=NOW, actor=None):
        given = Seal.objects.get(sheet__assignment=seat)
        return undo_seals(actor=actor or seat.expert.user, stage=seat.stage, seals=[given.public_id], now=now)

    def test_opens_the_sheet_and_takes_it_out_of_the_score(self, seat):
        score_and_seal(seat, 80, 80)
        (sheet,) = self.undo(seat, NOW + timedelta(minutes=9, seconds=59))
        assert (sheet.refreshed().state, sheet.refreshed().sealed_at) == ("ready", None)
        assert EntryScore.objects.get(entry=seat.entry).score == ""
        assert Reopening.objects.get().kind == "undone"
        assert score_and_seal(seat, 90, 90).total == "90"
        assert Seal.objects.count() == 2

    def test_ends_after_ten_minutes(self, seat):
        score_and_seal(seat, 80, 80)
        with pytest.raises(Refusal, match="已过十分钟"):
            self.undo(seat, NOW + timedelta(minutes=10))

    def test_is_not_possible_once_judging_closed_for_the_sheet_would_be_lost(self, seat):
        at = seat.stage.closes_at
        score_and_seal(seat, 80, 80, now=at - timedelta(minutes=1))
        with pytest.raises(Closed):
            self.undo(seat, at)

    def test_is_the_judges_alone_and_happens_once(self, panel, seat):
        score_and_seal(seat, 80, 80)
        with pytest.raises(NotAllowed):
            self.undo(seat, actor=panel.experts[1].user)
        self.undo(seat)
        with pytest.raises(Stale):
            self.undo(seat)

    def test_of_nothing_is_refused(self, seat):
        with pytest.raises(Refusal) as caught:
            undo_seals(actor=seat.expert.user, stage=seat.stage, seals=[], now=NOW)
        assert caught.value.code == "nothing_chosen"

    def test_is_a_button_beside_the_time(self, judge, panel, seat):
        score_and_seal(seat, 80, 80)
        page = judge.get(reverse("seal_sheets", args=[panel.stage.public_id]))
        (row,) = page.context["recent"]
        address = reverse("undo_seals", args=[panel.stage.public_id])
        assert judge.post(address, {"seal": row.public_id}).status_code == 302
        assert ScoreSheet.objects.get().state == "ready"


class TestReopening:
    def test_wants_a_reason_keeps_the_old_marks_and_tells_the_judge(self, panel, seat):
        sheet = score_and_seal(seat, 80, 80)
        with pytest.raises(Refusal, match="请说明重新打开的理由"):
            reopen_sheet(actor=panel.organiser, sheet=sheet, revision=sheet.revision, reason=" ", now=NOW)
        with pytest.raises(Refusal, match="500"):
            reopen_sheet(actor=panel.organiser, sheet=sheet, revision=sheet.revision, reason="x" * 501, now=NOW)
        assert sheet.refreshed().state == "sealed"
        reopen_sheet(actor=panel.organiser, sheet=sheet, revision=sheet.revision, reason="录入错误", now=NOW)
        assert Seal.objects.get().marks == {"C1": "80", "C2": "80"}
        assert Notice.objects.get(kind="judging.sheet_reopened", channel="mail").recipient == seat.expert.user
        body = EventBody.objects.get(event__kind="judging.sheet_reopened")
        assert (body.payload["reason"], body.payload["total"]) == ("录入错误", "80")
        assert score_and_seal(seat, 70, 70).total == "70"

    def test_is_an_organisers_and_not_for_the_own_sheet(self, panel, seat):
        sheet = score_and_seal(seat, 80, 80)
        given = {"sheet": sheet, "revision": sheet.revision, "reason": "x", "now": NOW}
        for stranger in (panel.experts[1].user, seat.expert.user, make_user()):
            with pytest.raises(NotAllowed):
                reopen_sheet(actor=stranger, **given)
        make_role(seat.expert.user, panel.contest, Role.Name.ORGANISER)
        seat.expert.user.__dict__.pop("_contest_roles", None)
        with pytest.raises(Refusal, match="您本人的评分单"):
            reopen_sheet(actor=seat.expert.user, **given)

    def test_of_a_stale_or_open_sheet_is_refused(self, panel, seat):
        sheet = score(seat, 80, 80)
        with pytest.raises(Refusal, match="尚未封存"):
            reopen_sheet(actor=panel.organiser, sheet=sheet, revision=sheet.revision, reason="x", now=NOW)
        sealed = score_and_seal(seat, 81, 80)
        with pytest.raises(Stale):
            reopen_sheet(actor=panel.organiser, sheet=sealed, revision=sealed.revision - 1, reason="x", now=NOW)

    def test_is_done_on_the_page_of_the_sheet(self, client, panel, seat):
        sheet = score_and_seal(seat, 80, 80)
        client.force_login(panel.organiser)
        listed = reverse("sealed_sheets", args=[panel.contest.slug, panel.stage.public_id])
        assert seat.entry.number in client.get(f"{listed}?q={seat.expert.code}").content.decode()
        address = f"{listed}{sheet.public_id}/"
        assert client.post(address, {"revision": sheet.revision, "reason": "误封"}).status_code == 302
        page = client.get(address).content.decode()
        assert "误封" in page
        assert "80.00" in page

    def test_the_database_knows_no_other_way_out(self, seat):
        sheet = score_and_seal(seat, 80, 80)
        for change in (
            lambda: ScoreSheet.objects.filter(pk=sheet.pk).update(state="ready", sealed_at=None),
            lambda: Mark.objects.filter(sheet=sheet).update(value=1),
            lambda: Seal.objects.all().update(total="1"),
            lambda: Seal.objects.all().delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                change()


def test_the_page_carries_what_the_script_needs(judge, seat):
    page = judge.get(reverse("desk", args=[seat.public_id])).content.decode()
    assert re.search(r'name="opened" value="[^"]+:1722', page)
    for link in ("recuse/", "report/cannot-open/", "report/eligibility/"):
        assert f"{seat.public_id}/{link}" in page
