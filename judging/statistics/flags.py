"""What the organiser should look at: judges and entries whose totals stand out. A flag informs; it changes no score.

Judges (`Figures`, `JudgeFlag`): leniency with its error; consistency, the correlation with the mean of the other judges of
the same entries after leniency is taken out; the same mark everywhere; too little time; copying, that is two judges who
are wrong in the same way on the entries that they share. Favouritism stands in `favour.py`. Entries (`EntryFlag`): judges
who disagree more than their noise explains, or a range beyond the published one; the remedy is a third-party score that
is added, never a replacement.

Red is for what needs an answer, amber for what deserves a look. No flag replaces recusal: who should not judge an entry is
found before the marks, not in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import atanh, erfc, sqrt, tanh

import numpy as np

from judging.calibration.totals import Floats, Places, Totals
from judging.statistics.additive import Additive
from judging.statistics.distributions import (
    Z_95,
    benjamini_hochberg,
    chi_square_cdf,
    chi_square_quantile,
)

FEWEST = 5  # totals of a judge before anything is said of them
LOW_CONSISTENCY = 0.30
SAME_MARK = 1.0  # standard deviation of a judge's totals, in points
TOO_FAST = 0.20  # of the pool's median
COPYING, FEWEST_SHARED = 0.70, 10
COPYING_CHANCE = 0.01  # q over all pairs: above it two may be alike by chance, which is amber
LATER = 0.8  # of the shared entries: from then on the later of two alike is named, else both
ENTRY_LEVEL = 0.99


class Level(StrEnum):
    RED = "red"
    AMBER = "amber"


class Kind(StrEnum):
    LENIENT = "lenient"
    SEVERE = "severe"
    INCONSISTENT = "inconsistent"
    SAME_MARK = "same_mark"
    TOO_FAST = "too_fast"
    COPYING = "copying"


@dataclass(frozen=True)
class Figures:
    """What is known of one judge; None where there is too little to tell. `deviation` is that of the judge's totals."""

    judge: str
    totals: int
    mean: float
    deviation: float | None
    leniency: float | None
    error: float | None
    consistency: float | None
    consistency_bound: float | None
    seconds: float | None


@dataclass(frozen=True)
class JudgeFlag:
    """`figure` is what the flag rests on: points, a correlation, a deviation, or a share of the pool's time."""

    judge: str
    kind: Kind
    level: Level
    figure: float
    other: str = ""
    shared: int = 0
    later: int | None = None


@dataclass(frozen=True)
class EntryFlag:
    """`p` is how often honest noise alone would disagree so much; `disagrees` and `wide` say which rule is broken."""

    entry: str
    p: float | None
    range: float
    disagrees: bool
    wide: bool


@dataclass(frozen=True)
class Evidence:
    """What is known beside the totals, in their order: seconds spent and instants of submission; NaN where unknown."""

    seconds: Floats | None = None
    submitted: Floats | None = None


def judge_figures(additive: Additive, evidence: Evidence | None = None) -> tuple[Figures, ...]:
    """The figures of every judge, in order of the codes."""
    totals = additive.totals
    medians, _pool = _medians(totals, evidence.seconds if evidence else None)
    others = _others(additive)
    can_tell = additive.freedom > 0
    company = {judge: len(part.judges) for part in additive.parts for judge in part.judges}
    found = []
    for place, judge in enumerate(totals.judges):
        own = totals.judge == place
        values = totals.value[own]
        correlation, bound = _consistency(values, others[own])
        comparable = company[judge] > 1
        found.append(
            Figures(
                judge,
                len(values),
                float(values.mean()),
                float(values.std(ddof=1)) if len(values) > 1 else None,
                float(additive.leniency[place]) if comparable else None,
                float(additive.leniency_error[place]) if comparable and can_tell else None,
                correlation,
                bound,
                None if np.isnan(medians[place]) else float(medians[place]),
            )
        )
    return tuple(found)


def _others(additive: Additive) -> Floats:
    """For each total the mean of the entry's other totals, leniency taken out; NaN where there is no other."""
    totals = additive.totals
    others = totals.per_entry[totals.entry] - 1
    sums = (additive.qualities * totals.per_entry)[totals.entry] - additive.adjusted
    return np.where(others > 0, sums / np.maximum(others, 1), np.nan)


