"""Calling a roadshow off: until when, who hears of it, what stays on record, and that its entries present in another one."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from competition.models import Contest
from judging import invariants
from judging.actions import (
    announce_lots,
    call_off_roadshow,
    call_team,
    close_slot,
    dismiss_conflict,
    draw_lots,
    key_paper,
    mark_absent,
    move_roadshow,
    next_phase,
    pin_pair,
    reveal_score,
    run_clock,
)
from judging.doors import slot_door
from judging.events import PLAN_REVERTED, ROADSHOW_CALLED_OFF
from judging.models import Assignment, AssignmentPlan, EntryScore, Roadshow, Slot
from judging.notices import ASSIGNMENTS_REVERTED, ROADSHOW_CALLED_OFF_NOTICE
from judging.reading.live import read_live
from portal.journal.models import Event
from portal.notices import rendering
from portal.notices.models import Notice
from portal.refusals import NotAllowed, Refusal, Stale
from tests.judging.factories import NOW, sign_pledges
from tests.judging.roadshows import Show, make_show, plan
from tests.judging.test_rescheduling import schedule_of

pytestmark = pytest.mark.django_db
WHY = "会场停电"
FIGURES = {"C1": 80, "C2": 80}


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"), time_machine.travel(NOW, tick=False):
        yield


def call_off(show: Show, *, actor=None, reason: str = WHY, seen: int | None = None) -> Roadshow:
    roadshow = show.again()
    return call_off_roadshow(
        actor=actor or show.host,
        roadshow=roadshow,
        reason=reason,
        seen=roadshow.revision if seen is None else seen,
        now=NOW,
    )


def problems() -> list[str]:
    return [problem for invariant in invariants.INVARIANTS for problem in invariant.violations()]


def told() -> dict[int, Notice]:
    kind = ROADSHOW_CALLED_OFF_NOTICE.key
    return {row.recipient_id: row for row in Notice.objects.filter(kind=kind, channel="inbox")}


@pytest.mark.parametrize("drawn", [False, True])
def test_keeps_who_when_and_why_and_takes_the_seats_back(drawn):
    show = make_show(experts=2, entries=2, drawn=drawn)
    off = call_off(show, reason=f" {WHY} ")
    assert (off.status, off.called_off_at, off.called_off_by, off.called_off_reason) == (
        "called_off",
        NOW,
        show.host,
        WHY,
    )
    assert {slot.status for slot in show.slots()} == {"called_off"}
    assert not Assignment.objects.active().exists()
    assert AssignmentPlan.objects.get().status == AssignmentPlan.Status.REVERTED
    assert Event.objects.get(kind=ROADSHOW_CALLED_OFF.key).body.payload == {"name": show.roadshow.name, "reason": WHY}
    assert Event.objects.filter(kind=PLAN_REVERTED.key).count() == 1


def test_panel_and_teams_hear_of_it_once_each_in_their_own_words():
    show = make_show(experts=2, entries=2, drawn=False)
    call_off(show)
    judge, captain = show.experts[0].user_id, show.entries[1].team.captain_id
    assert set(told()) == {expert.user_id for expert in show.experts} | {e.team.captain_id for e in show.entries}
    assert not Notice.objects.filter(kind=ASSIGNMENTS_REVERTED.key).exists()
    words = rendering.words(told()[captain], language="en").text
    assert WHY in words
    assert show.entries[1].number in words
    assert "seats on its entries are withdrawn" in rendering.words(told()[judge], language="en").text
    assert WHY in rendering.words(told()[judge], language="zh-hans").text


def test_the_lots_stay_readable_and_unchangeable():
    show = make_show(experts=1, entries=3)
    order = [slot.position for slot in show.slots()]
    off = call_off(show)
    assert (off.source, off.number) == ("8月9日福彩3D第209期", "3 7 1")
    assert [slot.position for slot in show.slots()] == order == [1, 2, 3]
    changes = [
        lambda: Roadshow.objects.update(status="drawn", called_off_at=None, called_off_reason=""),
        lambda: Roadshow.objects.update(called_off_reason="另有原因"),
        lambda: Slot.objects.update(status="waiting"),
        lambda: Slot.objects.all().delete(),
    ]
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_another_one_is_planned_with_the_same_entries_and_judges_and_held():
    show = make_show(experts=2, entries=2)
    old = call_off(show)
    show.roadshow = plan(show, name="第二会场")
    assert Assignment.objects.active().count() == 4
    announced = announce_lots(actor=show.host, roadshow=show.roadshow, source="另一期", now=NOW)
    draw_lots(actor=show.host, roadshow=announced, number="1", now=NOW)
    called = show.call()
    for expert in show.experts:
        seat = Assignment.objects.active().select_related("stage", "entry").get(expert=expert, entry=called.entry)
        assert slot_door(seat)
    assert problems() == []
    with pytest.raises(Refusal, match="already has its turn"):
        plan(show, name="第三会场")
    assert Roadshow.objects.get(pk=old.pk).status == "called_off"


def test_scores_of_another_one_never_show_on_the_page_of_the_one_called_off():
    show = make_show(experts=1, entries=1)
    old = call_off(show)
    EntryScore.objects.update(score="88", totals={"J001": "88"}, sheets=1)
    live = read_live(Roadshow.objects.select_related("stage").get(pk=old.pk), NOW, sees_totals=True)
    assert (live.now_on, live.scores, live.upcoming) == (None, [], None)
    assert [row.score for row in live.order] == [""]


def test_nothing_is_done_with_it_afterwards():
    show = make_show(experts=1, entries=1)
    seat = show.seat(show.experts[0], show.entries[0])
    call_off(show)
    given = {"actor": show.host, "roadshow": show.again(), "now": NOW}
    seen = {"seen": show.roadshow.revision}
    presses = [
        lambda: call_team(**given, **seen, slot=None),
        lambda: mark_absent(**given, **seen),
        lambda: run_clock(**given, **seen, running=True),
        lambda: next_phase(**given, **seen),
        lambda: close_slot(**given, **seen, without_missing=True),
        lambda: reveal_score(**given, **seen),
        lambda: announce_lots(**given, source="3D"),
        lambda: draw_lots(**given, number="1"),
        lambda: move_roadshow(**given, **seen, schedule=schedule_of(show.roadshow)),
        lambda: call_off_roadshow(**given, **seen, reason="再次"),
    ]
    for press in presses:
        with pytest.raises(Refusal, match="called off: nothing more is done"):
            press()
    with pytest.raises(Refusal, match="has left this entry"):
        key_paper(actor=show.host, assignment=seat, marks=FIGURES, comment="", now=NOW)


def test_an_entry_that_has_a_seat_of_its_own_waits_for_another_one():
    show = make_show(experts=1, entries=1)
    seat = show.seat(show.experts[0], show.entries[0])
    call_off(show)
    Assignment.objects.filter(pk=seat.pk).update(status="active", reason="", ended_at=None)
    assert slot_door(seat.refreshed()).refusal.code == "called_off"
    with pytest.raises(Refusal, match="scored in another one"):
        key_paper(actor=show.host, assignment=seat, marks=FIGURES, comment="", now=NOW)


def test_a_seat_in_quarantine_is_taken_back_too_and_does_not_return():
    show = make_show(experts=2, entries=1)
    pinned = pin_pair(
        actor=show.host, contest=show.contest, expert=show.experts[0], entry=show.entries[0], reason="亲属", now=NOW
    )
    call_off(show)
    assert dismiss_conflict(actor=show.host, recusal=pinned, reason="核实无关", now=NOW)[1:] == (0, 0)
    assert set(Assignment.objects.values_list("status", flat=True)) == {"withdrawn"}
    assert problems() == []


def test_where_the_assignment_was_taken_back_before_it_is_called_off_all_the_same():
    show = make_show(experts=1, entries=1)
    AssignmentPlan.objects.update(status="reverted", reason="换人")
    Assignment.objects.update(status="withdrawn", reason="换人", ended_at=NOW)
    call_off(show)
    assert not Event.objects.filter(kind=PLAN_REVERTED.key).exists()
    assert show.experts[0].user_id in told()


@pytest.mark.parametrize("begin", [lambda show: show.call(), lambda show: show.press(mark_absent)])
def test_once_it_has_begun_it_is_too_late(begin):
    show = make_show(experts=1, entries=2)
    begin(show)
    with pytest.raises(Refusal, match="has begun"):
        call_off(show)
    assert Assignment.objects.active().count() == 2


@pytest.mark.parametrize(("reason", "sentence"), [(" ", "Give the reason"), ("长" * 301, "Shorten the reason")])
def test_needs_a_reason(reason, sentence):
    show = make_show(experts=1, entries=1)
    with pytest.raises(Refusal, match=sentence):
        call_off(show, reason=reason)


def test_who_saw_an_older_state_looks_again():
    show = make_show(experts=1, entries=1)
    with pytest.raises(Stale):
        call_off(show, seen=show.again().revision - 1)


def test_is_the_organisers():
    show = make_show(experts=1, entries=1)
    with pytest.raises(NotAllowed):
        call_off(show, actor=show.experts[0].user)


def test_slots_that_say_otherwise_than_their_roadshow_are_found():
    show = make_show(experts=1, entries=1)
    Slot.objects.update(status="called_off")
    assert problems() == [f"slot {show.slots()[0].public_id} is called_off, its roadshow drawn"]


class TestThePages:
    def client(self, user=None) -> Client:
        client = Client(headers={"accept-language": "en"})
        if user is not None:
            client.force_login(user)
        return client

    def post(self, show: Show, **posted):
        address = reverse("roadshow_console", args=[show.contest.slug, show.roadshow.public_id])
        given = {"call_off": "1", "seen": str(show.again().revision), "reason": WHY}
        return self.client(show.host).post(address, given | posted, follow=True).content.decode()

    def test_the_console_asks_for_the_reason_and_then_says_what_stands(self):
        show = make_show(experts=1, entries=1)
        assert "Say why the roadshow is called off" in self.post(show, reason="")
        page = self.post(show)
        assert "The roadshow is called off" in page
        assert WHY in page
        assert show.host.name in page
        assert "Drawn with" in page
        for button in ('name="call_off"', 'name="change"', 'name="press"'):
            assert button not in page
        assert "nothing more is done with it" in self.post(show)

    def test_one_planned_without_lots_says_so_too(self):
        show = make_show(experts=1, entries=1, drawn=False)
        page = self.post(show)
        assert WHY in page
        assert 'name="announce"' not in page
        listed = self.client(show.host).get(reverse("roadshows", args=[show.contest.slug, show.stage.public_id]))
        assert "Called off" in listed.content.decode()

    def test_is_no_longer_offered_once_it_has_begun(self):
        show = make_show(experts=1, entries=1)
        show.call()
        address = reverse("roadshow_console", args=[show.contest.slug, show.roadshow.public_id])
        assert 'name="call_off"' not in self.client(show.host).get(address).content.decode()
        assert "has begun" in self.post(show)

    def test_the_wall_says_so_to_everybody_who_could_see_it_before(self):
        show = make_show(experts=1, entries=1)
        Contest.objects.update(is_published=True)
        call_off(show)
        address = reverse("wall", args=[show.roadshow.public_id])
        page = self.client().get(address).content.decode()
        assert WHY in page
        assert show.entries[0].title in page

    def test_the_wall_of_one_without_an_order_stays_the_organisers(self):
        show = make_show(experts=1, entries=1, drawn=False)
        Contest.objects.update(is_published=True)
        call_off(show)
        address = reverse("wall", args=[show.roadshow.public_id])
        assert self.client().get(address).status_code == 404
        assert WHY in self.client(show.host).get(address).content.decode()

    def test_the_panels_desk_says_so_and_takes_nothing(self):
        show = make_show(experts=2, entries=1)
        seat = show.seat(show.experts[0], show.entries[0])
        call_off(show)
        address = reverse("live_desk", args=[show.roadshow.public_id])
        judge = self.client(show.experts[0].user)
        assert WHY in judge.get(address).content.decode()
        assert WHY in judge.post(address, {"assignment": seat.public_id}).content.decode()
        assert self.client(show.host).get(address).status_code == 404
        queue = judge.get(reverse("judge_queue", args=[show.stage.public_id]))
        assert queue.status_code in (200, 404)
        assert address not in queue.content.decode()

    def test_paper_is_keyed_in_the_other_one(self):
        show = make_show(experts=1, entries=1)
        call_off(show)
        old = show.roadshow
        show.roadshow = plan(show, starts_at=NOW + timedelta(hours=1))
        sign_pledges(show.stage)
        seat = Assignment.objects.active().get()
        for roadshow, status in ((old, 404), (show.roadshow, 200)):
            address = reverse("paper_sheet", args=[show.contest.slug, roadshow.public_id, seat.public_id])
            assert self.client(show.host).get(address).status_code == status
