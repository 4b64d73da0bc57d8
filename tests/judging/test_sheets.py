"""Saving, sealing and leaving: what the actions keep, refuse, record and tell."""

from copy import deepcopy
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import DatabaseError, connection, transaction

from competition.models import Criterion
from judging.actions import SeenSheet, recuse_judge, save_sheet, seal_sheets
from judging.marks import NOT_APPLICABLE
from judging.models import Assignment, EntryScore, Mark, ScoreSheet
from portal import guards
from portal.journal.models import Event
from portal.journal.recording import events_of, tampered
from portal.notices.models import Notice
from portal.refusals import Closed, NotAllowed, Refusal, Stale
from tests.judging.factories import NOW, make_panel, make_rubric_with_na, score, score_and_seal, seal
from tests.scenes import once_per_module
from tests.submissions.factories import disqualify

pytestmark = pytest.mark.django_db
FULL = {"C1": Decimal(80), "C2": Decimal("90.5")}


made = once_per_module(lambda: make_panel(experts=3, entries=2))


@pytest.fixture
def panel(made):
    return deepcopy(made)


@pytest.fixture
def assignment(panel):
    return panel.assignment(panel.experts[0], panel.entries[0])


def save(assignment, revision=0, marks=FULL, comment="", actor=None, now=NOW):
    return save_sheet(
        actor=actor or assignment.expert.user,
        assignment=assignment,
        revision=revision,
        marks=marks,
        comment=comment,
        now=now,
    )


class TestSaving:
    def test_keeps_marks_exactly_and_says_when(self, assignment):
        sheet = save(assignment, comment="  数据扎实。\r\n建议补充。 ")
        kept = dict(sheet.marks.values_list("criterion__code", "value"))
        assert kept == {"C1": Decimal("80.00"), "C2": Decimal("90.50")}
        assert (sheet.revision, sheet.saved_at, sheet.comment) == (1, NOW, "数据扎实。\n建议补充。")

    def test_is_ready_with_every_mark_and_its_total_is_an_exact_fraction(self, assignment):
        sheet = save(assignment)
        assert sheet.state == ScoreSheet.State.READY
        assert Fraction(sheet.total) == Fraction(40 * 80, 100) + Fraction(60 * 905, 1000)

    def test_is_a_draft_without_total_while_a_mark_is_missing(self, assignment):
        sheet = save(assignment, marks={"C1": Decimal(80)})
        assert (sheet.state, sheet.total) == (ScoreSheet.State.DRAFT, "")

    @pytest.mark.parametrize(
        ("mark", "state"), [("59.99", "draft"), ("60", "ready"), ("94.99", "ready"), ("95", "draft")]
    )
    def test_wants_a_comment_in_the_outer_bands(self, assignment, mark, state):
        value = Decimal(mark)
        assert save(assignment, marks={"C1": value, "C2": value}).state == state
        assert save(assignment, 1, marks={"C1": value, "C2": value}, comment="理由").state == "ready"

    def test_of_a_sheet_that_the_page_knew_and_that_is_not_there_is_stale(self, assignment):
        with pytest.raises(Stale):
            save(assignment, revision=1)
        assert not ScoreSheet.objects.exists()

    def test_needs_the_stage_to_have_a_rubric(self, assignment):
        assignment.stage.rubric = None
        guards.lift(connection)
        assignment.stage.save()
        guards.install(connection)
        with pytest.raises(Refusal) as caught:
            save(assignment)
        assert caught.value.code == "no_rubric"

    def test_a_mark_can_be_taken_back(self, assignment):
        save(assignment)
        sheet = save(assignment, 1, marks={"C2": Decimal(70)})
        assert list(sheet.marks.values_list("criterion__code", flat=True)) == ["C2"]

    def test_saving_the_same_twice_changes_nothing(self, assignment):
        first = save(assignment)
        again = save(assignment, 0, now=NOW + timedelta(minutes=5))
        assert (again.revision, again.saved_at) == (first.revision, NOW)

    def test_a_stale_page_overwrites_nothing(self, assignment):
        save(assignment)
        save(assignment, 1, marks=FULL | {"C1": Decimal(70)})
        with pytest.raises(Stale):
            save(assignment, 1, marks=FULL | {"C1": Decimal(60)})
        assert Mark.objects.get(criterion__code="C1").value == Decimal(70)

    def test_a_second_first_save_is_stale(self, assignment):
        save(assignment)
        with pytest.raises(Stale):
            save(assignment, 0, marks={"C1": Decimal(1)})

    @pytest.mark.parametrize(
        "marks",
        [
            {"C1": Decimal("100.01")},
            {"C1": Decimal("-0.01")},
            {"C1": Decimal("NaN")},
            {"C1": Decimal("Infinity")},
            {"C1": Decimal("1.001")},
            {"C1": NOT_APPLICABLE},
            {"C3": Decimal(50)},
            {"c1": Decimal(50)},
        ],
    )
    def test_refuses_bad_marks_and_changes_nothing(self, assignment, marks):
        save(assignment)
        with pytest.raises(Refusal):
            save(assignment, 1, marks=FULL | marks)
        assert ScoreSheet.objects.get().revision == 1
        assert Mark.objects.get(criterion__code="C1").value == Decimal(80)

    def test_refuses_a_comment_that_is_too_long(self, assignment):
        with pytest.raises(Refusal) as caught:
            save(assignment, comment="长" * 2001)
        assert caught.value.field == "comment"

    def test_another_judge_and_the_organiser_do_not_know_that_it_exists(self, panel, assignment):
        for actor in (panel.experts[1].user, panel.organiser):
            with pytest.raises(NotAllowed):
                save(assignment, actor=actor)
        assert not ScoreSheet.objects.exists()

    def test_the_door_is_asked_of_the_clock(self, panel, assignment):
        with pytest.raises(Closed) as early:
            save(assignment, now=panel.stage.opens_at - timedelta(microseconds=1))
        with pytest.raises(Closed) as late:
            save(assignment, now=panel.stage.closes_at)
        assert early.value.opens_at == panel.stage.opens_at
        assert late.value.closed_at == panel.stage.closes_at
        assert save(assignment, now=panel.stage.closes_at - timedelta(microseconds=1)).revision == 1

    def test_an_entry_that_left_the_contest_is_not_scored(self, panel, assignment):
        disqualify(assignment.entry)
        with pytest.raises(Refusal) as caught:
            save(assignment)
        assert caught.value.code == "entry_left"


