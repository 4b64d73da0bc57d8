"""Seats that a late and certain conflict of interest has emptied go to somebody else by themselves."""

from datetime import timedelta

import pytest
import time_machine

from competition.models import Stage
from judging import tasks
from judging.actions import dismiss_conflict, give_seat, look_for_conflicts, pin_pair, refill_seats, revert_plan
from judging.actions.background import SILENT_FOR
from judging.actions.refilling import AT_ONCE, REMEMBERED, awaited_refilling
from judging.models import Assignment, EntryScore, ExpertTrack
from portal.journal.models import Event
from portal.notices.models import Notice
from tests.judging.factories import NOW, make_expert, make_panel, score_and_seal
from tests.portal.factories import make_organisation

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def panel():
    return make_panel(experts=5, entries=2, seats=3)


@pytest.fixture
def seat(panel):
    return Assignment.objects.select_related("expert__user", "entry__team").filter(entry=panel.entries[0]).first()


def pin(panel, seat):
    return pin_pair(
        actor=panel.organiser, contest=panel.contest, expert=seat.expert, entry=seat.entry, reason="亲属", now=NOW
    )


def refill(panel, now=LATER):
    return refill_seats(contest=panel.contest.pk, clock_now=lambda: now)


def sitting(entry):
    return set(Assignment.objects.active().filter(entry=entry).values_list("expert__code", flat=True))


def told(kind):
    return Notice.objects.filter(kind=kind, channel="inbox")


class TestACertainConflict:
    def test_gives_the_seat_to_an_alternate_and_keeps_the_marks(self, panel, seat):
        reserve = panel.plan.alternates[seat.entry.public_id]
        assert len(reserve) == 2
        score_and_seal(seat, 60, 60)
        pin(panel, seat)
        before = sitting(seat.entry)
        assert refill(panel) == 1
        (came,) = sitting(seat.entry) - before
        assert came in reserve
        old = seat.refreshed()
        assert old.status == Assignment.Status.QUARANTINED
        assert old.sheet.marks.count() == 2
        assert EntryScore.objects.get(entry=seat.entry).sheets == 0
        event = Event.objects.filter(kind="judging.seat_given").get().body
        assert (event.payload["code"], event.payload["instead"]) == (came, seat.expert.code)
        assert event.actor == ""

    def test_a_fact_that_a_search_finds_is_certain(self, panel, seat):
        seat.entry.team.partners.add(seat.expert.organisation)
        look_for_conflicts(actor=panel.organiser, contest=panel.contest, now=NOW)
        assert refill(panel) == 1
        assert seat.expert.code not in sitting(seat.entry)
        assert len(sitting(seat.entry)) == 3

    def test_fills_a_seat_once(self, panel, seat):
        pin(panel, seat)
        assert [refill(panel), refill(panel)] == [1, 0]
        assert len(sitting(seat.entry)) == 3

    def test_a_seat_that_an_organiser_gave_meanwhile_is_not_given_again(self, panel, seat):
        pin(panel, seat)
        (judge, *_rest) = {one.code for one in panel.experts} - sitting(seat.entry) - {seat.expert.code}
        entry = seat.entry.public_id
        give_seat(actor=panel.organiser, plan=panel.plan, entry=entry, judge=judge, reason="补位", now=NOW)
        assert refill(panel) == 0

    def test_the_judge_who_comes_and_the_organisers_hear_of_it_once(self, panel):
        judges = panel.experts[:3]
        for one in Assignment.objects.active().filter(expert__in=judges).select_related("expert", "entry"):
            pin(panel, one)
        emptied = Assignment.objects.filter(status=Assignment.Status.QUARANTINED).count()
        told("judging.assignments_published").delete()
        given = refill(panel)
        assert 0 < given <= emptied
        new = Assignment.objects.active().filter(assigned_at=LATER).select_related("expert__user")
        assert len(new) == given
        heard = told("judging.assignments_published")
        assert {notice.recipient_id for notice in heard} == {one.expert.user_id for one in new}
        assert sum(notice.context["count"] for notice in heard) == given
        assert len(heard) == len({one.expert_id for one in new})
        (organisers,) = told("judging.seats_refilled")
        assert organisers.recipient == panel.organiser
        assert len(organisers.context["rows"]) == given

    def test_many_seats_are_filled_in_several_transactions(self):
        panel = make_panel(experts=2, entries=AT_ONCE + 2, seats=1)
        for one in Assignment.objects.filter(expert=panel.experts[0]).select_related("expert", "entry"):
            pin(panel, one)
        emptied = Assignment.objects.filter(status=Assignment.Status.QUARANTINED).count()
        more = [make_expert(panel.contest, panel.track) for _ in range(2)]
        assert refill(panel) == emptied
        assert Assignment.objects.active().count() == AT_ONCE + 2
        assert not Assignment.objects.active().filter(expert=panel.experts[0]).exists()
        assert len(more) == 2

    def test_the_limits_of_a_judge_hold(self, panel, seat):
        """Who has as many entries as allowed, comes from an organisation of the panel, or is not qualified, is passed over."""
        pin(panel, seat)
        free = [one for one in panel.experts if one.code not in sitting(seat.entry) and one.pk != seat.expert_id]
        full, colleague = free
        full.max_load = Assignment.objects.active().filter(expert=full).count()
        full.save()
        other = Assignment.objects.active().filter(entry=seat.entry).select_related("expert").first()
        colleague.organisation = other.expert.organisation
        colleague.save()
        assert refill(panel) == 0
        assert len(sitting(seat.entry)) == 2
        assert not told("judging.seats_refilled").exists()
        newcomer = make_expert(panel.contest, panel.track, level=ExpertTrack.Level.ADJACENT)
        assert refill(panel) == 1
        assert newcomer.code in sitting(seat.entry)


