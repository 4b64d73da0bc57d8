"""How far the scores of a track can be trusted, in the figures that the literature knows.

| figure | of what | reading |
|---|---|---|
| Φ (Brennan, "Generalizability Theory", 2001) | the averaged score, leniency of judges counted as error | target .80 |
| α, interval (Krippendorff, "Content Analysis") | a single total | .80 firm, .667 to .80 tentative |
| ICC(1,1), ICC(1,k) (Shrout & Fleiss 1979; McGraw & Wong 1996) | a single total; the mean of k | .5, .75, .9 (Koo & Li 2016) |
| judges needed | the least k for which Φ would reach its target | |

Where entries have different numbers of totals, k is k₀ = (N − Σk²/N)/(n − 1). A figure is None where it cannot be told:
nothing was judged twice, or nothing differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from judging.calibration.totals import Totals
from judging.statistics.additive import Additive, Variances

TARGET = 0.80
ALPHA_FIRM, ALPHA_TENTATIVE = 0.80, 0.667
ICC_BANDS = (0.9, 0.75, 0.5)
MOST_JUDGES = 99  # a need beyond it is as good as never


@dataclass(frozen=True)
class Reliability:
    """The figures of a track; `seats` is k₀, `enough` the judges needed for the target."""

    phi: float | None
    alpha: float | None
    icc_single: float | None
    icc_mean: float | None
    enough: int | None
    seats: float
    variances: Variances | None


def reliability(additive: Additive) -> Reliability:
    """Every figure of the totals that the model was fitted to."""
    totals, variances = additive.totals, additive.variances
    single, averaged = icc(totals)
    k = seats(totals)
    return Reliability(
        phi=phi(variances, k),
        alpha=alpha(totals),
        icc_single=single,
        icc_mean=averaged,
        enough=judges_needed(variances),
        seats=k,
        variances=variances,
    )


def seats(totals: Totals) -> float:
    """k₀: the number of totals per entry; where it differs, what stands for it in an analysis of variance."""
    count, entries = len(totals), len(totals.entries)
    if entries < 2:
        return float(count)
    return (count - float((totals.per_entry**2).sum()) / count) / (entries - 1)


def alpha(totals: Totals) -> float | None:
    """Krippendorff's α for intervals; entries with a single total cannot be paired and do not count."""
    paired = totals.per_entry[totals.entry] >= 2
    values, entry = totals.value[paired], totals.entry[paired]
    count = len(values)
    if count < 2:
        return None
    whole = float(((values - values.mean()) ** 2).sum())
    if whole == 0:
        return None
    sizes = np.bincount(entry)
    several = sizes >= 2
    means = np.bincount(entry, values)[several] / sizes[several]
    place = np.cumsum(several) - 1
    squares = np.bincount(place[entry], (values - means[place[entry]]) ** 2)
    m = sizes[several]
    observed = float((2 * m * squares / (m - 1)).sum()) / count
    return 1 - observed / (2 * whole / (count - 1))


def icc(totals: Totals) -> tuple[float | None, float | None]:
    """ICC(1,1) and ICC(1,k) from the one-way analysis of variance."""
    count, entries = len(totals), len(totals.entries)
    if entries < 2 or count <= entries:
        return None, None
    grand = float(totals.value.mean())
    between = float((totals.per_entry * (totals.means - grand) ** 2).sum()) / (entries - 1)
    within = float(((totals.value - totals.means[totals.entry]) ** 2).sum()) / (count - entries)
    below = between + (seats(totals) - 1) * within
    single = (between - within) / below if below > 0 else None
    return single, (between - within) / between if between > 0 else None


def phi(variances: Variances | None, judges: float) -> float | None:
    """Φ: the share of the variance of a mean of so many totals that comes from the entries."""
    if variances is None or not judges:
        return None
    error = (variances.judges + variances.rest) / judges
    return variances.entries / (variances.entries + error) if variances.entries + error > 0 else None


def judges_needed(variances: Variances | None, target: float = TARGET) -> int | None:
    """The least number of judges per entry for which Φ reaches the target; None where no number would do."""
    if variances is None or not variances.entries:
        return None
    exact = (variances.judges + variances.rest) / variances.entries * target / (1 - target)
    # A whole number that floats put a hair above itself stays that number.
    needed = max(1, ceil(exact - 1e-9))
    return needed if needed <= MOST_JUDGES else None
