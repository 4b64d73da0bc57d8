"""The official ranking of one track in one stage, from the stored aggregates.

Places come from `ranking.rank()` on exact fractions; what is rounded is shown only. Entries that left the contest are
not ranked; entries without a sealed sheet stand at the end without a place.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Criterion, Stage, Track
from judging import aggregation, ranking
from judging.models import Assignment, EntryScore
from judging.reading.figures import two_places
from judging.reading.standard import why_mean
from judging.reading.ties import votes_of
from judging.scoring import COLUMNS, ScoredTrack, scored_track, ties_of
from judging.standard_scores import NoStandardScore
from submissions.models import Entry

PAGE = 50
STRIP_WIDTH = 116  # of the picture of the totals, in its own units


#: the rubric's criteria in order: code → name
Criteria = Mapping[str, str]


@dataclass(frozen=True)
class RankedTrack:
    """A track with the number of its entries that are judged in the stage."""

    pk: int
    number: int
    name: str
    entries: int


@dataclass(frozen=True)
class Spot:
    """One judge's total on the strip; `counts` is false for the highest and lowest that are dropped."""

    x: str
    counts: bool


@dataclass(frozen=True)
class RankedRow:
    """One line of the ranking; `rank` None where no sheet is sealed. `score_x` is empty where the score is no mean of totals,
    and so stands on no axis of them."""

    number: str
    title: str
    organisation: str
    url: str
    rank: int | None
    shared: bool
    score: str
    exact: str
    decided_by: str
    tie_figures: list[tuple[str, str]]
    totals: list[tuple[str, str, bool]]
    low: str
    high: str
    spread: str
    sheets: int
    seats: int
    spots: list[Spot]
    score_x: str

    @property
    def is_tied(self) -> bool:
        return self.shared or bool(self.decided_by)

    @property
    def is_complete(self) -> bool:
        return self.sheets >= self.seats


@dataclass(frozen=True)
class Ranking:
    """A page of a track's ranking. `refusal`: why the mean of the totals counts in a stage that asks for standard scores."""

    rows: list[RankedRow]
    is_standard: bool
    refusal: NoStandardScore | None
    total: int
    scored: int
    complete: int
    axis: tuple[int, int]
    start: int

    @property
    def why_mean(self) -> str:
        return why_mean(self.refusal)

    @property
    def next_start(self) -> int | None:
        return self.start + PAGE if self.start + PAGE < self.total else None

    @property
    def previous_start(self) -> int | None:
        return max(0, self.start - PAGE) if self.start else None


def read_ranking(stage: Stage, track: int, criteria: Criteria, *, start: int = 0) -> Ranking:
    """A page of one track (by primary key): two queries."""
    rows = list(stored_rows(stage).filter(track=track))
    return _ranked(rows, stage, criteria, votes_of(stage, track), start=start, size=PAGE)


def read_rankings(stage: Stage, criteria: Criteria) -> dict[int, Ranking]:
    """Every row of every track, by the track's primary key: two queries. For the export."""
    rows: dict[int, list[dict]] = defaultdict(list)
    votes = votes_of(stage)
    for row in stored_rows(stage).iterator(chunk_size=2000):
        rows[row["track_id"]].append(row)
    return {track: _ranked(found, stage, criteria, votes, start=0, size=len(found)) for track, found in rows.items()}


def scored_rows(stage: Stage, rows: Iterable[Mapping]) -> ScoredTrack:
    """The official scores of one track from all its stored rows."""
    return scored_track(stage, (tuple(row[column] for column in COLUMNS) for row in rows))


def ranked_rows(
    rows: Sequence[dict], results: Sequence[ranking.EntryResult], stage: Stage, criteria: Criteria
) -> tuple[list[RankedRow], tuple[int, int]]:
    """Lines of the ranking for some results of these aggregates, and the axis on which their totals stand."""
    stored = {row["entry__number"]: row for row in rows}
    ties = ties_of(stage, list(criteria))
    axis = _axis([result.entry for result in results])
    return [_row(result, stored[result.entry.code], ties, criteria, axis) for result in results], axis


def _ranked(
    rows: Sequence[dict],
    stage: Stage,
    criteria: Criteria,
    votes: Sequence[ranking.Vote],
    *,
    start: int,
    size: int,
) -> Ranking:
    stored = {row["entry__number"]: row for row in rows}
    ties = ties_of(stage, list(criteria))
    track = scored_rows(stage, rows)
    results = ranking.rank(track.entries, ties, votes)
    axis = _axis(track.entries)
    return Ranking(
        rows=[
            _row(result, stored[result.entry.code], ties, criteria, axis) for result in results[start : start + size]
        ],
        is_standard=track.is_standard,
        refusal=track.refusal,
        total=len(results),
        scored=sum(result.rank is not None for result in results),
        complete=sum(row["sheets"] >= (row["seats"] or 0) for row in rows),
        axis=axis,
        start=start,
    )


