"""Millions of affinities without millions of objects: a read-only mapping over three arrays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

Ints: TypeAlias = "npt.NDArray[np.int64]"
Places: TypeAlias = "npt.NDArray[np.int32]"
Pair = tuple[str, str]


class PairTable(Mapping[Pair, int]):
    """(entry code, judge code) → affinity. `entry` and `judge` are places in the two lists of codes, one a pair."""

    def __init__(
        self, entries: Sequence[str], judges: Sequence[str], entry: npt.ArrayLike, judge: npt.ArrayLike, value: Any
    ) -> None:
        self.entries, self.judges = tuple(entries), tuple(judges)
        self.entry: Places = np.asarray(entry, dtype=np.int32)
        self.judge: Places = np.asarray(judge, dtype=np.int32)
        self.value: Ints = np.asarray(value, dtype=np.int64)

    @classmethod
    def of(cls, pairs: Mapping[Pair, int]) -> PairTable:
        """Any mapping as a table."""
        if isinstance(pairs, PairTable):
            return pairs
        entries = {code: place for place, code in enumerate(dict.fromkeys(entry for entry, _ in pairs))}
        judges = {code: place for place, code in enumerate(dict.fromkeys(judge for _, judge in pairs))}
        return cls(
            tuple(entries),
            tuple(judges),
            np.fromiter((entries[entry] for entry, _ in pairs), np.int32, len(pairs)),
            np.fromiter((judges[judge] for _, judge in pairs), np.int32, len(pairs)),
            np.fromiter(pairs.values(), np.int64, len(pairs)),
        )

    @cached_property
    def _places(self) -> tuple[dict[str, int], dict[str, int], Ints, Ints]:
        keys = self.entry.astype(np.int64) * len(self.judges) + self.judge
        order = np.argsort(keys, kind="stable")
        return (
            {code: place for place, code in enumerate(self.entries)},
            {code: place for place, code in enumerate(self.judges)},
            keys[order],
            order,
        )

    def __getitem__(self, pair: Pair) -> int:
        entries, judges, keys, order = self._places
        key = entries[pair[0]] * len(self.judges) + judges[pair[1]]
        place = int(np.searchsorted(keys, key))
        if place == len(keys) or keys[place] != key:
            raise KeyError(pair)
        return int(self.value[order[place]])

    def __iter__(self) -> Iterator[Pair]:
        for entry, judge in zip(self.entry.tolist(), self.judge.tolist(), strict=True):
            yield self.entries[entry], self.judges[judge]

    def __len__(self) -> int:
        return len(self.entry)