class TestNotApplicable:
    def test_a_criterion_that_does_not_apply_never_lowers_a_total(self):
        panel = make_panel(experts=1, entries=1, rubric=make_rubric_with_na)
        sheet = score(panel.assignment(panel.experts[0], panel.entries[0]), 80, "n/a")
        assert sheet.state == ScoreSheet.State.READY
        assert Fraction(sheet.total) == 80

    def test_at_least_one_criterion_applies(self):
        panel = make_panel(experts=1, entries=1, rubric=make_rubric_with_na)
        criteria = panel.rubric.criteria
        assert isinstance(criteria.get(code="C2"), Criterion)
        sheet = score(panel.assignment(panel.experts[0], panel.entries[0]), None, "n/a")
        assert (sheet.state, sheet.total) == (ScoreSheet.State.DRAFT, "")


class TestSealing:
    def test_fixes_the_exact_total_and_updates_the_entrys_score(self, panel, assignment):
        sheet = score_and_seal(assignment, 80, "90.5")
        stored = EntryScore.objects.get(entry=assignment.entry)
        assert (sheet.state, sheet.sealed_at) == (ScoreSheet.State.SEALED, NOW)
        assert sheet.total == "863/10"
        assert (stored.sheets, stored.score, stored.totals) == (1, "863/10", {panel.experts[0].code: "863/10"})
        assert stored.means == {"C1": "80", "C2": "181/2"}

    def test_the_score_is_the_mean_of_the_sealed_totals_alone(self, panel):
        entry = panel.entries[0]
        for expert, mark in zip(panel.experts, (70, 80, 95), strict=True):
            score(panel.assignment(expert, entry), mark, mark)
        seal(*ScoreSheet.objects.filter(assignment__expert=panel.experts[0]))
        seal(*ScoreSheet.objects.filter(assignment__expert=panel.experts[2]))
        assert EntryScore.objects.get(entry=entry).score == "165/2"

    def test_five_totals_lose_the_highest_and_the_lowest(self):
        panel = make_panel(experts=5, entries=1)
        for expert, mark in zip(panel.experts, (60, 70, 80, 81, 100), strict=True):
            score_and_seal(panel.assignment(expert, panel.entries[0]), mark, mark)
        stored = EntryScore.objects.get(stage=panel.stage)
        assert stored.score == str(Fraction(70 + 80 + 81, 3))
        assert stored.dropped == sorted([panel.experts[0].code, panel.experts[4].code])

    def test_several_at_once_are_one_receipt_and_an_event_each(self, panel):
        judge = panel.experts[0]
        sheets = [score(panel.assignment(judge, entry), 80, 80) for entry in panel.entries]
        sealed = seal(*sheets)
        events = Event.objects.filter(kind="judging.sheet_sealed")
        receipts = Notice.objects.filter(kind="judging.sheet_sealed", recipient=judge.user)
        assert len(sealed) == events.count() == 2
        assert sorted(receipts.values_list("channel", flat=True)) == ["inbox", "mail"]
        assert {row["leaf"] for row in receipts[0].context["rows"]} == {event.leaf_hash for event in events}
        assert not list(tampered())

    def test_the_journal_keeps_every_mark_and_the_fingerprints(self, assignment):
        sheet = score_and_seal(assignment, "88.50", 70)
        payload = events_of(sheet).get().body.payload
        assert payload["marks"] == {"C1": "88.5", "C2": "70"}
        assert payload["total"] == "387/5"
        assert payload["version"] == assignment.version.digest
        assert len(payload["rubric"]) == len(payload["comment"]) == 64

    def test_all_or_none(self, panel):
        judge = panel.experts[0]
        ready, draft = (panel.assignment(judge, entry) for entry in panel.entries)
        one, other = score(ready, 80, 80), score(draft, 80, None)
        with pytest.raises(Refusal) as caught:
            seal_sheets(
                actor=judge.user,
                stage=panel.stage,
                seen=[SeenSheet(ready.public_id, one.revision), SeenSheet(draft.public_id, other.revision)],
                signature=judge.name,
                now=NOW,
            )
        assert caught.value.code == "unfinished"
        assert draft.entry.number in str(caught.value)
        assert not ScoreSheet.objects.filter(state="sealed").exists()
        assert EntryScore.objects.filter(sheets=0).count() == 2
        assert not Notice.objects.filter(kind="judging.sheet_sealed").exists()

    def test_a_sheet_that_changed_since_it_was_seen_is_not_sealed(self, assignment):
        score(assignment, 80, 80)
        score(assignment, 81, 80)
        with pytest.raises(Stale):
            seal_sheets(
                actor=assignment.expert.user,
                stage=assignment.stage,
                seen=[SeenSheet(assignment.public_id, 1)],
                signature=assignment.expert.name,
                now=NOW,
            )

    def test_nothing_chosen_is_a_sentence(self, panel):
        with pytest.raises(Refusal) as caught:
            seal_sheets(actor=panel.experts[0].user, stage=panel.stage, seen=[], signature="", now=NOW)
        assert caught.value.code == "nothing_chosen"

    def test_sealing_after_the_end_is_refused_with_since_when(self, panel, assignment):
        sheet = score(assignment, 80, 80)
        with pytest.raises(Closed) as caught:
            seal(sheet, now=panel.stage.closes_at)
        assert caught.value.closed_at == panel.stage.closes_at

    def test_others_cannot_seal_it(self, panel, assignment):
        sheet = score(assignment, 80, 80)
        for actor in (panel.experts[1].user, panel.organiser):
            with pytest.raises(NotAllowed):
                seal_sheets(
                    actor=actor,
                    stage=panel.stage,
                    seen=[SeenSheet(assignment.public_id, sheet.revision)],
                    signature=assignment.expert.name,
                    now=NOW,
                )

    def test_a_sealed_sheet_is_neither_saved_nor_sealed_again(self, assignment):
        sheet = score_and_seal(assignment, 80, 80)
        with pytest.raises(Refusal) as saving:
            save(assignment, sheet.revision)
        with pytest.raises(Refusal) as sealing:
            seal(sheet)
        assert saving.value.code == sealing.value.code == "sealed"

    def test_the_database_itself_refuses_to_change_it(self, assignment):
        sheet = score_and_seal(assignment, 80, 80)
        attempts = (
            lambda: ScoreSheet.objects.filter(pk=sheet.pk).update(total="100"),
            lambda: ScoreSheet.objects.filter(pk=sheet.pk).update(state="draft", sealed_at=None),
            lambda: sheet.marks.update(value=100),
            lambda: sheet.marks.all().delete(),
            lambda: ScoreSheet.objects.filter(pk=sheet.pk).delete(),
        )
        for attempt in attempts:
            with pytest.raises(DatabaseError), transaction.atomic():
                attempt()
        assert Mark.objects.filter(sheet=sheet, value=80).count() == 2


