"""Drafting, publishing, topping up."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from competition.models import Criterion, Rubric, Stage
from judging.actions import discard_plan, draft_plan, publish_plan, recuse_judge
from judging.models import Assignment, AssignmentPlan, EntryScore, Expert
from judging.reading.planning import reasons_of
from portal.journal.models import Event
from portal.journal.recording import events_of
from portal.notices.models import Notice
from portal.refusals import Closed, NotAllowed, Refusal
from submissions.models import Entry
from tests.competition.factories import make_role, make_rubric, make_stage
from tests.judging.factories import NOW, make_entry, make_expert, make_panel, score_and_seal, sign_pledges
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return make_panel(experts=4, entries=3, publish=False, seats=3)


def draft(panel, seed="seed", now=NOW):
    return draft_plan(actor=panel.organiser, stage=panel.stage, seed=seed, now=now)


def publish(panel, plan, now=NOW):
    return publish_plan(actor=panel.organiser, plan=plan, now=now)


class TestDrafting:
    def test_reaches_nobody(self, panel):
        plan = draft(panel)
        assert plan.status == AssignmentPlan.Status.DRAFT
        assert len(plan.seats) == 9
        assert not Assignment.objects.exists()
        assert not Notice.objects.exists()
        assert Entry.objects.filter(frozen_at=None).count() == 3

    def test_spreads_the_load_and_says_so(self, panel):
        result = draft(panel).result
        assert sorted(result["loads"].values()) == [2, 2, 2, 3]
        assert (result["needed"], result["unfilled"], result["proved"]) == (9, {}, True)
        assert result["components"] == {str(panel.track.number): 1}

    def test_the_same_seed_gives_the_same_plan(self, panel):
        first, second = draft(panel), draft(panel)
        assert first.seats == second.seats
        assert first.result["problem"] == second.result["problem"]

    def test_says_which_seats_stay_empty_and_why(self, panel):
        Expert.objects.filter(pk__in=[expert.pk for expert in panel.experts[1:]]).update(status="declined")
        result = draft(panel).result
        assert sum(result["unfilled"].values()) == 6
        assert result["reasons"]

    def test_is_for_organisers_alone(self, panel):
        for role in ("screener", "supervisor", "observer"):
            person = make_user()
            make_role(person, panel.contest, role)
            with pytest.raises(NotAllowed):
                draft_plan(actor=person, stage=panel.stage, seed="s", now=NOW)

    @pytest.mark.parametrize("seed", ["", "   ", "x" * 65])
    def test_wants_a_seed(self, panel, seed):
        with pytest.raises(Refusal) as caught:
            draft(panel, seed=seed)
        assert caught.value.field == "seed"

    def test_wants_a_rubric_whose_weights_add_up(self, panel):
        Criterion.objects.filter(rubric=panel.rubric, code="C1").update(weight=41)
        with pytest.raises(Refusal) as caught:
            draft(panel)
        assert caught.value.code == "weights"
        assert "101" in str(caught.value)

    def test_wants_a_rubric_with_the_criteria_of_its_rule_for_ties(self, panel):
        Stage.objects.filter(pk=panel.stage.pk).update(tie_criteria=["C7"])
        panel.stage = panel.stage.refreshed()
        with pytest.raises(Refusal) as caught:
            draft(panel)
        assert caught.value.code == "ties"

    def test_says_what_is_not_there(self, panel):
        Expert.objects.update(status="listed")
        with pytest.raises(Refusal) as caught:
            draft(panel)
        assert caught.value.code == "no_experts"
        empty = make_panel(experts=1, entries=0, publish=False)
        with pytest.raises(Refusal) as caught:
            draft(empty)
        assert caught.value.code == "no_entries"
        panel.stage.rubric = None
        with pytest.raises(Refusal) as caught:
            draft(panel)
        assert caught.value.code == "no_rubric"

    def test_wants_a_rubric_with_criteria(self, panel):
        Criterion.objects.filter(rubric=panel.rubric).delete()
        with pytest.raises(Refusal) as caught:
            draft(panel)
        assert caught.value.code == "no_criteria"

    def test_names_the_entry_that_has_too_few_judges_by_its_number(self, panel):
        for expert in panel.experts[:2]:
            expert.organisation.parent = panel.entries[0].team.lead_organisation
            expert.organisation.save()
        plan = draft(panel)
        with translation.override("en"):
            assert reasons_of(plan) == [
                f"Entry {panel.entries[0].number} needs 3 judges; judges of only 2 organisations may take it: 1 short. "
                "Add judges of other organisations."
            ]

    def test_refuses_a_stage_in_which_nothing_is_judged_or_that_is_over(self, panel):
        submission = make_stage(panel.contest, rubric=make_rubric(panel.contest))
        with pytest.raises(Refusal) as caught:
            draft_plan(actor=panel.organiser, stage=submission, seed="s", now=NOW)
        assert caught.value.code == "not_judged"
        with pytest.raises(Closed):
            draft(panel, now=panel.stage.closes_at)


class TestPublishing:
    def test_of_a_plan_without_seats_is_refused(self, panel):
        plan = draft(panel)
        AssignmentPlan.objects.filter(pk=plan.pk).update(seats=[])
        with pytest.raises(Refusal) as caught:
            publish(panel, plan)
        assert caught.value.code == "empty_plan"

    def test_makes_assignments_of_the_version_that_was_checked(self, panel):
        publish(panel, draft(panel))
        made = Assignment.objects.select_related("entry", "expert", "version")
        assert made.count() == 9
        assert all(one.version_id == one.entry.current_version_id and one.title == one.entry.title for one in made)
        assert EntryScore.objects.filter(stage=panel.stage, sheets=0, score="").count() == 3

    def test_gives_each_judge_an_order_of_their_own(self):
        panel = make_panel(experts=3, entries=8)
        orders = [
            tuple(Assignment.objects.filter(expert=expert).order_by("position").values_list("entry", flat=True))
            for expert in panel.experts
        ]
        assert len(set(orders)) == 3
        for expert in panel.experts:
            places = Assignment.objects.filter(expert=expert).values_list("position", flat=True)
            assert sorted(places) == list(range(1, 9))

    def test_freezes_entries_rubric_and_rules(self, panel):
        publish(panel, draft(panel))
        rubric, stage = Rubric.objects.get(), panel.stage.refreshed()
        assert rubric.frozen_at == stage.rules_frozen_at == NOW
        assert len(rubric.content_hash) == 64
        assert Entry.objects.filter(frozen_at=NOW).count() == 3

    def test_freezes_them_against_emptying_too(self, panel):
        publish(panel, draft(panel))
        for change in (
            lambda: Rubric.objects.update(frozen_at=None),
            lambda: Stage.objects.update(rules_frozen_at=None),
            lambda: Stage.objects.update(rubric=None),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()

    def test_tells_each_judge_once(self, panel):
        publish(panel, draft(panel))
        told = Notice.objects.filter(kind="judging.assignments_published", channel="mail")
        loads = {expert.user_id: Assignment.objects.filter(expert=expert).count() for expert in panel.experts}
        assert {notice.recipient_id: notice.context["count"] for notice in told} == loads
        assert told.count() == 4

    def test_a_second_time_is_refused_and_changes_nothing(self, panel):
        plan = draft(panel)
        publish(panel, plan)
        with pytest.raises(Refusal) as caught:
            publish(panel, plan)
        assert caught.value.code == "published"
        assert Assignment.objects.count() == 9
        assert Event.objects.filter(kind="judging.plan_published").count() == 1

    def test_a_second_plan_for_the_same_seats_is_refused(self, panel):
        first, second = draft(panel, "a"), draft(panel, "b")
        publish(panel, first)
        with pytest.raises(Refusal) as caught:
            publish(panel, second)
        assert caught.value.code == "outdated"
        assert Assignment.objects.count() == 9

    def test_a_discarded_plan_is_not_published_nor_discarded_twice(self, panel):
        plan = discard_plan(actor=panel.organiser, plan=draft(panel), now=NOW)
        for act in (publish_plan, discard_plan):
            with pytest.raises(Refusal) as caught:
                act(actor=panel.organiser, plan=plan, now=NOW)
            assert caught.value.code == "discarded"

    def test_what_changed_since_the_draft_is_found_and_nothing_is_published(self, panel):
        plan = draft(panel)
        Entry.objects.filter(pk=panel.entries[0].pk).update(status=Entry.Status.WITHDRAWN)
        with pytest.raises(Refusal) as caught:
            publish(panel, plan)
        assert caught.value.code == "outdated"
        assert not Assignment.objects.exists()
        assert Rubric.objects.get().frozen_at is None
        assert not Notice.objects.exists()

    def test_is_for_organisers_of_this_contest(self, panel):
        plan, stranger = draft(panel), make_panel(experts=1, entries=1, publish=False).organiser
        for act in (publish_plan, discard_plan):
            with pytest.raises(NotAllowed):
                act(actor=stranger, plan=plan, now=NOW)

    def test_comes_too_late_after_the_end(self, panel):
        plan = draft(panel)
        with pytest.raises(Closed):
            publish(panel, plan, now=panel.stage.closes_at)

    def test_the_journal_keeps_seed_and_fingerprint(self, panel):
        plan = publish(panel, draft(panel, "抽签种子"))
        payload = events_of(plan).first().body.payload
        assert (payload["seed"], payload["entries"], payload["judges"], payload["seats"]) == ("抽签种子", 3, 4, 9)
        assert len(payload["seats_digest"]) == len(payload["rubric"]) == 64


class TestToppingUp:
    def test_adds_entries_that_passed_later_and_moves_nobody(self, panel):
        publish(panel, draft(panel))
        before = set(Assignment.objects.values_list("entry", "expert", "position"))
        late = make_entry(panel.track)
        plan = publish(panel, draft(panel, now=NOW + timedelta(hours=1)), now=NOW + timedelta(hours=1))
        after = set(Assignment.objects.values_list("entry", "expert", "position"))
        assert before < after
        assert {entry for entry, _judge in plan.seats} == {late.public_id}
        assert sorted(plan.result["loads"].values()) == [3, 3, 3, 3]

    def test_new_entries_stand_at_the_end_of_the_queue(self, panel):
        publish(panel, draft(panel))
        late = make_entry(panel.track)
        publish(panel, draft(panel))
        for assignment in Assignment.objects.filter(entry=late):
            assert assignment.position == Assignment.objects.filter(expert=assignment.expert).count()

    def test_fills_the_seat_of_a_recused_judge_with_somebody_else(self, panel):
        publish(panel, draft(panel))
        sign_pledges(panel.stage)
        left = Assignment.objects.select_related("expert__user").first()
        recuse_judge(actor=left.expert.user, assignment=left, reason="合作", now=NOW)
        plan = publish(panel, draft(panel))
        ((entry, judge),) = plan.seats
        assert entry == left.entry.public_id
        assert judge != left.expert.code
        assert Assignment.objects.active().filter(entry=left.entry).count() == 3

    def test_sealed_sheets_go_on_counting(self, panel):
        publish(panel, draft(panel))
        expert = panel.experts[0]
        seat = panel.assignment(expert, Entry.objects.get(pk=Assignment.objects.filter(expert=expert).first().entry_id))
        sign_pledges(panel.stage)
        score_and_seal(seat.refreshed(), 80, 80)
        make_entry(panel.track)
        make_expert(panel.contest, panel.track)
        publish(panel, draft(panel))
        assert EntryScore.objects.get(entry=seat.entry).score == "80"

    def test_is_refused_when_every_seat_is_filled(self, panel):
        publish(panel, draft(panel))
        with pytest.raises(Refusal) as caught:
            draft(panel)
        assert caught.value.code == "nothing_to_do"
