"""Why seats stay empty, in numbers that can be checked by hand.

All judges within reach of a short entry are full: whoever sits on those entries could hand a seat on only to another full judge.
With the entries on which they sit they are the source side of a minimum cut, and nobody outside could give those entries
anything more (Ford, Fulkerson 1956). Sets of judges are integers with one bit a judge, so that a search is a few operations.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from judging.assignment.model import Reason
from judging.assignment.network import Ints, Network


def explain(net: Network, chosen: Ints) -> list[Reason]:
    """Reasons for empty seats, panels without their experts, and loads outside the bounds; sorted by what they say."""
    reasons: list[Reason] = []
    missing = net.need - np.bincount(net.arc_entry[chosen], minlength=len(net.need))
    if (missing > 0).any():
        reasons += sorted(_shortages(_Residual(net, chosen, missing)), key=str)
    return reasons + sorted(_panels(net, chosen), key=str) + sorted(_bounds(net, chosen), key=str)


def _bits(mask: int) -> Iterator[int]:
    """The places of the bits that are set, ascending."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


class _Residual:
    """Who could take whose seat. `legal[e]` may sit on e, `used[e]` excludes further judges, `holds[j]` may be handed on."""

    def __init__(self, net: Network, chosen: Ints, missing: Ints) -> None:
        self.net = net
        entries, judges = len(net.entries), len(net.judges)
        self.lack: list[int] = missing.tolist()
        self.entry_at = {code: place for place, code in enumerate(net.entries)}
        self.judge_at = {code: place for place, code in enumerate(net.judges)}
        self.seats_of = {entry.code: entry.seats for entry in net.problem.entries}
        self.track_of = {entry.code: entry.track for entry in net.problem.entries}
        whole = net.whole()
        starts = np.searchsorted(whole.arc_entry, np.arange(entries + 1))
        self.legal = []
        flags = np.zeros(judges, dtype=bool)
        for e in range(entries):
            own = whole.arc_judge[starts[e] : starts[e + 1]]
            flags[own] = True
            self.legal.append(int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little"))
            flags[own] = False
        self.same = [1 << j for j in range(judges)]
        if net.problem.rules.one_per_organisation:
            together: dict[int, int] = defaultdict(int)
            for j, own in enumerate(net.organisation.tolist()):
                together[own] |= 1 << j
            self.same = [together[own] for own in net.organisation.tolist()]
        self.region = net.region.tolist()
        self.of_region: dict[int, int] = defaultdict(int)
        for j, region in enumerate(self.region):
            if region >= 0:
                self.of_region[region] |= 1 << j
        self.kept: dict[int, int] = defaultdict(int)
        for entry, judge in net.kept:
            self.kept[self.entry_at[entry]] |= 1 << self.judge_at[judge]
        self.seated: list[list[int]] = [[] for _ in range(entries)]
        self.holds: list[list[int]] = [[] for _ in range(judges)]
        load = np.zeros(judges, dtype=np.int64)
        for e, j in zip(net.arc_entry[chosen].tolist(), net.arc_judge[chosen].tolist(), strict=True):
            self.seated[e].append(j)
            self.holds[j].append(e)
            load[j] += 1
        self.full = load >= net.high

    def free(self, e: int, without: int | None = None) -> int:
        """Who could come to the entry, were one of its judges gone."""
        stay = [j for j in self.seated[e] if j != without]
        open_to = self.legal[e]
        for j in stay:
            open_to &= ~self.same[j]
        most = self.net.problem.rules.most_per_region
        if most is not None:
            for region, judges in self.of_region.items():
                room = self.net.region_room.get((e, region), most)
                if sum(self.region[j] == region for j in stay) >= room:
                    open_to &= ~judges
        return open_to

    def reach(self, start: int) -> int:
        """All judges whom handing on can reach from these."""
        seen = frontier = start
        while frontier:
            found = 0
            for j in _bits(frontier):
                for e in self.holds[j]:
                    if self.legal[e] & ~(seen | found):
                        found |= self.free(e, j) & ~(seen | found)
            seen, frontier = seen | found, found
        return seen

    def choices(self, e: int) -> tuple[int, int]:
        """How many judges could ever sit there together: by the organisations, and by the regions as well."""
        kept = self.kept[e].bit_count()
        groups: dict[int, int] = {}
        for j in _bits(self.legal[e]):
            groups.setdefault(self.same[j], self.region[j])
        most = self.net.problem.rules.most_per_region
        if most is None:
            return kept + len(groups), kept + len(groups)
        within = 0
        for region in set(groups.values()):
            many = sum(one == region for one in groups.values())
            within += many if region < 0 else min(many, max(0, self.net.region_room.get((e, region), most)))
        return kept + len(groups), kept + within


def _shortages(rest: _Residual) -> Iterator[Reason]:
    groups: list[tuple[int, set[int]]] = []
    for e, lack in enumerate(rest.lack):
        if lack <= 0:
            continue
        yield from _too_few(rest, e)
        free = rest.free(e)
        if not free:
            continue
        known = next((group for group in groups if not free & ~group[0]), None)
        if known is not None:
            known[1].add(e)
            continue
        near, members = rest.reach(free), {e}
        for group in [group for group in groups if group[0] & near]:
            groups.remove(group)
            near, members = near | group[0], members | group[1]
        groups.append((near, members))
    for near, short in groups:
        yield _capacity(rest, near, short)


def _capacity(rest: _Residual, near: int, short: set[int]) -> Reason:
    """One side of the cut: its entries, what they need, and what the judges who may take them give."""
    members = short | {e for j in _bits(near) for e in rest.holds[j]}
    judges = needed = given = 0
    tracks = set()
    for e in members:
        code = rest.net.entries[e]
        judges |= rest.legal[e] | rest.kept[e]
        needed += min(rest.seats_of[code], rest.choices(e)[1])
        given += len(rest.seated[e]) + rest.kept[e].bit_count()
        tracks.add(rest.track_of[code])
    return Reason(
        "capacity",
        {
            "entries": len(members),
            "tracks": ", ".join(sorted(tracks)),
            "seats": needed,
            "judges": judges.bit_count(),
            "given": given,
            "short": needed - given,
        },
    )


def _too_few(rest: _Residual, e: int) -> Iterator[Reason]:
    """An entry that could not be filled even by judges with endless time."""
    code = rest.net.entries[e]
    seats = rest.seats_of[code]
    choices, within = rest.choices(e)
    if seats > choices:
        word = "organisations" if rest.net.problem.rules.one_per_organisation else "judges"
        yield Reason(word, {"entry": code, "seats": seats, word: choices, "short": seats - choices})
    if min(seats, choices) > within:
        yield Reason("composition", {"entry": code, "seats": seats, "short": min(seats, choices) - within})


def _panels(net: Network, chosen: Ints) -> Iterator[Reason]:
    """Panels with too few experts of the main field."""
    wanted = net.problem.rules.main_per_panel
    if wanted <= 0:
        return
    lacking = net.main_need - np.bincount(net.arc_entry[chosen[net.main[chosen]]], minlength=len(net.entries))
    seats_of = {entry.code: entry.seats for entry in net.problem.entries}
    for e in np.flatnonzero(lacking > 0).tolist():
        goal = min(wanted, seats_of[net.entries[e]])
        yield Reason("main_missing", {"entry": net.entries[e], "wanted": goal, "given": goal - int(lacking[e])})


def _bounds(net: Network, chosen: Ints) -> Iterator[Reason]:
    """Judges below their minimum, and above their maximum by what was published before."""
    loads = net.held + np.bincount(net.arc_judge[chosen], minlength=len(net.judges))
    load_of = dict(zip(net.judges, loads.tolist(), strict=True))
    for judge in net.problem.judges:
        load = load_of[judge.code]
        if judge.low is not None and load < judge.low:
            yield Reason("below_minimum", {"judge": judge.code, "low": judge.low, "load": load})
        if judge.high is not None and load > judge.high:
            yield Reason("above_maximum", {"judge": judge.code, "high": judge.high, "load": load})
