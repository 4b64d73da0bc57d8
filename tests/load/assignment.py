"""What an assignment costs, and whether it keeps its promises: `python -m tests.load.assignment [--sizes 900x60x5,…]`.

Makes contests of realistic shape — twelve tracks, three fields to a judge, affinity from the level and the topic, colleagues, three in a
hundred pairs recused, loads bounded on both sides — each in a process of its own, and prints for every size: seconds of
solving (on the clock and of processor), the memory of the process beside that of the problem itself, how often it told its
progress, whether the optimum is proved, empty and illegal seats, whether shuffled rows give the same hash; and the top-up after
a tenth of the judges are lost: seconds, seats of others that moved, share of the free optimum. The exit code is 1 where a figure
of JUDGING.md §10 is not met. Run it on a machine that does nothing else.
"""

import argparse
import hashlib
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from judging.assignment import Entry, Judge, Pair, PairTable, Plan, Problem, solve
from tests.load.report import Report

SIZES = "900x60x5,5000x500x5,20000x3000x5"
SECONDS = {900: 1, 5_000: 5, 20_000: 60}  # of solving, by the number of entries
MEMORY = {5_000: 500}  # MB
TOP_UP = 1  # second
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


def measure(entries: int, judges: int, seats: int) -> bool:
    """Whether every figure of this size is met."""
    report, problem = Report(), contest(entries, judges, seats)
    print(f"{entries} entries × {judges} judges × {seats} seats, {len(problem.affinity)} allowed pairs; ", end="")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    before, told = peak(), Counter[str]()
    plan, spent, seconds = timed(lambda: solve(problem, progress=lambda word, _share: told.update([word])))
    _at_most(report, "solving, seconds", spent, seconds, SECONDS.get(entries))
    memory = peak()
    _at_most(report, "memory at its peak, MB", f"{memory:.0f}, {before:.0f} before", memory, MEMORY.get(entries))
    report.say("progress told, times", f"{sum(told.values())} in {len(told)} steps", "> 0", bool(told))
    report.say("proved", f"{plan.proved}, weakest {plan.weakest}, total {plan.objective}", "True", plan.proved)
    report.say("empty seats", str(sum(plan.unfilled.values())))
    wrong = illegal(problem, plan)
    report.say("illegal, duplicate and same-organisation seats", str(wrong), "0", wrong == 0)
    first, other = digest(plan.seats), digest(solve(shuffled(problem)).seats)
    report.say("hash, and that of shuffled rows", f"{first[:10]} {other[:10]}", "equal", first == other)
    _top_up(report, problem, plan)
    return report.met


def _top_up(report: Report, problem: Problem, plan: Plan) -> None:
    """A tenth of the judges are lost; the seats of the others are pinned."""
    lost = {judge.code for judge in problem.judges[:: int(1 / LOST)]}
    kept = frozenset(seat for seat in plan.seats if seat[1] not in lost)
    left = replace(problem, judges=tuple(judge for judge in problem.judges if judge.code not in lost))
    topped, spent, seconds = timed(lambda: solve(replace(left, pinned=kept)))
    free = solve(left)
    report.say("a tenth of the judges lost: seats to fill again", str(len(plan.seats) - len(kept)))
    _at_most(report, "  top-up, seconds", spent, seconds, TOP_UP)
    moved = len(kept - set(topped.seats))
    report.say("  other seats moved", str(moved), "0", moved == 0)
    report.say("  empty", f"{sum(topped.unfilled.values())}, {sum(free.unfilled.values())} were all free")
    report.say("  share of the free optimum", f"{100 * topped.objective / free.objective:.2f} %")


def _at_most(report: Report, name: str, figure: str, value: float, most: int | None) -> None:
    if most is None:
        report.say(name, figure)
    else:
        report.say(name, figure, f"<= {most}", value <= most)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        return 0 if measure(*map(int, options.one.split("x"))) else 1
    # A process each, so that the memory of one size is not that of the one before.
    command = [sys.executable, "-m", "tests.load.assignment", "--one"]
    return max(subprocess.run([*command, size], check=False).returncode for size in options.sizes.split(","))


if __name__ == "__main__":
    sys.exit(main())
