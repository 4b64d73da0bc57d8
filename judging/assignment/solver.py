"""What is optimised, in which order.

1. As many seats as possible are filled, spread evenly over the entries where there are too few; then as many panels as possible have their
   experts of the main field; then as few judges as possible stay below their minimum.
2. Where a judge's `low` or `high` is not set, loads are made level: the most even loads are found, and the judge takes those, a
   tenth more or less (at least one). Within that room one seat of unevenness weighs as one point of affinity.
3. `bottleneck`: the weakest pair is raised as far as nothing of the first step is lost (see `bottleneck`).
4. The best total of the affinities, and between equal totals the least sum of the first 16 bits of SHA-256(seed | entry |
   judge), which makes the optimum all but unique (isolation lemma; Mulmuley, Vazirani, Vazirani 1987). What still ties is decided by
   the order of the arrays, which seed and codes alone make. So the plan depends on problem and seed, never on the order of rows.

Every step is a linear programme whose optimum is proved. Composition rules alone can leave a few entries fractional: those are
solved once more in whole numbers while the rest stays, and `proved` says whether that met the bound of the programme.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from judging.assignment.bottleneck import ceiling, raised
from judging.assignment.certificate import explain
from judging.assignment.connectedness import rotate
from judging.assignment.model import Cancelled, Plan, Problem, Progress
from judging.assignment.network import Floats, Ints, Network, build
from judging.assignment.prices import judge_prices, promising
from judging.assignment.programme import Bounds, Programme
from judging.assignment.total import POINT, Total

TOLERANCE = 10


def solve(problem: Problem, *, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None) -> Plan:
    """The plan of the problem. Raises ValueError for a problem that contradicts itself, Cancelled when asked to stop.

    `progress` hears "reading", "levelling", "weakest", "pairs", "proving", "explaining", each with the share that is done.
    """
    problem.check()
    work = _Work(progress, cancelled)
    work.at("reading", 0.0)
    net = build(problem, work.tick)
    bounds = _fair(net, work)
    total, least = _total(net, bounds, work)
    work.at("proving", 0.8, 0.15)
    chosen, proved = total.best(least, work.tick)
    work.at("explaining", 0.95)
    plan = _plan(total.net, chosen, proved)
    return _connected(problem, plan) if problem.rules.connected else plan


def _connected(problem: Problem, plan: Plan) -> Plan:
    """The plan with a rotating seat wherever panels of a track share no judge; proved as long as that cost nothing."""
    seats = rotate(problem, plan)
    if seats == plan.seats:
        return plan
    worth = [problem.affinity[pair] for pair in seats if pair in problem.affinity]
    objective, weakest = sum(worth), min(worth, default=None)
    same = objective == plan.objective and weakest == plan.weakest
    return replace(plan, seats=seats, objective=objective, weakest=weakest, proved=plan.proved and same)


def _total(net: Network, bounds: Bounds, work: _Work) -> tuple[Total, float | None]:
    """What a plan may be made of, and how much is missing whatever one does, where that was found out."""
    least = None
    if net.problem.objective == "bottleneck" and len(net.open):
        work.at("weakest", 0.12, 0.4)
        highest = ceiling(net, bounds, work.tick)
        # Often every seat can be filled at the highest level one may hope for: then this is the plan.
        total = Total(net.at_least(highest), bounds, work.tick)
        if total.fills(work.tick):
            return total, 0.0
        net, least = raised(net, bounds, highest, total.lacking(work.tick), work.tick)
    else:
        net = net.whole()
    work.at("pairs", 0.55, 0.25)
    return Total(net, bounds, work.tick), least


class _Work:
    """Passes progress on, and stops where nobody wants the answer any more."""

    def __init__(self, progress: Progress | None, cancelled: Callable[[], bool] | None) -> None:
        self.progress, self.cancelled = progress, cancelled
        self.word, self.start, self.width = "reading", 0.0, 0.0

    def at(self, word: str, start: float, width: float = 0.0) -> None:
        self.word, self.start, self.width = word, start, width
        self.tick()

    def tick(self, share: float = 0.0) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        if self.progress is not None:
            self.progress(self.word, self.start + share * self.width)


def _fair(net: Network, work: _Work) -> Bounds:
    """The bounds of the judges; where they are not set, those around the most even loads."""
    given = Bounds(net.low, net.high)
    level = np.flatnonzero(~net.limited)
    if not len(level) or not len(net.open):
        return given
    work.at("levelling", 0.02, 0.1)
    net = net.whole()
    fair = (int(net.need.sum()) + int(net.held.sum())) / max(1, len(net.judges))
    goal = np.maximum(net.low, np.minimum(net.high, np.maximum(0, int(np.ceil(fair)) - net.held)))
    mixed = net.mixed().astype(float)
    price = judge_prices(net, mixed, Bounds(net.low, goal), work.tick)
    steps = _even_steps(net, level, fair)
    # An empty seat must cost more than the steepest step can, so that evenness empties no seat.
    dear = float(steps[2].max(initial=0.0)) * (len(net.judges) + 1) + 1
    programme = Programme(net, np.zeros(len(mixed)), replace(given, steps=steps), price=dear)
    found = programme.solve(promising(net, mixed, price), work.tick)
    load = np.bincount(net.arc_judge[found.arcs], minlength=len(net.judges))
    room = np.maximum(1, -(-(load + net.held) // TOLERANCE))
    low, high = net.low.copy(), net.high.copy()
    low[level] = np.maximum(low, np.minimum(high, load - room))[level]
    high[level] = np.minimum(high, np.maximum(load + room, low))[level]
    return Bounds(low, high, _gentle_steps(net, level, low, high))


def _even_steps(net: Network, level: Ints, fair: float) -> tuple[Ints, Ints, Floats]:
    """Steps of one seat around the fair share, ever wider ones far above: each seat costs more than the one before."""
    base, top = int(fair / 2), int(2 * fair) + 8
    edges = [*range(base, top)]
    width = 1.0
    while edges[-1] < top + len(net.entries):
        width *= 1.25
        edges.append(edges[-1] + max(1, int(width)))
    return _steps(net, level, net.low, net.high, np.array(edges), 1.0)


def _gentle_steps(net: Network, level: Ints, low: Ints, high: Ints) -> tuple[Ints, Ints, Floats]:
    """Within the bounds each seat costs a point more than the one before."""
    total_low, total_high = int((low + net.held)[level].min()), int((high + net.held)[level].max())
    return _steps(net, level, low, high, np.arange(total_low, total_high + 1), float(POINT))


def _steps(net: Network, level: Ints, low: Ints, high: Ints, edges: Ints, unit: float) -> tuple[Ints, Ints, Floats]:
    """Columns (judge, width, slope) between the edges, which are loads with the held seats; the first begins at none."""
    judges, widths, slopes = [], [], []
    for judge in level.tolist():
        own = edges - net.held[judge]
        start = int(np.searchsorted(own, max(0, int(low[judge])), side="left"))
        end = int(np.searchsorted(own, int(high[judge]), side="left"))
        bounds = np.concatenate([[0], np.maximum(own[start:end], 0), [high[judge]]])
        slope = np.concatenate([[0.0], (np.arange(start, end) + 1) * unit])
        judges.append(np.full(len(slope), judge))
        widths.append(np.diff(bounds))
        slopes.append(slope)
    return np.concatenate(judges), np.concatenate(widths), np.concatenate(slopes)


def _plan(net: Network, chosen: Ints, proved: bool) -> Plan:
    seats = sorted(
        net.kept
        + [
            (net.entries[e], net.judges[j])
            for e, j in zip(net.arc_entry[chosen].tolist(), net.arc_judge[chosen].tolist(), strict=True)
        ]
    )
    missing = net.need - np.bincount(net.arc_entry[chosen], minlength=len(net.need))
    unfilled = {net.entries[e]: int(missing[e]) for e in np.flatnonzero(missing > 0).tolist()}
    affinity = net.affinity[chosen]
    weakest = [value for value in (net.kept_weakest, *affinity.tolist()) if value is not None]
    return Plan(
        seats=tuple(seats),
        unfilled=dict(sorted(unfilled.items())),
        reasons=tuple(net.reasons + explain(net, chosen)),
        objective=net.kept_total + int(affinity.sum()),
        proved=proved,
        weakest=min(weakest, default=None),
    )
