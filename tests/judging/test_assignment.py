"""Assignment: legal, repeatable, as full as any can be, the weakest pair as strong and the total as high."""

from collections import Counter, defaultdict
from dataclasses import replace
from random import Random

import highspy
import numpy as np
import pytest

from judging.assignment import Cancelled, Entry, Judge, Pair, PairTable, Plan, Problem, Rules, solve
from judging.assignment.model import on_and_on
from judging.assignment.network import build
from judging.assignment.programme import Bounds, Programme


def problem(
    entries: dict[str, int],
    judges: dict[str, str],
    *,
    low: int | None = None,
    high: int | None = None,
    seed: str = "s",
    **rest: object,
) -> Problem:
    """Everybody may judge everything, unless `affinity` says otherwise."""
    everything = {(entry, judge): 1 for entry in entries for judge in judges}
    return Problem(
        entries=tuple(Entry(code, "1", seats) for code, seats in entries.items()),
        judges=tuple(Judge(code, organisation, low, high) for code, organisation in judges.items()),
        **{"affinity": everything, "seed": seed, **rest},  # type: ignore[arg-type]
    )


def contest(
    entries: int,
    judges: int,
    seats: int,
    *,
    tracks: int = 12,
    low: int | None = None,
    high: int | None = None,
    seed: int = 1,
) -> Problem:
    """A contest of realistic shape: three tracks to a judge, three levels of affinity, three in a hundred recused."""
    random = Random(seed)
    rows = tuple(Entry(f"E{n:04}", f"T{n % tracks}", seats) for n in range(entries))
    pool = tuple(Judge(f"J{n:03}", f"O{random.randrange(judges)}", low, high) for n in range(judges))
    fields = {judge.code: set(random.sample(range(tracks), min(tracks, 3))) for judge in pool}
    affinity = {
        (entry.code, judge.code): random.randint(1, 3)
        for entry in rows
        for judge in pool
        if int(entry.track[1:]) in fields[judge.code]
    }
    recused = frozenset(pair for pair in affinity if random.random() < 0.03)
    return Problem(rows, pool, affinity, recused, seed="2024")


def codes(plan: Plan) -> list[str]:
    return [reason.code for reason in plan.reasons]


def seats_of(plan: Plan) -> dict[str, set[str]]:
    seats: dict[str, set[str]] = defaultdict(set)
    for entry, judge in plan.seats:
        seats[entry].add(judge)
    return seats


def assert_legal(given: Problem, plan: Plan) -> None:
    organisation = {judge.code: judge.organisation for judge in given.judges}
    assert len(set(plan.seats)) == len(plan.seats)
    assert all(pair in given.affinity and pair not in given.conflicts for pair in plan.seats)
    seats = seats_of(plan)
    for entry in given.entries:
        taken = seats[entry.code]
        assert len(taken) + plan.unfilled.get(entry.code, 0) == entry.seats
        if given.rules.one_per_organisation:
            assert len({organisation[judge] for judge in taken}) == len(taken)
    kept = Counter(judge for entry, judge in given.pinned & set(plan.seats))
    for judge in given.judges:
        if judge.high is not None:
            assert plan.loads.get(judge.code, 0) <= max(judge.high, kept[judge.code])


