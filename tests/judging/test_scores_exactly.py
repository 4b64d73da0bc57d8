"""Official scores against an independent reckoning; cut lines."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.aggregation import ScoredEntry, mean
from judging.ranking import AllTotals, CriterionMean, cut, rank
from tests.judging.oracle import disagreements


@pytest.mark.parametrize("seed", range(5))
def test_a_thousand_random_panels_get_the_score_and_the_place_of_the_oracle(seed: int) -> None:
    assert disagreements(seed, 1000) == 0


@given(st.lists(st.fractions(min_value=0, max_value=100), min_size=1, max_size=12))
def test_a_mean_over_a_common_denominator_is_the_mean(values: list[Fraction]) -> None:
    assert mean(values) == sum(values, Fraction(0)) / len(values)


TIES = (AllTotals(), CriterionMean("C1"))


def entry(code: str, score: int, total: int = 0, first: int = 0) -> ScoredEntry:
    return ScoredEntry(code, {"J1": Fraction(total or score)}, Fraction(score), (), {"C1": Fraction(first)})


class TestACutLine:
    """So many places, and who gets them."""

    def test_leaves_the_first_inside(self) -> None:
        line = cut(rank([entry("A", 90), entry("B", 80), entry("C", 70)], TIES), 2, TIES)
        assert [result.entry.code for result in line.inside] == ["A", "B"]
        assert (line.open, line.settled_by, line.free) == ((), None, 0)
        assert line.next is not None
        assert line.next.entry.code == "C"

    def test_names_the_rule_that_settled_a_tie_on_it(self) -> None:
        results = rank([entry("A", 90), entry("B", 80, 85), entry("C", 80, 84)], TIES)
        assert cut(results, 2, TIES).settled_by == AllTotals()
        results = rank([entry("A", 90), entry("B", 80, 85, 9), entry("C", 80, 85, 8)], TIES)
        assert cut(results, 2, TIES).settled_by == CriterionMean("C1")

    def test_lists_those_whom_no_rule_tells_apart(self) -> None:
        results = rank([entry("A", 90), *(entry(code, 80) for code in "BCD"), entry("E", 70)], TIES)
        line = cut(results, 3, TIES)
        assert [result.entry.code for result in line.inside] == ["A"]
        assert [result.entry.code for result in line.open] == ["B", "C", "D"]
        assert line.free == 2
        assert line.settled_by is None

    def test_between_ties_that_end_on_it_is_clear(self) -> None:
        line = cut(rank([entry("A", 80), entry("B", 80), entry("C", 70)], TIES), 2, TIES)
        assert [result.entry.code for result in line.inside] == ["A", "B"]
        assert line.open == ()

    def test_below_everybody_has_nobody_outside(self) -> None:
        line = cut(rank([entry("A", 90), ScoredEntry("B", {}, None)], TIES), 5, TIES)
        assert (len(line.inside), line.next, line.free) == (1, None, 4)

    def test_needs_a_place(self) -> None:
        with pytest.raises(ValueError, match="at least one"):
            cut((), 0, TIES)

    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=12), st.integers(1, 13))
    def test_never_gives_more_places_than_there_are_and_forgets_nobody(
        self, given_: list[tuple[int, int]], places: int
    ) -> None:
        results = rank([entry(f"E{n}", 80 + score, 0, first) for n, (score, first) in enumerate(given_)], TIES)
        line = cut(results, places, TIES)
        assert len(line.inside) <= places
        if line.open:
            assert len(line.inside) + len(line.open) > places
            assert len({result.rank for result in line.open}) == 1
        else:
            assert len(line.inside) == min(places, len(results))


def test_the_example_of_a_trimmed_mean_is_exact_to_the_last_digit() -> None:
    from judging.aggregation import Rules, entry_score

    totals = {f"J{n}": Fraction(Decimal(text)) for n, text in enumerate(("86.1", "86.4", "85.9", "90", "70.05"))}
    assert entry_score(totals, Rules())[0] == Fraction("258.4") / 3
