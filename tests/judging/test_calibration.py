"""The advisory ranking: repeatable, right about what it does not know, and silent where judges cannot be compared."""

import numpy as np
import pytest

from judging.calibration import CannotCalibrate, calibrate
from judging.calibration.totals import Totals
from judging.statistics.second_round import propose
from tests.judging.worlds import mixed_world

TOP = 24
#: Few sweeps, so that the suite is quick; `python -m tests.load.statistics` measures with all of them.
SWEEPS = 240


def recall(values: np.ndarray, truth: np.ndarray) -> float:
    return float((truth[np.argsort(-values)[:TOP]] <= TOP).mean())


def test_finds_more_of_the_true_best_than_the_mean_and_knows_how_sure_it_is() -> None:
    gains, covered, brier = [], [], []
    for seed in range(8):
        world = mixed_world(seed)
        totals, truth = world.totals, world.true_rank
        found = calibrate(totals, top=TOP, sweeps=SWEEPS)
        gains.append(recall(found.quality, truth) - recall(totals.means, truth))
        covered.append(((found.low <= truth) & (truth <= found.high)).mean())
        brier.append(((found.p_top - (truth <= TOP)) ** 2).mean())
    assert np.mean(gains) >= 0.08
    assert 0.87 <= np.mean(covered) <= 0.93
    assert np.mean(brier) <= 0.0135


def test_recognises_judges_who_are_lenient_spread_and_noisy() -> None:
    world = mixed_world(5)
    found = calibrate(world.totals, top=TOP, sweeps=SWEEPS)
    mean = world.totals.judge_sums(world.totals.value) / world.totals.per_judge
    assert np.corrcoef(found.leniency, mean)[0, 1] > 0.8
    assert found.leniency.mean() == pytest.approx(0, abs=1e-6)
    assert found.spread.mean() == pytest.approx(1, abs=1e-6)
    assert np.corrcoef(found.noise, world.noise)[0, 1] > 0.8


def test_the_same_totals_and_seed_give_the_same_answer_in_any_order() -> None:
    rows = mixed_world(2, entries=60, judges=10).totals.rows()
    first = calibrate(Totals.of(rows), top=5, seed="a", sweeps=60)
    again = calibrate(Totals.of(reversed(rows)), top=5, seed="a", sweeps=60)
    other = calibrate(Totals.of(rows), top=5, seed="b", sweeps=60)
    assert (first.rank == again.rank).all()
    assert (first.p_top == again.p_top).all()
    assert (first.quality == again.quality).all()
    assert (first.quality != other.quality).any()


def test_ranks_are_a_permutation_inside_their_intervals() -> None:
    found = calibrate(mixed_world(3, entries=50, judges=8).totals, top=10, sweeps=SWEEPS)
    assert sorted(found.rank.tolist()) == list(range(1, 51))
    assert (found.low <= found.high).all()
    assert found.p_top.sum() == pytest.approx(10)
    assert found.p_first.sum() == pytest.approx(1)
    assert (found.p_first <= found.p_top).all()
    assert 0 < found.promised_overlap <= 1


@pytest.mark.parametrize("seed", [f"stage {number}" for number in range(8)])
def test_few_totals_do_not_stand_the_sampled_worlds_on_their_head(seed: str) -> None:
    rows = [
        ("A", "J1", 82.0),
        ("A", "J2", 84.5),
        ("A", "J3", 84.5),
        ("B", "J3", 76.5),
        ("C", "J3", 88.5),
        ("C", "J4", 86.0),
    ]
    found = calibrate(Totals.of(rows), top=1, seed=seed)
    assert found.totals.entries == ("A", "B", "C")
    assert found.rank.tolist() == [2, 3, 1]
    assert (found.low <= found.rank).all()
    assert (found.rank <= found.high).all()
    assert found.p_top[2] > found.p_top[0] > found.p_top[1]


def test_one_lenient_panel_does_not_win() -> None:
    chance = np.random.default_rng(4)
    rows = []
    for entry in range(40):
        quality = entry / 2
        panel = (0, 1, 2) if entry % 2 else (2, 3, 4)
        rows += [
            (f"E{entry:02d}", f"J{judge}", quality + (15 if judge < 2 else 0) + chance.normal(0, 1) + 50)
            for judge in panel
        ]
    found = calibrate(Totals.of(rows), top=10, sweeps=SWEEPS)
    best = {code for code, rank in zip(found.totals.entries, found.rank, strict=True) if rank <= 10}
    # By the plain mean eight of the ten would come from the lenient panel alone.
    assert len(best & {f"E{entry}" for entry in range(30, 40)}) >= 9


def test_judges_who_share_no_entry_are_not_compared() -> None:
    rows = [
        (f"E{entry}", f"J{judge + 3 * (entry % 2)}", 70.0 + entry + judge) for entry in range(8) for judge in range(3)
    ]
    with pytest.raises(CannotCalibrate) as refused:
        calibrate(Totals.of(rows), top=3)
    assert refused.value.code == "apart"
    assert [len(part.entries) for part in refused.value.parts] == [4, 4]
    joined = calibrate(Totals.of([*rows, ("E0", "J3", 72.0)]), top=3, sweeps=30)
    assert len(joined.rank) == 8


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "few"),
        ([("E1", "J1", 80.0), ("E2", "J1", 70.0), ("E3", "J1", 60.0)], "few"),
        ([("E1", "J1", 80.0), ("E1", "J2", 70.0)], "few"),
        ([(f"E{entry}", f"J{judge}", 80.0) for entry in range(4) for judge in range(2)], "flat"),
    ],
)
def test_too_little_is_refused(rows: list[tuple[str, str, float]], code: str) -> None:
    with pytest.raises(CannotCalibrate) as refused:
        calibrate(Totals.of(rows), top=1)
    assert refused.value.code == code


def test_a_judge_who_gives_one_mark_to_all_breaks_nothing() -> None:
    chance = np.random.default_rng(1)
    rows = [
        (f"E{entry:02d}", f"J{judge}", 80.0 if judge == 0 else 60 + entry + chance.normal(0, 1))
        for entry in range(20)
        for judge in range(3)
    ]
    found = calibrate(Totals.of(rows), top=5, sweeps=SWEEPS)
    assert np.isfinite(found.quality).all()
    assert found.rank[-1] == 1


def test_a_second_round_asks_for_those_in_doubt_and_never_promises_less() -> None:
    found = calibrate(mixed_world(6, entries=120, judges=12, seats=3).totals, top=12, sweeps=SWEEPS)
    proposal = propose(found, extra=6)
    chances = dict(zip(found.totals.entries, found.p_top.tolist(), strict=True))
    assert len(proposal.entries) <= 48
    assert list(proposal.p_top) == sorted(proposal.p_top, reverse=True)
    assert all(0.01 <= chances[code] < 0.99 for code in proposal.entries)
    assert proposal.then > proposal.now > 0
    assert proposal.seats == 6 * len(proposal.entries)
    assert propose(found, extra=6, most=5).entries == proposal.entries[:5]
    assert propose(found, extra=6) == proposal