class TestAPlan:
    """What a plan looks like where everything can be had."""

    def test_fills_every_seat_with_equal_loads(self) -> None:
        plan = solve(problem({f"E{n}": 3 for n in range(8)}, {f"J{n}": f"O{n}" for n in range(6)}))
        assert plan.unfilled == {}
        assert set(plan.loads.values()) == {4}
        assert plan.objective == 24
        assert plan.weakest == 1
        assert plan.proved
        assert plan.reasons == ()

    def test_never_seats_two_judges_of_one_organisation_on_an_entry(self) -> None:
        given = problem({"E1": 2, "E2": 2}, {"J1": "A", "J2": "A", "J3": "B"})
        plan = solve(given)
        assert_legal(given, plan)
        assert all("J3" in judges for judges in seats_of(plan).values())

    def test_may_seat_them_where_the_rules_allow_it(self) -> None:
        plan = solve(problem({"E1": 2}, {"J1": "A", "J2": "A"}, rules=Rules(one_per_organisation=False)))
        assert plan.seats == (("E1", "J1"), ("E1", "J2"))

    def test_keeps_recused_judges_away(self) -> None:
        given = problem({"E1": 1, "E2": 1}, {"J1": "A", "J2": "B"}, conflicts=frozenset({("E1", "J1"), ("E2", "J2")}))
        assert solve(given).seats == (("E1", "J2"), ("E2", "J1"))

    def test_hands_seats_on_where_the_first_choice_blocks_another(self) -> None:
        # J1 alone may take E3, so both others must go to J2 although J1 was as free.
        affinity = {("E1", "J1"): 9, ("E1", "J2"): 1, ("E2", "J1"): 9, ("E2", "J2"): 1, ("E3", "J1"): 1}
        for seed in "abcdef":
            plan = solve(
                problem({"E1": 1, "E2": 1, "E3": 1}, {"J1": "A", "J2": "B"}, high=2, affinity=affinity, seed=seed)
            )
            assert plan.unfilled == {}
            assert ("E3", "J1") in plan.seats

    def test_fills_minimum_loads_before_it_evens_the_rest(self) -> None:
        given = problem({f"E{n}": 1 for n in range(6)}, {"J1": "A", "J2": "B"})
        given = replace(given, judges=(Judge("J1", "A", low=5), Judge("J2", "B", high=6)))
        assert solve(given).loads == {"J1": 5, "J2": 1}

    def test_prefers_the_better_match_among_equally_loaded_judges(self) -> None:
        given = problem({"E1": 1}, {"J1": "A", "J2": "B"}, affinity={("E1", "J1"): 1, ("E1", "J2"): 3})
        assert {solve(replace(given, seed=seed)).seats for seed in "abcdef"} == {(("E1", "J2"),)}

    def test_of_entries_that_need_nobody_is_empty(self) -> None:
        plan = solve(problem({"E1": 0, "E2": 0}, {"J1": "A"}))
        assert (plan.seats, plan.unfilled, plan.reasons) == ((), {}, ())

    def test_of_nothing_is_empty(self) -> None:
        assert solve(Problem((), (), {})) == Plan((), {}, (), 0, True, None)


class TestAShortage:
    """`solve` always answers, and says in numbers what is missing."""

    def test_of_loads_names_the_entries_the_judges_and_the_gap(self) -> None:
        plan = solve(problem({f"E{n}": 3 for n in range(5)}, {f"J{n}": f"O{n}" for n in range(4)}, high=3))
        assert len(plan.seats) == 12
        assert sum(plan.unfilled.values()) == 3
        (reason,) = plan.reasons
        assert reason.figures == {
            "entries": 5, "tracks": "1", "seats": 15, "judges": 4, "given": 12, "short": 3,
        }  # fmt: skip
        assert "5 entries (1) need 15 seats; the 4 judges who may take them can give 12: 3 short" in str(reason)

    def test_is_spread_evenly(self) -> None:
        plan = solve(problem({f"E{n}": 3 for n in range(5)}, {f"J{n}": f"O{n}" for n in range(4)}, high=3))
        assert sorted(len(judges) for judges in seats_of(plan).values()) == [2, 2, 2, 3, 3]

    @pytest.mark.parametrize("objective", ["bottleneck", "total"])
    def test_leaves_no_entry_without_judges_for_the_full_panel_of_another(self, objective: str) -> None:
        given = problem({"E0": 2, "E1": 1}, {"J0": "A", "J1": "B"}, objective=objective)
        given = replace(
            given,
            judges=(replace(given.judges[0], high=1), given.judges[1]),
            conflicts=frozenset({("E1", "J1")}),
        )
        assert solve(given).seats == (("E0", "J1"), ("E1", "J0"))

    def test_of_one_track_does_not_blame_the_other(self) -> None:
        entries = (Entry("E1", "甲", 1), Entry("E2", "甲", 1), Entry("E3", "乙", 1))
        judges = (Judge("J1", "A", high=1), Judge("J2", "B", high=1))
        given = Problem(entries, judges, {("E1", "J1"): 1, ("E2", "J1"): 1, ("E3", "J2"): 1})
        (reason,) = solve(given).reasons
        assert (reason.figures["tracks"], reason.figures["entries"], reason.figures["short"]) == ("甲", 2, 1)

    def test_of_organisations_is_told_from_a_shortage_of_loads(self) -> None:
        plan = solve(problem({"E1": 3}, {"J1": "A", "J2": "A", "J3": "B"}))
        assert plan.unfilled == {"E1": 1}
        assert [(reason.code, reason.figures["organisations"]) for reason in plan.reasons] == [("organisations", 2)]

    def test_of_judges_is_told_where_organisations_do_not_matter(self) -> None:
        plan = solve(problem({"E1": 3}, {"J1": "A", "J2": "A"}, rules=Rules(one_per_organisation=False)))
        assert [(reason.code, reason.figures["judges"]) for reason in plan.reasons] == [("judges", 2)]

    def test_of_entries_names_the_judges_below_their_minimum(self) -> None:
        plan = solve(problem({"E1": 1}, {"J1": "A", "J2": "B"}, low=1))
        assert codes(plan) == ["below_minimum"]
        assert plan.reasons[0].figures["low"] == 1

    def test_of_everything_still_gets_an_answer(self) -> None:
        assert solve(problem({"E1": 2}, {})).unfilled == {"E1": 2}
        assert solve(problem({}, {"J1": "A"}, low=2)).reasons[0].code == "below_minimum"


