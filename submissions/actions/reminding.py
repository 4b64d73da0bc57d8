"""Reminding teams of their own deadline, at stated hours before it, each occasion once.

An *occasion* is a number of hours before one deadline of one entry. Of the occasions that have come, the last counts: a
worker that was away catches up with one mail, not with four. A team that registered, was given more time or was
returned its entry after an occasion had passed is not reminded of it. The row of the occasion commits with its notices.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from portal.journal.recording import record
from submissions import events, notices
from submissions.completeness import complete_among
from submissions.doors import closes_for_entry, returned_until
from submissions.models import Entry, Reminder

DRAFT_HOURS = (7 * 24, 3 * 24, 24, 2)
CORRECTION_HOURS = (24, 2)
CHUNK = 200

Status = Entry.Status


@dataclass(frozen=True)
class Occasion:
    """So many hours before a deadline; `next_hours` is the following occasion, 0 the deadline itself."""

    status: str
    hours: int
    next_hours: int


OCCASIONS = [
    Occasion(status, hours, following)
    for status, steps in ((Status.DRAFT, DRAFT_HOURS), (Status.RETURNED, CORRECTION_HOURS))
    for hours, following in pairwise([*steps, 0])
]


def remind_teams(*, now: datetime) -> int:
    """Tell every team whose occasion has come; returns how many teams. For the timetable: nobody asks for it."""
    return sum(_remind(occasion, batch, now=now) for occasion in OCCASIONS for batch in _batches(occasion, now))


def due(occasion: Occasion, now: datetime) -> QuerySet[Entry]:
    """Entries of this occasion whose team was not told yet, with `closes_at`."""
    entries = Entry.objects.filter(status=occasion.status, frozen_at__isnull=True)
    if occasion.status == Status.RETURNED:
        entries = entries.annotate(closes_at=returned_until())
    else:
        entries = entries.annotate(closes_at=closes_for_entry())
    ahead = timedelta(hours=occasion.hours)
    told = Reminder.objects.filter(entry=OuterRef("pk"), closes_at=OuterRef("closes_at"), hours=occasion.hours)
    return entries.filter(
        Q(closes_at__lte=now + ahead),
        Q(closes_at__gt=now + timedelta(hours=occasion.next_hours)),
        Q(created_at__lte=F("closes_at") - ahead),
        Q(extension__isnull=True) | Q(extension__decided_at__lte=F("closes_at") - ahead),
        Q(correction__isnull=True) | Q(correction__screened_at__lte=F("closes_at") - ahead),
        ~Exists(told),
    )


def _batches(occasion: Occasion, now: datetime) -> Iterator[list[int]]:
    """Primary keys of one contest at a time, in chunks that a short transaction can hold."""
    rows = due(occasion, now).order_by("contest", "pk").values_list("contest", "pk")
    for _contest, found in groupby(list(rows), key=lambda row: row[0]):
        keys = [pk for _contest, pk in found]
        yield from (keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK))


@transaction.atomic
def _remind(occasion: Occasion, keys: list[int], *, now: datetime) -> int:
    """One batch. Its rows are locked in one order and asked again, so that two workers, and a submission at this very
    second, come one after the other.
    """
    list(Entry.objects.filter(pk__in=keys).order_by("pk").select_for_update().values_list("pk", flat=True))
    entries = list(
        due(occasion, now)
        .filter(pk__in=keys)
        .select_related("contest", "topic__track", "team__captain", "team__lead_organisation")
        .prefetch_related("team__memberships__user")
        .order_by("pk")
    )
    if not entries:
        return 0
    Reminder.objects.bulk_create(
        Reminder(entry=entry, hours=occasion.hours, closes_at=entry.closes_at, sent_at=now)  # type: ignore[attr-defined]
        for entry in entries
    )
    contest = entries[0].contest
    event = record(
        events.REMINDED, actor=None, now=now, contest=contest, subject=contest, count=len(entries), hours=occasion.hours
    )
    complete = complete_among(contest, entries)
    for entry in entries:
        kind = notices.DRAFT_COMPLETE if entry.pk in complete else notices.DRAFT_INCOMPLETE
        if occasion.status == Status.RETURNED:
            kind = notices.CORRECTION_NEAR
        entry.team.__dict__["_members"] = list(entry.team.memberships.all())  # read with the batch, not team by team
        notices.remind(
            kind,
            entry=entry,
            hours=occasion.hours,
            closes_at=entry.closes_at,  # type: ignore[attr-defined]
            event=event,
            now=now,
        )
    return len(entries)