class TestWhatIsNotFilled:
    def test_a_likeness_waits_for_the_organisers(self, panel, seat):
        seat.entry.team.partners.add(make_organisation(parent=seat.expert.organisation))
        look_for_conflicts(actor=panel.organiser, contest=panel.contest, now=NOW)
        assert seat.refreshed().status == Assignment.Status.QUARANTINED
        assert refill(panel) == 0

    def test_a_conflict_that_was_dismissed_gives_the_seat_back(self, panel, seat):
        pinned = pin(panel, seat)
        dismiss_conflict(actor=panel.organiser, recusal=pinned, reason="核实无关", now=NOW)
        assert refill(panel) == 0
        assert seat.expert.code in sitting(seat.entry)

    def test_a_stage_that_is_over(self, panel, seat):
        pin(panel, seat)
        assert refill(panel, now=panel.stage.closes_at) == 0

    def test_a_plan_that_was_taken_back(self, panel, seat):
        pin(panel, seat)
        revert_plan(actor=panel.organiser, plan=panel.plan, reason="重新分配", now=NOW)
        assert refill(panel) == 0

    def test_the_panel_of_a_roadshow(self, panel, seat):
        pin(panel, seat)
        Stage.objects.filter(pk=panel.stage.pk).update(kind=Stage.Kind.ROADSHOW)
        assert refill(panel) == 0


class TestTheWorker:
    def test_is_asked_when_the_conflict_is_kept(self, panel, seat, monkeypatch, django_capture_on_commit_callbacks):
        asked = []
        monkeypatch.setattr(tasks.refill, "apply_async", lambda arguments, **_options: asked.append(arguments))
        with django_capture_on_commit_callbacks(execute=True):
            pin(panel, seat)
        assert asked == [(panel.contest.pk,)]

    def test_fills_what_it_is_asked_to(self, panel, seat):
        pin(panel, seat)
        with time_machine.travel(LATER, tick=False):
            tasks.refill(panel.contest.pk)
        assert len(sitting(seat.entry)) == 3

    def test_is_asked_again_by_the_sweep_for_an_hour(self, panel, seat):
        pin(panel, seat)
        moment = timedelta(seconds=1)
        assert awaited_refilling(NOW) == []
        assert awaited_refilling(NOW + SILENT_FOR + moment) == [panel.contest.pk]
        assert awaited_refilling(NOW + REMEMBERED + moment) == []
        refill(panel)
        assert awaited_refilling(NOW + SILENT_FOR + moment) == []
