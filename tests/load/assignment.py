"""What an assignment costs, and whether it keeps its promises: `python -m tests.load.assignment [--sizes 900x60x5,…]`.

Makes contests of realistic shape — twelve tracks, three fields to a judge, affinity from the level and the topic, colleagues, three in a
hundred pairs recused, loads bounded on both sides — each in a process of its own, and prints for every size: seconds of
solving (on the clock and of processor), the memory of the process beside that of the problem itself, whether the optimum is
proved, empty and illegal seats, whether shuffled rows give the same hash; and the top-up after a tenth of the judges are lost:
seconds, seats of others that moved, share of the free optimum. Run it on a machine that does nothing else.
"""

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from judging.assignment import Entry, Judge, Pair, PairTable, Plan, Problem, solve

SIZES = "900x60x5,5000x500x5,20000x3000x5"
TRACKS, FIELDS, TOPIC = 12, (60, 40, 20), 40
LEAST, MOST, RECUSED, COLLEAGUES = 0.5, 1.25, 0.03, 0.7
LOST = 0.1


def contest(entries: int, judges: int, seats: int, seed: int = 1) -> Problem:
    """A contest; the same numbers make the same."""
    chance = np.random.default_rng(seed)
    track = chance.integers(0, TRACKS, entries)
    level = np.zeros((judges, TRACKS), dtype=np.int64)
    for judge in range(judges):
        level[judge, chance.choice(TRACKS, len(FIELDS), replace=False)] = FIELDS
    organisation = chance.integers(0, max(1, int(judges * COLLEAGUES)), judges)
    places: list[np.ndarray] = []
    worth: list[np.ndarray] = []
    for entry in range(entries):
        own = np.flatnonzero((level[:, track[entry]] > 0) & (chance.random(judges) >= RECUSED))
        places.append(np.stack([np.full(len(own), entry), own]).astype(np.int32))
        worth.append(level[own, track[entry]] + chance.integers(0, TOPIC, len(own)))
    entry_of, judge_of = np.concatenate(places, axis=1)
    share = entries * seats / judges
    codes = [f"E{number:05}" for number in range(entries)]
    names = [f"J{number:04}" for number in range(judges)]
    return Problem(
        entries=tuple(Entry(code, f"T{track[number]}", seats) for number, code in enumerate(codes)),
        judges=tuple(
            Judge(name, f"O{organisation[number]}", int(share * LEAST), int(np.ceil(share * MOST)))
            for number, name in enumerate(names)
        ),
        affinity=PairTable(codes, names, entry_of, judge_of, np.concatenate(worth)),
        seed="2024",
    )


def shuffled(problem: Problem) -> Problem:
    """The same problem with every row in another place."""
    chance = np.random.default_rng(7)
    table = problem.affinity
    assert isinstance(table, PairTable)
    order = chance.permutation(len(table))
    return replace(
        problem,
        entries=tuple(problem.entries[place] for place in chance.permutation(len(problem.entries))),
        judges=tuple(problem.judges[place] for place in chance.permutation(len(problem.judges))),
        affinity=PairTable(table.entries, table.judges, table.entry[order], table.judge[order], table.value[order]),
    )


def illegal(problem: Problem, plan: Plan) -> int:
    """Seats that are not allowed, doubled, or shared by colleagues; loads beyond their bound."""
    organisation = {judge.code: judge.organisation for judge in problem.judges}
    together = [(entry, organisation[judge]) for entry, judge in plan.seats]
    return (
        sum(seat not in problem.affinity or seat in problem.conflicts for seat in plan.seats)
        + len(plan.seats)
        - len(set(plan.seats))
        + len(together)
        - len(set(together))
        + sum(judge.high is not None and plan.loads.get(judge.code, 0) > judge.high for judge in problem.judges)
    )


def digest(seats: tuple[Pair, ...]) -> str:
    return hashlib.sha256("\n".join(map(",".join, seats)).encode()).hexdigest()


def timed(work: Callable[[], Plan]) -> tuple[Plan, str, float]:
    clock, processor = time.perf_counter(), time.process_time()
    plan = work()
    seconds = time.perf_counter() - clock
    return plan, f"{seconds:.2f} ({time.process_time() - processor:.2f} of processor)", seconds


def measure(entries: int, judges: int, seats: int) -> None:
    problem = contest(entries, judges, seats)
    say("size", f"{entries} entries × {judges} judges × {seats} seats, {len(problem.affinity)} allowed pairs")
    say("machine", f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    before = peak()
    plan, seconds, _ = timed(lambda: solve(problem))
    say("solving, seconds", seconds)
    say("memory, MB", f"{peak():.0f} at its peak, {before:.0f} before")
    say("proved", f"{plan.proved}; weakest pair {plan.weakest}, total {plan.objective}")
    say("empty, illegal seats", f"{sum(plan.unfilled.values())}, {illegal(problem, plan)}")
    first = digest(plan.seats)
    say(
        "hash",
        f"{first[:16]}, {'equal' if digest(solve(shuffled(problem)).seats) == first else 'DIFFERENT'} for shuffled rows",
    )
    lost = {judge.code for judge in problem.judges[:: int(1 / LOST)]}
    rest = tuple(judge for judge in problem.judges if judge.code not in lost)
    kept = frozenset(seat for seat in plan.seats if seat[1] not in lost)
    left = replace(problem, judges=rest)
    topped, seconds, _ = timed(lambda: solve(replace(left, pinned=kept)))
    free = solve(left)
    say("a tenth of the judges lost", f"{len(plan.seats) - len(kept)} seats to fill again")
    say("top-up, seconds", seconds)
    say("other seats moved", str(len(kept - set(topped.seats))))
    say("empty after it", f"{sum(topped.unfilled.values())}, {sum(free.unfilled.values())} were all free")
    say("share of the free optimum", f"{100 * topped.objective / free.objective:.2f} %")
    print()


def say(name: str, figure: str) -> None:
    print(f"{name:>28}  {figure}", flush=True)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(*map(int, options.one.split("x")))
        return
    for size in options.sizes.split(","):
        # A process each, so that the memory of one size is not that of the one before.
        subprocess.run([sys.executable, "-m", "tests.load.assignment", "--one", size], check=True)


if __name__ == "__main__":
    main()
