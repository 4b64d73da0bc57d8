"""Roadshows: planning, lots, the host's console, submissions in the hall, showing the scores, paper sheets."""

import hashlib
import hmac
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from competition.models import Stage
from judging.actions import (
    announce_lots,
    call_team,
    close_slot,
    draw_lots,
    key_paper,
    mark_absent,
    next_phase,
    reveal_score,
    run_clock,
    save_sheet,
    settle_paper,
    submit_live,
)
from judging.doors import slot_door
from judging.events import LOTS_ANNOUNCED, LOTS_DRAWN, SHEET_SEALED, SLOT_REVEALED
from judging.lots import commitment, running_order, seed_of
from judging.models import Assignment, EntryScore, PaperKeying, Roadshow, ScoreSheet, Slot
from judging.notices import ROADSHOW_ORDER
from judging.reading.results import read_ranking
from portal.canonical import digest
from portal.journal.models import Event
from portal.notices.models import Notice
from portal.refusals import NotAllowed, Refusal, Stale
from tests.competition.factories import make_contest, make_role, make_rubric
from tests.judging.factories import (
    NOW,
    make_entry,
    make_expert,
    make_judged_stage,
    make_panel,
    make_rubric_with_na,
    score_and_seal,
)
from tests.judging.roadshows import make_show, plan
from tests.portal.factories import make_user

NUMBERS = st.lists(st.text("0123456789-", min_size=1, max_size=12), min_size=1, max_size=30, unique=True)


class TestLots:
    @given(NUMBERS, st.text(max_size=10), st.randoms())
    def test_do_not_depend_on_the_order_in_which_the_teams_are_listed(self, numbers, number, random):
        committed = commitment(numbers, "source")
        mixed = random.sample(numbers, len(numbers))
        assert commitment(mixed, "source") == committed
        seed = seed_of(committed, number)
        assert running_order(mixed, seed) == running_order(numbers, seed)
        assert sorted(running_order(numbers, seed)) == sorted(numbers)

    def test_can_be_drawn_again_by_anybody_with_the_standard_library(self):
        numbers = [f"HB26-03-{n:04}" for n in range(1, 8)]
        committed = digest({"format": "chengshu-lots/1", "entries": sorted(numbers), "source": "3D"})
        assert commitment(reversed(numbers), " 3D ") == committed
        seed = hashlib.sha256(f"{committed}|371".encode()).hexdigest()
        key = bytes.fromhex(seed)
        order = sorted(numbers, key=lambda n: hmac.new(key, f"lots|{n}".encode(), hashlib.sha256).digest())
        assert running_order(numbers, seed_of(committed, " 371 ")) == order

    def test_give_every_team_every_place_about_as_often(self):
        numbers = [f"T{n}" for n in range(4)]
        first = [running_order(numbers, seed_of("0" * 64, str(n)))[0] for n in range(4000)]
        assert all(900 < first.count(number) < 1100 for number in numbers)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.django_db
