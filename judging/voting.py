"""What a committee's ballots decide among entries that no rule tells apart. A pure core.

Every ballot puts all tied entries in an order. Each two entries are compared: the one that more ballots put first wins the
pair. An entry's points are two for each pair won and one for each pair drawn (Copeland's count); more points, better place.
Equal points decide nothing between those entries: they go on sharing the rank.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

MOST_ENTRIES = 4


class InvalidBallotError(ValueError):
    """A ballot that does not order just the tied entries; `place` is its place among the ballots."""

    def __init__(self, place: int) -> None:
        super().__init__(f"ballot {place} does not put every tied entry in its place once")
        self.place = place


def points(tied: Sequence[str], ballots: Sequence[Sequence[str]]) -> Mapping[str, int]:
    """Points by entry; raises InvalidBallotError."""
    for place, ballot in enumerate(ballots):
        if sorted(ballot) != sorted(tied):
            raise InvalidBallotError(place)
    found = dict.fromkeys(sorted(tied), 0)
    for one, other in combinations(sorted(tied), 2):
        for_one = sum(ballot.index(one) < ballot.index(other) for ballot in ballots)
        for_other = len(ballots) - for_one
        if for_one == for_other:
            found[one] += 1
            found[other] += 1
        else:
            found[one if for_one > for_other else other] += 2
    return found


def decides(found: Mapping[str, int]) -> bool:
    """Does it tell at least two of the entries apart?"""
    return len(set(found.values())) > 1
