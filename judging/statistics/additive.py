"""The additive model of totals, which can be checked with a pocket calculator:  total = mean + entry + judge + rest.

From it come the *leniency* of each judge (how much above the other judges of the same entries), the *variance
components* of entries, judges and rest on which reliability rests, and BLUP, the explainable form of the advisory ranking:
each total less its judge's leniency, averaged over the entry, and drawn towards the mean the more the fewer totals there
are. Unlike the calibration it knows nothing of judges who spread or scatter differently.

Components are estimated by Henderson's method III (fitting constants): exact for unbalanced designs, unbiased, no
iteration; a negative estimate counts as zero. Sources: Searle, Casella, McCulloch, "Variance Components" (1992);
Henderson, "Best linear unbiased estimation and prediction under a selection model" (1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from judging.calibration.totals import Component, Floats, Totals, components


@dataclass(frozen=True)
class Variances:
    """How much of the variance of a single total comes from the entries, from the judges, and from the rest."""

    entries: float
    judges: float
    rest: float


class Additive:
    """The additive model fitted to totals by least squares, with judges' leniencies that add up to nothing in each part."""

    def __init__(self, totals: Totals) -> None:
        self.totals = totals
        self.parts: tuple[Component, ...] = components(totals)

    @property
    def freedom(self) -> int:
        """Totals beyond those that the model needs to be fitted at all."""
        totals = self.totals
        return len(totals) - len(totals.entries) - len(totals.judges) + len(self.parts)

    @cached_property
    def _inverse(self) -> Floats:
        """The pseudo-inverse of the normal equations of the judges, entries absorbed: one block for each part."""
        matrix = _absorbed(self.totals, 1.0 / self.totals.per_entry)
        same = np.zeros_like(matrix)
        place = {code: at for at, code in enumerate(self.totals.judges)}
        for part in self.parts:
            members = [place[judge] for judge in part.judges]
            same[np.ix_(members, members)] = 1 / len(members)
        return np.asarray(np.linalg.inv(matrix + same) - same)

    @cached_property
    def leniency(self) -> Floats:
        """Points that each judge gives above the other judges of the same part."""
        totals = self.totals
        return np.asarray(self._inverse @ totals.judge_sums(totals.value - totals.means[totals.entry]))

    @cached_property
    def adjusted(self) -> Floats:
        """Each total less its judge's leniency."""
        return self.totals.value - self.leniency[self.totals.judge]

    @cached_property
    def qualities(self) -> Floats:
        """Each entry's mean of the adjusted totals."""
        return self.totals.entry_sums(self.adjusted) / self.totals.per_entry

    @cached_property
    def residuals(self) -> Floats:
        """What is left of each total after its entry and its judge."""
        return self.adjusted - self.qualities[self.totals.entry]

    @cached_property
    def rest(self) -> float:
        """The variance of the rest; 0 where the model fits everything."""
        return float((self.residuals**2).sum()) / self.freedom if self.freedom > 0 else 0.0

    @cached_property
    def leniency_error(self) -> Floats:
        """The standard error of each leniency."""
        return np.sqrt(np.maximum(self.rest * np.diag(self._inverse), 0.0))

    @cached_property
    def variances(self) -> Variances | None:
        """The components; None where nothing was judged twice, or too little to tell them apart."""
        totals = self.totals
        count, entries, judges = len(totals), len(totals.entries), len(totals.judges)
        if self.freedom <= 0 or count <= entries or count <= judges:
            return None
        left = float((self.residuals**2).sum())
        by_judge = totals.judge_sums(totals.value) / totals.per_judge
        without_entries = float(((totals.value - by_judge[totals.judge]) ** 2).sum())
        without_judges = float(((totals.value - totals.means[totals.entry]) ** 2).sum())
        parts = len(self.parts)
        of_entries = (without_entries - left - (entries - parts) * self.rest) / (count - judges)
        of_judges = (without_judges - left - (judges - parts) * self.rest) / (count - entries)
        return Variances(max(0.0, of_entries), max(0.0, of_judges), self.rest)

    @cached_property
    def blup(self) -> Floats:
        """The predicted quality of each entry in points; the plain adjusted mean where there is nothing to draw on."""
        totals, variances = self.totals, self.variances
        if variances is None or not variances.entries or not variances.rest:
            return self.qualities
        pull = variances.rest / variances.entries
        weight: Floats = np.asarray(1.0 / (totals.per_entry + pull), dtype=np.float64)
        leniency = np.zeros(len(totals.judges))
        mean = float(totals.value.mean())
        if variances.judges:
            matrix = _absorbed(totals, weight) + np.eye(len(leniency)) * (variances.rest / variances.judges)
            # The mean is fitted too: one more line and column, absorbed in the same way.
            edge = totals.judge_sums(1.0 - (weight * totals.per_entry)[totals.entry])
            corner = float((totals.per_entry - weight * totals.per_entry**2).sum())
            sums = totals.entry_sums(totals.value)
            right = totals.judge_sums(totals.value - (weight * sums)[totals.entry])
            top = float((sums - weight * totals.per_entry * sums).sum())
            whole = np.block([[np.array([[corner]]), edge[None, :]], [edge[:, None], matrix]])
            solved = np.linalg.solve(whole, np.concatenate(([top], right)))
            mean, leniency = float(solved[0]), solved[1:]
        return mean + weight * totals.entry_sums(totals.value - mean - leniency[totals.judge])


def _absorbed(totals: Totals, weight: Floats) -> Floats:
    """diag(totals of each judge) − Σ over entries of weight × (judges of the entry by judges of the entry)."""
    count = len(totals.judges)
    matrix = np.zeros(count * count)
    starts = np.concatenate(([0], np.cumsum(totals.per_entry)))
    for size in np.unique(totals.per_entry):
        rows = np.flatnonzero(totals.per_entry == size)
        panels = totals.judge[starts[rows][:, None] + np.arange(size)]
        pairs = panels[:, :, None] * count + panels[:, None, :]
        weights = np.broadcast_to(weight[rows][:, None, None], pairs.shape)
        matrix -= np.bincount(pairs.ravel(), weights.ravel(), count * count)
    square = matrix.reshape(count, count)
    square[np.diag_indices(count)] += totals.per_judge
    return square
