"""Which scores deserve a third opinion, exactly. A pure core.

Three signs, each with the figures that show it:

- *range* (分差): the highest total less the lowest is greater than the contest allows;
- *cut line*: the places that go on are few, and leaving out any single judge would put the entry on the other side of
  the line, so that one person alone decides over it;
- *disagreement*: the judges differ by more than their noise explains, once each one's leniency is taken out; a chi-square
  test at 99 % (`judging.statistics.flags`), so that one honest entry in a hundred shows it.

The remedy is a third-party score that is added, and never a replacement.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from judging.aggregation import Rules, entry_score
from judging.ranking import EntryResult

RANGE, DISAGREEMENT, CUT = "range", "disagree", "cut"


@dataclass(frozen=True)
class Dispute:
    """An entry with the signs that were found. `low` and `high`: what the score would be without one judge."""

    code: str
    signs: tuple[str, ...]
    spread: Fraction
    score: Fraction
    low: Fraction
    high: Fraction


def find_disputes(
    results: Iterable[EntryResult],
    *,
    limit: Fraction | None,
    places: int | None,
    rules: Rules,
    disagreeing: Collection[str] = (),
) -> list[Dispute]:
    """The disputed entries of one track, widest range first; `limit` or `places` None: that sign is not looked for.

    `disagreeing` are the entries that the test for disagreement names.
    """
    ranked = [result for result in results if result.rank is not None]
    last_in, first_out = cut_line(ranked, places)
    found = []
    for result in ranked:
        entry = result.entry
        if entry.score is None or entry.spread is None or len(entry.totals) < 2:
            continue
        low, high = without_one(list(entry.averaged.items()), rules)
        signs = []
        if limit is not None and entry.spread > limit:
            signs.append(RANGE)
        if entry.code in disagreeing:
            signs.append(DISAGREEMENT)
        if _straddles(result, low, high, last_in, first_out, places):
            signs.append(CUT)
        if signs:
            found.append(Dispute(entry.code, tuple(signs), entry.spread, entry.score, low, high))
    return sorted(found, key=lambda dispute: (-dispute.spread, dispute.code))


def cut_line(ranked: Sequence[EntryResult], places: int | None) -> tuple[Fraction | None, Fraction | None]:
    """The lowest score that goes on and the highest that does not; None where nobody is on that side."""
    if places is None:
        return None, None
    inside = [result.entry.score for result in ranked if _is_in(result, places) and result.entry.score is not None]
    outside = [result.entry.score for result in ranked if not _is_in(result, places) and result.entry.score is not None]
    return (min(inside) if inside else None), (max(outside) if outside else None)


def without_one(averaged: Sequence[tuple[str, Fraction]], rules: Rules) -> tuple[Fraction, Fraction]:
    """The lowest and the highest score that leaving out any single judge gives; at least two judges.

    Standard scores stay as they are: what one sheet does to its judge's own scale moves every entry of that judge, and is no
    matter of this one.
    """
    scores = [
        score
        for left_out in range(len(averaged))
        if (score := entry_score(dict([*averaged[:left_out], *averaged[left_out + 1 :]]), rules)[0]) is not None
    ]
    return min(scores), max(scores)


def _is_in(result: EntryResult, places: int) -> bool:
    return result.rank is not None and result.rank <= places


def _straddles(
    result: EntryResult,
    low: Fraction,
    high: Fraction,
    last_in: Fraction | None,
    first_out: Fraction | None,
    places: int | None,
) -> bool:
    if places is None or last_in is None or first_out is None:
        return False
    return low < first_out if _is_in(result, places) else high > last_in
