"""Alternates: named beforehand, and somebody who may sit there when the time comes."""

from dataclasses import replace

from judging.assignment import Entry, Judge, Pair, Problem, Rules, alternates
from judging.assignment.legality import Table

#: code → (organisation, region)
POOL = {"A": ("O1", "42"), "B": ("O2", "42"), "C": ("O3", "42"), "D": ("O4", "11"), "E": ("O5", ""), "F": ("O1", "31")}


def problem(rules: Rules | None = None, **affinity: int) -> Problem:
    """One entry of two seats, judged by A and B; everybody knows its track as well unless `affinity` says otherwise."""
    return Problem(
        entries=(Entry("E1", "1", 2),),
        judges=tuple(Judge(code, organisation, None, 1, region) for code, (organisation, region) in POOL.items()),
        affinity={("E1", code): affinity.get(code, 1) for code in POOL},
        rules=rules or Rules(),
        seed="s",
    )


PANEL: list[Pair] = [("E1", "A"), ("E1", "B")]


def test_nobody_of_a_seated_organisation_is_named_and_the_better_match_is_named_first():
    assert alternates(problem(D=3, C=2), PANEL)["E1"] == ["D", "C"]
    assert "F" not in alternates(problem(F=3), PANEL, per_entry=6)["E1"]


def test_where_a_region_has_all_its_seats_others_come_first():
    assert alternates(problem(Rules(most_per_region=2), C=3), PANEL, per_entry=3)["E1"][-1] == "C"
    assert alternates(problem(Rules(most_per_region=3), C=3), PANEL, per_entry=3)["E1"][0] == "C"


def test_the_first_alternate_may_take_the_seat_of_whoever_leaves():
    given = problem(Rules(most_per_region=2), C=3)
    first = alternates(given, PANEL)["E1"][0]
    for leaving in PANEL:
        rest = [seat for seat in PANEL if seat != leaving]
        assert Table(given, rest).obstacle("E1", first) == ""


def test_who_has_no_region_is_never_one_too_many():
    given = problem(Rules(most_per_region=1), C=3, E=1)
    assert alternates(given, [("E1", "A"), ("E1", "D")], per_entry=4)["E1"][0] == "E"


def test_an_entry_without_anybody_left_is_absent():
    given = replace(problem(), conflicts=frozenset(("E1", code) for code in "CDEF"))
    assert alternates(given, PANEL) == {}


def test_colleagues_are_not_both_named_where_they_may_not_sit_together():
    given = replace(problem(D=3, C=2), conflicts=frozenset({("E1", "E"), ("E1", "F")}))
    colleagues = tuple(replace(judge, organisation="O9") if judge.code in "CD" else judge for judge in given.judges)
    assert alternates(replace(given, judges=colleagues), PANEL)["E1"] == ["D"]
    apart = replace(given, judges=colleagues, rules=Rules(one_per_organisation=False))
    assert alternates(apart, PANEL)["E1"] == ["D", "C"]


def test_seats_of_judges_and_entries_that_are_gone_change_nothing():
    gone: list[Pair] = [("E1", "left"), ("E9", "C")]
    assert alternates(problem(D=3, C=2), [*PANEL, *gone]) == alternates(problem(D=3, C=2), PANEL)


def test_a_further_judge_of_a_full_region_is_an_obstacle():
    given = replace(problem(Rules(most_per_region=2)), entries=(Entry("E1", "1", 3),))
    assert Table(given, PANEL).obstacle("E1", "C") == "region"
    assert Table(given, PANEL).obstacle("E1", "D") == ""


def test_the_seat_of_a_judge_who_is_gone_is_free():
    given = replace(problem(), pinned=frozenset({("E1", "left")}))
    assert Table(given, PANEL[:1]).obstacle("E1", "B") == ""
    assert Table(given, PANEL).obstacle("E1", "C") == "full"
