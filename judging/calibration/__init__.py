"""The advisory ranking: what the entries would look like to judges who all measured alike. It advises, and decides nothing.

The model. A judge j gives entry e the total  y = a·q + b + noise,  where q is the entry's quality and each judge has an own
*spread* a (how far apart good and bad are put), an own *leniency* b and an own amount of *noise*. Nothing of it is known;
Gibbs sampling draws all of it in turn, each from its distribution given the rest, and so collects worlds that could have
given these totals. Over those worlds an entry has a calibrated rank, an interval that holds its rank in nine of ten of
them, a share of them in which it is among the first n, P(top n), and one in which it is the very first.

It works only where judges can be compared: inside one component of the judge–entry graph (`components` in `totals.py`). Where
the totals fall apart, `calibrate` refuses and says into what. The same totals and seed give the same answer.

Sources: Ge, Welling, Ghahramani, "A Bayesian model for calibrating conference review scores" (2013); MacKay et al.,
"Calibration with confidence" (2017); with the caution of Wang and Shah, "Your 2 is my 1, your 3 is my 9" (2019).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import lgamma

import numpy as np

from judging.calibration.totals import Component, Floats, Places, Totals, components

SWEEPS = 900  # worlds that are kept
FEWEST_SWEEPS = 360
WARM_UP = 0.2  # of the kept ones, drawn before and thrown away
WORK = 40_000_000  # totals × sweeps: beyond it, fewer sweeps are kept
INTERVAL = (0.05, 0.95)

# Degrees of freedom that the noise of judges may have: few mean judges who differ much in noise.
FREEDOMS = (2.5, 4.0, 6.0, 10.0, 16.0, 30.0, 60.0)
LOG_GAMMAS = tuple(lgamma(freedom / 2) for freedom in FREEDOMS)
PRIOR_SHAPE, PRIOR_RATE = 1.0, 0.02  # of how much spreads and leniencies differ: hardly any opinion


class CannotCalibrate(ValueError):
    """Why there is no advisory ranking: `code` is "apart" (with the parts), "few" or "flat"."""

    def __init__(self, code: str, parts: Sequence[Component] = ()) -> None:
        super().__init__(code)
        self.code = code
        self.parts = tuple(parts)


@dataclass(frozen=True, eq=False)
class Calibration:
    """What the sampled worlds say, in the order of `totals.entries` and `totals.judges`.

    `quality`, its `error` (one standard deviation), `leniency` and `noise` are in points of the average judge; `spread` is
    1 for that judge. `low` and `high` are ranks.
    """

    totals: Totals
    top: int
    rank: Places
    low: Places
    high: Places
    p_top: Floats
    p_first: Floats
    quality: Floats
    error: Floats
    spread: Floats
    leniency: Floats
    noise: Floats

    @property
    def promised_overlap(self) -> float:
        """The mean P(top n) of the first n: the share of them that is expected to belong there."""
        return float(self.p_top[self.rank <= self.top].mean())


def generator(seed: str) -> np.random.Generator:
    """Chance that anybody can repeat from a text."""
    return np.random.default_rng(int.from_bytes(sha256(seed.encode()).digest()))


def refuse_apart(totals: Totals) -> None:
    """Raise CannotCalibrate unless every two judges can be compared."""
    if len(totals.entries) < 3 or len(totals.judges) < 2 or int(totals.per_entry.max(initial=0)) < 2:
        raise CannotCalibrate("few")
    parts = components(totals)
    if len(parts) > 1:
        raise CannotCalibrate("apart", parts)
    if float(np.ptp(totals.value)) == 0:
        raise CannotCalibrate("flat")


def calibrate(totals: Totals, *, top: int, seed: str = "", sweeps: int | None = None) -> Calibration:
    """The advisory ranking of the entries; raises CannotCalibrate where there can be none."""
    refuse_apart(totals)
    kept = sweeps or max(FEWEST_SWEEPS, min(SWEEPS, WORK // len(totals)))
    sampler = _Sampler(totals, generator(seed))
    worlds = np.empty((kept, len(totals.entries)), dtype=np.int32)
    sums = np.zeros((2, len(totals.entries)))
    judges = np.zeros((3, len(totals.judges)))
    for _turn in range(int(kept * WARM_UP)):
        sampler.sweep()
    for turn in range(kept):
        sampler.sweep()
        worlds[turn] = _ranks(sampler.quality)
        quality, panel = sampler.in_points()
        sums += quality, quality * quality
        judges += panel
    mean, square = sums / kept
    spread, leniency, noise = judges / kept
    bounds = np.quantile(worlds, INTERVAL, axis=0, method="nearest").astype(np.int64)
    return Calibration(
        totals,
        top,
        rank=_ranks(mean),
        low=bounds[0],
        high=bounds[1],
        p_top=(worlds <= top).mean(axis=0),
        p_first=(worlds == 1).mean(axis=0),
        quality=mean,
        error=np.sqrt(np.maximum(square - mean * mean, 0.0)),
        spread=spread,
        leniency=leniency,
        noise=noise,
    )


def _ranks(quality: Floats) -> Places:
    """1 for the best; equal qualities, which happen only to entries without any difference, by place."""
    ranks = np.empty(len(quality), dtype=np.int64)
    ranks[np.argsort(-quality, kind="stable")] = np.arange(1, len(quality) + 1)
    return ranks


class _Sampler:
    """One possible world, and the step to the next. Totals are standardised inside; qualities are around 0 with spread 1."""

    def __init__(self, totals: Totals, chance: np.random.Generator) -> None:
        self.totals, self.chance = totals, chance
        self.centre, self.scale = float(totals.value.mean()), float(totals.value.std())
        self.value: Floats = (totals.value - self.centre) / self.scale
        self.judge_values = totals.judge_sums(self.value)
        count = len(totals.judges)
        start = totals.entry_sums(self.value) / totals.per_entry
        self.quality: Floats = (start - start.mean()) / (start.std() or 1.0)
        self.spread: Floats = np.full(count, 0.7)
        self.leniency: Floats = np.zeros(count)
        self.noise: Floats = np.full(count, 0.5)  # variances
        self.spread_mean, self.spread_variance = 0.7, 0.04
        self.leniency_mean, self.leniency_variance = 0.0, 0.1
        self.freedom, self.noise_centre = 6.0, 0.5

    def sweep(self) -> None:
        """Draw everything once, each given the rest."""
        self._draw_qualities()
        self._draw_judges()
        self._draw_what_judges_share()
        self._turn_upright()

    def in_points(self) -> tuple[Floats, Floats]:
        """Qualities, and (spread, leniency, noise) of the judges, as the average judge of this world would give them."""
        spread, leniency = float(self.spread.mean()), float(self.leniency.mean())
        quality = self.centre + self.scale * (leniency + spread * self.quality)
        relative = self.spread / spread if spread > 1e-9 else np.ones_like(self.spread)
        return quality, np.array([relative, (self.leniency - leniency) * self.scale, np.sqrt(self.noise) * self.scale])

    def _draw_qualities(self) -> None:
        totals, judge = self.totals, self.totals.judge
        weight = self.spread / self.noise
        precision = 1.0 + totals.entry_sums((weight * self.spread)[judge])
        pull = totals.entry_sums(weight[judge] * self.value - (weight * self.leniency)[judge])
        self.quality = pull / precision + self.chance.standard_normal(len(precision)) / np.sqrt(precision)

    def _draw_judges(self) -> None:
        """Spread and leniency of each judge together (they lean on each other), then the noise."""
        totals, chance, count = self.totals, self.chance, len(self.totals.judges)
        quality = self.quality[totals.entry]
        sums, squares = totals.judge_sums(quality), totals.judge_sums(quality * quality)
        products = totals.judge_sums(quality * self.value)
        top = squares / self.noise + 1 / self.spread_variance
        cross = sums / self.noise
        low = totals.per_judge / self.noise + 1 / self.leniency_variance
        for_spread = products / self.noise + self.spread_mean / self.spread_variance
        for_leniency = self.judge_values / self.noise + self.leniency_mean / self.leniency_variance
        determinant = top * low - cross * cross
        middle = (low * for_spread - cross * for_leniency) / determinant
        self.spread = middle + chance.standard_normal(count) * np.sqrt(low / determinant)
        self.leniency = (for_leniency - cross * self.spread) / low + chance.standard_normal(count) / np.sqrt(low)
        rest = self.value - self.spread[totals.judge] * quality - self.leniency[totals.judge]
        squared = self.freedom * self.noise_centre + totals.judge_sums(rest * rest)
        self.noise = squared / 2 / chance.standard_gamma((self.freedom + totals.per_judge) / 2)

    def _draw_what_judges_share(self) -> None:
        """Mean and variance of spreads and leniencies over the judges, and what noise is common among them."""
        chance, count = self.chance, len(self.totals.judges)
        self.spread_mean, self.spread_variance = self._family(self.spread, self.spread_variance)
        self.leniency_mean, self.leniency_variance = self._family(self.leniency, self.leniency_variance)
        inverse = float((1 / self.noise).sum())
        self.noise_centre = chance.standard_gamma(count * self.freedom / 2 + 1) / (self.freedom / 2 * inverse + 1)
        half = np.array(FREEDOMS) / 2
        likelihood = count * (half * np.log(half * self.noise_centre) - np.array(LOG_GAMMAS))
        likelihood -= (half + 1) * float(np.log(self.noise).sum()) + half * self.noise_centre * inverse
        shares = np.cumsum(np.exp(likelihood - likelihood.max()))
        self.freedom = float(FREEDOMS[np.searchsorted(shares, chance.random() * shares[-1])])

    def _turn_upright(self) -> None:
        """A world and its mirror image, with every quality and every spread of the other sign, give the same totals, and few
        totals let the sampler wander from one to the other. Ranks are read in the one where judges mark the better higher."""
        if self.spread.mean() < 0:
            self.quality, self.spread, self.spread_mean = -self.quality, -self.spread, -self.spread_mean

    def _family(self, values: Floats, variance: float) -> tuple[float, float]:
        chance, count = self.chance, len(values)
        mean = float(values.mean()) + chance.standard_normal() * (variance / count) ** 0.5
        squares = float(((values - mean) ** 2).sum())
        return mean, (PRIOR_RATE + squares / 2) / chance.standard_gamma(PRIOR_SHAPE + count / 2)
