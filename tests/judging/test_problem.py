"""Who may judge what: the problem that the solver gets."""

from datetime import timedelta

import pytest

from judging.actions import recuse_judge
from judging.assignment import components, illegal_seats, solve
from judging.conflicts import group_roots
from judging.models import Assignment, Expert
from judging.problem import read_situation
from portal.accounts.models import Organisation
from submissions.models import Entry, Membership, Screening, scope_key
from tests.competition.factories import make_track
from tests.judging.factories import NOW, make_entry, make_expert, make_judged_stage, make_panel, pass_check
from tests.portal.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return make_judged_stage(seats=2)


@pytest.fixture
def track(stage):
    return make_track(stage.contest)


def pairs(stage):
    problem = read_situation(stage).problem
    return set(problem.affinity) - problem.conflicts


def test_only_entries_that_were_submitted_and_passed_are_judged(stage, track):
    passed = make_entry(track)
    waiting = make_entry(track, passed=False)
    withdrawn = make_entry(track)
    Entry.objects.filter(pk=withdrawn.pk).update(status=Entry.Status.WITHDRAWN)
    failed = make_entry(track)
    Screening.objects.create(
        version=failed.current_version,
        number=2,
        verdict=Screening.Verdict.FAILED,
        reason="材料不全",
        screened_by=make_user(),
        screened_at=NOW,
    )
    assert set(read_situation(stage).entries) == {passed.public_id}
    pass_check(waiting)
    assert set(read_situation(stage).entries) == {passed.public_id, waiting.public_id}


def test_only_experts_who_accepted_judge(stage, track):
    accepted = make_expert(stage.contest, track)
    for status in (Expert.Status.LISTED, Expert.Status.INVITED, Expert.Status.DECLINED):
        make_expert(stage.contest, track, status=status)
    assert set(read_situation(stage).experts) == {accepted.code}


def test_experts_judge_only_tracks_for_which_they_are_qualified(stage, track):
    entry, other = make_entry(track), make_entry(make_track(stage.contest))
    expert = make_expert(stage.contest, track, level=2)
    assert pairs(stage) == {(entry.public_id, expert.code)}
    assert read_situation(stage).problem.affinity[entry.public_id, expert.code] == 2
    assert other.public_id in read_situation(stage).entries


def test_who_is_qualified_for_a_track_judges_its_directions(stage, track):
    direction = make_track(stage.contest, parent=track)
    entry, expert = make_entry(direction), make_expert(stage.contest, track)
    assert pairs(stage) == {(entry.public_id, expert.code)}


class TestRecusal:
    def test_keeps_away_a_judge_of_the_lead_organisation(self, stage, track):
        expert = make_expert(stage.contest, track)
        make_entry(track, lead=expert.organisation)
        assert pairs(stage) == set()

    def test_keeps_away_a_judge_of_a_partner_organisation(self, stage, track):
        expert = make_expert(stage.contest, track)
        make_entry(track, partners=[expert.organisation])
        assert pairs(stage) == set()

    @pytest.mark.parametrize("relation", ["parent", "child", "sibling", "cousin"])
    def test_keeps_away_a_judge_of_the_same_group(self, stage, track, relation):
        top = make_organisation()
        middle = make_organisation(parent=top)
        own = make_organisation(parent=middle)
        other = {
            "parent": middle,
            "child": make_organisation(parent=own),
            "sibling": make_organisation(parent=middle),
            "cousin": make_organisation(parent=make_organisation(parent=top)),
        }[relation]
        make_expert(stage.contest, track, organisation=own)
        make_entry(track, lead=other)
        assert pairs(stage) == set()

    def test_keeps_away_a_member_of_the_team(self, stage, track):
        expert = make_expert(stage.contest, track)
        entry = make_entry(track)
        Membership.objects.create(
            team=entry.team, user=expert.user, scope_key=scope_key(stage.contest, entry.topic), joined_at=NOW
        )
        assert pairs(stage) == set()

    def test_holds_for_ever_in_every_stage_of_the_contest(self):
        panel = make_panel(experts=2, entries=1)
        assignment = panel.assignment(panel.experts[0], panel.entries[0])
        recuse_judge(actor=assignment.expert.user, assignment=assignment, reason="合作", now=NOW)
        later = make_judged_stage(panel.contest)
        for stage in (panel.stage, later):
            assert (panel.entries[0].public_id, panel.experts[0].code) in read_situation(stage).problem.conflicts

    def test_what_was_taken_away_in_this_stage_is_not_given_back(self):
        panel = make_panel(experts=2, entries=1)
        assignment = panel.assignment(panel.experts[0], panel.entries[0])
        Assignment.objects.filter(pk=assignment.pk).update(status=Assignment.Status.WITHDRAWN, reason="改派")
        assert (panel.entries[0].public_id, panel.experts[0].code) in read_situation(panel.stage).problem.conflicts
        assert read_situation(make_judged_stage(panel.contest)).problem.conflicts == frozenset()

    def test_a_ring_of_parents_is_one_group(self):
        first, second = make_organisation(), make_organisation()
        Organisation.objects.filter(pk=first.pk).update(parent=second)
        Organisation.objects.filter(pk=second.pk).update(parent=first)
        roots = group_roots([first.pk, second.pk])
        assert roots[first.pk] == roots[second.pk]