def _consistency(values: Floats, others: Floats) -> tuple[float | None, float | None]:
    """The correlation of a judge's totals with the others', and the upper end of its 95% interval (Fisher’s z)."""
    known = ~np.isnan(others)
    x, y = values[known], others[known]
    if len(x) < FEWEST or np.ptp(x) == 0 or np.ptp(y) == 0:
        return None, None
    r = float(np.corrcoef(x, y)[0, 1])
    if abs(r) >= 1 - 1e-12:
        return r, r
    return r, tanh(atanh(r) + Z_95 / sqrt(len(x) - 3))


def _medians(totals: Totals, seconds: Floats | None) -> tuple[Floats, float]:
    """The median seconds of each judge, and of the pool (the median of the judges' medians)."""
    medians = np.full(len(totals.judges), np.nan)
    if seconds is not None:
        for place in range(len(totals.judges)):
            own = seconds[totals.judge == place]
            own = own[~np.isnan(own)]
            if len(own) >= FEWEST:
                medians[place] = np.median(own)
    known = medians[~np.isnan(medians)]
    return medians, float(np.median(known)) if len(known) else float("nan")


def judge_flags(additive: Additive, evidence: Evidence | None = None) -> tuple[JudgeFlag, ...]:
    """Every flag of every judge, red before amber, then by judge."""
    figures = judge_figures(additive, evidence)
    known = [figure.seconds for figure in figures if figure.seconds is not None]
    pool = float(np.median(known)) if known else 0.0
    found = [flag for figure in figures for flag in _own_flags(figure, pool)]
    found += _copying(additive, evidence.submitted if evidence else None)
    return tuple(sorted(found, key=lambda flag: (flag.level != Level.RED, flag.judge, flag.kind, flag.other)))


def _own_flags(figures: Figures, pool: float) -> list[JudgeFlag]:
    judge, found = figures.judge, []
    if figures.leniency is not None and figures.error and abs(figures.leniency) > Z_95 * figures.error:
        kind = Kind.LENIENT if figures.leniency > 0 else Kind.SEVERE
        found.append(JudgeFlag(judge, kind, Level.AMBER, figures.leniency))
    if figures.totals >= FEWEST and figures.deviation is not None and figures.deviation < SAME_MARK:
        found.append(JudgeFlag(judge, Kind.SAME_MARK, Level.RED, figures.deviation))
    elif figures.consistency is not None and figures.consistency < LOW_CONSISTENCY:
        red = figures.consistency_bound is not None and figures.consistency_bound < LOW_CONSISTENCY
        found.append(JudgeFlag(judge, Kind.INCONSISTENT, Level.RED if red else Level.AMBER, figures.consistency))
    if figures.seconds is not None and pool > 0 and figures.seconds < TOO_FAST * pool:
        found.append(JudgeFlag(judge, Kind.TOO_FAST, Level.RED, figures.seconds / pool))
    return found


def _copying(additive: Additive, submitted: Floats | None) -> list[JudgeFlag]:
    """Pairs whose residuals go together on the entries they share; the later of the two where that is clear, else both."""
    totals = additive.totals
    first, second = _pairs(totals)
    if not len(first):
        return []
    pair = totals.judge[first] * len(totals.judges) + totals.judge[second]
    keys, group, shared = np.unique(pair, return_inverse=True, return_counts=True)
    alike = _alike(
        additive.residuals[first], additive.residuals[second], additive.qualities[totals.entry[first]], group, shared
    )
    found = []
    asked = np.flatnonzero(shared >= FEWEST_SHARED)
    chances = benjamini_hochberg([_chance(float(alike[at]), int(shared[at])) for at in asked])
    for at, chance in zip(asked, chances, strict=True):
        if alike[at] <= COPYING:
            continue
        one, other = divmod(int(keys[at]), len(totals.judges))
        behind = None
        if submitted is not None:
            behind = submitted[first[group == at]] - submitted[second[group == at]]
        level = Level.RED if chance < COPYING_CHANCE else Level.AMBER
        found += _named((totals.judges[one], totals.judges[other]), level, float(alike[at]), int(shared[at]), behind)
    return found


