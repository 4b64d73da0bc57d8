"""Flags: each planted fault is found, honest judges are left alone, and what cannot be told is not said."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.calibration.totals import Totals
from judging.reading import explaining
from judging.statistics.additive import Additive
from judging.statistics.favour import Verdict, any_group, own_group
from judging.statistics.findings import Known, find
from judging.statistics.flags import Evidence, Kind, Level, entry_flags, judge_figures, judge_flags
from tests.judging.worlds import mixed_world


@dataclass
class Bench:
    """Judges who all measure alike on entries of known quality; a test then makes one of them bad."""

    entries: int = 60
    judges: int = 6
    seats: int = 4
    noise: float = 2.0
    seed: int = 7
    marks: dict[tuple[str, str], float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = np.random.default_rng(self.seed)
        for entry in range(self.entries):
            quality = self.chance.normal(75, 6)
            for judge in self.chance.choice(self.judges, self.seats, replace=False):
                self.marks[f"E{entry:02d}", f"J{judge}"] = quality + self.chance.normal(0, self.noise)

    def of(self, judge: str) -> list[tuple[str, str]]:
        return [key for key in self.marks if key[1] == judge]

    @property
    def totals(self) -> Totals:
        return Totals.of((entry, judge, value) for (entry, judge), value in self.marks.items())

    def flags(self, **known: dict[tuple[str, str], float]) -> list[tuple[str, Kind, Level]]:
        totals = self.totals
        evidence = Evidence(**{name: totals.aligned(values) for name, values in known.items()})
        return [(flag.judge, flag.kind, flag.level) for flag in judge_flags(Additive(totals), evidence)]

    def red(self, **known: dict[tuple[str, str], float]) -> list[tuple[str, Kind]]:
        return [(judge, kind) for judge, kind, level in self.flags(**known) if level == Level.RED]


def test_honest_judges_get_no_red_flag() -> None:
    assert Bench().red() == []


def test_marks_at_random_are_inconsistent() -> None:
    bench = Bench()
    for key in bench.of("J2"):
        bench.marks[key] = bench.chance.normal(75, 6)
    assert bench.red() == [("J2", Kind.INCONSISTENT)]


def test_marks_upside_down_are_inconsistent() -> None:
    bench = Bench()
    for key in bench.of("J2"):
        bench.marks[key] = 150 - bench.marks[key]
    assert bench.red() == [("J2", Kind.INCONSISTENT)]


def test_a_low_correlation_on_few_entries_is_amber_only() -> None:
    bench = Bench(entries=12, judges=4, seats=3)
    for key in bench.of("J1"):
        bench.marks[key] = bench.chance.normal(75, 6)
    assert ("J1", Kind.INCONSISTENT, Level.AMBER) in bench.flags()
    assert bench.red() == []


def test_the_same_mark_everywhere_is_seen_and_not_called_inconsistent_too() -> None:
    bench = Bench()
    for place, key in enumerate(bench.of("J3")):
        bench.marks[key] = 80 + place % 2
    assert bench.red() == [("J3", Kind.SAME_MARK)]


def test_four_equal_marks_prove_nothing() -> None:
    bench = Bench(entries=8, judges=8, seats=4)
    judge = next(judge for judge in (f"J{n}" for n in range(8)) if 2 <= len(bench.of(judge)) <= 4)
    for key in bench.of(judge):
        bench.marks[key] = 80.0
    assert (judge, Kind.SAME_MARK) not in bench.red()


@pytest.mark.parametrize(("shift", "kind"), [(6, Kind.LENIENT), (-6, Kind.SEVERE)])
def test_leniency_is_amber_and_never_red(shift: int, kind: Kind) -> None:
    bench = Bench()
    for key in bench.of("J4"):
        bench.marks[key] += shift
    assert ("J4", kind, Level.AMBER) in bench.flags()
    assert bench.red() == []


def test_a_fifth_of_the_usual_time_is_too_fast() -> None:
    bench = Bench()
    seconds = {key: 100.0 if key[1] == "J5" else 600.0 for key in bench.marks}
    assert bench.red(seconds=seconds) == [("J5", Kind.TOO_FAST)]
    assert bench.red(seconds={key: max(value, 121.0) for key, value in seconds.items()}) == []
    assert bench.red(seconds={}) == []


def copied(bench: Bench) -> list[str]:
    """J1 takes over J0's marks, a point up or down; the entries they share."""
    shared = [entry for entry, judge in bench.of("J1") if (entry, "J0") in bench.marks]
    for entry in shared:
        bench.marks[entry, "J1"] = bench.marks[entry, "J0"] + bench.chance.choice((-0.5, 0, 0.5))
    return shared


