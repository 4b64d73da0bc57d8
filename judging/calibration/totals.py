"""Judge totals as arrays: what the statistics look at, and which judges and entries can be compared at all.

Vocabulary. A *total* is what one judge gave one entry, 0 to 100. Judges and entries form a graph with a line for every
total; two judges can be compared only inside one *component* of it, that is where a chain of shared entries leads from one
to the other. Everything is kept in order of the codes, so that nothing depends on the order in which totals arrive.

These are floats. They advise, and never make an official score: `aggregation.py` does that in fractions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Places: TypeAlias = "NDArray[np.int64]"


@dataclass(frozen=True, eq=False)
class Totals:
    """Every total of the entries that are compared; `entry` and `judge` are places in `entries` and `judges`."""

    entries: tuple[str, ...]
    judges: tuple[str, ...]
    entry: Places
    judge: Places
    value: Floats

    @classmethod
    def of(cls, rows: Iterable[tuple[str, str, Fraction | float]]) -> Totals:
        """From (entry, judge, total); raises ValueError where a judge gave an entry two totals."""
        known = sorted((entry, judge, float(total)) for entry, judge, total in rows)
        entries = tuple(dict.fromkeys(entry for entry, _, _ in known))
        judges = tuple(sorted({judge for _, judge, _ in known}))
        place_of_entry = {code: place for place, code in enumerate(entries)}
        place_of_judge = {code: place for place, code in enumerate(judges)}
        if len({(entry, judge) for entry, judge, _ in known}) != len(known):
            raise ValueError("a judge gave an entry two totals")
        return cls(
            entries,
            judges,
            np.array([place_of_entry[entry] for entry, _, _ in known], dtype=np.int64),
            np.array([place_of_judge[judge] for _, judge, _ in known], dtype=np.int64),
            np.array([total for _, _, total in known], dtype=np.float64),
        )

    def __len__(self) -> int:
        return len(self.value)

    @cached_property
    def per_entry(self) -> Places:
        """How many totals each entry has."""
        return np.bincount(self.entry, minlength=len(self.entries))

    @cached_property
    def per_judge(self) -> Places:
        """How many totals each judge gave."""
        return np.bincount(self.judge, minlength=len(self.judges))

    def entry_sums(self, values: Floats) -> Floats:
        """The values of the totals added up by entry."""
        return np.bincount(self.entry, values, len(self.entries)).astype(np.float64, copy=False)

    def judge_sums(self, values: Floats) -> Floats:
        """The values of the totals added up by judge."""
        return np.bincount(self.judge, values, len(self.judges)).astype(np.float64, copy=False)

    @cached_property
    def means(self) -> Floats:
        """The mean total of each entry, nothing dropped."""
        return self.entry_sums(self.value) / self.per_entry

    def aligned(self, known: Mapping[tuple[str, str], float]) -> Floats:
        """What is known by (entry, judge), in the order of the totals; NaN where nothing is."""
        return np.array([known.get((entry, judge), np.nan) for entry, judge, _ in self.rows()], dtype=np.float64)

    def only(self, kept: Sequence[str] | frozenset[str] | set[str]) -> Totals:
        """The totals of these entries alone."""
        wanted = set(kept)
        return Totals.of(row for row in self.rows() if row[0] in wanted)

    def rows(self) -> list[tuple[str, str, float]]:
        """(entry, judge, total) in order."""
        return [
            (self.entries[entry], self.judges[judge], float(value))
            for entry, judge, value in zip(self.entry, self.judge, self.value, strict=True)
        ]


@dataclass(frozen=True)
class Component:
    """Judges and entries that a chain of shared entries holds together."""

    judges: tuple[str, ...]
    entries: tuple[str, ...]


def components(totals: Totals) -> tuple[Component, ...]:
    """The parts of the judge–entry graph, the largest (by entries, then by the first code) first."""
    label = np.arange(len(totals.judges))
    while True:
        lowest = np.full(len(totals.entries), len(totals.judges))
        np.minimum.at(lowest, totals.entry, label[totals.judge])
        spread = label.copy()
        np.minimum.at(spread, totals.judge, lowest[totals.entry])
        # Labels are judges themselves: taking the label's own label halves the way that is left.
        spread = np.minimum(spread, spread[spread])
        if np.array_equal(spread, label):
            break
        label = spread
    of_entry = np.full(len(totals.entries), len(totals.judges))
    np.minimum.at(of_entry, totals.entry, label[totals.judge])
    parts: dict[int, tuple[list[str], list[str]]] = {}
    for judge, part in zip(totals.judges, label.tolist(), strict=True):
        parts.setdefault(part, ([], []))[0].append(judge)
    for entry, part in zip(totals.entries, of_entry.tolist(), strict=True):
        parts[part][1].append(entry)
    found = [Component(tuple(judges), tuple(entries)) for judges, entries in parts.values()]
    return tuple(sorted(found, key=lambda part: (-len(part.entries), part.entries)))
