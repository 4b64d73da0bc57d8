"""What the statistics of judging reach: `python -m tests.load.statistics [--worlds 24] [--panels 100000]`.

Every figure of JUDGING.md §10 that concerns scores and statistics, on invented contests whose truth is known
(`tests/judging/worlds.py`): 900 entries, 60 judges, five scores each, the first 24. Needs no database. The exit code is 1 where a
figure is not met. Times are those of this process alone (user and system), so that a busy machine does not matter much.
"""

import argparse
import sys
import time
from collections import Counter

import numpy as np

from judging.calibration import Calibration, calibrate
from judging.calibration.totals import Floats, Totals
from judging.statistics.additive import Additive
from judging.statistics.flags import FEWEST_SHARED, Evidence, Level, judge_flags
from judging.statistics.second_round import propose
from tests.judging.oracle import disagreements
from tests.judging.worlds import World, marked, mixed_world, seated
from tests.load.report import Report

TOP = 24
CHUNK = 5_000
FIRST_SEED = 1000


def recall(values: Floats, world: World) -> float:
    """The share of the true first 24 among the 24 with the highest values."""
    return float((world.true_rank[np.argsort(-values)[:TOP]] <= TOP).mean())


def z_scores(totals: Totals) -> Floats:
    """The mean over each entry of the totals, each standardised by its judge."""
    mean = totals.judge_sums(totals.value) / totals.per_judge
    away = totals.value - mean[totals.judge]
    deviation = np.sqrt(totals.judge_sums(away**2) / totals.per_judge)
    return np.asarray(totals.entry_sums(away / deviation[totals.judge]) / totals.per_entry)


def advisory(report: Report, worlds: int) -> None:
    rows = []
    for number in range(worlds):
        world = mixed_world(FIRST_SEED + number)
        totals = world.totals
        started = time.process_time()
        found = calibrate(totals, top=TOP, seed=str(number))
        seconds = time.process_time() - started
        among = world.true_rank <= TOP
        rows.append(
            (
                recall(totals.means, world),
                recall(z_scores(totals), world),
                recall(Additive(totals).blup, world),
                recall(found.quality, world),
                float(((found.p_top - among) ** 2).mean()),
                float(((found.low <= world.true_rank) & (world.true_rank <= found.high)).mean()),
                found.promised_overlap,
                seconds,
            )
        )
    raw, z, blup, calibrated, brier, covered, promised, seconds = np.mean(rows, axis=0).tolist()
    report.say("recall of the true first 24: raw mean", f"{raw:.3f}")
    report.say("  z-score", f"{z:.3f}")
    report.say("  BLUP, additive", f"{blup:.3f}")
    report.say(
        "  calibrated", f"{calibrated:.3f} ({calibrated - raw:+.3f})", ">= raw mean + .080", calibrated >= raw + 0.08
    )
    report.say(
        "  promised by the model itself", f"{promised:.3f}", "within .05 of it", abs(promised - calibrated) <= 0.05
    )
    report.say("Brier score of P(top 24)", f"{brier:.4f}", "<= .0135", brier <= 0.0135)
    report.say("90 % intervals hold the true rank", f"{covered:.3f}", ".87 to .93", 0.87 <= covered <= 0.93)
    report.say("900 entries calibrated, seconds", f"{seconds:.2f}", "<= 1", seconds <= 1)


def large(report: Report) -> None:
    chance = np.random.default_rng(1)
    entries, judges = 20_000, 1_334
    entry = np.repeat(np.arange(entries), 5)
    judge = np.concatenate([chance.choice(judges, 5, replace=False) for _turn in range(entries)])
    totals = marked(chance, chance.standard_normal(entries), entry, judge, judges).totals
    started = time.process_time()
    calibrate(totals, top=TOP)
    seconds = time.process_time() - started
    report.say("20,000 entries calibrated, seconds", f"{seconds:.2f}", "<= 10", seconds <= 10)


def plant(world: World, chance: np.random.Generator) -> tuple[World, dict[str, str], Evidence]:
    """Three bad judges: marks at random, one mark everywhere, and one of: marks upside down, copies, or hardly reads."""
    kind = str(chance.choice(["upside down", "hardly reads", "copies"]))
    third, other = _neighbours(world, chance) if kind == "copies" else (int(chance.integers(world.judges)), -1)
    rest = [judge for judge in range(world.judges) if judge not in {third, other}]
    bad = [*chance.choice(rest, 2, replace=False).tolist(), third]
    count = Counter(world.judge.tolist())
    mean, deviation = float(world.value.mean()), float(world.value.std())
    changed = world.with_marks(bad[0], chance.normal(mean, deviation, count[bad[0]]))
    changed = changed.with_marks(bad[1], np.full(count[bad[1]], 80.0) + chance.integers(0, 2, count[bad[1]]))
    seconds = chance.lognormal(np.log(900), 0.5, len(world.entry))
    if kind == "upside down":
        own = changed.value[changed.judge == bad[2]]
        changed = changed.with_marks(bad[2], 2 * own.mean() - own)
    elif kind == "hardly reads":
        seconds[world.judge == bad[2]] *= 0.1
    else:
        changed = _copied(changed, third, other, chance)
    names = dict(zip((f"J{judge:04d}" for judge in bad), ("random", "same mark", kind), strict=True))
    known = {
        (f"E{entry:05d}", f"J{judge:04d}"): float(spent)
        for entry, judge, spent in zip(world.entry.tolist(), world.judge.tolist(), seconds.tolist(), strict=True)
    }
    return changed, names, Evidence(seconds=changed.totals.aligned(known))


