"""Which arcs to begin with: judges who are asked for too often get a price until demand and bounds nearly meet.

A subgradient method on the Lagrangian dual (Held, Karp 1971) over whole arrays. It decides nothing: it only saves the
linear programme from beginning with arcs to judges who are full.
"""

from __future__ import annotations

import numpy as np

from judging.assignment.model import Tick
from judging.assignment.network import Floats, Ints, Network
from judging.assignment.programme import Bounds

ROUNDS = 25
SLOWER_AFTER, SLOWER = 6, 0.9
SPARE = 8


def judge_prices(net: Network, cost: Floats, bounds: Bounds, tick: Tick) -> Floats:
    """A price for one more seat of each judge, in the unit of cost."""
    judges = len(net.judges)
    price = np.zeros(judges + 1, dtype=np.float32)
    seats = int(net.need.max())  # an arc leads to an entry that needs somebody
    # A line of the table for each entry that has arcs: a top-up leaves most without.
    degree = np.bincount(net.arc_entry, minlength=len(net.entries))
    asking = np.flatnonzero(degree)
    lines = np.repeat(np.arange(len(asking)), degree[asking])
    place = np.arange(len(lines)) - np.repeat(np.cumsum(degree[asking]) - degree[asking], degree[asking])
    costs = np.full((len(asking), max(int(degree.max()), seats + 1)), np.inf, dtype=np.float32)
    takers = np.full(costs.shape, judges, dtype=np.int32)
    costs[lines, place], takers[lines, place] = cost, net.arc_judge
    wanted = net.need[asking]
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


def promising(net: Network, cost: Floats, price: Floats, spare: int = SPARE) -> Ints:
    """The best arcs per entry at these prices: as many as it needs and a few to spare."""
    order = np.lexsort((cost + price[net.arc_judge], net.arc_entry))
    entry = net.arc_entry[order]
    nth = np.arange(len(order)) - np.searchsorted(entry, entry)
    return np.asarray(np.sort(order[nth < net.need[entry] + spare]), dtype=np.int64)