def tie_rule(stage: Stage, criteria: Criteria) -> list[str]:
    """The tie-breaks of the stage in order, as words."""
    return [tie_name(tie, criteria) for tie in ties_of(stage, list(criteria))]


def stored_rows(stage: Stage) -> QuerySet:
    """The stored aggregates of every entry that is ranked, by number, with what a line of the ranking shows."""
    seats = (
        Assignment.objects.filter(stage=stage, entry=OuterRef("entry"), status=Assignment.Status.ACTIVE)
        .order_by()
        .values("entry")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        EntryScore.objects.filter(stage=stage, entry__status=Entry.Status.SUBMITTED)
        .annotate(seats=Subquery(seats))
        .order_by("entry__number")
        .values(
            "track_id",
            "entry__number",
            "entry__title",
            "entry__public_id",
            "entry__current_version__number",
            "entry__team__lead_organisation__name",
            "entry__team__lead_organisation__region",
            "sheets",
            "seats",
            "score",
            "totals",
            "dropped",
            "means",
            "updated_at",
        )
    )


def _row(
    result: ranking.EntryResult,
    stored: Mapping,
    ties: Sequence[ranking.TieBreak],
    names: Mapping[str, str],
    axis: tuple[int, int],
) -> RankedRow:
    entry = result.entry
    values = sorted(entry.totals.items(), key=lambda item: (item[1], item[0]))
    tied = result.shared or result.decided_by is not None
    return RankedRow(
        number=entry.code,
        title=stored["entry__title"],
        organisation=stored["entry__team__lead_organisation__name"],
        url=reverse("receipt", args=[stored["entry__public_id"], stored["entry__current_version__number"]]),
        rank=result.rank,
        shared=result.shared,
        score=two_places(entry.score),
        exact="" if entry.score is None else str(entry.score),
        decided_by="" if result.decided_by is None else tie_name(result.decided_by, names),
        tie_figures=[(tie_name(tie, names), exact_places(ranking.measure(entry, tie))) for tie in ties] if tied else [],
        totals=[(judge, two_places(total), judge not in entry.dropped) for judge, total in values],
        low=two_places(values[0][1]) if values else "",
        high=two_places(values[-1][1]) if values else "",
        spread=two_places(entry.spread),
        sheets=stored["sheets"],
        seats=stored["seats"] or 0,
        spots=[Spot(_x(total, axis), judge not in entry.dropped) for judge, total in values],
        score_x=_x(entry.score, axis) if entry.score is not None and entry.standards is None else "",
    )


def tie_name(tie: ranking.TieBreak | ranking.CommitteeVote, names: Mapping[str, str]) -> str:
    """A tie-break in words."""
    if isinstance(tie, ranking.CommitteeVote):
        return _("the committee’s vote")
    if isinstance(tie, ranking.AllTotals):
        return _("mean of all totals")
    return _("mean of {criterion}").format(criterion=names.get(tie.criterion, tie.criterion))


def exact_places(value: Fraction | None) -> str:
    """Four places: enough to see what two places hide."""
    return "" if value is None else str(aggregation.shown(value, 4))


def _axis(scored: Sequence[aggregation.ScoredEntry]) -> tuple[int, int]:
    """Whole tens around every total of the track."""
    totals = [total for entry in scored for total in entry.totals.values()]
    if not totals:
        return 0, 100
    low, high = int(min(totals) // 10 * 10), int(-(-max(totals) // 10) * 10)
    return low, max(high, low + 10)


def _x(value: Fraction, axis: tuple[int, int]) -> str:
    low, high = axis
    position = 4 + (value - low) / (high - low) * STRIP_WIDTH
    return f"{int(position * 10) / 10:.1f}"


def tracks_and_criteria(stage: Stage) -> tuple[list[RankedTrack], Criteria]:
    """The contest's tracks and the names of the rubric's criteria, each in order: one query, a union of both."""
    entries = (
        EntryScore.objects.filter(stage=stage, track=OuterRef("pk"))
        .order_by()
        .values("track")
        .annotate(count=Count("pk"))
    )
    tracks = Track.objects.filter(contest=stage.contest_id).annotate(
        part=Value("track"), place=F("number"), code=Value(""), entries=Coalesce(Subquery(entries.values("count")), 0)
    )
    criteria = Criterion.objects.filter(rubric=stage.rubric_id).annotate(
        part=Value("criterion"), place=F("position"), entries=Value(0)
    )
    columns = ("part", "place", "pk", "code", "name", "entries")
    rows = tracks.order_by().values_list(*columns).union(criteria.order_by().values_list(*columns), all=True)
    found, names = [], {}
    for part, place, pk, code, name, count in sorted(rows):
        if part == "track":
            found.append(RankedTrack(pk, place, name, count))
        else:
            names[code] = name
    return found, names
