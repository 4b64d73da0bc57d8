"""A problem as arrays, in an order that depends on codes and seed alone.

Judges of one organisation stand side by side, so that the arcs of an entry that exclude each other are neighbours: a *group*
is a run of arcs of one entry to judges of one organisation. Pinned seats are taken out, with what they use up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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


@dataclass
class Network:
    """Entries 0…, judges 0…, and arcs between them, sorted by (entry, judge).

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
    arc_entry: Places
    arc_judge: Places
    affinity: Ints
    group: Ints
    main: Flags
    main_need: Ints
    region_room: dict[tuple[int, int], int]
    kept: list[Pair] = field(default_factory=list)
    kept_weakest: int | None = None
    kept_total: int = 0
    reasons: list[Reason] = field(default_factory=list)

    @property
    def composed(self) -> bool:
        """Rules beyond the organisation: the programme may then have fractional vertices."""
        rules = self.problem.rules
        return rules.main_per_panel > 0 or rules.most_per_region is not None

    def jitter(self, arcs: Ints, tick: Tick) -> Ints:
        """The first 16 bits of SHA-256(seed | entry | judge) of each arc."""
        heads = [f"{self.problem.seed}|{code}|".encode() for code in self.entries]
        tails = [code.encode() for code in self.judges]
        found = np.empty(len(arcs), dtype=np.int64)
        for start in range(0, len(arcs), HASHED_AT_ONCE):
            part = arcs[start : start + HASHED_AT_ONCE]
            digests = b"".join(
                [
                    sha256(heads[e] + tails[j]).digest()[:2]
                    for e, j in zip(self.arc_entry[part].tolist(), self.arc_judge[part].tolist(), strict=True)
                ]
            )
            found[start : start + len(part)] = np.frombuffer(digests, dtype=">u2")
            tick(start / len(arcs))
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
    """The arrays of a problem; pinned seats that are still allowed are taken out, the others named in `reasons`."""
    seed = problem.seed
    entries = sorted(problem.entries, key=lambda entry: (_order(seed, entry.code), entry.code))
    organisations = {code: _order(seed, code) for code in {judge.organisation for judge in problem.judges}}
    judges = sorted(
        problem.judges,
        key=lambda j: (organisations[j.organisation], j.organisation, _order(seed, j.code), j.code),
    )
    entry_at = {entry.code: place for place, entry in enumerate(entries)}
    judge_at = {judge.code: place for place, judge in enumerate(judges)}
    table = PairTable.of(problem.affinity)
    arc_entry, arc_judge, affinity = _legal(problem, table, entry_at, judge_at, tick)
    tick()
    own = _numbered([judge.organisation for judge in judges])
    regions = _numbered([judge.region for judge in judges if judge.region])
    tracks = _numbered([entry.track for entry in entries])
    at_home = np.zeros((len(judges), max(1, len(tracks))), dtype=bool)
    for place, judge in enumerate(judges):
        for track in judge.main & tracks.keys():
            at_home[place, tracks[track]] = True
    track_of = np.array([tracks[entry.track] for entry in entries], dtype=np.int64)
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
        arc_entry=arc_entry,
        arc_judge=arc_judge,
        affinity=affinity,
        group=np.zeros(0, dtype=np.int64),
        main=at_home[arc_judge, track_of[arc_entry]] if len(arc_entry) else np.zeros(0, dtype=bool),
        main_need=np.array([min(problem.rules.main_per_panel, entry.seats) for entry in entries], dtype=np.int64),
        region_room={},
    )
    _pin(net, entry_at, judge_at)
    return net


def _legal(
    problem: Problem, table: PairTable, entry_at: dict[str, int], judge_at: dict[str, int], tick: Tick
) -> tuple[Places, Places, Ints]:
    """The allowed pairs as (entry, judge, affinity), sorted; conflicts are left out."""
    to_entry = np.array([entry_at.get(code, -1) for code in table.entries] or [-1], dtype=np.int32)
    to_judge = np.array([judge_at.get(code, -1) for code in table.judges] or [-1], dtype=np.int32)
    if not len(table):
        nothing = np.zeros(0, dtype=np.int32)
        return nothing, nothing, np.zeros(0, dtype=np.int64)
    entry, judge = to_entry[table.entry], to_judge[table.judge]
    key = entry.astype(np.int64) * len(judge_at) + judge
    wrong = [entry_at[e] * len(judge_at) + judge_at[j] for e, j in problem.conflicts if e in entry_at and j in judge_at]
    usable = (entry >= 0) & (judge >= 0)
    if wrong:
        usable &= ~np.isin(key, np.array(wrong, dtype=np.int64))
    found = np.flatnonzero(usable)
    tick()
    found = found[np.argsort(key[found], kind="stable")]
    return entry[found], judge[found], table.value[found]


