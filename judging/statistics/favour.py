"""Favouritism: does a judge see the entries of one organisation or region in another light than the judge's other entries?

For each total the *surplus* is what it lies above the mean of the entry's other judges, leniency taken out. A judge's
surpluses on one group of entries are compared with those on all the judge's other entries: Welch's test, and over all
tests Benjamini and Hochberg's q. A result is flagged when p < .001 and q < .05.

At the size of a contest this is weak: a judge has few entries of one group, and only a large favour shows. It finds what
should be asked about; that nothing is found proves nothing. Statistics never replace recusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from judging.statistics.additive import Additive
from judging.statistics.distributions import benjamini_hochberg, t_quantile, welch

FEWEST = 5  # entries on either side: of fewer the variance is often small by chance, and Welch's test then cries wolf
P_FLAG, Q_FLAG = 0.001, 0.05


class Verdict(StrEnum):
    NONE = ""
    FAVOURS = "favours"
    DISFAVOURS = "disfavours"


@dataclass(frozen=True)
class Favour:
    """A judge and a group; `effect` in points with its 95% interval. The figures are None where there is too little."""

    judge: str
    group: str
    same: int
    effect: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    q: float | None = None

    @property
    def verdict(self) -> Verdict:
        if self.p is None or self.q is None or self.effect is None or self.p >= P_FLAG or self.q >= Q_FLAG:
            return Verdict.NONE
        return Verdict.FAVOURS if self.effect > 0 else Verdict.DISFAVOURS


def own_group(additive: Additive, *, of_entries: Mapping[str, str], of_judges: Mapping[str, str]) -> tuple[Favour, ...]:
    """Every judge with a group against the entries of the same group, by judge."""
    pairs = [(judge, of_judges[judge]) for judge in additive.totals.judges if of_judges.get(judge)]
    return _tested(additive, of_entries, pairs)


def any_group(additive: Additive, *, of_entries: Mapping[str, str]) -> tuple[Favour, ...]:
    """Every judge against every group of which the judge has enough entries, by judge and group."""
    totals = additive.totals
    groups = [of_entries.get(entry, "") for entry in totals.entries]
    counts: dict[tuple[str, str], int] = {}
    for entry, judge in zip(totals.entry.tolist(), totals.judge.tolist(), strict=True):
        if groups[entry]:
            key = totals.judges[judge], groups[entry]
            counts[key] = counts.get(key, 0) + 1
    return _tested(additive, of_entries, sorted(key for key, count in counts.items() if count >= FEWEST))


def _tested(additive: Additive, of_entries: Mapping[str, str], pairs: Iterable[tuple[str, str]]) -> tuple[Favour, ...]:
    totals = additive.totals
    names = sorted({group for group in of_entries.values() if group})
    place_of = {name: place for place, name in enumerate(names)}
    group = np.array([place_of.get(of_entries.get(entry, ""), -1) for entry in totals.entries], dtype=np.int64)
    others = totals.per_entry[totals.entry] - 1
    sums = (additive.qualities * totals.per_entry)[totals.entry] - additive.adjusted
    surplus = additive.adjusted - sums / np.maximum(others, 1)
    place_of_judge = {judge: place for place, judge in enumerate(totals.judges)}
    found = []
    for judge, name in pairs:
        own = (totals.judge == place_of_judge[judge]) & (others > 0)
        same = group[totals.entry[own]] == place_of.get(name, -2)
        found.append(_compared(judge, name, surplus[own][same], surplus[own][~same]))
    ps = [favour.p for favour in found if favour.p is not None]
    qs = iter(benjamini_hochberg(ps))
    return tuple(favour if favour.p is None else Favour(**{**favour.__dict__, "q": next(qs)}) for favour in found)


def _compared(judge: str, group: str, same: np.ndarray, rest: np.ndarray) -> Favour:
    if len(same) < FEWEST or len(rest) < FEWEST:
        return Favour(judge, group, len(same))
    effect, error, freedom, p = welch(
        (len(same), float(same.mean()), float(same.var(ddof=1))),
        (len(rest), float(rest.mean()), float(rest.var(ddof=1))),
    )
    half = t_quantile(0.975, freedom) * error
    return Favour(judge, group, len(same), effect, effect - half, effect + half, p)