def _neighbours(world: World, chance: np.random.Generator) -> tuple[int, int]:
    """Two judges who share at least ten entries, without which nobody could say that one copies."""
    own = [set(world.entry[world.judge == judge].tolist()) for judge in range(world.judges)]
    pairs = [
        (one, other)
        for one in range(world.judges)
        for other in range(world.judges)
        if one != other and len(own[one] & own[other]) >= FEWEST_SHARED
    ]
    return pairs[int(chance.integers(len(pairs)))]


def _copied(world: World, copier: int, other: int, chance: np.random.Generator) -> World:
    """The judge takes over the other's marks on the entries they share, a point up or down."""
    theirs = {
        int(e): float(v)
        for e, v in zip(world.entry[world.judge == other], world.value[world.judge == other], strict=True)
    }
    entries = world.entry[world.judge == copier].tolist()
    own = world.value[world.judge == copier]
    marks = [
        theirs[entry] + chance.integers(-1, 2) if entry in theirs else mark
        for entry, mark in zip(entries, own, strict=True)
    ]
    return world.with_marks(copier, np.array(marks))


def flags(report: Report, worlds: int) -> None:
    found: Counter[str] = Counter()
    planted: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    wrong = right = 0
    for number in range(worlds):
        chance = np.random.default_rng(FIRST_SEED + number)
        world, bad, evidence = plant(mixed_world(FIRST_SEED + number), chance)
        red = [flag for flag in judge_flags(Additive(world.totals), evidence) if flag.level == Level.RED]
        named = {flag.judge for flag in red}
        # Whoever is copied from is alike through no fault: the flag names both unless times tell them apart.
        excused = {flag.other for flag in red if flag.judge in bad and flag.other}
        for judge, kind in bad.items():
            planted[kind] += 1
            found[kind] += judge in named
        right += len(named & bad.keys())
        others = named - bad.keys() - excused
        wrong += len(others)
        kinds.update(str(flag.kind) for flag in red if flag.judge in others)
    for kind in sorted(planted):
        report.say(f"planted judge found: {kind}", f"{found[kind]} of {planted[kind]}")
    report.say("of three planted bad judges found", f"{right / worlds:.2f}", ">= 2.7", right / worlds >= 2.7)
    report.say("others flagged red, a contest", f"{wrong / worlds:.2f}", "<= 0.2", wrong / worlds <= 0.2)
    for kind, count in sorted(kinds.items()):
        report.say(f"  of these {kind}", f"{count} in {worlds} contests")


def rounds(report: Report, worlds: int) -> None:
    """Three scores each and six more on the hundred likeliest, against five flat."""
    twice, flat, promised = [], [], []
    for number in range(worlds):
        chance = np.random.default_rng(FIRST_SEED + number)
        quality = chance.standard_normal(900)
        entry, judge = seated(chance, 900, 60, 11)
        world = marked(chance, quality, entry, judge, 60)
        seat = np.tile(np.arange(11), 900)

        def of(kept: np.ndarray, world: World = world) -> Calibration:
            part = World(world.quality, world.entry[kept], world.judge[kept], world.value[kept], 60, world.noise)
            return calibrate(part.totals, top=TOP)

        first = of(seat < 3)
        likely = np.argsort(-first.p_top, kind="stable")[:100]
        second = of((seat < 3) | (np.isin(world.entry, likely) & (seat < 9)))
        promised.append(propose(first, extra=6).then)
        twice.append(recall(second.quality, world))
        # The flat round gets the same chance: other seats of the same judges.
        flat.append(recall(of((seat >= 3) & (seat < 8)).quality, world))
    better = float(np.mean(twice)) - float(np.mean(flat))
    report.say("recall, five scores flat (4,500)", f"{np.mean(flat):.3f}")
    report.say(
        "recall, three and then six for a hundred (3,300)", f"{np.mean(twice):.3f}", "more than flat", better > 0
    )
    report.say("  foretold by the proposal", f"{np.mean(promised):.3f}")


def official(report: Report, panels: int) -> None:
    started = time.process_time()
    wrong = sum(disagreements(seed, min(CHUNK, panels - seed)) for seed in range(0, panels, CHUNK))
    seconds = time.process_time() - started
    report.say(f"official scores and places wrong, of {panels:,}", f"{wrong} ({seconds:.0f} s)", "0", wrong == 0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--worlds", type=int, default=24)
    parser.add_argument("--panels", type=int, default=100_000)
    given = parser.parse_args()
    report = Report()
    print(f"{given.worlds} random worlds: 900 entries, 60 judges, 5 scores each")
    advisory(report, given.worlds)
    large(report)
    flags(report, given.worlds * 2)
    rounds(report, given.worlds)
    official(report, given.panels)
    return 0 if report.met else 1


if __name__ == "__main__":
    sys.exit(main())
