"""The linear programme over some arcs, which grows until no arc outside could improve it.

Rows: each entry gets its seats, or a priced empty one; each judge's load lies between the bounds, or a priced shortfall below;
a group of arcs that exclude each other sums to at most one; the composition of panels. Without the last, the matrix is that
of a flow through entry, organisation and judge, so every vertex is integral and no integrality needs to be asked for.

Columns are priced out by the duals: y of entry, judge and group. A group with one arc in the programme needs no row; the dual it
would have is the reduced cost of that arc where negative, which it also adds to a row where arcs stand at their bound of one. When no arc outside has a negative reduced cost, the optimum over
some arcs is the optimum over all (Dantzig, Wolfe 1960).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from judging.assignment.model import Tick
from judging.assignment.network import Flags, Floats, Ints, Network

INF = float("inf")
NEAR = 1e-6
BETTER = -0.5  # costs are whole numbers, and so are the duals of a flow
PER_ROUND = 6
EMPTY, MAIN, LOW = 16, 4, 1
"""How an empty seat, a missing expert of the main field, and a seat below a judge's minimum weigh against each other."""
PRIMAL_SIMPLEX = 4
WHOLE_SECONDS = 20.0


@dataclass(frozen=True)
class Bounds:
    """What a judge takes. `steps` are (judge, width, slope): with them a load costs the more the higher it is."""

    low: Ints
    high: Ints
    steps: tuple[Ints, Ints, Floats] | None = None


@dataclass(frozen=True)
class Outcome:
    """An optimum. `arcs` are the chosen ones, `slack` weighs what is missing, `split` has the entries with a fractional arc."""

    arcs: Ints
    slack: float
    value: float
    split: Ints
    judge_dual: Floats