def test_two_who_are_wrong_alike_are_both_named_when_nobody_knows_who_was_first() -> None:
    bench = Bench(noise=4.0)
    assert len(copied(bench)) >= 10
    assert bench.red() == [("J0", Kind.COPYING), ("J1", Kind.COPYING)]


def test_of_two_who_are_wrong_alike_the_later_one_is_named() -> None:
    bench = Bench(noise=4.0)
    shared = copied(bench)
    submitted = {key: 2000.0 if key[1] == "J1" else 1000.0 for key in bench.marks}
    assert bench.red(submitted=submitted) == [("J1", Kind.COPYING)]
    totals = bench.totals
    flag = next(
        flag
        for flag in judge_flags(Additive(totals), Evidence(submitted=totals.aligned(submitted)))
        if flag.kind == Kind.COPYING
    )
    assert (flag.other, flag.shared, flag.later) == ("J0", len(shared), len(shared))


def test_nine_shared_entries_are_too_few_to_speak_of_copying() -> None:
    bench = Bench(noise=4.0)
    shared = copied(bench)
    for entry in shared[9:]:
        del bench.marks[entry, "J1"]
    assert bench.red() == []


def test_two_who_use_a_narrow_scale_are_not_alike_for_that() -> None:
    bench = Bench(noise=2.0)
    for judge in ("J0", "J1"):
        for key in bench.of(judge):
            bench.marks[key] = 75 + (bench.marks[key] - 75) * 0.4
    assert not any(kind == Kind.COPYING for _, kind, _ in bench.flags())


def test_of_three_planted_judges_nearly_all_are_found_and_hardly_any_other() -> None:
    from tests.load.statistics import plant

    found = wrong = 0
    for seed in range(1000, 1024):
        world, bad, evidence = plant(mixed_world(seed), np.random.default_rng(seed))
        red = [flag for flag in judge_flags(Additive(world.totals), evidence) if flag.level == Level.RED]
        named = {flag.judge for flag in red}
        found += len(named & bad.keys())
        wrong += len(named - bad.keys() - {flag.other for flag in red})
    assert found / 24 >= 2.7
    assert wrong / 24 <= 0.2


def test_a_judge_alone_has_no_leniency_and_no_consistency() -> None:
    figures = judge_figures(Additive(Totals.of([(f"E{n}", "J1", 70.0 + n) for n in range(8)])))
    assert [(one.leniency, one.error, one.consistency) for one in figures] == [(None, None, None)]


class TestEntries:
    """Judges who disagree about an entry."""

    def test_are_flagged_when_chance_does_not_explain_it(self) -> None:
        bench = Bench()
        key = bench.of("J1")[0]
        bench.marks[key] += 25
        flags = entry_flags(Additive(bench.totals), widest=15)
        assert flags[0].entry == key[0]
        assert flags[0].disagrees
        assert flags[0].wide
        assert flags[0].p is not None
        assert flags[0].p < 0.01

    def test_are_flagged_above_the_published_range_and_not_on_it(self) -> None:
        def wide(spread: float) -> list[str]:
            rows = [(f"E{n}", f"J{judge}", 70.0 + n) for n in range(9) for judge in range(2)]
            rows[0] = ("E0", "J0", 70.0 + spread)
            return [flag.entry for flag in entry_flags(Additive(Totals.of(rows)), widest=15) if flag.wide]

        assert wide(15) == []
        assert wide(15.05) == ["E0"]

    def test_are_no_more_than_one_in_a_hundred_when_all_judge_alike(self) -> None:
        bench = Bench(entries=1000, judges=20, noise=4.0)
        flagged = entry_flags(Additive(bench.totals))
        assert 2 <= len(flagged) <= 22

    def test_with_one_judge_are_never_flagged(self) -> None:
        assert entry_flags(Additive(Totals.of([("E1", "J1", 10.0), ("E2", "J1", 90.0)])), widest=15) == ()


