"""What must always hold is found when it does not."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import translation

from judging import invariants
from judging.actions import commit_draw, prepare_draw, reveal_draw
from judging.draw import pool_hash
from judging.models import AssignmentPlan, Draw, EntryScore, Mark, Recusal, ScoreSheet
from judging.reading.drawn import read_pool
from portal import guards
from portal.accounts.models import Organisation
from portal.slots import invariants as registered
from submissions.models import Entry, Membership, scope_key
from tests.judging.factories import NOW, make_panel, score, score_and_seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    panel = make_panel(experts=3, entries=2)
    for expert, mark in zip(panel.experts, (70, 80, 95), strict=True):
        score_and_seal(panel.assignment(expert, panel.entries[0]), mark, "80.25")
    score(panel.assignment(panel.experts[0], panel.entries[1]), 60, 60)
    return panel


@pytest.fixture
def tampering():
    """Somebody with the database's own rights, past every trigger."""
    guards.lift(connection)
    yield
    guards.install(connection)


def test_all_hold_after_ordinary_work(panel):
    assert {invariant.name for invariant in invariants.INVARIANTS} <= {invariant.name for invariant in registered}
    for invariant in invariants.INVARIANTS:
        assert list(invariant.violations()) == []


def test_a_changed_mark_no_longer_gives_the_total(panel, tampering):
    Mark.objects.filter(sheet__state="sealed", value=95).update(value=99)
    assert len(list(invariants.sealed_totals())) == 1
    assert len(list(invariants.entry_scores())) == 1


def test_a_changed_total_is_found(panel, tampering):
    ScoreSheet.objects.filter(state="sealed", assignment__expert=panel.experts[0]).update(total="100")
    assert "says 100" in next(invariants.sealed_totals())


def test_a_changed_score_is_found(panel):
    EntryScore.objects.filter(entry=panel.entries[0]).update(score="100")
    assert panel.entries[0].number in next(invariants.entry_scores())


def test_a_sheet_without_its_marks_is_found(panel, tampering):
    Mark.objects.filter(sheet__assignment__expert=panel.experts[1]).delete()
    assert len(list(invariants.sealed_totals())) == 1


def test_seats_without_plan_score_or_freeze_are_found(panel):
    AssignmentPlan.objects.update(status="discarded")
    EntryScore.objects.filter(entry=panel.entries[1]).delete()
    Entry.objects.update(frozen_at=None)
    lines = list(invariants.seats())
    assert sum("not published" in line for line in lines) == 6
    assert sum("no stored score" in line for line in lines) == 3
    assert sum("not frozen" in line for line in lines) == 6


def test_a_score_without_its_rubric_is_found(panel, tampering):
    type(panel.stage).objects.filter(pk=panel.stage.pk).update(rubric=None)
    lines = list(invariants.sealed_totals())
    assert len(lines) == 4
    assert all(line.endswith("has no rubric") for line in lines)


def test_a_seat_with_the_version_of_another_entry_is_found(panel, tampering):
    other = panel.entries[1].current_version
    panel.entries[0].assignments.update(version=other)
    lines = list(invariants.seats())
    assert len(lines) == 3
    assert all("version of another entry" in line for line in lines)


def test_a_judge_of_a_partner_organisation_is_found(panel):
    panel.entries[0].team.partners.add(panel.experts[1].organisation)
    assert len(list(invariants.recusals())) == 1


def test_a_judge_of_an_organisation_of_the_team_is_found(panel):
    Organisation.objects.filter(pk=panel.experts[0].organisation_id).update(
        parent=panel.entries[0].team.lead_organisation_id
    )
    assert len(list(invariants.recusals())) == 1


def test_a_judge_of_their_own_team_is_found(panel):
    entry = panel.entries[0]
    Membership.objects.create(
        team=entry.team, user=panel.experts[0].user, scope_key=scope_key(panel.contest, entry.topic), joined_at=NOW
    )
    assert len(list(invariants.recusals())) == 1


def test_the_sentences_are_the_same_in_every_language(panel):
    EntryScore.objects.filter(entry=panel.entries[0]).update(score="1")
    with translation.override("en"):
        english = list(invariants.entry_scores())
    with translation.override("zh-hans"):
        assert list(invariants.entry_scores()) == english


def test_a_seal_that_was_lifted_past_the_record_is_found(panel, tampering):
    sheet = ScoreSheet.objects.filter(state="sealed").first()
    ScoreSheet.objects.filter(pk=sheet.pk).update(state="ready", sealed_at=None)
    assert "never taken back" in next(invariants.seals())
    ScoreSheet.objects.filter(pk=sheet.pk).update(state="sealed", sealed_at=NOW, revision=99)
    assert "without a seal in force" in next(invariants.seals())


def test_a_seat_against_a_conflict_on_record_is_found(panel):
    seat = panel.assignment(panel.experts[0], panel.entries[0])
    conflict = {"contest": panel.contest, "expert": seat.expert, "entry": seat.entry, "found_at": NOW}
    Recusal.objects.create(kind=Recusal.Kind.NAME, state=Recusal.State.DETECTED, **conflict)
    assert list(invariants.standing_conflicts()) == [
        f"assignment {seat.public_id} is held against a conflict on record"
    ]


def test_a_seat_of_a_plan_that_was_taken_back_is_found(panel, tampering):
    AssignmentPlan.objects.update(status="reverted", reason="名单有误")
    assert len(list(invariants.taken_back())) == 6


def test_a_draw_with_another_result_is_found(panel, tampering):
    draw = prepare_draw(
        actor=panel.organiser,
        contest=panel.contest,
        title="网络评审专家",
        seats={"*": 1},
        per_organisation=1,
        per_region=None,
        source={"kind": "public", "announced": "上证指数"},
        now=NOW,
    )
    draw = commit_draw(actor=panel.organiser, draw=draw, seen=pool_hash(read_pool(panel.contest)), now=NOW)
    draw = reveal_draw(actor=panel.organiser, draw=draw, revealed=["3102.77"], now=NOW + timedelta(days=1))
    assert list(invariants.draws()) == []
    Draw.objects.update(seed="0" * 64)
    assert "does not come out equal" in next(invariants.draws())


def test_what_an_organiser_dismissed_is_no_violation(panel):
    expert, entry = panel.experts[0], panel.entries[0]
    Organisation.objects.filter(pk=expert.organisation_id).update(parent=entry.team.lead_organisation_id)
    Recusal.objects.create(
        contest=panel.contest,
        expert=expert,
        entry=entry,
        kind=Recusal.Kind.GROUP,
        state=Recusal.State.DISMISSED,
        reason="独立经营",
        found_at=NOW,
        decided_at=NOW,
        decided_by=panel.organiser,
    )
    assert list(invariants.recusals()) == []
    # A dismissal says that the houses are different ones, never that one may judge one's own.
    entry.team.partners.add(expert.organisation)
    assert len(list(invariants.recusals())) == 1


def test_sheets_are_read_in_parts_and_none_is_left_out(panel, tampering, monkeypatch):
    monkeypatch.setattr(invariants, "BATCH", 2)
    ScoreSheet.objects.filter(state="sealed").update(total="100")
    assert len(list(invariants.sealed_totals())) == 3
