"""Invented contests whose truth is known: entries of true quality, and judges who differ in leniency, spread and noise.

`mixed_world` is the world of the specification's figures. Spread (how far apart a judge puts good and bad) and noise vary
by factors that are log-normal, leniency by points; marks are whole and end at 0 and 100, as people give them.
"""

from dataclasses import dataclass, replace

import numpy as np

from judging.calibration.totals import Floats, Places, Totals

LENIENCY, SPREAD, NOISE = 3.5, 0.30, 0.40  # how much judges differ: points, log factor, log factor
QUALITY, SCATTER, MIDDLE = 6.0, 6.0, 75.0  # points


@dataclass(frozen=True, eq=False)
class World:
    """Every total of a contest and the truth behind it, in the order of `Totals`: entries and judges by code."""

    quality: Floats
    entry: Places
    judge: Places
    value: Floats
    judges: int
    noise: Floats

    @property
    def totals(self) -> Totals:
        return Totals.of(
            (f"E{entry:05d}", f"J{judge:04d}", value)
            for entry, judge, value in zip(self.entry.tolist(), self.judge.tolist(), self.value.tolist(), strict=True)
        )

    @property
    def true_rank(self) -> Places:
        ranks = np.empty(len(self.quality), dtype=np.int64)
        ranks[np.argsort(-self.quality)] = np.arange(1, len(self.quality) + 1)
        return ranks

    def with_marks(self, judge: int, marks: Floats) -> "World":
        """The same world in which this judge gave other marks, in the order of the judge's entries."""
        value = self.value.copy()
        value[self.judge == judge] = np.clip(np.round(marks), 0, 100)
        return replace(self, value=value)


def mixed_world(seed: int, *, entries: int = 900, judges: int = 60, seats: int = 5) -> World:
    """A contest with balanced loads, drawn from a seed."""
    chance = np.random.default_rng(seed)
    entry, judge = seated(chance, entries, judges, seats)
    return marked(chance, chance.standard_normal(entries), entry, judge, judges)


def seated(chance: np.random.Generator, entries: int, judges: int, seats: int) -> tuple[Places, Places]:
    """`seats` different judges for every entry, all with the same load as near as may be."""
    load = np.zeros(judges)
    judge = np.empty(entries * seats, dtype=np.int64)
    for place in range(entries):
        panel = np.lexsort((chance.random(judges), load))[:seats]
        judge[place * seats : (place + 1) * seats] = panel
        load[panel] += 1
    return np.repeat(np.arange(entries), seats), judge


def marked(chance: np.random.Generator, quality: Floats, entry: Places, judge: Places, judges: int) -> World:
    """The marks that judges of this kind give."""
    spread = QUALITY * np.exp(chance.normal(0, SPREAD, judges))
    leniency = chance.normal(MIDDLE, LENIENCY, judges)
    noise = SCATTER * np.exp(chance.normal(0, NOISE, judges))
    value = spread[judge] * quality[entry] + leniency[judge] + noise[judge] * chance.standard_normal(len(entry))
    return World(quality, entry, judge, np.clip(np.round(value), 0, 100), judges, noise)