def test_seats_that_are_held_are_pinned_and_stay_allowed():
    panel = make_panel(experts=3, entries=2)
    Organisation.objects.filter(pk=panel.experts[0].organisation_id).update(
        parent=panel.entries[0].team.lead_organisation
    )
    problem = read_situation(panel.stage).problem
    assert len(problem.pinned) == 6
    assert not problem.pinned & problem.conflicts
    assert problem.pinned <= set(problem.affinity)


def test_reads_the_situation_in_as_many_queries_for_many_rows(stage, track, django_assert_num_queries):
    def measure():
        with django_assert_num_queries(7):
            read_situation(stage)

    make_entry(track)
    make_expert(stage.contest, track)
    measure()
    for _ in range(5):
        make_entry(track, partners=[make_organisation(parent=make_organisation())])
        make_expert(stage.contest, track)
    measure()


def judge_of(situation, expert):
    return next(judge for judge in situation.problem.judges if judge.code == expert.code)


class TestLimits:
    @pytest.mark.parametrize(
        ("of_stage", "own", "low", "high"),
        [
            (None, {}, None, None),
            (20, {}, None, 20),
            (None, {"max_load": 8}, None, 8),
            (20, {"max_load": 8}, None, 8),
            (6, {"max_load": 8}, None, 6),
            (6, {"min_load": 9}, 6, 6),
            (20, {"min_load": 2, "max_load": 8}, 2, 8),
        ],
    )
    def test_are_the_experts_within_those_of_the_stage(self, stage, track, of_stage, own, low, high):
        stage.max_load = of_stage
        expert = make_expert(stage.contest, track, **own)
        judge = judge_of(read_situation(stage), expert)
        assert (judge.low, judge.high) == (low, high)

    def test_hold_in_the_plan(self, stage, track):
        busy, free = make_expert(stage.contest, track, max_load=2), make_expert(stage.contest, track, min_load=4)
        for _ in range(5):
            make_entry(track)
        stage.seats = 1
        plan = solve(read_situation(stage, seed="s").problem)
        assert plan.unfilled == {}
        assert plan.loads[busy.code] <= 2
        assert plan.loads[free.code] >= 4

    def test_below_what_somebody_holds_are_what_they_hold(self):
        panel = make_panel(experts=1, entries=3)
        Expert.objects.update(max_load=2)
        assert judge_of(read_situation(panel.stage), panel.experts[0]).high == 3
        assert len(read_situation(panel.stage).problem.pinned) == 3

    def test_leave_for_one_entry_what_the_others_do_not_take(self):
        panel = make_panel(experts=1, entries=3)
        Expert.objects.update(max_load=5, min_load=3)
        late = make_entry(panel.track)
        draft = [(make_entry(panel.track).public_id, panel.experts[0].code)]
        judge = judge_of(read_situation(panel.stage, only=late.public_id, beside=draft), panel.experts[0])
        assert (judge.low, judge.high) == (None, 1)


