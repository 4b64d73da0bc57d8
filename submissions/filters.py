"""Filters of the organisers' and screeners' lists, held in the address.

A *standing* is the one word under which a list puts an entry: its status, and for a submitted one what the formal check
says of its current version.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import django_filters as filters
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import Track
from portal.accounts.uscc import normal_uscc
from portal.refusals import Text
from portal.states import State
from submissions.models import Entry, Screening
from submissions.models.entry import STATES
from submissions.models.screening import AWAITING_CHECK, AWAITING_SECOND_LOOK, CORRECTION_OVERDUE
from submissions.models.screening import STATES as VERDICTS

WAITING, SECOND_LOOK, PASSED, FAILED, LAPSED = "waiting", "second", "passed", "failed", "lapsed"
RETURNED = Entry.Status.RETURNED.value
IN_CHECK: list[tuple[str, Text]] = [
    (WAITING, AWAITING_CHECK.label),
    (SECOND_LOOK, AWAITING_SECOND_LOOK.label),
    (LAPSED, CORRECTION_OVERDUE.label),
    (RETURNED, STATES[Entry.Status.RETURNED].label),
    (PASSED, VERDICTS[Screening.Verdict.PASSED].label),
    (FAILED, VERDICTS[Screening.Verdict.FAILED].label),
]
ALL_STANDINGS: list[tuple[str, Text]] = [
    ("draft", STATES[Entry.Status.DRAFT].label),
    *IN_CHECK,
    ("withdrawn", STATES[Entry.Status.WITHDRAWN].label),
    ("disqualified", STATES[Entry.Status.DISQUALIFIED].label),
]
#: What the queue of the formal check can be narrowed to besides: what the person has looked at.
MINE = "mine"
#: The same standings in the words of those who check.
QUEUE: list[tuple[str, Text]] = [(WAITING, pgettext_lazy("an entry", "To check")), *IN_CHECK[1:]]
LONGEST_SEARCH = 60


def with_standing(entries: QuerySet, now: datetime) -> QuerySet:
    """Annotate `standing`, in the words above; a returned entry whose time is over has lapsed."""
    return entries.with_verdict().annotate(  # type: ignore[attr-defined]
        standing=Case(
            When(
                status__in=(Entry.Status.SUBMITTED, Entry.Status.RETURNED),
                awaits_second_look=True,
                then=Value(SECOND_LOOK),
            ),
            When(status=Entry.Status.RETURNED, correction__until__lte=now, then=Value(LAPSED)),
            When(~Q(status=Entry.Status.SUBMITTED), then=F("status")),
            When(last_verdict__isnull=True, then=Value(WAITING)),
            default=F("last_verdict"),
            output_field=CharField(),
        )
    )


def state_of_standing(standing: str) -> State:
    """The badge of a standing."""
    if standing == LAPSED:
        return CORRECTION_OVERDUE
    if standing == SECOND_LOOK:
        return AWAITING_SECOND_LOOK
    if standing == WAITING:
        return AWAITING_CHECK
    if standing in (PASSED, FAILED):
        return VERDICTS[Screening.Verdict(standing)]
    return STATES[Entry.Status(standing)]


class Narrowing(filters.FilterSet):
    """A list that is narrowed by what stands in its address; a value that makes no sense is passed over."""

    def narrowed(self, *, without: Iterable[str] = ()) -> QuerySet:
        """The rows that match, leaving some filters out: what the counts of those filters' chips are made of."""
        self.form.is_valid()
        rows = self.queryset
        for name, value in self.form.cleaned_data.items():
            if name not in without:
                rows = self.filters[name].filter(rows, value)
        return rows


class EntryFilter(Narrowing):
    """What is looked for among entries that carry a `standing`."""

    q = filters.CharFilter(method="search", max_length=LONGEST_SEARCH, label=_("Number, project name or organisation"))
    track = filters.NumberFilter(field_name="topic__track__number", max_digits=4, decimal_places=0)
    state = filters.ChoiceFilter(choices=ALL_STANDINGS, field_name="standing")

    class Meta:
        model = Entry
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            rows = rows.filter(
                Q(number__icontains=word)
                | Q(title__icontains=word)
                | Q(team__lead_organisation__name__icontains=word)
                | Q(team__lead_organisation__uscc=normal_uscc(word))
            )
        return rows


class QueueFilter(EntryFilter):
    """Of entries that also carry `is_mine`."""

    state = filters.ChoiceFilter(choices=[*IN_CHECK, (MINE, MINE)], method="stands")

    def stands(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(is_mine=True) if value == MINE else rows.filter(standing=value)


def count_by(rows: QuerySet, field: str) -> dict[str, int]:
    """How many rows for each value of the field: one query."""
    found: Counter[str] = Counter()
    for value, count in rows.order_by().values_list(field).annotate(n=Count("pk")):
        found[str(value)] += count
    return dict(found)


def track_choices(contest: Any) -> list[tuple[str, str]]:
    """Tracks for the chips: one query."""
    tracks = Track.objects.filter(contest=contest).order_by("number").values_list("number", "name")
    return [(str(number), name) for number, name in tracks]
