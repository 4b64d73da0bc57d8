"""Races around the formal check."""

from competition.models import Role
from portal.accounts.models import User
from portal.notices.models import Notice
from submissions.actions import confirm_verdict, fail_check, pass_check
from submissions.models import Entry, Screening
from tests.competition.factories import NOW, make_role
from tests.submissions import factories


def to_check(screeners: int, second_look: str = "all", looked_at: bool = False) -> dict:
    """A submitted entry and so many screeners; where it was looked at, a first verdict of somebody else waits."""
    entry = factories.make_submitted_entry(factories.make_open_topic(second_look=second_look))
    people = []
    for _turn in range(screeners + 1):
        person = factories.make_person()
        make_role(person, entry.contest, Role.Name.SCREENER)
        people.append(person.pk)
    first = people.pop()
    if looked_at:
        check(entry.pk, first, "fail", seen=0)
    return {"entry": entry.pk, "people": people}


def check(entry: int, person: int, way: str, seen: int) -> str:
    """One person's verdict on the version that counts."""
    version = factories.fresh(Entry.objects.get(pk=entry)).current_version
    given = {"actor": User.objects.get(pk=person), "version": version, "seen": seen, "now": NOW}
    if way == "confirm":
        return confirm_verdict(**given).verdict
    if way == "pass":
        return pass_check(**given, reason="公章在第 3 页" if seen else "").verdict
    return fail_check(**given, reason="缺章").verdict


def verdicts(entry: int) -> dict:
    """The verdicts in force, all of them, and how many kinds of notices the captain got."""
    found = Screening.objects.filter(version__entry=entry)
    captain = Entry.objects.get(pk=entry).team.captain
    kinds = Notice.objects.filter(recipient=captain, kind__startswith="submissions.check")
    return {
        "all": found.count(),
        "in_force": list(found.in_force().values_list("verdict", flat=True)),
        "notices": sorted(set(kinds.values_list("kind", flat=True))),
    }
