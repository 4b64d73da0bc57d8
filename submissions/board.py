"""The pictures on a contest's board: how registration and submission go, day by day, and which topics are covered.

A *curve* is drawn in hundredths of its width and height, so that the words beside it stay text of the page: the drawing
stretches, the words do not. Days are days in Beijing. Counted are the entries that are submitted now, as in the figures
above, each on the day of its first version; what was withdrawn or returned is left out.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, count
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competition.doors import find_stage
from competition.models import Contest, Stage, Topic
from competition.words import enumeration, topic_label
from portal.slots import Panel
from portal.web.dates import BEIJING, last_day, local
from submissions.models import Entry, EntryVersion

LINES = 4  # above zero, on the axis
TABLE_DAYS = 31
BAR, GAP, TALL = 10, 5, 20  # of the bars of topics, in their own units


@dataclass(frozen=True)
class Day:
    """One day of the curve: what it added, and the sums at its end."""

    on: date
    new: int
    submitted: int
    registered: int


@dataclass(frozen=True)
class Curve:
    """Two lines with their axis; `today` and `deadline` are places on the width, empty where they lie outside."""

    days: list[Day]
    submitted: str
    registered: str
    ticks: list[int]
    first: date
    closes_at: datetime
    today: str
    deadline: str

    @property
    def latest(self) -> Day:
        return self.days[-1]

    @property
    def recent(self) -> list[Day]:
        """The table behind the picture, the newest first."""
        return self.days[: -TABLE_DAYS - 1 : -1]


@dataclass(frozen=True)
class Bar:
    """A topic as a bar; an empty one is an outline."""

    x: int
    y: int
    height: int
    is_empty: bool


@dataclass(frozen=True)
class CoveredTrack:
    """A track with how many entries each of its topics has."""

    number: int
    name: str
    total: int
    width: int
    bars: list[Bar]
    spoken: str
    note: str


@dataclass(frozen=True)
class Coverage:
    """All tracks, and how many of their topics have entries."""

    tracks: list[CoveredTrack]

    @property
    def topics(self) -> int:
        return sum(len(track.bars) for track in self.tracks)

    @property
    def covered(self) -> int:
        return sum(not bar.is_empty for track in self.tracks for bar in track.bars)


def panels(user: Any, contest: Contest, now: datetime) -> list[Panel]:
    """The curve while there is a stage of submission that has begun, and the coverage of topics: three queries."""
    found = []
    stage = find_stage(contest, Stage.Kind.SUBMISSION)
    if stage is not None and stage.opens_at <= now and (curve := read_curve(contest, stage, now)):
        found.append(Panel("submissions/board/curve.html", curve))
    if tracks := read_coverage(contest):
        found.append(Panel("submissions/board/coverage.html", Coverage(tracks)))
    return found


# ── The curve ──────────────────────────────────────────────────────────────────────────────────────────────────────
def read_curve(contest: Contest, stage: Stage, now: datetime) -> Curve | None:
    """Drawn from the counts of each day: two queries; None without a team."""
    registered = _by_day(Entry.objects.filter(contest=contest), "created_at")
    if not registered:
        return None
    firsts = EntryVersion.objects.filter(number=1, entry__contest=contest, entry__status=Entry.Status.SUBMITTED)
    return draw(
        registered, _by_day(firsts, "submitted_at"), opens_at=stage.opens_at, closes_at=stage.closes_at, now=now
    )


def draw(
    registered: Counter[date], submitted: Counter[date], *, opens_at: datetime, closes_at: datetime, now: datetime
) -> Curve:
    """From the first day of the stage to its last, or to the last day on which a team submitted."""
    begins, ends, today = local(opens_at).date(), last_day(closes_at), local(now).date()
    last = max([ends, *submitted])
    days = _days(begins, min(today, last), submitted, registered)
    whole, top = (last - begins).days + 1, _top(days[-1].registered)
    return Curve(
        days=days,
        submitted=_path((day.submitted for day in days), whole, top),
        registered=_path((day.registered for day in days), whole, top),
        ticks=[top * line // LINES for line in range(LINES, -1, -1)],
        first=begins,
        closes_at=closes_at,
        today=_place((today - begins).days + 1, whole) if today < last else "",
        deadline=_place((ends - begins).days + 1, whole),
    )


def _by_day(rows: QuerySet, instant: str) -> Counter[date]:
    """How many on each day in Beijing: one query."""
    days = rows.order_by().values_list(TruncDate(instant, tzinfo=BEIJING)).annotate(number=Count("pk"))
    return Counter(dict(days))


def _days(first: date, last: date, submitted: Counter[date], registered: Counter[date]) -> list[Day]:
    """Every day from the first to the last; what came before the first counts for it."""
    span = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    new, teams = ([_on(day, first, counts) for day in span] for counts in (submitted, registered))
    return [Day(*row) for row in zip(span, new, accumulate(new), accumulate(teams), strict=True)]


def _on(day: date, first: date, counts: Counter[date]) -> int:
    if day > first:
        return counts[day]
    return sum(number for on, number in counts.items() if on <= first)


def _top(most: int) -> int:
    """The end of the axis: four even steps of 1, 2 or 5 times a power of ten."""
    steps = (digit * 10**power for power in count() for digit in (1, 2, 5))
    return LINES * next(step for step in steps if LINES * step >= most)


def _path(values: Iterable[int], whole: int, top: int) -> str:
    """From zero on, a corner at the end of each day."""
    corners = [(_place(number, whole), f"{100 - value * 100 / top:.2f}") for number, value in enumerate(values, 1)]
    return " ".join(["M0 100", *(f"L{x} {y}" for x, y in corners)])


def _place(day: int, whole: int) -> str:
    return f"{day * 100 / whole:.2f}"


# ── Coverage ───────────────────────────────────────────────────────────────────────────────────────────────────────
def read_coverage(contest: Contest) -> list[CoveredTrack]:
    """Every topic of every track with its submitted entries: one query."""
    rows = (
        Topic.objects.filter(track__contest=contest)
        .annotate(entered=Count("entries", filter=Q(entries__status=Entry.Status.SUBMITTED)))
        .order_by("track__number", "number")
        .values_list(F("track__number"), F("track__name"), "number", "entered")
    )
    tracks: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for number, name, topic, entered in rows:
        tracks.setdefault((number, name), []).append((topic, entered))
    most = max((entered for topics in tracks.values() for _topic, entered in topics), default=0)
    return [cover(number, name, topics, most) for (number, name), topics in tracks.items()]


def cover(number: int, name: str, topics: list[tuple[int, int]], most: int) -> CoveredTrack:
    """A track from (topic, entries) pairs; `most` entries make the tallest bar."""
    bars = []
    for place, (_topic, entered) in enumerate(topics):
        height = max(3, round(entered * TALL / most)) if entered else 5
        bars.append(Bar(place * (BAR + GAP) + 1, TALL + 1 - height, height, is_empty=not entered))
    empty = [str(topic) for topic, entered in topics if not entered]
    return CoveredTrack(
        number=number,
        name=name,
        total=sum(entered for _topic, entered in topics),
        width=len(topics) * (BAR + GAP) + 2,
        bars=bars,
        spoken=enumeration([f"{topic_label(topic)} {entered}" for topic, entered in topics]),
        note=_note(empty, len(topics)),
    )


def _note(empty: list[str], topics: int) -> str:
    if not empty:
        return ""
    if len(empty) == topics:
        return _("No entry yet")
    sentence = ngettext("None for topic {topics}", "None for topics {topics}", len(empty))
    return sentence.format(topics=enumeration(empty))