class TestFavour:
    """A judge and the entries of a group."""

    groups = {f"E{n:02d}": f"R{n % 3}" for n in range(60)}

    def test_of_the_own_group_is_found_with_its_size(self) -> None:
        bench = Bench()
        for entry, judge in bench.of("J2"):
            if self.groups[entry] == "R1":
                bench.marks[entry, judge] += 9
        found = own_group(Additive(bench.totals), of_entries=self.groups, of_judges={"J1": "R1", "J2": "R1", "J3": ""})
        assert [favour.judge for favour in found] == ["J1", "J2"]
        assert [favour.verdict for favour in found] == [Verdict.NONE, Verdict.FAVOURS]
        guilty = found[1]
        assert guilty.low is not None
        assert guilty.high is not None
        assert guilty.low < 9 < guilty.high
        assert guilty.same == sum(self.groups[entry] == "R1" for entry, _ in bench.of("J2"))

    def test_the_other_way_round_is_called_so(self) -> None:
        bench = Bench()
        for entry, judge in bench.of("J2"):
            if self.groups[entry] == "R0":
                bench.marks[entry, judge] -= 9
        flagged = [favour for favour in any_group(Additive(bench.totals), of_entries=self.groups) if favour.verdict]
        assert ("J2", "R0", Verdict.DISFAVOURS) in [(one.judge, one.group, one.verdict) for one in flagged]

    def test_is_looked_for_by_organisation_and_by_region_and_said_in_words(self) -> None:
        bench = Bench()
        for entry, judge in bench.of("J2"):
            if self.groups[entry] == "R1":
                bench.marks[entry, judge] += 9
        houses = {entry: f"示例公司{group[1]}" for entry, group in self.groups.items()}
        regions = dict.fromkeys(self.groups, "42") | {
            entry: "11" for entry, group in self.groups.items() if group == "R1"
        }
        found = find(bench.totals, top=5, widest=None, known=Known(organisations=houses, regions=regions))["favours"]
        of_j2 = [favour for favour in found if favour["judge"] == "J2" and favour["effect"] > 0]
        told = {favour["kind"]: explaining.favour_flag(favour, {"J2": "周评"}) for favour in of_j2}
        assert "示例公司1" in told["organisation"].seen
        assert "北京" in told["region"].seen
        assert [str(told[kind].state.label) for kind in ("organisation", "region")] == ["对某单位偏宽", "对某地区偏宽"]

    def test_is_not_tested_on_a_handful_of_entries(self) -> None:
        groups = {"E00": "R9", "E01": "R9", "E02": "R9", "E03": "R9"}
        bench = Bench()
        found = own_group(Additive(bench.totals), of_entries=groups, of_judges={f"J{n}": "R9" for n in range(6)})
        assert {(favour.p, favour.effect, favour.verdict) for favour in found} == {(None, None, Verdict.NONE)}

    def test_is_hardly_ever_seen_where_there_is_none(self) -> None:
        tested = flagged = 0
        for seed in range(12):
            bench = Bench(entries=200, judges=10, noise=4.0, seed=seed)
            groups = {entry: f"R{place % 5}" for place, entry in enumerate(bench.totals.entries)}
            found = any_group(Additive(bench.totals), of_entries=groups)
            tested += len(found)
            flagged += sum(bool(favour.verdict) for favour in found)
        assert tested == 12 * 50
        assert flagged <= 2


@given(st.integers(min_value=0, max_value=10_000))
def test_no_flag_depends_on_the_order_of_totals(seed: int) -> None:
    bench = Bench(entries=15, judges=4, seats=3, seed=seed)
    rows = bench.totals.rows()
    np.random.default_rng(seed).shuffle(rows)  # type: ignore[arg-type]
    shuffled = Additive(Totals.of((entry, judge, float(value)) for entry, judge, value in rows))
    assert judge_flags(shuffled) == judge_flags(Additive(bench.totals))
    assert entry_flags(shuffled) == entry_flags(Additive(bench.totals))


def test_two_who_always_agree_are_perfectly_consistent() -> None:
    bench = Bench(judges=2, seats=2)
    for key in bench.of("J1"):
        bench.marks[key] = bench.marks[key[0], "J0"]
    figures = judge_figures(Additive(bench.totals), Evidence())
    assert [round(figure.consistency or 0, 9) for figure in figures] == [1, 1]


def test_a_copy_to_the_point_is_no_accident() -> None:
    bench = Bench(judges=3, seats=3, noise=4.0)
    for key in bench.of("J1"):
        bench.marks[key] = bench.marks[key[0], "J0"]
    assert {("J0", Kind.COPYING), ("J1", Kind.COPYING)} <= set(bench.red())
