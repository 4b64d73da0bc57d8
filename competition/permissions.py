"""Who may do what in a contest: predicates with reasons. Whether it is the time for it is asked in `doors.py`.

Roles are read once per person and kept on the user object for the request.
"""

from typing import Any

import rules
from django.utils.translation import gettext_lazy as _

from competition.models import Contest, Role
from portal.decisions import ALLOWED, Decision, hidden, refused

ORGANISER, SCREENER = Role.Name.ORGANISER, Role.Name.SCREENER
SUPERVISOR, OBSERVER = Role.Name.SUPERVISOR, Role.Name.OBSERVER


def roles_of(user: Any) -> frozenset[tuple[int, str]]:
    """(contest id, role) pairs of the person: one query per request, kept on the user object."""
    if not user.is_authenticated:
        return frozenset()
    if not hasattr(user, "_contest_roles"):
        user._contest_roles = frozenset(Role.objects.filter(user=user).values_list("contest_id", "role"))
    return user._contest_roles


def holds(user: Any, contest: Contest, *roles: str) -> bool:
    """Does the person hold one of the roles in the contest? A system administrator holds all."""
    if user.is_authenticated and user.is_superuser:
        return True
    held = roles_of(user)
    return any((contest.pk, role) in held for role in roles)


@rules.predicate
def is_organiser(user: Any, contest: Contest) -> bool:
    return holds(user, contest, ORGANISER)


@rules.predicate
def is_screener(user: Any, contest: Contest) -> bool:
    return holds(user, contest, SCREENER)


@rules.predicate
def is_staff_of(user: Any, contest: Contest) -> bool:
    """Anybody who holds a role in the contest."""
    return holds(user, contest, *Role.Name.values)


rules.add_perm("competition.organise", is_organiser)
rules.add_perm("competition.screen", is_screener | is_organiser)
rules.add_perm("competition.oversee", is_staff_of)


def may_see_contest(user: Any, contest: Contest) -> Decision:
    """Everybody once it is published; before that, those who hold a role in it."""
    return ALLOWED if contest.is_published or is_staff_of(user, contest) else hidden()


def may_see_board(user: Any, contest: Contest) -> Decision:
    """Whoever holds a role sees how the contest stands."""
    return ALLOWED if is_staff_of(user, contest) else hidden()


def may_organise(user: Any, contest: Contest) -> Decision:
    return ALLOWED if is_organiser(user, contest) else hidden()


def may_revoke(user: Any, role: Role) -> Decision:
    """Organisers may take any role back but the last organiser's: somebody must be left to open the door again."""
    allowed = may_organise(user, role.contest)
    if not allowed or role.role != ORGANISER or user.is_superuser:
        return allowed
    if Role.objects.filter(contest=role.contest_id, role=ORGANISER).exclude(pk=role.pk).exists():
        return allowed
    return refused(_("A contest needs an organiser: give the role to somebody else first."), code="last_organiser")


def may_screen(user: Any, contest: Contest) -> Decision:
    return ALLOWED if (is_screener | is_organiser)(user, contest) else hidden()
