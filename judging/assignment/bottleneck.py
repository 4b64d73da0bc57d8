"""How strong the weakest pair can be while nothing more is missing than must be.

The highest level to hope for is tried first. A level that is impossible leaves a cut: prices of judges that prove it. The same prices
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


def least_slack(net: Network, bounds: Bounds, tick: Tick, *, enough: float = 0.0) -> Outcome:
    """What must be missing at least with these arcs; the search stops once no more than `enough` is."""
    # Arbitrary costs first: with a cost of nothing every vertex ties, and the simplex method wanders among them.
    mixed = net.mixed().astype(float)
    price = judge_prices(net, mixed, bounds, tick)
    programme = Programme(net, mixed, Bounds(bounds.low, bounds.high), price=PRICE)
    found = programme.solve(promising(net, mixed, price, FEW), tick)
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
        self.starts = _groups(self.net)
        self.entry = self.net.arc_entry[self.starts]

    def at(self, place: int) -> Network:
        return self.net.part(np.flatnonzero(self.net.affinity >= self.level[place]))

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


def raised(net: Network, bounds: Bounds, highest: int, found: Outcome, tick: Tick) -> tuple[Network, float]:
    """The network of what is at least as strong as the weakest pair can be, and what is missing whatever one does.

    `found` says what is missing at the `highest` level, which is the ceiling.
    """
    if found.slack <= NEAR:
        return net.at_least(highest), found.slack
    levels = _Levels(net.whole(), bounds, np.unique(net.open.value))
    top = int(np.searchsorted(levels.level, highest))
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
        trial = least_slack(levels.at(place), bounds, tick, enough=least)
        if trial.slack <= least + NEAR:
            known = place
        elif place == 0:
            # Even with every arc something is missing: that is what the other levels are measured against.
            least, known, impossible, turn = trial.slack, 0, len(levels.level), TURNS
        else:
            impossible, found = place, trial
    return levels.at(max(known, 0)), least


def _groups(net: Network) -> Ints:
    """The first arc of each group."""
    return np.flatnonzero(np.diff(net.group, prepend=-1))


def ceiling(net: Network, bounds: Bounds, tick: Tick) -> int:
    """The highest level to hope for: no plan that fills every seat has a stronger weakest pair: each entry needs so many of its groups."""
    degree = np.bincount(net.open.entry, minlength=len(net.need))
    wanted = np.minimum(net.need, degree)
    while True:
        # So many pairs may be of fewer groups: then the entry looks further down, until they are enough or all it has.
        level = _enough(net.open.entry, net.open.value, wanted)
        tick()
        inside = net.at_least(level)
        starts = _groups(inside)
        groups = np.bincount(inside.arc_entry[starts], minlength=len(wanted))
        pairs = np.bincount(inside.arc_entry, minlength=len(wanted))
        lacking = (groups < net.need) & (pairs < degree)
        if not lacking.any():
            break
        wanted = np.where(lacking, np.minimum(degree, pairs + net.need - groups), wanted)
    highest = _enough(inside.arc_entry[starts], np.maximum.reduceat(inside.affinity, starts), net.need)
    if (bounds.low > 0).any():
        highest = min(highest, _enough(net.open.judge, net.open.value, bounds.low))
        tick()
    return highest


def _enough(owner: Places | Ints, value: Ints, wanted: Ints) -> int:
    """The highest level at which each owner has as many values as it wants, or all of its own."""
    wanted = np.minimum(wanted, np.bincount(owner, minlength=len(wanted)))
    low, high = int(value.min()), int(value.max())
    while low < high:
        middle = (low + high + 1) // 2
        above = np.flatnonzero(value >= middle)
        own = owner[above]
        if (np.bincount(own, minlength=len(wanted)) >= wanted).all():
            low, owner, value = middle, own, value[above]
        else:
            high = middle - 1
    return low
