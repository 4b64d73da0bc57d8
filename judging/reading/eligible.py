"""Which tracks have entries that judges may see, or that may still come: what is planned, and what cannot be yet."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import ngettext

from submissions.models import Entry


@dataclass(frozen=True)
class TrackEntries:
    """A track with its submitted entries: those that passed the formal check, and those that await it."""

    pk: int
    number: int
    name: str
    passed: int
    waiting: int

    @property
    def note(self) -> str:
        """Why nothing of this track can be assigned; empty where something can."""
        if self.passed:
            return ""
        sentence = ngettext(
            "Cannot be assigned yet: {n} entry awaits the formal check.",
            "Cannot be assigned yet: {n} entries await the formal check.",
            self.waiting,
        )
        return sentence.format(n=self.waiting)


def tracks_with_entries(contest: int) -> list[TrackEntries]:
    """The tracks of a contest (by primary key) that have such entries, in order: one query."""
    track = "topic__track"
    rows = (
        Entry.objects.filter(contest=contest)
        .submitted()
        .with_verdict()
        .order_by()
        .values(track, f"{track}__number", f"{track}__name")
        .annotate(
            passed=Count("pk", filter=Q(last_verdict="passed")),
            waiting=Count("pk", filter=Q(last_verdict__isnull=True)),
        )
        .order_by(f"{track}__number")
    )
    found = (
        TrackEntries(*row) for row in rows.values_list(track, f"{track}__number", f"{track}__name", "passed", "waiting")
    )
    return [row for row in found if row.passed or row.waiting]
