"""Passing several entries at once: each in a transaction of its own, so that one that cannot pass holds up no other."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from competition.models import Contest
from portal.accounts.models import User
from portal.refusals import NotAllowed, Refusal, Stale
from submissions.actions.checking import pass_with_others
from submissions.models import Entry, EntryVersion, Screening
from submissions.permissions import may_pass_several


@dataclass(frozen=True)
class Chosen:
    """An entry by its public id, with the version and the number of verdicts that the person saw."""

    entry: str
    version: int
    seen: int


@dataclass(frozen=True)
class Outcome:
    """What became of one entry: its verdict, or why there is none."""

    entry: Entry
    screening: Screening | None = None
    why_not: str = ""


def pass_several(
    *, actor: User, contest: Contest, chosen: Sequence[Chosen], list_seen: str, looked: bool, now: datetime
) -> list[Outcome]:
    """Pass these entries of the contest, in the order in which they were submitted; says of each what became of it.

    `looked` is the person's word that every item which must be met was looked at in each of them. What the same person has
    passed in this way already counts as passed: a second click changes nothing.
    """
    may_pass_several(actor, contest, now).require()
    if not looked:
        raise Refusal(
            _("Confirm that you have looked at every item that must be met, in each of these entries."),
            code="not_looked",
            field="looked",
        )
    wanted = {one.entry: one for one in chosen}
    entries = Entry.objects.filter(contest=contest, public_id__in=wanted).select_related("team__lead_organisation")
    return [
        _pass_one(actor, entry, wanted[entry.public_id], list_seen, now)
        for entry in entries.order_by("submitted_at", "pk")
    ]


def _pass_one(actor: User, entry: Entry, chosen: Chosen, list_seen: str, now: datetime) -> Outcome:
    version = EntryVersion.objects.select_related("entry").filter(entry=entry, number=chosen.version).first()
    if version is None:
        return Outcome(entry, why_not=str(Stale()))
    try:
        passed = pass_with_others(actor=actor, version=version, seen=chosen.seen, list_seen=list_seen, now=now)
    except NotAllowed:
        raise
    except Refusal as refusal:
        earlier = version.screenings.order_by("-number").first()
        if (
            earlier
            and earlier.in_bulk
            and earlier.screened_by_id == actor.pk
            and entry.current_version_id == version.pk
        ):
            return Outcome(entry, earlier)
        return Outcome(entry, why_not=str(refusal))
    return Outcome(entry, passed)