class TestAvailability:
    @pytest.mark.parametrize(
        "given",
        [
            lambda stage: {"available_from_on": (stage.closes_at + timedelta(days=2)).date()},
            lambda stage: {"available_until_on": (stage.opens_at - timedelta(days=2)).date()},
        ],
    )
    def test_who_has_no_time_in_the_stage_gets_nothing(self, stage, track, given):
        make_entry(track)
        make_expert(stage.contest, track, **given(stage))
        present = make_expert(stage.contest, track, available_until_on=stage.opens_at.date())
        assert set(read_situation(stage).experts) == {present.code}

    def test_who_has_no_time_any_more_keeps_seats_and_gets_no_other(self):
        panel = make_panel(experts=2, entries=2)
        gone = panel.experts[0]
        Expert.objects.filter(pk=gone.pk).update(
            available_until_on=(panel.stage.opens_at - timedelta(days=2)).date(), min_load=3
        )
        late = make_entry(panel.track)
        situation = read_situation(panel.stage)
        assert {pair for pair in situation.problem.affinity if pair[1] == gone.code} == {
            (entry.public_id, gone.code) for entry in panel.entries
        }
        assert situation.worth(panel.entries[0].public_id, gone.code) == 3
        answer = solve(situation.problem)
        assert situation.problem.pinned <= set(answer.seats)
        assert (late.public_id, gone.code) not in answer.seats
        assert "below_minimum" not in {reason.code for reason in answer.reasons}


def test_one_entry_alone_is_seen_as_among_the_others(stage, track):
    own, colleague = make_expert(stage.contest, track), make_expert(stage.contest, track)
    make_expert(stage.contest, track, name="欧阳海")
    entries = [
        make_entry(track, lead=own.organisation),
        make_entry(track, partners=[colleague.organisation]),
        make_entry(track, captain=make_user(name="欧阳海")),
    ]
    whole = read_situation(stage).problem
    for entry in entries:
        alone = read_situation(stage, only=entry.public_id).problem
        assert [one.code for one in alone.entries] == [entry.public_id]
        assert alone.conflicts == {pair for pair in whole.conflicts if pair[0] == entry.public_id}
        assert len(alone.conflicts) == 1
        assert dict(alone.affinity) == {
            pair: value for pair, value in whole.affinity.items() if pair[0] == entry.public_id
        }


class TestIllegalSeats:
    def test_finds_none_in_what_the_situation_allows(self, stage, track):
        entry, experts = make_entry(track), [make_expert(stage.contest, track) for _ in range(2)]
        seats = [(entry.public_id, expert.code) for expert in experts]
        assert illegal_seats(read_situation(stage).problem, seats) == []

    def test_finds_unknown_doubled_and_surplus_seats(self, stage, track):
        entry, experts = make_entry(track), [make_expert(stage.contest, track) for _ in range(3)]
        problem = read_situation(stage).problem
        first, second, third = [(entry.public_id, expert.code) for expert in experts]
        assert illegal_seats(problem, [first, first]) == [first]
        assert illegal_seats(problem, [first, second, third]) == [third]
        assert illegal_seats(problem, [("unknown", experts[0].code)]) == [("unknown", experts[0].code)]
        assert illegal_seats(problem, [(entry.public_id, "J?")]) == [(entry.public_id, "J?")]

    def test_finds_two_judges_of_one_organisation(self, stage, track):
        entry, own = make_entry(track), make_organisation()
        first, second = [(entry.public_id, make_expert(stage.contest, track, organisation=own).code) for _ in range(2)]
        assert illegal_seats(read_situation(stage).problem, [first, second]) == [second]

    def test_finds_a_judge_beyond_the_most(self, track, stage):
        stage.max_load = 1
        stage.save()
        expert, entries = make_expert(stage.contest, track), [make_entry(track) for _ in range(2)]
        first, second = [(entry.public_id, expert.code) for entry in entries]
        assert illegal_seats(read_situation(stage).problem, [first, second]) == [second]


@pytest.mark.parametrize(
    ("seats", "groups"),
    [
        ([], 0),
        ([("a", "1")], 1),
        ([("a", "1"), ("b", "2")], 2),
        ([("a", "1"), ("b", "1"), ("b", "2"), ("c", "3")], 2),
        ([("a", "1"), ("1", "a")], 2),
    ],
)
def test_counts_the_groups_of_judges_and_entries(seats, groups):
    assert components(seats) == groups
