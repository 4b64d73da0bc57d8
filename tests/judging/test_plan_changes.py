"""A plan on its way: computed in the background, cancelled, changed by hand, published, taken back; seats given one by one."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from judging.actions import (
    begin_plan,
    compute_plan,
    discard_plan,
    draft_plan,
    edit_plan,
    give_seat,
    publish_plan,
    recuse_judge,
    revert_plan,
)
from judging.actions.background import SILENT_FOR
from judging.actions.plans import awaited_plans
from judging.assignment import Rules
from judging.models import Assignment, AssignmentPlan, Expert
from judging.reading.comparing import compare
from portal.celery import app
from portal.journal.models import Event
from portal.notices.models import Notice
from portal.refusals import NotAllowed, Refusal
from submissions.models import Entry
from tests.judging.factories import NOW, make_entry, make_expert, make_panel, score, score_and_seal

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    """Two seats for each of three entries, and four experts."""
    return make_panel(experts=4, entries=3, publish=False, seats=2)


def begin(panel, **rest):
    return begin_plan(actor=panel.organiser, stage=panel.stage, seed="s", now=NOW, **rest)


def draft(panel, **rest):
    return draft_plan(actor=panel.organiser, stage=panel.stage, **{"seed": "s", "now": NOW, **rest})


def edit(panel, plan, entry, *, remove="", add="", revision=None):
    seen = plan.revision if revision is None else revision
    return edit_plan(actor=panel.organiser, plan=plan, revision=seen, entry=entry, remove=remove, add=add, now=NOW)


def give(panel, entry, judge, *, instead="", reason="评委因病退出"):
    return give_seat(
        actor=panel.organiser,
        plan=panel.plan,
        entry=entry.public_id,
        judge=judge,
        instead=instead,
        reason=reason,
        now=NOW,
    )


def judges_of(plan, entry):
    return {judge for one, judge in plan.seats if one == entry}


def idle(panel, entry):
    """Codes of experts who do not have the entry."""
    busy = set(Assignment.objects.active().filter(entry=entry).values_list("expert__code", flat=True))
    return sorted({expert.code for expert in panel.experts} - busy)


class TestComputing:
    def test_is_asked_for_at_once_and_done_by_the_worker(self, panel):
        plan = begin(panel)
        assert (plan.status, plan.seats, plan.progress) == ("solving", [], 0)
        compute_plan(pk=plan.pk)
        plan = plan.refreshed()
        assert (plan.status, plan.progress, len(plan.seats)) == ("draft", 100, 6)
        assert Event.objects.filter(kind="judging.plan_drafted").count() == 1

    def test_twice_keeps_one_answer(self, panel):
        plan = begin(panel)
        compute_plan(pk=plan.pk)
        compute_plan(pk=plan.pk)
        assert Event.objects.filter(kind="judging.plan_drafted").count() == 1

    def test_gives_what_a_command_gives(self, panel):
        asked = begin(panel)
        compute_plan(pk=asked.pk)
        asked = asked.refreshed()
        assert draft(panel).seats == asked.seats

    def test_stops_when_the_plan_is_discarded_and_leaves_it_so(self, panel, monkeypatch):
        plan = begin(panel)

        def discarded_meanwhile(problem, *, progress, cancelled):
            discard_plan(actor=panel.organiser, plan=plan, now=NOW)
            return solve(problem, progress=progress, cancelled=cancelled)

        from judging.actions import plans

        solve = plans.solve
        monkeypatch.setattr(plans, "solve", discarded_meanwhile)
        compute_plan(pk=plan.pk)
        assert (plan.refreshed().status, plan.refreshed().seats) == ("discarded", [])
        assert not Event.objects.filter(kind="judging.plan_drafted").exists()

    def test_stops_while_alternates_are_named(self, panel, monkeypatch):
        plan = begin(panel)

        def discarded_meanwhile(problem, seats, *, tick):
            discard_plan(actor=panel.organiser, plan=plan, now=NOW)
            monkeypatch.setattr(background, "TELL_EVERY", 0)
            return alternates(problem, seats, tick=tick)

        from judging.actions import background, plans

        alternates = plans.alternates
        monkeypatch.setattr(plans, "alternates", discarded_meanwhile)
        compute_plan(pk=plan.pk)
        assert (plan.refreshed().status, plan.refreshed().alternates) == ("discarded", {})

    def test_that_is_discarded_at_the_last_moment_is_not_kept(self, panel):
        """The answer is there already when somebody puts the plan aside: the lock finds it, not the computation."""
        plan = begin(panel)

        def discarded_after_the_last_step():
            if plan.refreshed().step == "proving":
                discard_plan(actor=panel.organiser, plan=plan, now=NOW)
            return NOW

        compute_plan(pk=plan.pk, clock_now=discarded_after_the_last_step)
        assert (plan.refreshed().status, plan.refreshed().seats) == ("discarded", [])
        assert not Event.objects.filter(kind="judging.plan_drafted").exists()

    def test_is_not_asked_for_where_nothing_can_come_of_it(self, panel):
        for query, code in ((Expert.objects, "no_experts"), (Entry.objects, "no_entries")):
            query.update(status="withdrawn" if code == "no_entries" else "declined")
            with pytest.raises(Refusal) as caught:
                begin(panel)
            assert caught.value.code == code
        assert not AssignmentPlan.objects.exists()

    def test_that_failed_is_not_published_but_can_be_put_aside(self, panel):
        plan = begin(panel)
        AssignmentPlan.objects.filter(pk=plan.pk).update(status=AssignmentPlan.Status.FAILED, refusal="error")
        with pytest.raises(Refusal) as caught:
            publish_plan(actor=panel.organiser, plan=plan, now=NOW)
        assert caught.value.code == "failed"
        assert not Assignment.objects.exists()
        assert discard_plan(actor=panel.organiser, plan=plan, now=NOW).refreshed().status == "discarded"

    def test_is_handed_to_the_worker_when_it_is_on_record(self, panel, django_capture_on_commit_callbacks, monkeypatch):
        monkeypatch.setitem(app.conf, "task_always_eager", True)  # a worker in this very process
        with django_capture_on_commit_callbacks(execute=True):
            plans = [begin(panel), begin(make_panel(experts=4, entries=3, publish=False, seats=2))]
        assert [plan.refreshed().status for plan in plans] == ["draft", "draft"]

    def test_of_one_stage_happens_once_at_a_time(self, panel):
        begin(panel)
        with pytest.raises(Refusal) as caught:
            begin(panel)
        assert caught.value.code == "computing"

    def test_that_found_nothing_to_do_says_so(self, panel):
        panel.publish()
        plan = begin(panel)
        compute_plan(pk=plan.pk)
        assert (plan.refreshed().status, plan.refreshed().refusal) == ("failed", "nothing_to_do")

    def test_that_broke_off_says_so_and_tells_the_worker(self, panel, monkeypatch):
        def broken(*_args, **_kwargs):
            raise MemoryError

        monkeypatch.setattr("judging.actions.plans.solve", broken)
        plan = begin(panel)
        with pytest.raises(MemoryError):
            compute_plan(pk=plan.pk)
        assert (plan.refreshed().status, plan.refreshed().refusal) == ("failed", "error")

    def test_is_found_by_the_sweep_when_nobody_has_heard_of_it(self, panel):
        plan = begin(panel)
        assert awaited_plans(NOW) == []
        assert awaited_plans(NOW + SILENT_FOR + timedelta(seconds=1)) == [plan.pk]
        discard_plan(actor=panel.organiser, plan=plan, now=NOW)
        assert awaited_plans(NOW + timedelta(days=1)) == []

    def test_is_not_published_before_it_is_done(self, panel):
        with pytest.raises(Refusal) as caught:
            publish_plan(actor=panel.organiser, plan=begin(panel), now=NOW)
        assert caught.value.code == "computing"

    def test_keeps_the_rules_that_were_asked_for(self, panel):
        panel.experts[0].tracks.update(level=1)
        plan = draft(panel, rules=Rules(main_per_panel=2), objective="total")
        assert (plan.objective, plan.rules["main_per_panel"]) == ("total", 2)
        assert panel.experts[0].code not in {judge for _entry, judge in plan.seats}

    def test_names_two_alternates_for_each_entry(self, panel):
        plan = draft(panel)
        assert set(plan.alternates) == {entry.public_id for entry in panel.entries}
        for entry, reserve in plan.alternates.items():
            assert len(set(reserve)) == 2
            assert not set(reserve) & judges_of(plan, entry)


class TestByHand:
    def test_a_judge_is_replaced_in_a_draft(self, panel):
        plan = draft(panel)
        entry = panel.entries[0].public_id
        leaves, comes = min(judges_of(plan, entry)), plan.alternates[entry][0]
        before = judges_of(plan, entry)
        plan = edit(panel, plan, entry, remove=leaves, add=comes)
        assert judges_of(plan, entry) == before - {leaves} | {comes}
        assert (plan.edits, plan.revision, plan.result["proved"], plan.result["new_seats"]) == (1, 1, False, 6)
        assert sum(plan.result["loads"].values()) == 6
        assert not Assignment.objects.exists()

    def test_a_judge_is_taken_off_and_put_on_again(self, panel):
        plan = draft(panel)
        entry = panel.entries[0].public_id
        leaves = min(judges_of(plan, entry))
        plan = edit(panel, plan, entry, remove=leaves)
        assert plan.result["unfilled"] == {entry: 1}
        plan = edit(panel, plan, entry, add=leaves)
        assert plan.result["unfilled"] == {}

    def test_the_same_checks_hold(self, panel):
        plan = draft(panel)
        entry = panel.entries[0].public_id
        with pytest.raises(Refusal) as caught:
            edit(panel, plan, entry, add=plan.alternates[entry][0])
        assert caught.value.code == "full"
        colleague = make_expert(panel.contest, panel.track, organisation=panel.experts[0].organisation)
        stranger = make_expert(panel.contest)
        seated = next(one for one in panel.entries if panel.experts[0].code in judges_of(plan, one.public_id))
        other = (judges_of(plan, seated.public_id) - {panel.experts[0].code}).pop()
        for code, said in ((colleague.code, "organisation"), (stranger.code, "not_qualified"), ("J?", "unknown")):
            with pytest.raises(Refusal) as caught:
                edit(panel, plan, seated.public_id, remove=other, add=code)
            assert caught.value.code == said
        assert plan.refreshed().revision == 0

    def test_a_judge_must_be_chosen_and_have_the_entry_to_lose_it(self, panel):
        plan = draft(panel)
        entry = panel.entries[0].public_id
        (idle_judge, *_others) = {expert.code for expert in panel.experts} - judges_of(plan, entry)
        for words, said in (({}, ("nothing", "add")), ({"remove": idle_judge}, ("not_seated", "remove"))):
            with pytest.raises(Refusal) as caught:
                edit(panel, plan, entry, **words)
            assert (caught.value.code, caught.value.field) == said
        assert plan.refreshed().revision == 0

    def test_a_draft_with_a_judge_who_left_the_pool_is_drafted_anew(self, panel):
        plan = draft(panel)
        entry = panel.entries[0].public_id
        stays = min(judges_of(plan, entry))
        gone = Expert.objects.get(code=max(judges_of(plan, entry)))
        Expert.objects.filter(pk=gone.pk).update(status=Expert.Status.DECLINED)
        with pytest.raises(Refusal) as caught:
            edit(panel, plan, entry, remove=stays)
        assert caught.value.code == "outdated"
        assert plan.refreshed().seats == plan.seats

    def test_a_maximum_counts_the_whole_draft(self):
        panel = make_panel(experts=3, entries=3, publish=False, seats=1, max_load=1)
        plan = draft(panel)
        entry, other = panel.entries[0].public_id, panel.entries[1].public_id
        busy = min(judges_of(plan, other))
        with pytest.raises(Refusal) as caught:
            edit(panel, plan, entry, remove=min(judges_of(plan, entry)), add=busy)
        assert caught.value.code == "load"

    def test_a_stale_page_changes_nothing(self, panel):
        plan = draft(panel)
        entry = panel.entries[0].public_id
        edit(panel, plan, entry, remove=min(judges_of(plan, entry)))
        with pytest.raises(Refusal) as caught:
            edit(panel, plan, entry, remove=max(judges_of(plan, entry)), revision=0)
        assert caught.value.code == "stale"
        with pytest.raises(Refusal) as caught:
            publish_plan(actor=panel.organiser, plan=plan, now=NOW, revision=0)
        assert caught.value.code == "stale"

    def test_what_was_changed_is_what_is_published(self, panel):
        plan = draft(panel)
        entry = panel.entries[0]
        plan = edit(panel, plan, entry.public_id, remove=min(judges_of(plan, entry.public_id)))
        publish_plan(actor=panel.organiser, plan=plan, now=NOW, revision=1)
        assert Assignment.objects.filter(entry=entry).count() == 1

    def test_is_for_organisers_of_this_contest(self, panel):
        plan = draft(panel)
        panel.publish()
        stranger = make_panel(experts=1, entries=1, publish=False).organiser
        entry = panel.entries[0].public_id
        with pytest.raises(NotAllowed):
            edit_plan(actor=stranger, plan=plan, revision=0, entry=entry, remove="J", now=NOW)
        with pytest.raises(NotAllowed):
            give_seat(actor=stranger, plan=panel.plan, entry=entry, judge="J", reason="x", now=NOW)
        with pytest.raises(NotAllowed):
            revert_plan(actor=stranger, plan=panel.plan, reason="x", now=NOW)


class TestGivingASeat:
    @pytest.fixture
    def panel(self, panel):
        panel.publish()
        return panel

    def test_in_the_place_of_another_keeps_the_old_one_withdrawn(self, panel):
        entry = panel.entries[0]
        old = Assignment.objects.filter(entry=entry).select_related("expert").first()
        score(old, 60, 60)
        comes = idle(panel, entry)[0]
        made = give(panel, entry, comes, instead=old.expert.code)
        old = old.refreshed()
        assert (old.status, old.reason, old.ended_at) == ("withdrawn", "评委因病退出", NOW)
        assert old.sheet.state == "ready"
        assert (made.status, made.version_id, made.expert.code) == ("active", entry.current_version_id, comes)
        assert Assignment.objects.active().filter(entry=entry).count() == 2

    def test_tells_both_judges_once(self, panel):
        entry = panel.entries[0]
        old = Assignment.objects.filter(entry=entry).select_related("expert__user").first()
        Notice.objects.all().delete()
        made = give(panel, entry, idle(panel, entry)[0], instead=old.expert.code)
        told = Notice.objects.filter(channel="mail").values_list("recipient", "kind")
        assert set(told) == {
            (made.expert.user_id, "judging.assignments_published"), (old.expert.user_id, "judging.seat_withdrawn"),
        }  # fmt: skip

    def test_fills_the_seat_of_a_judge_who_recused(self, panel):
        entry = panel.entries[0]
        left = Assignment.objects.filter(entry=entry).select_related("expert__user", "stage").first()
        recuse_judge(actor=left.expert.user, assignment=left, reason="合作", now=NOW)
        with pytest.raises(Refusal) as caught:
            give(panel, entry, left.expert.code)
        assert caught.value.code == "conflict"
        give(panel, entry, next(code for code in idle(panel, entry) if code != left.expert.code))
        assert Assignment.objects.active().filter(entry=entry).count() == 2

    def test_is_refused_where_the_rules_or_the_hour_forbid_it(self, panel):
        entry = panel.entries[0]
        seat = panel.assignment(next(e for e in panel.experts if e.code not in idle(panel, entry)), entry)
        free = idle(panel, entry)[0]
        for words, said in (
            ({"judge": free}, "full"),
            ({"judge": seat.expert.code, "instead": seat.expert.code}, "conflict"),
            ({"judge": free, "instead": idle(panel, entry)[1]}, "not_seated"),
            ({"judge": free, "instead": seat.expert.code, "reason": " "}, "no_reason"),
        ):
            with pytest.raises(Refusal) as caught:
                give(panel, entry, **words)
            assert caught.value.code == said
        assert Assignment.objects.active().count() == 6
        score_and_seal(seat, 80, 80)
        with pytest.raises(Refusal) as caught:
            give(panel, entry, free, instead=seat.expert.code)
        assert caught.value.code == "sealed"

    def test_is_for_a_published_plan_and_an_entry_of_the_contest(self, panel):
        elsewhere = make_panel(experts=1, entries=1, publish=False).entries[0]
        with pytest.raises(Refusal) as caught:
            give(panel, elsewhere, panel.experts[0].code)
        assert caught.value.code == "unknown"
        panel.plan = draft_of_another(panel)
        with pytest.raises(Refusal) as caught:
            give(panel, panel.entries[0], idle(panel, panel.entries[0])[0])
        assert caught.value.code == "not_published"
        assert Assignment.objects.count() == 6

    def test_keeps_no_reason_longer_than_its_column(self, panel):
        entry = panel.entries[0]
        with pytest.raises(Refusal) as caught:
            give(panel, entry, idle(panel, entry)[0], reason="x" * 301)
        assert (caught.value.code, caught.value.field) == ("too_long", "reason")
        assert Assignment.objects.count() == 6


class TestTakingBack:
    def revert(self, panel, reason="名单有误"):
        return revert_plan(actor=panel.organiser, plan=panel.plan, reason=reason, now=NOW)

    def test_withdraws_every_seat_and_deletes_none(self, panel):
        panel.publish()
        plan = self.revert(panel)
        assert plan.status == "reverted"
        assert Assignment.objects.filter(status="withdrawn", reason="名单有误").count() == 6
        assert Notice.objects.filter(kind="judging.assignments_reverted", channel="mail").count() == len(
            {judge for _entry, judge in plan.seats}
        )

    def test_of_a_plan_whose_seats_were_all_left_tells_nobody(self, panel):
        panel.publish()
        for seat in Assignment.objects.select_related("expert__user", "stage"):
            recuse_judge(actor=seat.expert.user, assignment=seat, reason="合作", now=NOW)
        assert self.revert(panel).status == "reverted"
        assert not Notice.objects.filter(kind="judging.assignments_reverted").exists()
        assert Assignment.objects.filter(status="recused").count() == 6

    def test_lets_another_plan_give_the_same_seats(self, panel):
        first = panel.publish()
        self.revert(panel)
        second = panel.publish()
        assert second.seats == first.seats
        assert Assignment.objects.active().count() == 6

    def test_is_refused_once_a_judge_has_begun_or_twice_or_without_a_reason(self, panel):
        panel.publish()
        with pytest.raises(Refusal) as caught:
            self.revert(panel, "  ")
        assert caught.value.code == "no_reason"
        score(Assignment.objects.select_related("stage__rubric", "expert__user").first(), 60, 60)
        with pytest.raises(Refusal) as caught:
            self.revert(panel)
        assert caught.value.code == "begun"
        assert Assignment.objects.active().count() == 6
        with pytest.raises(Refusal) as caught:
            revert_plan(actor=panel.organiser, plan=draft_of_another(panel), reason="x", now=NOW)
        assert caught.value.code == "not_published"

    def test_the_database_keeps_published_seats_and_plans(self, panel):
        plan = panel.publish()
        for act in (
            lambda: AssignmentPlan.objects.filter(pk=plan.pk).update(seats=[]),
            lambda: Assignment.objects.filter(plan=plan)._raw_delete("default"),
            lambda: AssignmentPlan.objects.filter(pk=plan.pk)._raw_delete("default"),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()


def draft_of_another(panel):
    make_entry(panel.track)
    return draft(panel, seed="later")


class TestPages:
    @pytest.fixture(autouse=True)
    def _now(self):
        with time_machine.travel(NOW, tick=False):
            yield

    @pytest.fixture
    def client(self, client, panel):
        client.force_login(panel.organiser)
        return client

    def at(self, plan, name="plan", *more):
        return reverse(name, args=[plan.contest.slug, plan.public_id, *more])

    def test_a_plan_that_is_computed_shows_how_far_it_is_and_can_be_cancelled(self, client, panel):
        plan = begin(panel)
        AssignmentPlan.objects.filter(pk=plan.pk).update(step="weakest", progress=37)
        page = client.get(self.at(plan)).content.decode()
        assert "提升最弱匹配" in page
        assert 'value="37"' in page
        client.post(self.at(plan), {"discard": "1"})
        assert plan.refreshed().status == "discarded"
        assert "计算已取消" in client.get(self.at(plan)).content.decode()

    def test_asking_for_a_plan_leads_to_it(self, client, panel):
        answer = client.post(
            reverse("plans", args=[panel.contest.slug]),
            {"stage": panel.stage.public_id, "seed": "2024", "objective": "total", "main_per_panel": "1"},
        )
        plan = AssignmentPlan.objects.get()
        assert answer.url == self.at(plan)
        assert (plan.status, plan.objective, plan.rules["main_per_panel"]) == ("solving", "total", 1)

    def test_nonsense_in_the_rules_is_told_beside_the_field(self, client, panel):
        answer = client.post(
            reverse("plans", args=[panel.contest.slug]),
            {"stage": panel.stage.public_id, "seed": "2024", "most_per_region": "-3"},
        )
        assert "请填写 1 至 15 的整数" in answer.content.decode()
        assert not AssignmentPlan.objects.exists()

    def test_two_plans_are_shown_side_by_side(self, client, panel):
        first, second = draft(panel), draft(panel, objective="total", seed="t")
        address = reverse("compare_plans", args=[panel.contest.slug])
        answer = client.get(address, {"first": first.public_id, "second": second.public_id})
        assert answer.status_code == 200
        comparison = compare(first, second)
        assert comparison.same + comparison.only_first == comparison.same + comparison.only_second == 6
        assert [line.first for line in comparison.lines][:3] == ["6", "0", "3"]
        assert client.get(address, {"first": first.public_id, "second": "x"}).status_code == 404
        assert client.get(address).status_code == 404

    def test_a_judge_is_replaced_on_the_page_of_an_entry(self, client, panel):
        plan = draft(panel)
        entry = panel.entries[0].public_id
        address = self.at(plan, "plan_entry", entry)
        assert "候补" in client.get(address).content.decode()
        leaves, comes = min(judges_of(plan, entry)), plan.alternates[entry][1]
        client.post(address, {"revision": "0", "instead": leaves, "judge": comes})
        assert comes in judges_of(plan.refreshed(), entry)
        again = client.post(address, {"revision": "0", "instead": comes, "judge": leaves})
        assert "草稿在此期间已被修改" in again.content.decode()

    def test_a_published_seat_is_given_with_a_reason(self, client, panel):
        panel.publish()
        entry = panel.entries[0]
        address = self.at(panel.plan, "plan_entry", entry.public_id)
        leaves = Assignment.objects.filter(entry=entry).first().expert.code
        comes = idle(panel, entry)[0]
        refused = client.post(address, {"instead": leaves, "judge": comes}).content.decode()
        assert "请填写原因" in refused
        assert f'value="{comes}" checked' in refused
        client.post(address, {"instead": leaves, "judge": comes, "reason": "评委退出"})
        assert Assignment.objects.active().filter(entry=entry, expert__code=comes).exists()

    def test_a_seat_that_stays_says_why(self, client, panel):
        panel.publish()
        entry = panel.entries[0]
        sealed = Assignment.objects.filter(entry=entry).select_related("stage__rubric", "expert").first()
        score_and_seal(sealed, 80, 80)
        page = client.get(self.at(panel.plan, "plan_entry", entry.public_id))
        assert "评分单已封存" in page.content.decode()
        # A seat that recusal emptied is filled by a further draft, in which those of the first plan are fixed.
        other = panel.entries[1]
        left, stays = Assignment.objects.filter(entry=other).select_related("expert__user", "stage")
        recuse_judge(actor=left.expert.user, assignment=left, reason="合作", now=NOW)
        later = draft(panel, seed="later")
        seats = client.get(self.at(later, "plan_entry", other.public_id)).context["panel"].seats
        fixed = {seat.code: seat.fixed for seat in seats}
        assert fixed == {stays.expert.code: "此前已公布，保持不变。", later.seats[0][1]: ""}

    def test_a_judge_who_left_the_pool_still_has_a_name_in_an_old_draft(self, client, panel):
        plan = draft(panel)
        entry = panel.entries[0].public_id
        gone = Expert.objects.get(code=min(judges_of(plan, entry)))
        Expert.objects.filter(pk=gone.pk).update(status=Expert.Status.DECLINED)
        assert gone.name in client.get(self.at(plan, "plan_entry", entry)).content.decode()

    def test_an_assignment_is_taken_back_with_a_reason(self, client, panel):
        panel.publish()
        page = client.post(self.at(panel.plan), {"revert": "1", "reason": ""}).content.decode()
        assert "请填写原因" in page
        assert Assignment.objects.active().count() == 6
        client.post(self.at(panel.plan), {"revert": "1", "reason": "名单有误"})
        assert not Assignment.objects.active().exists()

    def test_an_entry_that_is_not_in_the_plan_is_not_there(self, client, panel):
        plan = draft(panel)
        assert client.get(self.at(plan, "plan_entry", "nothing")).status_code == 404
        waiting = make_entry(panel.track, passed=False)
        assert client.get(self.at(plan, "plan_entry", waiting.public_id)).status_code == 404
        assert Entry.objects.count() == 4