class TestPinnedSeats:
    """Top-up: published seats stay."""

    def test_stay_while_the_rest_is_filled_around_them(self) -> None:
        given = problem({f"E{n}": 2 for n in range(6)}, {f"J{n}": f"O{n}" for n in range(4)})
        first = solve(given)
        gone = "J0"
        left = replace(
            given,
            judges=tuple(judge for judge in given.judges if judge.code != gone),
            pinned=frozenset(pair for pair in first.seats if pair[1] != gone),
        )
        second = solve(left)
        assert left.pinned <= set(second.seats)
        assert second.unfilled == {}
        assert second.loads == {"J1": 4, "J2": 4, "J3": 4}

    def test_may_exceed_a_maximum_that_was_lowered_and_are_named(self) -> None:
        pinned = frozenset({("E1", "J1"), ("E2", "J1")})
        plan = solve(problem({"E1": 1, "E2": 1, "E3": 1}, {"J1": "A", "J2": "B"}, high=1, pinned=pinned))
        assert plan.seats == (("E1", "J1"), ("E2", "J1"), ("E3", "J2"))
        assert codes(plan) == ["above_maximum"]

    @pytest.mark.parametrize(
        ("pair", "code"),
        [
            (("E1", "J9"), "pinned_unknown"),
            (("E1", "J3"), "pinned_not_allowed"),
            (("E1", "J2"), "pinned_organisation"),
            (("E2", "J4"), "pinned_surplus"),
        ],
    )
    def test_that_break_a_rule_now_are_freed_and_named(self, pair: Pair, code: str) -> None:
        given = problem(
            {"E1": 2, "E2": 1},
            {"J1": "A", "J2": "A", "J3": "B", "J4": "C"},
            conflicts=frozenset({("E1", "J3")}),
            pinned=frozenset({("E1", "J1"), ("E2", "J1"), pair}),
        )
        plan = solve(given)
        assert_legal(given, plan)
        assert pair not in plan.seats
        assert [(reason.code, reason.figures["judge"]) for reason in plan.reasons] == [(code, pair[1])]

    @pytest.mark.parametrize("conflicts", [frozenset(), frozenset({("E1", "J1")})])
    @pytest.mark.parametrize("entries", [{}, {"E1": 1}])
    def test_are_all_freed_where_nobody_is_left_to_judge(
        self, entries: dict[str, int], conflicts: frozenset[Pair]
    ) -> None:
        plan = solve(problem(entries, {}, conflicts=conflicts, pinned=frozenset({("E1", "J1"), ("E9", "J1")})))
        assert (plan.seats, plan.unfilled) == ((), entries)
        assert codes(plan).count("pinned_unknown") == 2


class TestContradictions:
    """A problem that no caller may pose."""

    @pytest.mark.parametrize(
        "given",
        [
            Problem((Entry("E", "1", 1), Entry("E", "1", 1)), (), {}),
            Problem((), (Judge("J", "A"), Judge("J", "B")), {}),
            Problem((Entry("E", "1", -1),), (), {}),
            Problem((), (Judge("J", "A", low=3, high=2),), {}),
        ],
    )
    def test_are_refused(self, given: Problem) -> None:
        with pytest.raises(ValueError, match=r"E|J|code"):
            solve(given)


