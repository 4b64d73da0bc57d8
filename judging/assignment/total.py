"""The best total of the affinities over the arcs of a network, and between equal totals the least sum of hashes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from judging.assignment.bottleneck import least_slack
from judging.assignment.model import Tick
from judging.assignment.network import SHIFT, Ints, Network
from judging.assignment.prices import judge_prices, promising
from judging.assignment.programme import NEAR, Bounds, Outcome, Programme

POINT = 1 << SHIFT
STEEPER = 16
ATTEMPTS = 6
WHOLE_ARCS = 60


class Total:
    """The programme of a network whose arcs cost what they lack in affinity, and their hash; seats that stay empty cost far more."""

    def __init__(self, net: Network, bounds: Bounds, tick: Tick) -> None:
        self.net, self.bounds = net, bounds
        self.found: Outcome | None = None
        if not len(net.arc_entry):
            return
        self.cost = ((int(net.affinity.max()) - net.affinity) * POINT + net.jitter(tick)).astype(float)
        self.first = promising(net, self.cost, judge_prices(net, self.cost, bounds, tick))
        self.dear = float((int(np.ptp(net.affinity)) + 2) * POINT * 4)

    def fills(self, tick: Tick) -> bool:
        """Whether the best total leaves nothing missing; then `best` has it already."""
        self.programme = Programme(self.net, self.cost, self.bounds, price=self.dear)
        found = self.programme.solve(self.first, tick)
        self.found = found if found.slack <= NEAR else None
        return self.found is not None

    def lacking(self, tick: Tick) -> Outcome:
        """After a total that does not fill them: what must be missing at least."""
        return self.programme.without_cost(tick, enough=0.0)

    def best(self, least: float | None, tick: Tick) -> tuple[Ints, bool]:
        """The chosen arcs, of which no more is missing than must be (`least`, where that is known), and whether they are proved."""
        if not len(self.net.arc_entry):
            return self.net.group, True
        found, settled = self.found, True
        if found is None:
            found, settled = self._settled(least, tick)
        if not len(found.split):
            return found.arcs, settled
        return self._whole(found, tick)

    def _settled(self, least: float | None, tick: Tick) -> tuple[Outcome, bool]:
        spread = least is not None and least > NEAR
        for _attempt in range(ATTEMPTS):
            programme = Programme(self.net, self.cost, self.bounds, price=self.dear, spread=spread)
            found = programme.solve(self.first, tick)
            if found.slack <= NEAR or (spread and least is not None and found.slack <= least + NEAR):
                return found, True
            if least is None:
                least = least_slack(self.net, self.bounds, tick).slack
                spread = least > NEAR
            # What is missing was traded for affinity, or is not spread yet: it has to cost more.
            self.dear *= STEEPER if found.slack > least + NEAR else 1
        return found, False

    def _whole(self, found: Outcome, tick: Tick) -> tuple[Ints, bool]:
        """Solve the fractional entries again in whole numbers while the others keep their judges."""
        net, bounds, cost = self.net, self.bounds, self.cost
        split = np.zeros(len(net.entries), dtype=bool)
        split[found.split] = True
        kept = found.arcs[~split[net.arc_entry[found.arcs]]]
        load = np.bincount(net.arc_judge[kept], minlength=len(net.judges))
        part = np.flatnonzero(split[net.arc_entry])
        if len(part) > WHOLE_ARCS * len(found.split):
            part = part[promising(net.part(part), cost[part], -found.judge_dual)]
        rest = replace(
            net.part(part), need=np.where(split, net.need, 0), main_need=np.where(split, net.main_need, 0)
        )  # fmt: skip
        room = Bounds(np.maximum(0, bounds.low - load), np.maximum(0, bounds.high - load))
        whole = Programme(rest, cost[part], room, price=self.dear, whole=True).solve_whole(tick)
        chosen = np.sort(np.concatenate([kept, part[whole.arcs]]))
        value = float(cost[chosen].sum()) + whole.slack * self.dear
        return chosen, bounds.steps is None and value < found.value + 1 - NEAR
