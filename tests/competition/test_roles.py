"""Roles in a contest, as actions: held once, taken back one by one."""

import pytest

from competition.actions import grant_role, revoke_role
from competition.models import Role
from portal.journal.models import Event
from portal.refusals import NotAllowed, Refusal
from tests.competition.factories import NOW, make_contest, make_role
from tests.portal.factories import make_superuser, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def contest():
    return make_contest()


@pytest.fixture
def organiser(contest):
    person = make_user()
    make_role(person, contest)
    return person


def grant(actor, contest, user, role):
    return grant_role(actor=actor, contest=contest, user=user, role=role, now=NOW)


def test_a_role_is_held_once(contest, organiser):
    person = make_user()
    grant(organiser, contest, person, Role.Name.SUPERVISOR)
    with pytest.raises(Refusal) as caught:
        grant(organiser, contest, person, Role.Name.SUPERVISOR)
    assert (caught.value.code, caught.value.field) == ("held_already", "email")
    assert Event.objects.count() == 1


def test_another_role_left_keeps_the_administration_open(contest, organiser):
    person = make_user()
    first = grant(organiser, contest, person, Role.Name.SUPERVISOR)
    second = grant(organiser, contest, person, Role.Name.OBSERVER)
    revoke_role(actor=organiser, role=first, now=NOW)
    person.refresh_from_db()
    assert person.is_staff
    revoke_role(actor=organiser, role=second, now=NOW)
    person.refresh_from_db()
    assert not person.is_staff


def test_a_system_administrator_stays_one_whatever_roles_are_taken_back(contest, organiser):
    administrator = make_superuser()
    revoke_role(actor=organiser, role=grant(organiser, contest, administrator, Role.Name.OBSERVER), now=NOW)
    administrator.refresh_from_db()
    assert administrator.is_staff


def test_nobody_grants_or_takes_back_in_a_contest_of_others(contest, organiser):
    stranger = make_user()
    make_role(stranger, make_contest())
    with pytest.raises(NotAllowed):
        grant(stranger, contest, make_user(), Role.Name.SCREENER)
    with pytest.raises(NotAllowed):
        revoke_role(actor=stranger, role=contest.roles.get(), now=NOW)