def _chance(correlation: float, shared: int) -> float:
    """How often two judges who have nothing to do with each other are at least so alike (Fisher's z, one-sided)."""
    if correlation >= 1 - 1e-12:
        return 0.0
    # One entry less than otherwise, for the quality that is held fixed.
    return erfc(atanh(max(correlation, -1 + 1e-12)) * sqrt(shared - 4) / sqrt(2)) / 2


def _named(pair: tuple[str, str], level: Level, alike: float, shared: int, behind: Floats | None) -> list[JudgeFlag]:
    """The flags of a pair that is alike; `behind` is by how much the first came after the second on each entry."""
    one, other = pair
    first_later = second_later = None
    if behind is not None and not np.isnan(behind).any():
        first_later, second_later = int((behind > 0).sum()), int((behind < 0).sum())
    flags = [
        JudgeFlag(one, Kind.COPYING, level, alike, other, shared, first_later),
        JudgeFlag(other, Kind.COPYING, level, alike, one, shared, second_later),
    ]
    for flag in flags:
        if flag.later is not None and flag.later >= LATER * shared:
            return [flag]
    return flags


def _pairs(totals: Totals) -> tuple[Places, Places]:
    """Every two totals of one entry, as places of totals, the judge of the lesser code first."""
    starts = np.concatenate(([0], np.cumsum(totals.per_entry)))[:-1]
    left, right = [], []
    for size in np.unique(totals.per_entry):
        rows = starts[totals.per_entry == size]
        one, other = np.triu_indices(int(size), 1)
        left.append((rows[:, None] + one).ravel())
        right.append((rows[:, None] + other).ravel())
    none: Places = np.empty(0, dtype=np.int64)
    return np.concatenate([none, *left]), np.concatenate([none, *right])


def _alike(one: Floats, other: Floats, quality: Floats, group: Places, shared: Places) -> Floats:
    """The correlation of two residuals over each group, quality held fixed: two who use a narrow scale are not alike for that."""
    x, y, z = (values - (np.bincount(group, values) / shared)[group] for values in (one, other, quality))

    def added(left: Floats, right: Floats) -> Floats:
        return np.bincount(group, left * right).astype(np.float64, copy=False)

    below = np.where(added(z, z) > 1e-9, added(z, z), 1.0)
    product = added(x, y) - added(x, z) * added(y, z) / below
    squares = (added(x, x) - added(x, z) ** 2 / below) * (added(y, y) - added(y, z) ** 2 / below)
    return np.asarray(np.where(squares > 1e-9, product / np.sqrt(np.maximum(squares, 1e-9)), 0.0))


def entry_flags(additive: Additive, widest: float | None = None) -> tuple[EntryFlag, ...]:
    """The entries whose judges disagree beyond chance, or whose range is above `widest`; the worst first."""
    totals = additive.totals
    squares = totals.entry_sums(additive.residuals**2)
    highest = np.full(len(totals.entries), -np.inf)
    lowest = np.full(len(totals.entries), np.inf)
    np.maximum.at(highest, totals.entry, totals.value)
    np.minimum.at(lowest, totals.entry, totals.value)
    found = []
    for place, entry in enumerate(totals.entries):
        freedom = int(totals.per_entry[place]) - 1
        p, disagrees = None, False
        if freedom > 0 and additive.rest > 0:
            statistic = float(squares[place]) / additive.rest
            p = 1 - chi_square_cdf(statistic, freedom)
            disagrees = statistic > chi_square_quantile(ENTRY_LEVEL, freedom)
        width = float(highest[place] - lowest[place])
        # A range is compared with the published one as people read it: two places.
        wide = widest is not None and round(width, 9) > widest
        if disagrees or wide:
            found.append(EntryFlag(entry, p, width, disagrees, wide))
    return tuple(sorted(found, key=lambda flag: (1.0 if flag.p is None else flag.p, -flag.range, flag.entry)))
