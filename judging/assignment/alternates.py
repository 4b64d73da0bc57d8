"""Who may step in for an entry when one of its judges drops out: named beforehand, so that nobody is chosen under pressure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from judging.assignment.model import Pair, Problem, Tick, on_and_on
from judging.assignment.network import build
from judging.assignment.pairs import Ints

PER_ENTRY = 2


def alternates(
    problem: Problem, seats: Iterable[Pair], per_entry: int = PER_ENTRY, tick: Tick = on_and_on
) -> dict[str, list[str]]:
    """Entry code → up to two judges who may take a seat beside the seated ones, in the order in which to ask them.

    First come those who fit whoever leaves: a judge of a region that has all its seats may only follow one of the same region.
    Then judges with room left, then the higher affinity, then who is an alternate for fewer entries so far. Entries for which
    nobody is left are absent. Raises Cancelled when `tick` does.
    """
    net = build(replace(problem, pinned=frozenset()), tick).whole()
    judge_at = {code: place for place, code in enumerate(net.judges)}
    panel: dict[str, list[int]] = {code: [] for code in net.entries}
    load = np.zeros(len(net.judges), dtype=np.int64)
    for entry, judge in seats:
        if entry in panel and judge in judge_at:
            panel[entry].append(judge_at[judge])
            load[judge_at[judge]] += 1
    room = load < net.high
    asked = np.zeros(len(net.judges), dtype=np.int64)
    starts = np.searchsorted(net.arc_entry, np.arange(len(net.entries) + 1))
    mixed = net.mixed()
    found: dict[str, list[str]] = {}
    for e, code in enumerate(net.entries):
        tick(e / len(net.entries))
        arcs = np.arange(starts[e], starts[e + 1])
        own = net.arc_judge[arcs]
        seated = np.array(panel[code], dtype=np.int64)
        taken = net.organisation[seated] if problem.rules.one_per_organisation else seated
        mark = net.organisation[own] if problem.rules.one_per_organisation else own
        usable = arcs[~np.isin(mark, taken)]
        own = net.arc_judge[usable]
        crowded = np.isin(net.region[own], _crowded(net.region[seated], problem.rules.most_per_region))
        order = np.lexsort((mixed[usable], asked[own], -net.affinity[usable], ~room[own], crowded))
        chosen: list[int] = []
        for j in own[order].tolist():
            if problem.rules.one_per_organisation and any(net.organisation[j] == net.organisation[c] for c in chosen):
                continue
            chosen.append(j)
            if len(chosen) == per_entry:
                break
        asked[chosen] += 1
        if chosen:
            found[code] = [net.judges[j] for j in chosen]
    return found


def _crowded(regions: Ints, most: int | None) -> Ints:
    """The regions of a panel that have as many seats as the rules allow; who has no region is never one too many."""
    if most is None:
        return regions[:0]
    known, seats = np.unique(regions[regions >= 0], return_counts=True)
    crowded: Ints = known[seats >= most]
    return crowded
