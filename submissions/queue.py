"""Which entries of a contest wait for whom in the formal check."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from competition.models import Contest
from submissions.filters import LAPSED, SECOND_LOOK, WAITING, with_standing
from submissions.models import Entry, Inspection, Screening, VersionFile

OLDEST_FIRST = ("submitted_at", "pk")


def in_check(contest: Contest, user: Any, now: datetime) -> QuerySet:
    """Submitted and returned entries with their standing; those of the person's own teams are for others."""
    seen = Entry.objects.filter(contest=contest).in_check().exclude(team__memberships__user=user)
    infected = VersionFile.objects.filter(
        version=OuterRef("current_version"), upload__inspection__verdict=Inspection.Verdict.INFECTED
    )
    return with_standing(seen.annotate(is_infected=Exists(infected)), now)


def to_check(contest: Contest, user: Any, now: datetime) -> QuerySet:
    """Those on which the person can decide next: not looked at, overdue, or looked at by somebody else."""
    return in_check(contest, user, now).filter(
        Q(standing__in=(WAITING, LAPSED)) | Q(standing=SECOND_LOOK) & ~_first_look_by(user)
    )


def _first_look_by(user: Any) -> Exists:
    """Is the verdict that waits for a second look the person's own?"""
    waiting = Screening.objects.awaiting_second_look()
    return Exists(waiting.filter(version=OuterRef("current_version"), screened_by=user))


def looked_at_by(user: Any) -> Exists:
    """Has the person given a verdict on the version that counts?"""
    return Exists(Screening.objects.filter(version=OuterRef("current_version"), screened_by=user))
