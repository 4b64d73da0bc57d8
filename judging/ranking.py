"""From scores to places, exactly: who comes first, who shares a place, and which tie-break decided.

Scores are compared as fractions, never after rounding. Entries that no rule tells apart share a rank until the committee's
recorded vote on just these entries (`voting.py`), and the next rank counts them all (1, 1, 3). Nothing depends on the order
in which entries are given. Which tie-breaks there are and in which order is the stage's to say (`scoring.ties_of`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from judging.aggregation import ScoredEntry


@dataclass(frozen=True)
class AllTotals:
    """Tie-break: the mean of all judge totals, nothing dropped; the higher wins."""


@dataclass(frozen=True)
class CriterionMean:
    """Tie-break: the mean of all judges' marks for one criterion, in percent; the higher wins."""

    criterion: str


@dataclass(frozen=True)
class CommitteeVote:
    """Tie-break: what the committee voted on these entries; comes last, and holds only while just these are equal."""


TieBreak = AllTotals | CriterionMean
Vote = Mapping[str, int]  # one recorded vote: the points of each entry that was tied, by code
Key = tuple[Fraction, ...]  # the score, then what each tie-break looks at


@dataclass(frozen=True)
class EntryResult:
    """An entry's place; None where it has no score. `shared`: others hold the same rank.

    `decided_by` is the last tie-break that was needed to tell it from the entries of equal score, None if none was.
    """

    entry: ScoredEntry
    rank: int | None
    shared: bool
    decided_by: TieBreak | CommitteeVote | None = None


def rank(
    entries: Iterable[ScoredEntry], ties: Sequence[TieBreak], votes: Sequence[Vote] = ()
) -> tuple[EntryResult, ...]:
    """Places by score, then by the tie-breaks in order, then by a vote on just the entries that are still equal (of several
    the last); entries without a score come last and have no place.

    Entries that share a rank are listed by code.
    """
    known = sorted(entries, key=lambda entry: entry.code)
    if len({entry.code for entry in known}) != len(known):
        raise ValueError("an entry is ranked twice")
    scored: list[tuple[ScoredEntry, Key]] = [
        (entry, (entry.score, *(_compared(entry, tie) for tie in ties))) for entry in known if entry.score is not None
    ]
    scored.sort(key=lambda pair: pair[1], reverse=True)
    results: list[EntryResult] = []
    for _, group in groupby(scored, key=lambda pair: pair[1][0]):
        peers = list(group)
        for _, equals in groupby(peers, key=lambda pair: pair[1]):
            equal = list(equals)
            decided = _decided_by(equal[0][1], [key for _, key in peers], ties) if len(equal) == 1 else None
            for alike, voted in _parted([entry for entry, _ in equal], votes):
                place = len(results) + 1
                by = CommitteeVote() if voted and len(alike) == 1 else decided
                results += [EntryResult(entry, place, len(alike) > 1, by) for entry in alike]
    unscored = [EntryResult(entry, None, False) for entry in known if entry.score is None]
    return (*results, *unscored)


def _parted(equal: Sequence[ScoredEntry], votes: Sequence[Vote]) -> list[tuple[list[ScoredEntry], bool]]:
    """Entries that every rule calls equal, parted by the last vote on just them; together where there is none."""
    codes = {entry.code for entry in equal}
    vote = next((vote for vote in reversed(votes) if set(vote) == codes), None) if len(codes) > 1 else None
    if vote is None:
        return [(list(equal), False)]
    ordered = sorted(equal, key=lambda entry: (-vote[entry.code], entry.code))
    return [(list(alike), True) for _, alike in groupby(ordered, key=lambda entry: vote[entry.code])]


def _decided_by(own: Key, keys: Sequence[Key], ties: Sequence[TieBreak]) -> TieBreak | None:
    """The last tie-break that was needed to tell this key from the others of equal score; None where there is no other."""
    deepest = 0
    for key in keys:
        if key != own:
            deepest = max(
                deepest, next(place for place, pair in enumerate(zip(own, key, strict=True)) if pair[0] != pair[1])
            )
    return ties[deepest - 1] if deepest else None


def measure(entry: ScoredEntry, tie: TieBreak) -> Fraction | None:
    """What a tie-break looks at in an entry; None where nobody gave a mark, which ranks as nothing."""
    return entry.all_totals if isinstance(tie, AllTotals) else entry.means[tie.criterion]


def _compared(entry: ScoredEntry, tie: TieBreak) -> Fraction:
    return measure(entry, tie) or Fraction(0)


@dataclass(frozen=True)
class Cut:
    """入围线: a number of places laid over a ranking.

    `inside` are the entries that have a place whatever happens. `open` is the list of those who share the rank in which
    the places end, where no rule tells them apart: there are fewer places than they, and the committee has to vote, to
    expand or to shrink. `settled_by` is the tie-break that placed the last inside before the first outside although
    their scores are equal. `last` is the last result with a place, `next` the first without.
    """

    places: int
    inside: tuple[EntryResult, ...]
    open: tuple[EntryResult, ...]
    settled_by: TieBreak | CommitteeVote | None
    last: EntryResult | None
    next: EntryResult | None

    @property
    def free(self) -> int:
        """Places that the open list shares, or that nobody takes."""
        return self.places - len(self.inside)


def cut(results: Sequence[EntryResult], places: int, ties: Sequence[TieBreak]) -> Cut:
    """The line below so many places of a ranking that `rank` gave with these tie-breaks."""
    if places < 1:
        raise ValueError("a cut leaves at least one place")
    ranked = [result for result in results if result.rank is not None]
    last = ranked[min(places, len(ranked)) - 1] if ranked else None
    following = ranked[places] if len(ranked) > places else None
    inside, undecided = ranked[:places], []
    if last is not None and following is not None and last.rank == following.rank:
        undecided = [result for result in ranked if result.rank == last.rank]
        inside = [result for result in inside if result.rank != last.rank]
    settled: TieBreak | CommitteeVote | None = None
    if not undecided and last is not None and following is not None and last.entry.score == following.entry.score:
        told_apart = (tie for tie in ties if _compared(last.entry, tie) != _compared(following.entry, tie))
        settled = next(told_apart, CommitteeVote())
    return Cut(places, tuple(inside), tuple(undecided), settled, last, following)
