"""Entries that share a rank, and the votes that part them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from competition.models import Criterion, Stage, Track
from judging import ranking
from judging.aggregation import ScoredEntry
from judging.models import EntryScore, PanelVote
from judging.reading.figures import two_places
from judging.scoring import COLUMNS, ScoredTrack, scored_entry, scored_track, ties_of
from submissions.models import Entry


@dataclass(frozen=True)
class SharedRank:
    """Entries of one track that no rule and no vote tells apart; `at_cut`: the places that go on end among them."""

    rank: int
    numbers: list[str]
    titles: list[str]
    score: str
    at_cut: bool

    @property
    def pairs(self) -> list[tuple[str, str]]:
        return list(zip(self.numbers, self.titles, strict=True))


def votes_of(stage: Stage, track: int | None = None) -> list[ranking.Vote]:
    """The recorded votes of a stage, or of one track of it, the oldest first: one query.

    By primary key: votes are recorded under the lock of the stage, so that it follows the order of the journal.
    """
    votes = PanelVote.objects.filter(stage=stage)
    if track is not None:
        votes = votes.filter(track=track)
    return [
        {str(number): int(points) for number, points in found.items()}
        for found in votes.order_by("pk").values_list("points", flat=True)
    ]


def ranked_track(stage: Stage, track: Track) -> tuple[ranking.EntryResult, ...]:
    """The places of one track as they are now, by entry number: three queries."""
    codes = list(
        Criterion.objects.filter(rubric=stage.rubric_id).order_by("position", "pk").values_list("code", flat=True)
    )
    return ranking.rank(read_track(stage, track).entries, ties_of(stage, codes), votes_of(stage, track.pk))


def ranked_tracks(stage: Stage) -> dict[int, tuple[ranking.EntryResult, ...]]:
    """The places of every track with entries as they are now, by the track's primary key: three queries."""
    codes = list(
        Criterion.objects.filter(rubric=stage.rubric_id).order_by("position", "pk").values_list("code", flat=True)
    )
    votes: dict[int, list[ranking.Vote]] = defaultdict(list)
    for track, points in PanelVote.objects.filter(stage=stage).order_by("pk").values_list("track", "points"):
        votes[track].append({str(number): int(given) for number, given in points.items()})
    rows: dict[int, list[tuple]] = defaultdict(list)
    scores = EntryScore.objects.filter(stage=stage, entry__status=Entry.Status.SUBMITTED)
    for track, *row in scores.values_list("track", *COLUMNS).iterator(chunk_size=2000):
        rows[track].append(tuple(row))
    ties = ties_of(stage, codes)
    return {
        track: ranking.rank(scored_track(stage, found).entries, ties, votes[track]) for track, found in rows.items()
    }


def read_track(stage: Stage, track: Track) -> ScoredTrack:
    """The ranked entries of one track with their scores as they are now: one query."""
    rows = EntryScore.objects.filter(stage=stage, track=track, entry__status=Entry.Status.SUBMITTED)
    return scored_track(stage, rows.values_list(*COLUMNS))


def entries_beside(score: EntryScore) -> list[ScoredEntry]:
    """The ranked entries on which the score of one entry rests: those of its track where the stage asks for standard scores
    (one query), none where a score is the entry's own."""
    return read_track(score.stage, score.track).entries if score.stage.uses_standard_scores else []


def score_in_track(score: EntryScore, beside: Sequence[ScoredEntry]) -> ScoredEntry:
    """One entry with its score as the ranking has it, from `entries_beside`; of an entry that left the contest the mean of its
    totals."""
    own = scored_entry(score.entry.number, score.score, score.totals, score.dropped, score.means)
    return next((entry for entry in beside if entry.code == own.code), own)


def shared_ranks(stage: Stage, track: Track, results: Sequence[ranking.EntryResult] | None = None) -> list[SharedRank]:
    """The shared ranks of one track, best first."""
    results = ranked_track(stage, track) if results is None else results
    shared = [result for result in results if result.shared]
    titles = dict(
        Entry.objects.filter(contest=stage.contest_id, number__in=[result.entry.code for result in shared]).values_list(
            "number", "title"
        )
    )
    found = []
    for rank, group in groupby(shared, key=lambda result: result.rank):
        peers = list(group)
        numbers = [result.entry.code for result in peers]
        score: Fraction | None = peers[0].entry.score
        places = stage.places
        found.append(
            SharedRank(
                rank=rank or 0,
                numbers=numbers,
                titles=[titles.get(number, "") for number in numbers],
                score=two_places(score),
                at_cut=places is not None and rank is not None and rank <= places < rank + len(peers) - 1,
            )
        )
    return found
