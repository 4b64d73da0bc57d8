"""How strong the weakest pair can be while nothing more is missing than must be.

The highest level is tried first. A level that is impossible leaves a cut: prices of judges that prove it. The same prices
prove other levels impossible as well, which is a few sums and no programme, so that the next level tried is the highest one
that they do not exclude; where that takes many turns, the rest is halved (bisection).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from judging.assignment.model import Tick
from judging.assignment.network import SHIFT, Floats, Ints, Network, Places
from judging.assignment.prices import judge_prices, promising
from judging.assignment.programme import EMPTY, NEAR, Bounds, Outcome, Programme

TURNS = 6
FEW = 5
PRICE = float(4 << SHIFT)


def least_slack(net: Network, arcs: Ints, bounds: Bounds, tick: Tick, *, enough: float = 0.0) -> Outcome:
    """What must be missing at least with these arcs; the search stops once no more than `enough` is."""
    # Arbitrary costs first: with a cost of nothing every vertex ties, and the simplex method wanders among them.
    mixed = net.mixed()[arcs].astype(float)
    price = judge_prices(net, arcs, mixed, bounds, tick)
    programme = Programme(net, arcs, mixed, Bounds(bounds.low, bounds.high), price=PRICE)
    found = programme.solve(promising(net, arcs, mixed, price, FEW), tick)
    if found.slack <= enough + NEAR:
        return found
    return programme.without_cost(tick, enough=enough)


@dataclass
class _Levels:
    """The levels of affinity at which arcs could end, lowest first, and what excludes the highest of them."""

    net: Network
    bounds: Bounds
    level: Ints

    def __post_init__(self) -> None:
        self.starts = np.flatnonzero(np.concatenate([[True], np.diff(self.net.group) != 0]))
        self.entry = self.net.arc_entry[self.starts]

    def arcs(self, place: int) -> Ints:
        return np.flatnonzero(self.net.affinity >= self.level[place])

    def bound(self, place: int, dual: Floats) -> float:
        """At least so much is missing at this level, by these prices (weak duality; composition only adds to it)."""
        price = np.where(self.net.affinity >= self.level[place], np.minimum(-dual[self.net.arc_judge], EMPTY), EMPTY)
        price = np.minimum.reduceat(np.round(price, 6), self.starts)
        left = self.net.need.astype(float)
        total = float(np.where(dual > 0, dual * self.bounds.low, dual * self.bounds.high).sum())
        for value in np.unique(price[price < EMPTY]).tolist():
            count = np.bincount(self.entry[price == value], minlength=len(left))
            taken = np.minimum(left, count)
            total += value * float(taken.sum())
            left -= taken
        return total + EMPTY * float(left.sum())

    def below(self, lowest: int, place: int, dual: Floats, least: float) -> int:
        """The highest level under `place` that these prices do not exclude, by halves."""
        low, high = lowest, place
        while high - low > 1:
            middle = (low + high) // 2
            if self.bound(middle, dual) > least + 0.5:
                high = middle
            else:
                low = middle
        return low


def raised(net: Network, bounds: Bounds, tick: Tick) -> tuple[Ints, float]:
    """The arcs that are at least as strong as the weakest pair can be, and what is missing whatever one does."""
    levels = _Levels(net, bounds, np.unique(net.affinity))
    top = int(np.searchsorted(levels.level, _ceiling(net, bounds, tick), side="right")) - 1
    found = least_slack(net, levels.arcs(top), bounds, tick)
    if found.slack <= NEAR:
        return levels.arcs(top), found.slack
    least, known = 0.0, -1  # nothing is known to be possible yet; what is missing is hoped to be nothing
    impossible, turn = top, 0
    if top == 0:
        least, known, impossible, turn = found.slack, 0, len(levels.level), TURNS
    while impossible - known > 1:
        turn += 1
        if turn <= TURNS:
            place = max(0, levels.below(known, impossible, found.judge_dual, least))
            impossible = place + 1
        else:
            place = max(0, (known + impossible) // 2)
        trial = least_slack(net, levels.arcs(place), bounds, tick, enough=least)
        if trial.slack <= least + NEAR:
            known = place
        elif place == 0:
            # Even with every arc something is missing: that is what the other levels are measured against.
            least, known, impossible, turn = trial.slack, 0, len(levels.level), TURNS
        else:
            impossible, found = place, trial
    return levels.arcs(max(known, 0)), least


def _ceiling(net: Network, bounds: Bounds, tick: Tick) -> int:
    """No plan that fills every seat has a stronger weakest pair: each entry needs so many of its groups."""
    starts = np.flatnonzero(np.concatenate([[True], np.diff(net.group) != 0]))
    ceiling = _nth_best(net.arc_entry[starts], np.maximum.reduceat(net.affinity, starts), net.need)
    tick()
    if (bounds.low > 0).any():
        ceiling = min(ceiling, _nth_best(net.arc_judge, net.affinity, bounds.low))
        tick()
    return ceiling


def _nth_best(owner: Places | Ints, value: Ints, wanted: Ints) -> int:
    """The least of the owners' n-th best values; owners with fewer values count with their last."""
    top, width = int(value.max()), int(np.ptp(value)) + 1
    # One number for owner and value: sorting it takes a fifth of the time of sorting by both.
    key = owner.astype(np.int64) * width + (top - value)
    key.sort()
    starts = np.searchsorted(key, np.arange(len(wanted) + 1) * width)
    asking = (wanted > 0) & (np.diff(starts) > 0)
    if not asking.any():
        return top
    nth = np.minimum(starts[:-1] + wanted, starts[1:])[asking] - 1
    return int((top - key[nth] % width).min())
