"""Truth tables of the predicates of judging: each says yes, or no with its reason."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from judging import permissions
from judging.actions import reopen_sheet
from judging.models import Assignment, Draw, Expert, ScoreSheet, Seal
from portal.refusals import Closed, NotAllowed, Refusal
from submissions.models import Entry
from tests.competition.factories import make_role
from tests.judging.factories import NOW, make_expert, make_panel, score, score_and_seal
from tests.judging.roadshows import make_show
from tests.portal.factories import make_superuser, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return make_panel(experts=2, entries=1)


@pytest.fixture
def assignment(panel):
    return panel.assignment(panel.experts[0], panel.entries[0])


def reason(decision):
    return "yes" if decision else decision.refusal.code


@pytest.mark.parametrize(
    ("role", "organise", "oversee"),
    [
        ("organiser", True, True),
        ("supervisor", False, True),
        ("observer", False, True),
        ("screener", False, False),
        (None, False, False),
    ],
)
def test_who_organises_and_who_oversees(panel, role, organise, oversee):
    person = make_user()
    if role:
        make_role(person, panel.contest, role)
    assert bool(permissions.may_organise(person, panel.contest)) == organise
    assert bool(permissions.may_oversee_judging(person, panel.contest)) == oversee
    for decision in (
        permissions.may_organise(person, panel.contest),
        permissions.may_oversee_judging(person, panel.contest),
    ):
        assert decision or isinstance(decision.refusal, NotAllowed)


def test_a_system_administrator_may_both_and_a_visitor_neither(panel):
    assert permissions.may_oversee_judging(make_superuser(), panel.contest)
    assert not permissions.may_oversee_judging(AnonymousUser(), panel.contest)


def test_an_assignment_exists_for_its_judge_alone(panel, assignment):
    assert permissions.may_judge(panel.experts[0].user, assignment)
    for person in (panel.experts[1].user, panel.organiser, make_superuser(), AnonymousUser()):
        assert isinstance(permissions.may_judge(person, assignment).refusal, NotAllowed)
        assert isinstance(permissions.may_score(person, assignment, None, NOW).refusal, NotAllowed)
        assert isinstance(permissions.may_recuse(person, assignment, None, NOW).refusal, NotAllowed)


@pytest.mark.parametrize(
    ("case", "read", "score_", "seal", "recuse"),
    [
        ("not begun", "yes", "yes", "unfinished", "yes"),
        ("draft", "yes", "yes", "unfinished", "yes"),
        ("ready", "yes", "yes", "yes", "yes"),
        ("sealed", "yes", "sealed", "sealed", "sealed"),
        ("recused", "recused", "recused", "recused", "recused"),
        ("withdrawn", "not_assigned", "not_assigned", "not_assigned", "not_assigned"),
        ("entry left", "yes", "entry_left", "entry_left", "yes"),
    ],
)
def test_what_a_judge_may_do_by_the_state_of_things(panel, assignment, case, read, score_, seal, recuse):
    sheet = None
    if case == "draft":
        sheet = score(assignment, 80, None)
    elif case == "ready":
        sheet = score(assignment, 80, 80)
    elif case == "sealed":
        sheet = score_and_seal(assignment, 80, 80)
    elif case in {"recused", "withdrawn"}:
        Assignment.objects.filter(pk=assignment.pk).update(status=case, reason="x")
    elif case == "entry left":
        Entry.objects.filter(pk=assignment.entry_id).update(status=Entry.Status.WITHDRAWN)
    found, judge = panel.assignment(panel.experts[0], panel.entries[0]), panel.experts[0].user
    assert reason(permissions.may_read_entry(judge, found)) == read
    assert reason(permissions.may_score(judge, found, sheet, NOW)) == score_
    assert reason(permissions.may_seal(judge, found, sheet, NOW)) == seal
    assert reason(permissions.may_recuse(judge, found, sheet, NOW)) == recuse


@pytest.mark.parametrize(
    ("moment", "score_", "recuse"),
    [
        ("before", "not_open_yet", "yes"),
        ("at the opening", "yes", "yes"),
        ("last instant", "yes", "yes"),
        ("at the end", "closed", "closed"),
    ],
)
def test_what_a_judge_may_do_by_the_clock(panel, assignment, moment, score_, recuse):
    tick = timedelta(microseconds=1)
    now = {
        "before": panel.stage.opens_at - tick,
        "at the opening": panel.stage.opens_at,
        "last instant": panel.stage.closes_at - tick,
        "at the end": panel.stage.closes_at,
    }[moment]
    judge = panel.experts[0].user
    assert reason(permissions.may_score(judge, assignment, None, now)) == score_
    assert reason(permissions.may_recuse(judge, assignment, None, now)) == recuse
    refusal = permissions.may_score(judge, assignment, None, now).refusal
    assert refusal is None or isinstance(refusal, Closed)


@pytest.mark.parametrize(
    ("status", "expected"),
    [("listed", "not_invited"), ("invited", "yes"), ("accepted", "answered"), ("declined", "answered")],
)
def test_an_invitation_is_answered_once_by_its_owner(panel, status, expected):
    user = make_user()
    expert = make_expert(
        panel.contest, status=status, user=user if status == "accepted" else None, email=user.email.upper()
    )
    assert reason(permissions.may_answer(user, expert)) == expected
    assert reason(permissions.may_answer(make_user(), expert)) == "other_address"
    assert reason(permissions.may_answer(AnonymousUser(), expert)) == "other_address"


def test_the_letter_is_for_who_accepted_and_the_organisers(panel):
    expert = panel.experts[0]
    assert permissions.may_read_letter(expert.user, expert)
    assert permissions.may_read_letter(panel.organiser, expert)
    for person in (panel.experts[1].user, AnonymousUser()):
        assert isinstance(permissions.may_read_letter(person, expert).refusal, NotAllowed)
    invited = make_expert(panel.contest, status=Expert.Status.INVITED)
    assert reason(permissions.may_read_letter(panel.organiser, invited)) == "not_accepted"
    # An account that nobody has yet is not the account of everybody without one.
    assert isinstance(permissions.may_read_letter(AnonymousUser(), invited).refusal, NotAllowed)


@pytest.mark.parametrize(
    ("published", "committed", "organiser", "observer", "visitor"),
    [
        (True, None, True, False, False),
        (True, NOW, True, True, True),
        (False, NOW, True, True, False),
    ],
)
def test_a_draw_is_public_once_it_is_committed_to(panel, published, committed, organiser, observer, visitor):
    panel.contest.is_published, watching = published, make_user()
    make_role(watching, panel.contest, "observer")
    draw = Draw(contest=panel.contest, committed_at=committed)
    assert bool(permissions.may_see_draw(panel.organiser, draw)) == organiser
    assert bool(permissions.may_see_draw(watching, draw)) == observer
    assert bool(permissions.may_see_draw(AnonymousUser(), draw)) == visitor


def test_a_seal_of_a_seat_that_was_left_is_neither_taken_back_nor_opened(panel, assignment):
    sheet = score_and_seal(assignment, 80, 80)
    Assignment.objects.filter(pk=assignment.pk).update(status=Assignment.Status.QUARANTINED, reason="亲属")
    left, judge = panel.assignment(panel.experts[0], panel.entries[0]), panel.experts[0].user
    assert reason(permissions.may_undo(judge, left, Seal.objects.get(), NOW)) == "not_assigned"
    with pytest.raises(Refusal) as refusal:
        reopen_sheet(actor=panel.organiser, sheet=sheet, revision=sheet.revision, reason="误封", now=NOW)
    assert refusal.value.code == "not_assigned"
    assert sheet.refreshed().state == ScoreSheet.State.SEALED


class TestPaper:
    def test_of_a_review_is_keyed_while_judging_is_open(self, panel, assignment):
        for now, expected in (
            (NOW, "yes"),
            (panel.stage.opens_at - timedelta(seconds=1), "not_open_yet"),
            (panel.stage.closes_at, "closed"),
        ):
            assert reason(permissions.may_key_paper(panel.organiser, assignment, None, None, now)) == expected

    def test_is_not_keyed_for_a_seat_that_was_left(self, panel, assignment):
        assignment.status = Assignment.Status.RECUSED
        assert reason(permissions.may_key_paper(panel.organiser, assignment, None, None, NOW)) == "not_assigned"

    def test_is_not_keyed_by_its_own_judge(self, panel, assignment):
        judge = panel.experts[0].user
        make_role(judge, panel.contest)
        assert reason(permissions.may_key_paper(judge, assignment, None, None, NOW)) == "own_sheet"

    def test_of_a_team_waits_until_it_is_called(self):
        show = make_show(experts=1, entries=1)
        seat = show.seat(show.experts[0], show.entries[0])
        for slot, expected in ((show.slots()[0], "slot_waiting"), (show.call(), "yes")):
            assert reason(permissions.may_key_paper(show.host, seat, None, slot, NOW)) == expected


def test_every_state_has_a_word_an_icon_and_a_tone():
    from judging.models.assignment import STATES as SEATS
    from judging.models.expert import STATES as EXPERTS
    from judging.models.score import SHEET_STATES

    assert set(EXPERTS) == set(Expert.Status)
    assert set(SEATS) == set(Assignment.Status)
    assert set(SHEET_STATES) == {"", *ScoreSheet.State}
    words = [str(state) for table in (EXPERTS, SEATS, SHEET_STATES) for state in table.values()]
    assert all(words)
