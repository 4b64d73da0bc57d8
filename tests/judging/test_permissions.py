"""Truth tables of the predicates of judging: each says yes, or no with its reason."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from judging import permissions
from judging.models import Assignment, Expert, ScoreSheet
from portal.refusals import Closed, NotAllowed
from submissions.models import Entry
from tests.competition.factories import make_role
from tests.judging.factories import NOW, make_expert, make_panel, score, score_and_seal
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


def test_every_state_has_a_word_an_icon_and_a_tone():
    from judging.models.assignment import STATES as SEATS
    from judging.models.expert import STATES as EXPERTS
    from judging.models.score import SHEET_STATES

    assert set(EXPERTS) == set(Expert.Status)
    assert set(SEATS) == set(Assignment.Status)
    assert set(SHEET_STATES) == {"", *ScoreSheet.State}
    words = [str(state) for table in (EXPERTS, SEATS, SHEET_STATES) for state in table.values()]
    assert all(words)