class Programme:
    """One programme over the arcs of a network at `cost` (whole numbers); `price` is that of one unit of what is missing."""

    def __init__(
        self,
        net: Network,
        cost: Floats,
        bounds: Bounds,
        *,
        price: float,
        spread: bool = False,
        whole: bool = False,
    ) -> None:
        self.net, self.cost, self.bounds = net, cost, bounds
        self.price, self.spread, self.whole = price, spread, whole
        self.entry = net.arc_entry.astype(np.int64)
        self.judge = net.arc_judge.astype(np.int64)
        self.group = net.group
        groups = int(net.group[-1]) + 1 if len(net.group) else 0
        self.group_row = np.full(groups, -1, dtype=np.int64)
        self.inside: Flags = np.zeros(len(cost), dtype=bool)
        self.chosen: Ints = np.zeros(0, dtype=np.int64)  # arcs, in the order of their columns
        self.rows = 0
        self.highs = highspy.Highs()  # type: ignore[no-untyped-call]
        self.highs.setOptionValue("output_flag", False)
        self.highs.setOptionValue("threads", 1)
        self.highs.setOptionValue("presolve", "off")
        self._composition_rows()
        self._found()

    # -- the frame: everything but arcs ----------------------------------------------------------------------------

    def _composition_rows(self) -> None:
        """Which further rows an arc has a place in: the main field, and the regions that could become too many."""
        net, entries, judges = self.net, len(self.net.entries), len(self.net.judges)
        self.further: list[Ints] = []
        self.further_low: list[float] = []
        self.further_high: list[float] = []
        self.main_rows: Ints = np.zeros(0, dtype=np.int64)
        row = entries + judges
        if net.problem.rules.main_per_panel > 0:
            wanted = np.flatnonzero(net.main_need > 0)
            rows = np.full(entries, -1, dtype=np.int64)
            rows[wanted] = row + np.arange(len(wanted))
            self.main_rows = rows[wanted]
            self.further.append(np.where(net.main, rows[self.entry], -1))
            self.further_low += net.main_need[wanted].astype(float).tolist()
            self.further_high += [INF] * len(wanted)
            row += len(wanted)
        most = net.problem.rules.most_per_region
        if most is not None:
            many = int(net.region.max(initial=-1)) + 1
            region = net.region[self.judge]
            key = np.where(region >= 0, self.entry * max(1, many) + region, -1)
            keys, back = np.unique(key, return_inverse=True)
            rows = np.where(keys >= 0, row + np.arange(len(keys)), -1)
            for one in keys.tolist():
                place = divmod(one, many) if one >= 0 else (-1, -1)
                self.further_low.append(-INF)
                self.further_high.append(float(max(0, net.region_room.get(place, most))) if one >= 0 else INF)
            self.further.append(rows[back])

    def _found(self) -> None:
        """Rows of entries and judges with the columns of what may be missing."""
        net, entries = self.net, len(self.net.entries)
        low, high = self.bounds.low.astype(float), self.bounds.high.astype(float)
        rows_low = [net.need.astype(float), low, np.array(self.further_low)]
        rows_high = [net.need.astype(float), high, np.array(self.further_high)]
        at: list[Ints] = []
        weight: list[Floats] = []
        cost: list[Floats] = []
        least: list[Floats] = []
        most: list[Floats] = []

        def columns(
            rows: Ints, sign: float, price: Floats | float, upper: Floats | float, lower: Floats | float = 0.0
        ) -> None:
            at.append(rows)
            for found, value in ((weight, sign), (cost, price), (most, upper), (least, lower)):
                found.append(np.broadcast_to(np.asarray(value, dtype=float), len(rows)))

        every = np.arange(entries)
        if self.spread:
            # A seat costs the more to leave empty the fewer the entry has without it, so that a shortage is spread: nobody
            # is left without judges for the sake of another's full panel.
            panel = net.need + np.bincount(net.kept_at[:, 0], minlength=entries)
            for nth in range(int(net.need.max(initial=0))):
                short = every[net.need > nth]
                left = panel[short] - nth - 1
                columns(short, 1.0, self.price * (EMPTY + panel.max() - 1 - left), 1.0)
        else:
            columns(every, 1.0, self.price * EMPTY, INF)
        empty = sum(map(len, at))
        below = np.flatnonzero(self.bounds.low > 0)
        columns(entries + below, 1.0, self.price * LOW, INF)
        columns(self.main_rows, 1.0, self.price * MAIN, INF)
        self.weights = np.repeat([EMPTY, LOW, MAIN], [empty, len(below), len(self.main_rows)]).astype(float)
        if self.bounds.steps is not None:
            judge, width, slope = self.bounds.steps
            level = np.unique(judge)
            first = np.concatenate([[True], judge[1:] != judge[:-1]]) if len(judge) else np.zeros(0, dtype=bool)
            # The load of such a judge is the sum of the steps; its bounds move to them.
            rows_low[1], rows_high[1] = low.copy(), high.copy()
            rows_low[1][level] = rows_high[1][level] = 0.0
            columns(entries + judge, -1.0, slope, width.astype(float), np.where(first, low[judge], 0.0))
        self._pass(
            np.concatenate(at), [np.concatenate(part) for part in (weight, cost, least, most)], rows_low, rows_high
        )

    def _pass(self, at: Ints, columns: list[Floats], rows_low: list[Floats], rows_high: list[Floats]) -> None:
        weight, cost, least, most = columns
        low, high = np.concatenate(rows_low), np.concatenate(rows_high)
        self.rows, self.base = len(low), len(at)
        self.highs.passModel(
            self.base, self.rows, len(at), 1, 1, 0.0, cost, least, most, low, high,
            np.arange(len(at) + 1, dtype=np.int32), at.astype(np.int32), weight, np.zeros(len(at), dtype=np.int32),
        )  # fmt: skip

    # -- arcs ------------------------------------------------------------------------------------------------------

    def add(self, arcs: Ints) -> None:
        """Take arcs in, with the rows of the groups that have a second arc now."""
        groups = self.group[arcs]
        before = self.group[self.chosen]
        count = np.bincount(np.concatenate([before, groups]), minlength=len(self.group_row))
        fresh = np.flatnonzero((count > 1) & (self.group_row < 0))
        if len(fresh):
            alone = np.full(len(self.group_row), -1, dtype=np.int64)
            alone[before] = self.base + np.arange(len(before))
            single = alone[fresh]
            held = single[single >= 0]
            starts = np.concatenate([[0], np.cumsum(single >= 0)[:-1]]).astype(np.int32)
            self.highs.addRows(
                len(fresh), np.full(len(fresh), -INF), np.ones(len(fresh)), len(held), starts,
                held.astype(np.int32), np.ones(len(held)),
            )  # fmt: skip
            self.group_row[fresh] = self.rows + np.arange(len(fresh))
            self.rows += len(fresh)
        table = np.stack(
            [
                self.entry[arcs],
                len(self.net.entries) + self.judge[arcs],
                self.group_row[groups],
                *(rows[arcs] for rows in self.further),
            ],
            axis=1,
        )
        used = table >= 0
        starts = np.concatenate([[0], np.cumsum(used.sum(axis=1))[:-1]]).astype(np.int32)
        index = table[used].astype(np.int32)
        self.highs.addCols(
            len(arcs),
            self.cost[arcs],
            np.zeros(len(arcs)),
            np.ones(len(arcs)),
            len(index),
            starts,
            index,
            np.ones(len(index)),
        )
        if self.whole:
            new = self.base + len(self.chosen) + np.arange(len(arcs), dtype=np.int32)
            self.highs.changeColsIntegrality(
                len(new), new.astype(np.int32), np.full(len(new), highspy.HighsVarType.kInteger)
            )
        self.chosen = np.concatenate([self.chosen, arcs])
        self.inside[arcs] = True

    def solve(self, first: Ints, tick: Tick) -> Outcome:
        """The optimum over all arcs, beginning with some."""
        self.add(first)
        return self._grow(tick, None)

    def without_cost(self, tick: Tick, *, enough: float | None) -> Outcome:
        """Go on from the optimum with what is missing as the only cost; `enough`: stop once no more than this is missing."""
        self.cost = np.zeros(len(self.entry))
        cost = np.concatenate([self.weights, np.zeros(self.base - len(self.weights) + len(self.chosen))])
        self.highs.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
        self.highs.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
        return self._grow(tick, enough)

    def _grow(self, tick: Tick, enough: float | None) -> Outcome:
        while True:
            self._run(tick)
            status = self.highs.getModelStatus()
            if status != highspy.HighsModelStatus.kOptimal:
                raise RuntimeError(f"the programme of the assignment ended as {status}")  # every rule has a price
            reduced = self._reduced()
            if enough is not None and self.highs.getObjectiveValue() <= enough + NEAR:
                break
            better = np.flatnonzero((reduced < BETTER) & ~self.inside)
            if not len(better):
                break
            self.add(self._best(better, reduced[better]))
            # The optimum so far stays feasible, so the primal method goes on from where it was.
            self.highs.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
        return self.outcome()

    def _run(self, tick: Tick) -> None:
        """Solve, and tick before each iteration: half a minute may pass until the optimum."""
        stopped: list[BaseException] = []

        def ask(event: Any) -> None:
            # What a tick raises must not pass through the solver's own frames: it waits until they are left.
            try:
                tick()
            except BaseException as error:  # noqa: BLE001 - raised below
                stopped.append(error)
                event.interrupt()

        tick()
        askers = (self.highs.cbSimplexInterrupt, self.highs.cbMipInterrupt)
        for asker in askers:
            asker.subscribe(ask)
        self.highs.run()
        for asker in askers:
            asker.unsubscribe(ask)
        if stopped:
            raise stopped[0]

    def _reduced(self) -> Floats:
        """The reduced cost of every arc, with the duals that groups without a row would have."""
        entries = len(self.net.entries)
        self.dual = np.asarray(self.highs.getSolution().row_dual, dtype=float)
        reduced = self.cost - self.dual[self.entry] - self.dual[entries + self.judge]
        for rows in self.further:
            reduced -= np.where(rows >= 0, self.dual[rows], 0.0)
        of_group = (
            np.where(self.group_row >= 0, self.dual[self.group_row], 0.0) if len(self.group_row) else self.dual[:0]
        )
        # An arc at its bound of one pays less than its group could: the rest is the group's.
        own = self.group[self.chosen]
        rest = np.minimum(0.0, reduced[self.chosen] - of_group[own])
        extra = np.zeros(len(of_group))
        np.minimum.at(extra, own, rest)
        of_group = of_group + extra
        return np.asarray(reduced - of_group[self.group], dtype=float)

    def _best(self, better: Ints, reduced: Floats) -> Ints:
        """Of the arcs that would improve, a few per entry."""
        order = np.lexsort((reduced, self.entry[better]))
        entry = self.entry[better][order]
        nth = np.arange(len(order)) - np.searchsorted(entry, entry)
        return np.sort(better[order[nth < PER_ROUND]])

    def solve_whole(self, tick: Tick) -> Outcome:
        """All arcs at once and each whole: for the few entries that composition rules left fractional."""
        self.add(np.arange(len(self.entry)))
        self.highs.setOptionValue("time_limit", WHOLE_SECONDS)
        self.highs.setOptionValue("presolve", "on")
        self._run(tick)
        self.dual = np.zeros(self.rows)
        return self.outcome()

    def outcome(self) -> Outcome:
        value = np.asarray(self.highs.getSolution().col_value, dtype=float)
        given = value[self.base :]
        whole = np.abs(given - np.round(given)) < NEAR
        entries = len(self.net.entries)
        return Outcome(
            arcs=np.sort(self.chosen[given > 0.5]),
            slack=float(value[: len(self.weights)] @ self.weights),
            value=float(self.highs.getObjectiveValue()),
            split=np.unique(self.entry[self.chosen[~whole]]),
            judge_dual=self.dual[entries : entries + len(self.net.judges)],
        )