class TestWeakestPair:
    """The default objective: first the weakest pair, then the total."""

    AFFINITY = {("E1", "J1"): 9, ("E1", "J2"): 3, ("E2", "J1"): 4, ("E2", "J2"): 1}

    def given(self, **rest: object) -> Problem:
        return problem({"E1": 1, "E2": 1}, {"J1": "A", "J2": "B"}, low=1, high=1, **{"affinity": self.AFFINITY, **rest})  # type: ignore[arg-type]

    def test_is_raised_first(self) -> None:
        plan = solve(self.given())
        assert (plan.weakest, plan.objective) == (3, 7)

    def test_gives_way_where_only_the_total_is_asked_for(self) -> None:
        plan = solve(self.given(objective="total"))
        assert (plan.weakest, plan.objective) == (1, 10)

    def test_never_costs_a_seat(self) -> None:
        affinity = {**self.AFFINITY, ("E3", "J1"): 0}
        judges = (Judge("J1", "A", 0, 2), Judge("J2", "B", 0, 1))
        plan = solve(
            replace(
                self.given(affinity=affinity), entries=tuple(Entry(f"E{n}", "1", 1) for n in (1, 2, 3)), judges=judges
            )
        )
        assert (plan.unfilled, plan.weakest) == ({}, 0)

    def test_is_found_in_a_shortage_too(self) -> None:
        plan = solve(self.given(affinity={("E1", "J1"): 2, ("E2", "J1"): 7}))
        assert (plan.seats, plan.weakest, plan.unfilled) == ((("E2", "J1"),), 7, {"E1": 1})


class TestLevelLoads:
    """Judges without bounds share evenly, a tenth more or less."""

    def test_stay_within_a_tenth_of_the_most_even_loads(self) -> None:
        plan = solve(contest(300, 20, 3, tracks=1))
        assert plan.unfilled == {}
        assert all(45 - 5 <= load <= 45 + 5 for load in plan.loads.values())

    def test_are_even_where_every_match_is_as_good(self) -> None:
        plan = solve(problem({f"E{n}": 3 for n in range(40)}, {f"J{n}": f"O{n}" for n in range(7)}))
        assert max(plan.loads.values()) - min(plan.loads.values()) <= 1

    def test_count_what_was_published_before(self) -> None:
        given = problem(
            {f"E{n}": 1 for n in range(8)}, {"J1": "A", "J2": "B"}, pinned=frozenset({("E0", "J1"), ("E1", "J1")})
        )
        assert solve(given).loads == {"J1": 4, "J2": 4}


class TestComposition:
    """Rules for a panel beyond its organisations."""

    def home(self, **rules: object) -> Problem:
        judges = tuple(
            Judge(f"J{n}", f"O{n}", 0, 2, region="42" if n < 3 else f"{n}", main=frozenset({"1"} if n < 2 else ()))
            for n in range(6)
        )
        given = problem({"E1": 2, "E2": 2}, {judge.code: judge.organisation for judge in judges})
        affinity = {pair: 9 - int(pair[1][1:]) if pair[1] > "J1" else 1 for pair in given.affinity}
        return replace(given, judges=judges, affinity=affinity, rules=Rules(**rules), objective="total")  # type: ignore[arg-type]

    def test_seats_experts_of_the_main_field(self) -> None:
        given = self.home(main_per_panel=1)
        plan = solve(given)
        assert all(len(judges & {"J0", "J1"}) == 1 for judges in seats_of(plan).values())
        assert plan.proved
        assert not seats_of(solve(self.home()))["E1"] & {"J0", "J1"}

    def test_names_panels_that_cannot_have_them(self) -> None:
        given = self.home(main_per_panel=2)
        plan = solve(
            replace(
                given, judges=tuple(replace(j, main=frozenset("1" if j.code == "J0" else "")) for j in given.judges)
            )
        )
        assert {reason.code for reason in plan.reasons} == {"main_missing"}
        assert plan.unfilled == {}

    def test_limits_judges_of_one_region(self) -> None:
        plan = solve(self.home(most_per_region=1))
        for judges in seats_of(plan).values():
            assert len(judges & {"J0", "J1", "J2"}) <= 1

    def test_leaves_a_seat_empty_rather_than_break_the_rule_and_says_so(self) -> None:
        given = self.home(most_per_region=1)
        given = replace(given, affinity={pair: 1 for pair in given.affinity if pair[1] in {"J0", "J1", "J2"}})
        plan = solve(given)
        assert plan.unfilled == {"E1": 1, "E2": 1}
        assert codes(plan) == ["composition", "composition"]


