"""Which arcs to begin with: judges who are asked for too often get a price until demand and bounds nearly meet.

A subgradient method on the Lagrangian dual (Held, Karp 1971) over whole arrays. It decides nothing: it only saves the
linear programme from beginning with arcs to judges who are full.
"""

from __future__ import annotations

import numpy as np

from judging.assignment.model import Tick
from judging.assignment.network import Floats, Ints, Network
from judging.assignment.programme import Bounds

ROUNDS = 40
SLOWER_AFTER, SLOWER = 6, 0.9
SPARE = 8


def judge_prices(net: Network, arcs: Ints, cost: Floats, bounds: Bounds, tick: Tick) -> Floats:
    """A price for one more seat of each judge, in the unit of cost."""
    judges = len(net.judges)
    price = np.zeros(judges + 1, dtype=np.float32)
    seats = int(net.need.max())  # an arc leads to an entry that needs somebody
    entry = net.arc_entry[arcs]
    degree = np.bincount(entry, minlength=len(net.entries))
    starts = np.concatenate([[0], np.cumsum(degree)[:-1]])
    place = np.arange(len(arcs)) - starts[entry]
    costs = np.full((len(net.entries), max(int(degree.max()), seats + 1)), np.inf, dtype=np.float32)
    takers = np.full(costs.shape, judges, dtype=np.int32)
    costs[entry, place], takers[entry, place] = cost, net.arc_judge[arcs]
    wanted = net.need.astype(np.int64)
    even = bool((wanted == seats).all())
    low, high = bounds.low.astype(float), bounds.high.astype(float)
    scale = np.maximum(high, 1.0)
    step = max(float(np.ptp(cost)) / 8, 1.0)
    for turn in range(ROUNDS):
        tick(turn / ROUNDS)
        asked = costs + price[takers]
        best = np.argpartition(asked, seats - 1, axis=1)[:, :seats]
        if not even:
            sorted_best = np.argsort(np.take_along_axis(asked, best, 1), axis=1)
            best = np.take_along_axis(best, sorted_best, 1)
        picked = np.take_along_axis(takers, best, 1)
        if not even:
            picked = np.where(np.arange(seats) < wanted[:, None], picked, judges)
        load = np.bincount(picked.ravel(), minlength=judges + 1)[:judges]
        now = price[:judges]
        over, under = np.maximum(load - high, 0.0), np.maximum(low - load, 0.0)
        if not over.any() and not under.any() and not now.any():
            break
        back = np.where((now > 0) & (load < high), load - high, 0.0) + np.where(
            (now < 0) & (load > low), load - low, 0.0
        )
        price[:judges] += np.clip((over - under + back) / scale, -1.0, 1.0) * step
        if turn >= SLOWER_AFTER:
            step *= SLOWER
    return price[:judges].astype(float)


def promising(net: Network, arcs: Ints, cost: Floats, price: Floats, spare: int = SPARE) -> Ints:
    """Places in `arcs` of the best per entry at these prices: as many as it needs and a few to spare."""
    asked = cost + price[net.arc_judge[arcs]]
    entry = net.arc_entry[arcs]
    order = np.lexsort((asked, entry))
    sorted_entry = entry[order]
    nth = np.arange(len(order)) - np.searchsorted(sorted_entry, sorted_entry)
    return np.asarray(np.sort(order[nth < net.need[sorted_entry] + spare]), dtype=np.int64)