def _pin(net: Network, entry_at: dict[str, int], judge_at: dict[str, int]) -> None:
    """Keep the published seats that are still allowed, and take out what they use up."""
    rules = net.problem.rules
    width = max(1, len(net.judges))
    keys = net.arc_entry.astype(np.int64) * width + net.arc_judge
    taken: set[tuple[int, int]] = set()
    for entry, judge in sorted(net.problem.pinned):
        e, j = entry_at.get(entry), judge_at.get(judge)
        code, place, own = "", 0, (-1, -1)
        if e is None or j is None:
            code = "pinned_unknown"
        else:
            place = int(np.searchsorted(keys, e * width + j))
            own = (e, int(net.organisation[j]))
            if place == len(keys) or keys[place] != e * width + j:
                code = "pinned_not_allowed"
            elif rules.one_per_organisation and own in taken:
                code = "pinned_organisation"
            elif net.need[e] <= 0:
                code = "pinned_surplus"
        if code or e is None or j is None:
            net.reasons.append(Reason(code, {"entry": entry, "judge": judge}))
            continue
        taken.add(own)
        _keep(net, e, j, place)
        net.kept.append((entry, judge))
    net.low, net.high = np.maximum(net.low, 0), np.maximum(net.high, 0)
    _leave_out(net, taken, width)


def _keep(net: Network, e: int, j: int, place: int) -> None:
    net.need[e] -= 1
    net.low[j] -= 1
    net.high[j] -= 1
    net.held[j] += 1
    affinity = int(net.affinity[place])
    net.kept_total += affinity
    net.kept_weakest = affinity if net.kept_weakest is None else min(affinity, net.kept_weakest)
    if net.main[place]:
        net.main_need[e] -= 1
    most, region = net.problem.rules.most_per_region, int(net.region[j])
    if most is not None and region >= 0:
        net.region_room[e, region] = net.region_room.get((e, region), most) - 1


def _leave_out(net: Network, taken: set[tuple[int, int]], width: int) -> None:
    """Arcs that pinned seats exclude, and the groups of the rest."""
    own = net.organisation[net.arc_judge] if len(net.arc_judge) else np.zeros(0, dtype=np.int64)
    usable = net.need[net.arc_entry] > 0 if len(net.arc_entry) else np.zeros(0, dtype=bool)
    if net.problem.rules.one_per_organisation:
        many = int(net.organisation.max(initial=0)) + 1
        held = np.array(sorted(e * many + o for e, o in taken), dtype=np.int64)
        usable &= ~np.isin(net.arc_entry.astype(np.int64) * many + own, held)
    else:
        pairs = {(entry, judge) for entry, judge in net.kept}
        entry_at = {code: place for place, code in enumerate(net.entries)}
        judge_at = {code: place for place, code in enumerate(net.judges)}
        held = np.array(sorted(entry_at[e] * width + judge_at[j] for e, j in pairs), dtype=np.int64)
        usable &= ~np.isin(net.arc_entry.astype(np.int64) * width + net.arc_judge, held)
    _select(net, usable)


def _select(net: Network, usable: Flags) -> None:
    for name in ("arc_entry", "arc_judge", "affinity", "main"):
        setattr(net, name, getattr(net, name)[usable])
    apart: Any = np.ones(len(net.arc_entry), dtype=bool)
    if net.problem.rules.one_per_organisation and len(apart):
        own = net.organisation[net.arc_judge]
        apart[1:] = (np.diff(net.arc_entry) != 0) | (np.diff(own) != 0)
    net.group = np.cumsum(apart) - 1
    # Nobody takes more seats than there are entries for them: without this, "no limit" would be an endless bound.
    reach = np.bincount(net.arc_judge, minlength=len(net.judges))
    net.high = np.minimum(net.high, np.maximum(reach, net.low))