class TestPlanning:
    def test_seats_the_whole_panel_on_every_team_and_tells_each_judge_once(self):
        show = make_show(experts=3, entries=2, drawn=False)
        assert Assignment.objects.filter(stage=show.stage).count() == 6
        assert {row.recipient for row in Notice.objects.filter(kind="judging.assignments_published")} == {
            expert.user for expert in show.experts
        }

    def test_gives_no_seat_where_a_judge_has_an_interest(self):
        show = make_show(experts=2, entries=1, drawn=False)
        kin = make_expert(show.contest, show.track)
        entry = make_entry(show.track, lead=kin.organisation)
        show.stage.__class__.objects.filter(pk=show.stage.pk).update(seats=3)
        show.experts.append(kin)
        plan(show, entries=[entry.number], name="第二会场")
        seated = Assignment.objects.filter(entry=entry).values_list("expert", flat=True)
        assert set(seated) == {expert.pk for expert in show.experts[:2]}

    @pytest.mark.parametrize(
        ("changed", "sentence"),
        [
            ({"entries": []}, "Name the entries"),
            ({"entries": ["HB-99"]}, "HB-99"),
            ({"judges": []}, "Name the judges"),
            ({"judges": ["J9999"]}, "J9999"),
        ],
    )
    def test_names_what_is_wrong_and_plans_nothing(self, changed, sentence):
        show = make_show(experts=1, entries=1, drawn=False)
        with pytest.raises(Refusal, match=sentence):
            plan(show, **changed)
        assert Roadshow.objects.count() == 1

    def test_is_refused_where_nobody_of_the_panel_may_judge_an_entry(self):
        show = make_show(experts=1, entries=1, drawn=False)
        kin = make_entry(show.track, lead=show.experts[0].organisation)
        with pytest.raises(Refusal, match=f"Nobody of this panel may judge {kin.number}") as caught:
            plan(show, entries=[kin.number], name="第二会场")
        assert (caught.value.code, caught.value.field) == ("no_judge", "judges")
        assert Roadshow.objects.count() == 1

    def test_belongs_to_a_stage_of_its_kind(self):
        show = make_show(experts=1, entries=1, drawn=False)
        show.stage = make_judged_stage(show.contest)
        with pytest.raises(Refusal) as caught:
            plan(show)
        assert caught.value.code == "not_a_roadshow"
        assert Roadshow.objects.count() == 1

    def test_gives_an_entry_one_turn_in_a_stage(self):
        show = make_show(experts=1, entries=1, drawn=False)
        with pytest.raises(Refusal, match="already has its turn"):
            plan(show, name="第二会场")

    def test_is_the_organisers(self):
        show = make_show(experts=1, entries=1, drawn=False)
        with pytest.raises(NotAllowed):
            plan(show, actor=show.experts[0].user)


