"""Entries that share a rank, and the votes that part them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from competition.models import Criterion, Stage, Track
from judging import ranking
from judging.models import EntryScore, PanelVote
from judging.reading.figures import two_places
from judging.scoring import scored_entry, ties_of
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
    rows = EntryScore.objects.filter(stage=stage, track=track, entry__status=Entry.Status.SUBMITTED)
    codes = list(
        Criterion.objects.filter(rubric=stage.rubric_id).order_by("position", "pk").values_list("code", flat=True)
    )
    scored = [scored_entry(*row) for row in rows.values_list("entry__number", "score", "totals", "dropped", "means")]
    return ranking.rank(scored, ties_of(stage, codes), votes_of(stage, track.pk))


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
