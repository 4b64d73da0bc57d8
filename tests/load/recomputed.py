"""The official ranking computed by others than the portal: fractions, from what the judges sent, and nothing of the product.

Every function here says again what JUDGING.md says; none is imported from what it is to check.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

Place = tuple[int, int, Fraction]  # track, rank, score


def total_of(marks: Mapping[str, Decimal], weights: Mapping[str, int]) -> Fraction:
    """The weighted mean of marks out of 100."""
    weighted = sum((Fraction(marks[code]) * weight for code, weight in weights.items()), Fraction(0))
    return weighted / sum(weights.values())


def score_of(totals: Sequence[Fraction], trim_from: int) -> Fraction:
    """The mean, without one highest and one lowest from `trim_from` totals on."""
    kept = sorted(totals)[1:-1] if len(totals) >= trim_from else list(totals)
    return sum(kept, Fraction(0)) / len(kept)


def places_of(
    sheets: Mapping[int, Sequence[Mapping[str, Decimal]]],
    *,
    weights: Mapping[str, int],
    trim_from: int,
    tracks: int,
    votes: Sequence[Sequence[int]],
) -> dict[int, Place]:
    """Entry number → its place. Ties: the mean of all totals, the first criterion, then the vote that put just these entries
    in an order, best first."""
    keys = {}
    for number, given in sheets.items():
        totals = [total_of(marks, weights) for marks in given]
        first = [Fraction(marks[next(iter(weights))]) for marks in given]
        mean, of_first = sum(totals, Fraction(0)) / len(totals), sum(first, Fraction(0)) / len(first)
        keys[number] = (score_of(totals, trim_from), mean, of_first)
    found = {}
    for number, key in keys.items():
        peers = [other for other in keys if other % tracks == number % tracks]
        rank = 1 + sum(keys[other] > key for other in peers)
        equal = {other for other in peers if keys[other] == key}
        for order in votes:
            if set(order) == equal:
                rank += order.index(number)
        found[number] = (number % tracks + 1, rank, key[0])
    return found
