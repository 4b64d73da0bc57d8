"""Which panels can be compared: those that some chain of shared judges connects.

Judges and entries of a track are the two sides of a graph, seats its edges. Marks in different components have nothing in
common, so no statistics can tell a strict panel from weak entries. Two panels that exchange one seat are connected, at no cost
in seats or loads.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from judging.assignment.legality import Table
from judging.assignment.model import Pair, Plan, Problem

TRIED = 40


def _roots(seats: Iterable[Pair]) -> dict[str, str]:
    above: dict[str, str] = {}

    def root(node: str) -> str:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for entry, judge in seats:
        above[root(f"e{entry}")] = root(f"j{judge}")
    return {node: root(node) for node in list(above)}


def components(seats: Iterable[Pair]) -> int:
    """How many separate groups judges and entries fall into; marks of different groups cannot be compared."""
    return len(set(_roots(seats).values()))


def groups_by_track(seats: Iterable[Pair], track_of: Mapping[str, str]) -> dict[str, list[list[Pair]]]:
    """Track → the seats of each component, the largest first."""
    by_track: dict[str, list[Pair]] = defaultdict(list)
    for entry, judge in sorted(seats):
        by_track[track_of[entry]].append((entry, judge))
    found = {}
    for track, own in sorted(by_track.items()):
        roots = _roots(own)
        groups: dict[str, list[Pair]] = defaultdict(list)
        for entry, judge in own:
            groups[roots[f"e{entry}"]].append((entry, judge))
        found[track] = sorted(groups.values(), key=lambda group: (-len(group), group))
    return found


def rotate(problem: Problem, plan: Plan) -> tuple[Pair, ...]:
    """The seats of the plan with one exchange between components of a track wherever a legal one connects them.

    Of the exchanges tried, the one whose weaker new pair is strongest; pinned seats never move, loads stay as they are.
    """
    track_of = {entry.code: entry.track for entry in problem.entries}
    seats = set(plan.seats)
    for track, groups in groups_by_track(seats, track_of).items():
        own = {seat for group in groups for seat in group}
        main = groups[0]
        for group in groups[1:]:
            exchange = _exchange(problem, seats, own, main, group)
            if exchange is None:
                continue
            out, new = exchange
            for held in (seats, own):
                held.difference_update(out)
                held.update(new)
            main = max(groups_by_track(own, track_of)[track], key=len)
    return tuple(sorted(seats))


def _exchange(
    problem: Problem, seats: set[Pair], own: set[Pair], main: list[Pair], group: list[Pair]
) -> tuple[set[Pair], set[Pair]] | None:
    before = components(own)
    best: tuple[tuple[int, int], set[Pair], set[Pair]] | None = None
    ours = [seat for seat in main if seat not in problem.pinned and seat in seats][:TRIED]
    theirs = [seat for seat in group if seat not in problem.pinned and seat in seats][:TRIED]
    for first, judge in ours:
        for second, other in theirs:
            new = {(first, other), (second, judge)}
            if not all(pair in problem.affinity and pair not in problem.conflicts for pair in new):
                continue
            worth = [problem.affinity[pair] for pair in new]
            key = (min(worth), sum(worth))
            if best is not None and key <= best[0]:
                continue
            out = {(first, judge), (second, other)}
            if components((own - out) | new) < before and _legal(problem, seats - out, new):
                best = (key, out, new)
    return None if best is None else best[1:]


def _legal(problem: Problem, rest: set[Pair], new: set[Pair]) -> bool:
    named = {entry for entry, _judge in new}
    judges = {judge for _entry, judge in new}
    table = Table(problem, {seat for seat in rest if seat[0] in named or seat[1] in judges})
    for entry, judge in sorted(new):
        if table.obstacle(entry, judge):
            return False
        table.take(entry, judge)
    return True