class TestRecusal:
    def test_the_seat_is_left_with_the_reason_and_marks_are_kept(self, assignment):
        sheet = score(assignment, 80, 80)
        left = recuse_judge(actor=assignment.expert.user, assignment=assignment, reason=" 与牵头单位有合作 ", now=NOW)
        assert (left.status, left.reason, left.ended_at) == (Assignment.Status.RECUSED, "与牵头单位有合作", NOW)
        assert sheet.marks.count() == 2
        assert Event.objects.filter(kind="judging.judge_recused").count() == 1

    def test_the_entry_can_no_longer_be_scored(self, assignment):
        recuse_judge(actor=assignment.expert.user, assignment=assignment, reason="合作", now=NOW)
        with pytest.raises(Refusal) as caught:
            save(assignment)
        assert caught.value.code == "recused"

    def test_wants_a_reason(self, assignment):
        with pytest.raises(Refusal) as caught:
            recuse_judge(actor=assignment.expert.user, assignment=assignment, reason="  ", now=NOW)
        assert caught.value.field == "reason"

    def test_a_reason_that_is_too_long_is_refused(self, assignment):
        with pytest.raises(Refusal) as caught:
            recuse_judge(actor=assignment.expert.user, assignment=assignment, reason="合" * 501, now=NOW)
        assert (caught.value.field, caught.value.code) == ("reason", "too_long")
        assert "500" in str(caught.value)
        assert Assignment.objects.get(pk=assignment.pk).status == Assignment.Status.ACTIVE

    def test_is_possible_before_the_stage_opens(self, panel, assignment):
        early = panel.stage.opens_at - timedelta(days=1)
        assert (
            recuse_judge(actor=assignment.expert.user, assignment=assignment, reason="合作", now=early).ended_at
            == early
        )

    def test_comes_too_late_once_sealed_or_closed(self, panel, assignment):
        with pytest.raises(Closed):
            recuse_judge(actor=assignment.expert.user, assignment=assignment, reason="合作", now=panel.stage.closes_at)
        score_and_seal(assignment, 80, 80)
        with pytest.raises(Refusal) as caught:
            recuse_judge(actor=assignment.expert.user, assignment=assignment, reason="合作", now=NOW)
        assert caught.value.code == "sealed"

    def test_nobody_recuses_another(self, panel, assignment):
        with pytest.raises(NotAllowed):
            recuse_judge(actor=panel.organiser, assignment=assignment, reason="合作", now=NOW)

    def test_the_database_never_forgets_the_seat(self, assignment):
        with pytest.raises(DatabaseError), transaction.atomic():
            Assignment.objects.filter(pk=assignment.pk).delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            Assignment.objects.filter(pk=assignment.pk).update(entry=assignment.entry_id + 1)
