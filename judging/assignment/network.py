"""A problem as arrays, in an order that depends on codes and seed alone.

Judges of one organisation stand side by side, so that the arcs of an entry that exclude each other are neighbours: a *group*
is a run of arcs of one entry to judges of one organisation. Pinned seats are taken out, with what they use up.

Of twenty thousand entries and three thousand judges some fifteen million pairs may sit together, of which a plan needs the
strongest few: what is open is read as it comes, and only what is asked for becomes arcs, sorted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from judging.assignment.model import Pair, Problem, Reason, Tick
from judging.assignment.pairs import PairTable

if TYPE_CHECKING:
    import numpy.typing as npt

Ints: TypeAlias = "npt.NDArray[np.int64]"
Places: TypeAlias = "npt.NDArray[np.int32]"
Floats: TypeAlias = "npt.NDArray[np.float64]"
Flags: TypeAlias = "npt.NDArray[np.bool_]"
SHIFT = 16
HASHED_AT_ONCE = 200_000


@dataclass(frozen=True)
class Rows:
    """Pairs of entry and judge with their affinity, in any order."""

    entry: Places
    judge: Places
    value: Ints

    def __len__(self) -> int:
        return len(self.value)

    def only(self, usable: Flags) -> Rows:
        if usable.all():
            return self
        found = np.flatnonzero(usable)
        return Rows(self.entry[found], self.judge[found], self.value[found])


def no_rows() -> Rows:
    return Rows(np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64))


@dataclass
class Network:
    """Entries 0…, judges 0…, what is `open` between them, and of it the arcs that were asked for, sorted by (entry, judge).

    `need` seats of an entry are left to fill; a judge still takes `low` to `high` beside the `held`. `limited` judges have both bounds set.
    `group` numbers runs of arcs that exclude each other. `region` is −1 for judges without one.
    """

    problem: Problem
    entries: list[str]
    judges: list[str]
    need: Ints
    low: Ints
    high: Ints
    held: Ints
    limited: Flags
    region: Ints
    organisation: Ints
    track: Ints
    at_home: Flags
    main_need: Ints
    region_room: dict[tuple[int, int], int] = field(default_factory=dict)
    kept: list[Pair] = field(default_factory=list)
    kept_at: Ints = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int64))
    kept_weakest: int | None = None
    kept_total: int = 0
    reasons: list[Reason] = field(default_factory=list)
    open: Rows = field(default_factory=no_rows)
    arc_entry: Places = field(default_factory=lambda: no_rows().entry)
    arc_judge: Places = field(default_factory=lambda: no_rows().judge)
    affinity: Ints = field(default_factory=lambda: no_rows().value)
    group: Ints = field(default_factory=lambda: no_rows().value)
    main: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))

    def whole(self) -> Network:
        """With an arc for everything that is open."""
        return self._with(self.open)

    def at_least(self, level: int) -> Network:
        """With arcs for what is open and at least so strong."""
        return self._with(self.open.only(self.open.value >= level))

    def _with(self, rows: Rows) -> Network:
        order = np.lexsort((_narrow(rows.judge), _narrow(rows.entry)))
        return self._arcs(rows.entry[order], rows.judge[order], rows.value[order])

    def part(self, arcs: Ints) -> Network:
        """With these of its arcs, which are ascending numbers."""
        return self._arcs(self.arc_entry[arcs], self.arc_judge[arcs], self.affinity[arcs])

    def _arcs(self, entry: Places, judge: Places, affinity: Ints) -> Network:
        apart = np.ones(len(entry), dtype=bool)
        if self.problem.rules.one_per_organisation and len(apart):
            apart[1:] = (np.diff(entry) != 0) | (np.diff(self.organisation[judge]) != 0)
        main = self.at_home[judge, self.track[entry]]
        group = np.cumsum(apart) - 1
        return replace(self, arc_entry=entry, arc_judge=judge, affinity=affinity, group=group, main=main)

    @property
    def composed(self) -> bool:
        """Rules beyond the organisation: the programme may then have fractional vertices."""
        rules = self.problem.rules
        return rules.main_per_panel > 0 or rules.most_per_region is not None

    def jitter(self, tick: Tick) -> Ints:
        """The first 16 bits of SHA-256(seed | entry | judge) of each arc."""
        heads = [f"{self.problem.seed}|{code}|".encode() for code in self.entries]
        tails = [code.encode() for code in self.judges]
        found = np.empty(len(self.arc_entry), dtype=np.int64)
        for start in range(0, len(found), HASHED_AT_ONCE):
            part = slice(start, start + HASHED_AT_ONCE)
            digests = b"".join(
                [
                    sha256(heads[e] + tails[j]).digest()[:2]
                    for e, j in zip(self.arc_entry[part].tolist(), self.arc_judge[part].tolist(), strict=True)
                ]
            )
            found[part] = np.frombuffer(digests, dtype=">u2")
            tick(start / len(found))
        return found

    def mixed(self) -> Ints:
        """Sixteen arbitrary bits for each arc, cheap and always the same: they spread choices where nothing else does."""
        words = self.arc_entry.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        words += self.arc_judge.astype(np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
        words ^= words >> np.uint64(29)
        words *= np.uint64(0x94D049BB133111EB)
        return np.asarray(words >> np.uint64(48), dtype=np.int64)


def _order(seed: str, code: str) -> bytes:
    return sha256(f"{seed}|{code}".encode()).digest()


def _numbered(values: Sequence[str]) -> dict[str, int]:
    return {value: place for place, value in enumerate(dict.fromkeys(values))}


def build(problem: Problem, tick: Tick) -> Network:
    """The arrays of a problem, with no arcs yet; pinned seats that are still allowed are taken out, the others named in `reasons`."""
    seed = problem.seed
    entries = sorted(problem.entries, key=lambda entry: (_order(seed, entry.code), entry.code))
    organisations = {code: _order(seed, code) for code in {judge.organisation for judge in problem.judges}}
    judges = sorted(
        problem.judges,
        key=lambda j: (organisations[j.organisation], j.organisation, _order(seed, j.code), j.code),
    )
    tick()
    own = _numbered([judge.organisation for judge in judges])
    regions = _numbered([judge.region for judge in judges if judge.region])
    tracks = _numbered([entry.track for entry in entries])
    at_home = np.zeros((len(judges), max(1, len(tracks))), dtype=bool)
    for place, judge in enumerate(judges):
        for track in judge.main & tracks.keys():
            at_home[place, tracks[track]] = True
    net = Network(
        problem=problem,
        entries=[entry.code for entry in entries],
        judges=[judge.code for judge in judges],
        need=np.array([entry.seats for entry in entries], dtype=np.int64),
        low=np.array([judge.low or 0 for judge in judges], dtype=np.int64),
        high=np.array([max(len(entries), j.low or 0) if j.high is None else j.high for j in judges], dtype=np.int64),
        held=np.zeros(len(judges), dtype=np.int64),
        limited=np.array([j.low is not None and j.high is not None for j in judges], dtype=bool),
        region=np.array([regions.get(judge.region, -1) for judge in judges], dtype=np.int64),
        organisation=np.array([own[judge.organisation] for judge in judges], dtype=np.int64),
        track=np.array([tracks[entry.track] for entry in entries], dtype=np.int64),
        at_home=at_home,
        main_need=np.array([min(problem.rules.main_per_panel, entry.seats) for entry in entries], dtype=np.int64),
    )
    allowed = _Allowed(net, PairTable.of(problem.affinity))
    tick()
    _pin(net, allowed)
    tick()
    net.open = _open(net, allowed.of(net.need > 0))
    # Nobody takes more seats than there are entries for them: without this, "no limit" would be an endless bound.
    reach = np.bincount(net.open.judge, minlength=len(net.judges))
    net.high = np.minimum(net.high, np.maximum(reach, net.low))
    return net


class _Allowed:
    """The pairs that may sit together, as places of the network; conflicts are none of them."""

    def __init__(self, net: Network, table: PairTable) -> None:
        # A code that is not of the network has the place −1: the last row or column of a table of flags.
        self.flags = (len(net.entries) + 1, len(net.judges) + 1)
        self.entry_at = {code: place for place, code in enumerate(net.entries)}
        self.judge_at = {code: place for place, code in enumerate(net.judges)}
        self.rows = no_rows()
        if len(table):
            to_entry = np.array([self.entry_at.get(code, -1) for code in table.entries], dtype=np.int32)
            to_judge = np.array([self.judge_at.get(code, -1) for code in table.judges], dtype=np.int32)
            self.rows = Rows(to_entry[table.entry], to_judge[table.judge], table.value)
        if net.problem.conflicts:
            self.rows = self.rows.only(~self._among(self.places(net.problem.conflicts)))

    def of(self, entries: Flags) -> Rows:
        """What is allowed to these entries."""
        wanted = np.append(entries, np.False_)[self.rows.entry]
        return self.rows.only(wanted & (self.rows.judge >= 0))

    def places(self, pairs: Collection[Pair]) -> Ints:
        """Rows of (entry, judge), −1 for what is not of the network."""
        found = np.empty((len(pairs), 2), dtype=np.int64)
        found[:, 0] = [self.entry_at.get(entry, -1) for entry, _ in pairs]
        found[:, 1] = [self.judge_at.get(judge, -1) for _, judge in pairs]
        return found

    def _among(self, places: Ints) -> Flags:
        """Which of the rows are among these places: a table of flags is several times faster than a search for millions."""
        named = np.zeros(self.flags, dtype=bool)
        named[places[:, 0], places[:, 1]] = True
        # One number for row and column is found in half of the time of both; with a −1 it ends in the spare row or column.
        return np.asarray(named.ravel()[self.rows.entry * np.int64(self.flags[1]) + self.rows.judge], dtype=bool)

    def affinities(self, places: Ints) -> tuple[Flags, Ints]:
        """Which of the places are allowed, and their affinity (anything for those that are not)."""
        found = self.rows.only(self._among(places))
        if not len(found):
            return np.zeros(len(places), dtype=bool), np.zeros(len(places), dtype=np.int64)
        width = self.flags[1]
        keys = found.entry.astype(np.int64) * width + found.judge
        order = np.argsort(keys)
        wanted = places[:, 0] * width + places[:, 1]
        at = order[np.minimum(np.searchsorted(keys, wanted, sorter=order), len(order) - 1)]
        return keys[at] == wanted, found.value[at]


def _pin(net: Network, allowed: _Allowed) -> None:
    """Keep the published seats that are still allowed, and take out what they use up."""
    if not net.problem.pinned:
        return
    pinned = sorted(net.problem.pinned)
    places = allowed.places(pinned)
    legal, worth = allowed.affinities(places)
    alone = net.problem.rules.one_per_organisation
    need, taken, kept = net.need.tolist(), set(), []
    own = np.append(net.organisation, -1)  # for a judge who is not here, even where there is none
    panel = places[:, 0] * len(own) + own[places[:, 1]]
    rows = zip(places.tolist(), legal.tolist(), panel.tolist(), strict=True)
    for row, ((e, j), may_sit, same) in enumerate(rows):
        code = ""
        if e < 0 or j < 0:
            code = "pinned_unknown"
        elif not may_sit:
            code = "pinned_not_allowed"
        elif alone and same in taken:
            code = "pinned_organisation"
        elif need[e] <= 0:
            code = "pinned_surplus"
        if code:
            net.reasons.append(Reason(code, dict(zip(("entry", "judge"), pinned[row], strict=True))))
            continue
        taken.add(same)
        need[e] -= 1
        kept.append(row)
    if kept:
        net.kept = [pinned[row] for row in kept]
        net.kept_at = places[kept]
        _keep(net, worth[kept])
    net.low, net.high = np.maximum(net.low, 0), np.maximum(net.high, 0)


def _keep(net: Network, worth: Ints) -> None:
    """What the kept seats use up."""
    entry, judge = net.kept_at.T
    load = np.bincount(judge, minlength=len(net.judges))
    net.low, net.high, net.held = net.low - load, net.high - load, net.held + load
    net.need = net.need - np.bincount(entry, minlength=len(net.entries))
    main = entry[net.at_home[judge, net.track[entry]]]
    net.main_need = net.main_need - np.bincount(main, minlength=len(net.entries))
    net.kept_weakest, net.kept_total = int(worth.min()), int(worth.sum())
    most = net.problem.rules.most_per_region
    if most is not None:
        for e, region in zip(entry.tolist(), net.region[judge].tolist(), strict=True):
            if region >= 0:
                net.region_room[e, region] = net.region_room.get((e, region), most) - 1


def _open(net: Network, rows: Rows) -> Rows:
    """What of the rows no seat that is kept excludes."""
    if not net.kept:
        return rows
    # Where several of one organisation may sit together, nobody sits on an entry twice all the same.
    mark = net.organisation if net.problem.rules.one_per_organisation else np.arange(len(net.judges))
    taken = np.zeros((len(net.entries), int(mark.max()) + 1), dtype=bool)
    taken[net.kept_at[:, 0], mark[net.kept_at[:, 1]]] = True
    return rows.only(~taken[rows.entry, mark[rows.judge]])


def _narrow(places: Places) -> npt.NDArray[Any]:
    """The same numbers in the least type that holds them: those of 16 bits are sorted in a few passes over all."""
    return places.astype(np.min_scalar_type(int(places.max(initial=0))))