class TestProgress:
    """A plan that takes long tells how far it is, and can be stopped."""

    @pytest.mark.parametrize(
        ("high", "steps"),
        [
            (15, ["reading", "levelling", "weakest", "proving", "explaining"]),
            (10, ["reading", "levelling", "weakest", "pairs", "proving", "explaining"]),
        ],
        ids=["where every seat is filled at once", "where seats must stay empty"],
    )
    def test_goes_up_and_names_the_steps(self, high: int, steps: list[str]) -> None:
        heard: list[tuple[str, float]] = []
        solve(contest(60, 12, 3, tracks=2, high=high), progress=lambda word, share: heard.append((word, share)))
        assert list(dict.fromkeys(word for word, _ in heard)) == steps
        shares = [share for _, share in heard]
        assert all(0 <= share <= 1 for share in shares)

    def test_stops_when_nobody_wants_the_plan_any_more(self) -> None:
        with pytest.raises(Cancelled):
            solve(contest(60, 12, 3, tracks=2), cancelled=lambda: True)

    @pytest.mark.parametrize("whole", [False, True])
    def test_stops_in_the_middle_of_one_programme(self, whole: bool) -> None:
        programme, asked = self.one_programme(whole=whole), 0

        def tick(share: float = 0.0) -> None:
            nonlocal asked
            asked += 1
            if asked == 2:  # the first comes before the programme begins
                raise Cancelled

        with pytest.raises(Cancelled):
            programme.solve_whole(tick) if whole else programme.solve(np.arange(300), tick)
        assert programme.highs.getModelStatus() == highspy.HighsModelStatus.kInterrupt

    def test_what_breaks_in_the_middle_of_a_programme_is_raised_as_it_is(self) -> None:
        asked = 0

        def tick(share: float = 0.0) -> None:
            nonlocal asked
            asked += 1
            if asked == 2:
                raise LookupError("the database is away")

        with pytest.raises(LookupError, match="the database is away"):
            self.one_programme().solve(np.arange(300), tick)

    def one_programme(self, *, whole: bool = False) -> Programme:
        net = build(contest(60, 12, 3, tracks=2, low=5, high=20), on_and_on).whole()
        return Programme(net, net.mixed().astype(float), Bounds(net.low, net.high), price=1e9, whole=whole)


class TestScale:
    """A province."""

    @pytest.mark.parametrize("tracks", [12, 1])
    def test_nine_hundred_entries_and_sixty_judges_are_assigned_and_proved(self, tracks: int) -> None:
        given = contest(900, 60, 5, tracks=tracks, low=30, high=80)
        plan = solve(given)
        assert_legal(given, plan)
        assert plan.unfilled == {}
        assert plan.proved
        assert min(plan.loads.values()) >= 30

    def test_a_pool_that_is_too_small_is_explained(self) -> None:
        given = contest(900, 60, 5, tracks=1, high=70)
        plan = solve(given)
        assert_legal(given, plan)
        assert len(plan.seats) == 4200
        assert [(reason.code, reason.figures["short"]) for reason in plan.reasons] == [("capacity", 300)]

    def test_a_tenth_of_the_judges_lost_moves_nobody_else(self) -> None:
        given = contest(900, 60, 5, low=30, high=120)
        first = solve(given)
        lost = {judge.code for judge in given.judges[:6]}
        kept = frozenset(pair for pair in first.seats if pair[1] not in lost)
        left = replace(given, judges=tuple(judge for judge in given.judges if judge.code not in lost))
        topped = solve(replace(left, pinned=kept))
        assert_legal(left, topped)
        assert kept <= set(topped.seats)
        free = solve(left)
        assert sum(topped.unfilled.values()) <= sum(free.unfilled.values()) + 9
        assert topped.objective >= 0.97 * free.objective


def test_a_table_of_pairs_is_a_mapping() -> None:
    given = contest(20, 8, 2, tracks=2)
    table = PairTable.of(given.affinity)
    assert dict(table) == dict(given.affinity)
    assert all(table[pair] == value for pair, value in given.affinity.items())
    assert ("E0000", "nobody") not in table
    assert solve(replace(given, affinity=table)) == solve(given)
