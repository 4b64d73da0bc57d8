"""Official scores against an independent reckoning; cut lines; the standard score."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.aggregation import ScoredEntry, mean
from judging.ranking import AllTotals, CriterionMean, cut, rank
from judging.statistics.standard import NoStandardScore, standard_scores
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


def contest(entries: int = 20, judges: int = 3) -> dict[str, dict[str, Fraction]]:
    return {
        f"E{n:02d}": {f"J{judge}": Fraction(50 + 2 * n + (judge + 1) * (n % 5)) for judge in range(judges)}
        for n in range(entries)
    }


class TestTheStandardScore:
    """标准分."""

    def test_puts_every_judge_on_one_scale(self) -> None:
        totals = contest()
        shifted = {
            code: {judge: value * (2 if judge == "J1" else 1) + 3 for judge, value in given_.items()}
            for code, given_ in totals.items()
        }
        assert standard_scores(totals) == standard_scores(shifted)

    def test_is_fifty_on_average_and_agrees_with_floats(self) -> None:
        totals = contest()
        scores = standard_scores(totals)
        assert abs(mean(scores.values()) - 50) < Fraction(1, 10**25)
        for code, given_ in totals.items():
            expected = []
            for judge, value in given_.items():
                own = [float(other[judge]) for other in totals.values()]
                middle = sum(own) / len(own)
                deviation = (sum((one - middle) ** 2 for one in own) / (len(own) - 1)) ** 0.5
                expected.append(50 + 10 * (float(value) - middle) / deviation)
            assert float(scores[code]) == pytest.approx(sum(expected) / len(expected))

    def test_keeps_equal_equal(self) -> None:
        totals = contest()
        totals["E98"] = {"J0": Fraction(70), "J1": Fraction(81), "J2": Fraction(77)}
        totals["E99"] = dict(reversed(totals["E98"].items()))
        assert standard_scores(totals)["E98"] == standard_scores(totals)["E99"]

    def test_is_refused_below_fifteen_entries_with_the_judges(self) -> None:
        totals = contest()
        totals["E00"]["J9"] = Fraction(80)
        with pytest.raises(NoStandardScore) as refused:
            standard_scores(totals)
        assert (refused.value.code, refused.value.judges) == ("few", ("J9",))

    def test_is_refused_for_a_judge_with_one_mark(self) -> None:
        totals = {code: {**given_, "J1": Fraction(80)} for code, given_ in contest().items()}
        with pytest.raises(NoStandardScore) as refused:
            standard_scores(totals)
        assert (refused.value.code, refused.value.judges) == ("flat", ("J1",))

    def test_is_refused_where_panels_share_no_judge(self) -> None:
        totals = contest()
        totals |= {
            f"F{code}": {f"K{judge}": value for judge, value in given_.items()} for code, given_ in contest().items()
        }
        with pytest.raises(NoStandardScore) as refused:
            standard_scores(totals)
        assert refused.value.code == "apart"

    def test_is_refused_without_any_total(self) -> None:
        with pytest.raises(NoStandardScore):
            standard_scores({})

    def test_leaves_out_what_nobody_scored(self) -> None:
        assert "E99" not in standard_scores({**contest(), "E99": {}})


def test_the_example_of_a_trimmed_mean_is_exact_to_the_last_digit() -> None:
    from judging.aggregation import Rules, entry_score

    totals = {f"J{n}": Fraction(Decimal(text)) for n, text in enumerate(("86.1", "86.4", "85.9", "90", "70.05"))}
    assert entry_score(totals, Rules())[0] == Fraction("258.4") / 3