@pytest.mark.django_db
class TestDrawing:
    def test_follows_the_announcement_and_tells_every_team_its_place(self):
        show = make_show(experts=1, entries=3)
        roadshow = show.again()
        numbers = [entry.number for entry in show.entries]
        order = running_order(numbers, seed_of(commitment(numbers, roadshow.source), "3 7 1"))
        assert [slot.entry.number for slot in show.slots()] == order
        assert Event.objects.get(kind=LOTS_DRAWN.key).body.payload["order"] == order
        assert Event.objects.get(kind=LOTS_ANNOUNCED.key).body.payload["commitment"] == roadshow.commitment
        notices = Notice.objects.filter(kind=ROADSHOW_ORDER.key, channel="inbox")
        places = {notice.recipient_id: notice.context["position"] for notice in notices}
        assert places == {slot.entry.team.captain_id: slot.position for slot in show.slots()}

    def test_is_refused_before_the_announcement_and_a_second_time(self):
        show = make_show(experts=1, entries=2, drawn=False)
        with pytest.raises(Refusal, match="Announce first"):
            draw_lots(actor=show.host, roadshow=show.roadshow, number="1", now=NOW)
        announce_lots(actor=show.host, roadshow=show.roadshow, source="3D", now=NOW)
        with pytest.raises(Refusal, match="announced already"):
            announce_lots(actor=show.host, roadshow=show.roadshow, source="另一个", now=NOW)
        draw_lots(actor=show.host, roadshow=show.roadshow, number="1", now=NOW)
        with pytest.raises(Refusal, match="drawn already"):
            draw_lots(actor=show.host, roadshow=show.roadshow, number="2", now=NOW)

    @pytest.mark.parametrize("words", ["  ", "x" * 201])
    def test_wants_words_and_a_number_of_a_length_that_can_be_read_out(self, words):
        show = make_show(experts=1, entries=2, drawn=False)
        with pytest.raises(Refusal) as caught:
            announce_lots(actor=show.host, roadshow=show.roadshow, source=words, now=NOW)
        assert caught.value.field == "source"
        announce_lots(actor=show.host, roadshow=show.roadshow, source="3D", now=NOW)
        with pytest.raises(Refusal) as caught:
            draw_lots(actor=show.host, roadshow=show.roadshow, number=words, now=NOW)
        assert caught.value.field == "number"
        assert show.again().status == Roadshow.Status.COMMITTED
        assert [slot.position for slot in show.slots()] == [None, None]

    def test_stays_as_it_was_even_for_the_database(self):
        show = make_show(experts=1, entries=2)
        slots = show.slots()
        for change in (
            lambda: Roadshow.objects.update(number="9"),
            lambda: Roadshow.objects.update(source="改"),
            lambda: Slot.objects.filter(pk=slots[0].pk).update(position=7),
            lambda: Slot.objects.filter(pk=slots[0].pk).update(position=None),
            lambda: slots[0].delete(),
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()


@pytest.mark.django_db
class TestTheHost:
    def test_takes_a_team_through_its_turn(self):
        show = make_show(experts=5, entries=2)
        first = show.call()
        assert (first.position, first.status) == (1, Slot.Status.PRESENTING)
        assert show.press(next_phase).status == Slot.Status.QUESTIONS
        assert show.press(next_phase).status == Slot.Status.SCORING
        with pytest.raises(Refusal, match="last phase"):
            show.press(next_phase)
        for expert in show.experts:
            show.submit(expert, first.entry, 80)
        assert show.press(close_slot, without_missing=False).status == Slot.Status.CLOSED
        with pytest.raises(Refusal, match="Show the score"):
            show.call()
        assert show.press(reveal_score).revealed_at == NOW
        assert show.call().position == 2
        assert show.again().status == Roadshow.Status.LIVE

    def test_runs_and_holds_the_clock_to_the_millisecond(self):
        show = make_show(experts=1, entries=1)
        show.call()
        at = NOW + timedelta(seconds=1)
        show.press(run_clock, running=True, now=at)
        slot = show.press(run_clock, running=False, now=at + timedelta(milliseconds=61_500))
        assert (slot.elapsed_ms, slot.elapsed(at + timedelta(hours=1))) == (61_500, 61_500)
        show.press(run_clock, running=True, now=at + timedelta(minutes=5))
        assert show.slots()[0].elapsed(at + timedelta(minutes=5, seconds=2)) == 63_500

    def test_does_a_thing_once_however_often_the_button_is_pressed(self):
        show = make_show(experts=1, entries=3)
        seen = show.again().revision
        call_team(actor=show.host, roadshow=show.roadshow, slot=None, seen=seen, now=NOW)
        for action, arguments in ((call_team, {"slot": None}), (next_phase, {}), (mark_absent, {})):
            with pytest.raises(Stale, match="moved on"):
                action(actor=show.host, roadshow=show.roadshow, seen=seen, now=NOW, **arguments)
        assert [slot.status for slot in show.slots()] == ["presenting", "waiting", "waiting"]

    def test_closes_without_a_judge_only_when_told_to(self):
        show = make_show(experts=2, entries=1)
        slot = show.call()
        show.submit(show.experts[0], slot.entry, 80)
        with pytest.raises(Refusal, match="1 of 2 judges have submitted"):
            show.press(close_slot, without_missing=False)
        assert show.press(close_slot, without_missing=True).status == Slot.Status.CLOSED

    def test_calls_an_absent_team_again(self):
        show = make_show(experts=1, entries=2)
        absent = show.press(mark_absent)
        assert show.call().position == 2
        show.press(close_slot, without_missing=True)
        show.press(reveal_score)
        with pytest.raises(Refusal, match="No team is waiting"):
            show.call()
        assert show.press(call_team, slot=absent).position == 1

    def test_calls_nobody_before_the_draw(self):
        show = make_show(experts=1, entries=1, drawn=False)
        for press, arguments in ((call_team, {"slot": None}), (mark_absent, {})):
            with pytest.raises(Refusal, match="Draw the running order"):
                show.press(press, **arguments)
        assert show.slots()[0].status == Slot.Status.WAITING

    def test_has_one_team_on_stage_at_a_time(self):
        show = make_show(experts=1, entries=2)
        show.call()
        with pytest.raises(Refusal, match="A team is on stage"):
            show.call()
        assert [slot.status for slot in show.slots()] == ["presenting", "waiting"]

    def test_has_nothing_to_run_while_nobody_is_on_stage(self):
        show = make_show(experts=1, entries=1)
        before = show.again().revision
        for press, arguments in (
            (run_clock, {"running": True}),
            (next_phase, {}),
            (close_slot, {"without_missing": True}),
        ):
            with pytest.raises(Refusal, match="No team is on stage"):
                show.press(press, **arguments)
        assert show.again().revision == before

    def test_does_not_start_a_clock_that_runs_or_hold_one_that_stands(self):
        show = make_show(experts=1, entries=1)
        show.call()
        with pytest.raises(Stale):
            show.press(run_clock, running=False)
        show.press(run_clock, running=True)
        with pytest.raises(Stale):
            show.press(run_clock, running=True, now=NOW + timedelta(seconds=5))
        assert show.slots()[0].running_since == NOW

    def test_has_nobody_left_to_make_absent(self):
        show = make_show(experts=1, entries=1)
        show.press(mark_absent)
        with pytest.raises(Refusal, match="No team is waiting"):
            show.press(mark_absent)

    def test_cannot_make_a_scored_team_absent(self):
        show = make_show(experts=1, entries=1)
        show.submit(show.experts[0], show.call().entry, 80)
        with pytest.raises(Refusal, match="has been scored"):
            show.press(mark_absent)

    def test_is_an_organiser(self):
        show = make_show(experts=1, entries=1)
        for person in (make_user(), show.experts[0].user):
            with pytest.raises(NotAllowed):
                call_team(actor=person, roadshow=show.roadshow, slot=None, seen=show.again().revision, now=NOW)


@pytest.mark.django_db
class TestSubmitting:
    def test_counts_at_once_and_exactly_with_the_highest_and_lowest_dropped(self):
        show = make_show(experts=6, entries=1)
        entry = show.call().entry
        marks = [Decimal("91.2"), Decimal("88.75"), Decimal("93.4"), Decimal("90.05"), Decimal("86.9"), Decimal("89.6")]
        for place, (expert, mark) in enumerate(zip(show.experts, marks, strict=True), 1):
            show.submit(expert, entry, mark)
            known = sorted(map(Fraction, marks[:place]))
            kept = known[1:-1] if place >= 5 else known
            assert Fraction(EntryScore.objects.get(entry=entry).score) == sum(kept) / len(kept)
        stored = EntryScore.objects.get(entry=entry)
        assert set(stored.dropped) == {show.experts[2].code, show.experts[4].code}

    def test_is_refused_before_the_team_is_called_and_after_the_host_closed(self):
        show = make_show(experts=2, entries=2)
        first, second = (slot.entry for slot in show.slots())
        with pytest.raises(Refusal, match="not been called"):
            show.submit(show.experts[0], first, 80)
        show.call()
        with pytest.raises(Refusal, match="not been called"):
            show.submit(show.experts[0], second, 80)
        show.submit(show.experts[0], first, 80)
        show.press(close_slot, without_missing=True)
        with pytest.raises(Refusal, match="scoring of this team is closed"):
            show.submit(show.experts[1], first, 80)
        assert EntryScore.objects.get(entry=first).sheets == 1

    def test_holds_at_the_ordinary_desk_too(self):
        show = make_show(experts=1, entries=1)
        seat = show.seat(show.experts[0], show.entries[0])
        with pytest.raises(Refusal, match="not been called"):
            save_sheet(
                actor=show.experts[0].user, assignment=seat, revision=0, marks={"C1": Decimal(1)}, comment="", now=NOW
            )

    def test_of_an_entry_that_is_in_no_roadshow_is_as_in_any_other_stage(self):
        panel = make_panel(experts=1, entries=1, publish=False)
        panel.stage.kind = Stage.Kind.ROADSHOW
        panel.stage.save()
        panel.publish()
        assert score_and_seal(panel.assignment(panel.experts[0], panel.entries[0]), 80, 80).state == "sealed"

    @pytest.mark.django_db(transaction=True)
    def test_opens_with_the_call_for_a_page_too_which_locks_nothing(self):
        show = make_show(experts=1, entries=1)
        seat = show.seat(show.experts[0], show.entries[0])
        assert slot_door(seat).refusal.code == "slot_waiting"
        show.call()
        assert slot_door(seat)

    def test_wants_every_mark_and_the_comment_and_saves_nothing_otherwise(self):
        show = make_show(experts=1, entries=1)
        entry = show.call().entry
        seat = show.seat(show.experts[0], entry)
        given = {"actor": show.experts[0].user, "assignment": seat, "revision": 0, "now": NOW}
        with pytest.raises(Refusal, match="Give every mark"):
            submit_live(marks={"C1": Decimal(80)}, comment="", **given)
        with pytest.raises(Refusal, match="Write a comment"):
            submit_live(marks={"C1": Decimal(99), "C2": Decimal(99)}, comment="", **given)
        assert not ScoreSheet.objects.exists()

    def test_is_ranked_and_exported_like_every_other_sheet(self):
        show = make_show(experts=3, entries=2)
        show.perform(70, 80, 90)
        show.perform(85, 85, 85)
        order = [slot.entry.number for slot in show.slots()]
        rows = read_ranking(show.stage, show.track.pk, {"C1": "一", "C2": "二"}).rows
        assert [(row.number, row.score) for row in rows] == [(order[1], "85.00"), (order[0], "80.00")]


@pytest.mark.django_db
class TestShowingScores:
    def test_at_the_end_goes_from_the_last_place_to_the_first(self):
        show = make_show(experts=1, entries=3, reveal="end")
        marks = {1: 80, 2: 90, 3: 70}
        for place in (1, 2, 3):
            with pytest.raises(Refusal, match="at the end"):
                show.press(reveal_score)
            show.perform(marks[place])
        assert [show.press(reveal_score).position for _ in range(3)] == [3, 1, 2]
        assert show.again().status == Roadshow.Status.OVER
        shown = [event.body.payload["score"] for event in Event.objects.filter(kind=SLOT_REVEALED.key).order_by("pk")]
        assert shown == ["70.00", "80.00", "90.00"]

    def test_skips_a_team_that_never_came(self):
        show = make_show(experts=1, entries=2, reveal="end")
        show.press(mark_absent)
        show.perform(80)
        show.press(reveal_score)
        assert show.again().status == Roadshow.Status.OVER

    def test_is_refused_while_a_team_is_on_stage(self):
        show = make_show(experts=1, entries=1)
        show.call()
        with pytest.raises(Refusal, match="no score to show"):
            show.press(reveal_score)


@pytest.fixture
def hall():
    """A team on stage, and three organisers with paper in hand."""
    show = make_show(experts=2, entries=1)
    slot = show.call()
    keyers = [make_user(name=f"录入员{n}") for n in range(3)]
    for keyer in keyers:
        make_role(keyer, show.contest, "organiser")
    return show, show.seat(show.experts[0], slot.entry), keyers


def key(seat, person, *marks, comment="纸质评语"):
    given = {code: Decimal(str(mark)) for code, mark in zip(("C1", "C2"), marks, strict=False)}
    return key_paper(actor=person, assignment=seat, marks=given, comment=comment, now=NOW)


@pytest.mark.django_db
class TestPaper:
    def test_keyed_alike_by_two_people_is_a_sealed_sheet(self, hall):
        show, seat, (one, other, _third) = hall
        key(seat, one, 88, "91.5")
        assert not ScoreSheet.objects.exists()
        key(seat, other, "88.0", "91.50")
        sheet = ScoreSheet.objects.get(assignment=seat)
        assert (sheet.state, Fraction(sheet.total)) == ("sealed", Fraction(88 * 40 + Fraction("91.5") * 60, 100))
        assert EntryScore.objects.get(entry=seat.entry).totals == {show.experts[0].code: sheet.total}
        event = Event.objects.get(kind=SHEET_SEALED.key)
        assert event.body.payload["keyed_by"] == [one.public_id, other.public_id]

    def test_is_never_keyed_twice_by_one_person(self, hall):
        _show, seat, (one, *_rest) = hall
        key(seat, one, 88, 90)
        with pytest.raises(Refusal, match="Somebody else enters it"):
            key(seat, one, 88, 90)
        with pytest.raises(DatabaseError), transaction.atomic():
            PaperKeying.objects.create(assignment=seat, turn=2, keyed_by=one, keyed_at=NOW, marks={})

    def test_that_differs_is_settled_where_it_differs_and_there_alone(self, hall):
        _show, seat, (one, other, third) = hall
        key(seat, one, 88, 90)
        key(seat, other, 83, 90)
        assert not ScoreSheet.objects.exists()
        with pytest.raises(Refusal, match="choose which of the two"):
            settle_paper(actor=third, assignment=seat, chosen={}, now=NOW)
        settle_paper(actor=third, assignment=seat, chosen={"C1": 2, "C2": 1}, now=NOW)
        sheet = ScoreSheet.objects.get(assignment=seat)
        assert sorted(str(mark.value) for mark in sheet.marks.all()) == ["83.00", "90.00"]
        assert list(PaperKeying.objects.values_list("turn", flat=True).order_by("turn")) == [1, 2, 3]

    def test_is_refused_where_the_judge_has_begun_on_the_screen(self, hall):
        show, seat, (one, *_rest) = hall
        show.submit(show.experts[0], seat.entry, 80)
        with pytest.raises(Refusal, match="on the screen"):
            key(seat, one, 88, 90)

    def test_may_come_after_the_closing_but_not_after_the_score_was_shown(self, hall):
        show, seat, (one, other, _third) = hall
        show.press(close_slot, without_missing=True)
        key(seat, one, 88, 90)
        show.press(reveal_score)
        with pytest.raises(Refusal, match="has been shown"):
            key(seat, other, 88, 90)

    @pytest.mark.parametrize(
        ("marks", "sentence"),
        [((88,), "Enter every mark"), ((101, 90), "from 0 to 100"), (("80.555", 90), "two decimals")],
    )
    def test_with_a_wrong_mark_is_refused_in_one_sentence(self, hall, marks, sentence):
        _show, seat, (one, *_rest) = hall
        with pytest.raises(Refusal, match=sentence):
            key(seat, one, *marks)
        assert not PaperKeying.objects.exists()

    def test_is_keyed_twice_and_then_settled_and_no_sooner(self, hall):
        _show, seat, (one, other, third) = hall
        with pytest.raises(Refusal, match="nothing to settle"):
            settle_paper(actor=third, assignment=seat, chosen={"C1": 1, "C2": 1}, now=NOW)
        key(seat, one, 88, 90)
        key(seat, other, 83, 90)
        with pytest.raises(Refusal, match="entered twice already"):
            key(seat, third, 88, 90)
        assert (PaperKeying.objects.count(), ScoreSheet.objects.count()) == (2, 0)

    @pytest.mark.parametrize(
        ("mark", "comment", "code"),
        [(99, "", "no_comment"), (99, " \r\n", "no_comment"), (80, "长" * 2001, "too_long")],
    )
    def test_with_a_wrong_comment_is_refused_beside_it(self, hall, mark, comment, code):
        _show, seat, (one, *_rest) = hall
        with pytest.raises(Refusal) as refusal:
            key(seat, one, mark, mark, comment=comment)
        assert (refusal.value.code, refusal.value.field) == (code, "comment")
        assert not PaperKeying.objects.exists()

    def test_of_a_review_on_which_a_criterion_does_not_apply_is_settled_like_any_other(self):
        panel = make_panel(experts=1, entries=1, rubric=make_rubric_with_na)
        other, seat = make_user(), panel.assignment(panel.experts[0], panel.entries[0])
        make_role(other, panel.contest, "organiser")
        given = {"assignment": seat, "comment": "纸质评语", "now": NOW}
        key_paper(actor=panel.organiser, marks={"C1": Decimal(80), "C2": "n/a"}, **given)
        key_paper(actor=other, marks={"C1": Decimal(80), "C2": Decimal(90)}, **given)
        settle_paper(actor=other, assignment=seat, chosen={"C2": 1}, now=NOW)
        sheet = ScoreSheet.objects.get(assignment=seat)
        assert (sheet.total, sheet.marks.get(criterion__code="C2").not_applicable) == ("80", True)

    def test_on_which_nothing_applies_is_no_sheet(self):
        contest = make_contest()
        rubric = make_rubric(contest)
        rubric.criteria.update(allow_na=True)
        panel = make_panel(contest=contest, rubric=rubric, experts=1, entries=1)
        seat = panel.assignment(panel.experts[0], panel.entries[0])
        with pytest.raises(Refusal, match="gives no score"):
            key_paper(actor=panel.organiser, assignment=seat, marks={"C1": "n/a", "C2": "n/a"}, comment="x", now=NOW)
        assert not PaperKeying.objects.exists()

    def test_is_not_keyed_by_anybody_but_organisers(self, hall):
        show, seat, _keyers = hall
        for person in (make_user(), show.experts[1].user):
            with pytest.raises(NotAllowed):
                key(seat, person, 88, 90)
