"""Whatever the problem: legal, as good as any other assignment by the stated order, explained, the same for any order of rows."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging.assignment import REASONS, Entry, Judge, Pair, Problem, Rules, components, groups_by_track, rotate, solve
from tests.judging.test_assignment import assert_legal, contest, seats_of


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    entries = [
        Entry(f"E{n}", draw(st.sampled_from("甲乙")), draw(st.integers(0, 3))) for n in range(draw(st.integers(1, 3)))
    ]
    judges = []
    for n in range(draw(st.integers(1, 4))):
        low = draw(st.one_of(st.none(), st.integers(0, 2)))
        high = draw(st.one_of(st.none(), st.integers(low or 0, 4)))
        judges.append(
            Judge(
                f"J{n}",
                draw(st.sampled_from("ABC")),
                low,
                high,
                draw(st.sampled_from(["", "42", "43"])),
                frozenset("甲"),
            )
        )
    pairs = [(entry.code, judge.code) for entry in entries for judge in judges]
    allowed = [pair for pair in pairs if draw(st.integers(0, 3))]
    return Problem(
        entries=tuple(entries),
        judges=tuple(judges),
        affinity={pair: draw(st.integers(0, 3)) for pair in allowed},
        conflicts=frozenset(draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3))),
        pinned=frozenset(draw(st.lists(st.sampled_from(pairs), unique=True, max_size=3))),
        rules=Rules(draw(st.booleans())),
        seed=draw(st.sampled_from(["", "s", "种子"])),
        objective=draw(st.sampled_from(["bottleneck", "total"])),
    )


def assignments(given: Problem) -> Iterator[tuple[dict[str, int], Counter[str], list[Pair]]]:
    """Every legal assignment: seats filled per entry, loads, pairs. No cleverness, so small problems only."""
    organisation = {judge.code: judge.organisation for judge in given.judges}
    choices = []
    for entry in given.entries:
        allowed = [
            judge.code
            for judge in given.judges
            if (entry.code, judge.code) in given.affinity and (entry.code, judge.code) not in given.conflicts
        ]
        panels = [panel for size in range(entry.seats + 1) for panel in combinations(allowed, size)]
        if given.rules.one_per_organisation:
            panels = [panel for panel in panels if len({organisation[judge] for judge in panel}) == len(panel)]
        choices.append(panels)
    high = {judge.code: judge.high for judge in given.judges if judge.high is not None}
    for panels_chosen in product(*choices):
        loads = Counter(judge for panel in panels_chosen for judge in panel)
        if all(loads[judge] <= most for judge, most in high.items()):
            seats = [(e.code, judge) for e, panel in zip(given.entries, panels_chosen, strict=True) for judge in panel]
            yield {e.code: len(panel) for e, panel in zip(given.entries, panels_chosen, strict=True)}, loads, seats


def missed(given: Problem, loads: Counter[str]) -> int:
    return sum(max(0, (judge.low or 0) - loads[judge.code]) for judge in given.judges)


@given(problems())
def test_any_plan_is_legal_and_explains_what_is_missing(given: Problem) -> None:
    plan = solve(given)
    assert_legal(given, plan)
    assert plan.proved
    assert plan.objective == sum(given.affinity[pair] for pair in plan.seats)
    assert plan.weakest == min((given.affinity[pair] for pair in plan.seats), default=None)
    assert all(plan.unfilled.values())
    short = sum(reason.figures["short"] for reason in plan.reasons if "short" in reason.figures)  # type: ignore[misc]
    assert short == sum(plan.unfilled.values())
    freed = {
        (reason.figures["entry"], reason.figures["judge"])
        for reason in plan.reasons
        if reason.code.startswith("pinned")
    }
    assert given.pinned <= set(plan.seats) | freed
    assert all(str(reason) and reason.code in REASONS for reason in plan.reasons)


def bounded(given: Problem) -> Problem:
    """Without pinned seats, and with every bound set, so that evenness has no say."""
    judges = tuple(
        replace(judge, low=judge.low or 0, high=4 if judge.high is None else judge.high) for judge in given.judges
    )
    return replace(given, pinned=frozenset(), judges=judges)


@given(problems().map(bounded))
@settings(max_examples=200)
def test_no_assignment_is_better_by_the_stated_order(given: Problem) -> None:
    plan = solve(given)
    panels = seats_of(plan)
    filled = {entry.code: len(panels[entry.code]) for entry in given.entries}
    loads = Counter(plan.loads)
    everything = [
        (counts, others, [given.affinity[pair] for pair in seats]) for counts, others, seats in assignments(given)
    ]
    assert len(plan.seats) == max(sum(counts.values()) for counts, _, _ in everything)
    full = [rival for rival in everything if sum(rival[0].values()) == len(plan.seats)]
    least = min(missed(given, others) for _, others, _ in full)
    assert missed(given, loads) == least
    full = [rival for rival in full if missed(given, rival[1]) == least]
    if given.objective == "bottleneck":
        assert plan.weakest == max((min(worth) for _, _, worth in full if worth), default=None)
        full = [rival for rival in full if not rival[2] or min(rival[2]) == plan.weakest]
    assert sum(map(bool, filled.values())) == max(sum(map(bool, counts.values())) for counts, _, _ in full)
    assert plan.objective == max(sum(worth) for counts, _, worth in full if counts == filled)


@given(problems().map(lambda given: replace(given, pinned=frozenset())))
def test_a_certificate_of_a_shortage_is_true(given: Problem) -> None:
    """Recount: what is named as needed and given, and nothing that could be filled is called short."""
    plan = solve(given)
    most = max(len(seats) for _, _, seats in assignments(given))
    needed = sum(entry.seats for entry in given.entries)
    short = sum(reason.figures["short"] for reason in plan.reasons if "short" in reason.figures)  # type: ignore[misc]
    assert short == needed - most
    for reason in plan.reasons:
        if reason.code == "capacity":
            assert reason.figures["seats"] - reason.figures["given"] == reason.figures["short"]  # type: ignore[operator]


@given(problems(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(given: Problem, random: Random) -> None:
    entries, judges, affinity = list(given.entries), list(given.judges), list(given.affinity.items())
    for rows in (entries, judges, affinity):
        random.shuffle(rows)  # type: ignore[arg-type]
    shuffled = replace(given, entries=tuple(entries), judges=tuple(judges), affinity=dict(affinity))
    assert solve(shuffled) == solve(given)


def test_a_large_plan_is_the_same_for_any_order_of_rows_and_differs_by_seed() -> None:
    given = contest(150, 20, 3, tracks=3)
    shuffled = replace(
        given,
        entries=given.entries[::-1],
        judges=given.judges[::-1],
        affinity=dict(reversed(given.affinity.items())),  # type: ignore[call-overload]
    )
    assert solve(shuffled) == solve(given)
    assert solve(replace(given, seed="2025")).seats != solve(given).seats


@given(problems())
def test_topping_up_a_whole_plan_moves_nothing(given: Problem) -> None:
    first = solve(replace(given, pinned=frozenset()))
    assert solve(replace(given, pinned=frozenset(first.seats))).seats == first.seats


@given(problems())
def test_a_rotating_seat_connects_panels_and_breaks_no_rule(given: Problem) -> None:
    plan = solve(given)
    seats = rotate(given, plan)
    track_of = {entry.code: entry.track for entry in given.entries}
    assert Counter(judge for _, judge in seats) == Counter(judge for _, judge in plan.seats)
    assert Counter(entry for entry, _ in seats) == Counter(entry for entry, _ in plan.seats)
    assert_legal(given, replace(plan, seats=seats))
    assert given.pinned & set(plan.seats) <= set(seats)
    before, after = groups_by_track(plan.seats, track_of), groups_by_track(seats, track_of)
    assert all(len(after[track]) <= len(before[track]) for track in before)
    assert sum(map(len, after.values())) >= components(seats)


def test_two_panels_that_share_no_judge_exchange_one_seat() -> None:
    entries = tuple(Entry(f"E{n}", "1", 2) for n in range(4))
    judges = tuple(Judge(f"J{n}", f"O{n}", 2, 2, main=frozenset("1")) for n in range(4))
    affinity = {
        (entry.code, judge.code): 3 if (e < 2) == (j < 2) else 2
        for e, entry in enumerate(entries)
        for j, judge in enumerate(judges)
    }
    apart = Problem(entries, judges, affinity, seed="s")
    assert components(solve(apart).seats) == 2
    plan = solve(replace(apart, rules=Rules(connected=True)))
    assert components(plan.seats) == 1
    assert (plan.weakest, plan.objective, plan.proved) == (2, 22, False)
    assert set(Counter(judge for _, judge in plan.seats).values()) == {2}


def test_where_panels_are_connected_already_nothing_rotates() -> None:
    entries = tuple(Entry(f"E{n}", "1", 2) for n in range(3))
    judges = tuple(Judge(f"J{n}", f"O{n}") for n in range(3))
    everything = {(entry.code, judge.code): 1 for entry in entries for judge in judges}
    given = Problem(entries, judges, everything, seed="s")
    assert solve(replace(given, rules=Rules(connected=True))) == solve(given)


def two_panels(houses: str = "ABCD") -> Problem:
    """Two entries each for J0 and J1, and for J2 and J3, who suit the others' entries less well."""
    entries = tuple(Entry(f"E{n}", "1", 2) for n in range(4))
    judges = tuple(Judge(f"J{n}", house, 2, 2) for n, house in enumerate(houses))
    affinity = {(f"E{e}", f"J{j}"): 3 if (e < 2) == (j < 2) else 2 for e in range(4) for j in range(4)}
    return Problem(entries, judges, affinity, seed="s", rules=Rules(connected=True))


@pytest.mark.parametrize("blocked", ["unknown", "conflict"])
def test_panels_that_no_allowed_exchange_connects_stay_apart(blocked: str) -> None:
    given = two_panels()
    across = frozenset(pair for pair, worth in given.affinity.items() if worth == 2)
    own = {pair: worth for pair, worth in given.affinity.items() if worth == 3}
    changed = {"affinity": own} if blocked == "unknown" else {"conflicts": across}
    plan = solve(replace(given, **changed))  # type: ignore[arg-type]
    assert components(plan.seats) == 2
    assert set(plan.seats) == set(own)


def test_no_exchange_brings_colleagues_together() -> None:
    given = two_panels("ABBC")
    plan = solve(given)
    assert components(plan.seats) == 1
    assert_legal(given, plan)
