"""The standard score (标准分): the core, and what a stage that asks for it shows, exports and refuses."""

from collections.abc import Mapping
from decimal import localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.aggregation import Rules, ScoredEntry, mean
from judging.statistics.standard import NoStandardScore, standardised
from portal.journal import verify_ranking


def contest(entries: int = 20, judges: int = 3) -> dict[str, dict[str, Fraction]]:
    return {
        f"E{n:02d}": {f"J{judge}": Fraction(50 + 2 * n + (judge + 1) * (n % 5)) for judge in range(judges)}
        for n in range(entries)
    }


def standard_scores(totals: Mapping[str, Mapping[str, Fraction]], trim_from: int | None = None) -> dict[str, Fraction]:
    """The score of every entry that has one, by code."""
    entries = [ScoredEntry(code, given_, mean(given_.values()) if given_ else None) for code, given_ in totals.items()]
    scored = standardised(entries, Rules(trim_from))
    return {entry.code: entry.score for entry in scored if entry.score is not None}


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

    def test_drops_the_highest_and_the_lowest_of_the_standard_scores(self) -> None:
        """A lenient judge's highest total can be a low one on the common scale: it is the scale that counts."""
        totals = contest(judges=5)
        for given_ in totals.values():
            given_["J4"] += 20
        totals["E00"]["J4"] -= 15
        entries = [ScoredEntry(code, given_, None) for code, given_ in totals.items()]
        scored = {entry.code: entry for entry in standardised(entries, Rules(5))}
        first = scored["E00"]
        assert first.standards is not None
        ordered = sorted(first.standards, key=lambda judge: first.standards[judge])
        assert set(first.dropped) == {ordered[0], ordered[-1]}
        assert first.score == mean(first.standards[judge] for judge in ordered[1:-1])
        assert ordered[0] == "J4" != min(first.totals, key=lambda judge: first.totals[judge])
        assert standard_scores(totals, 6)["E00"] == mean(first.standards.values())

    def test_does_not_depend_on_the_precision_of_the_thread(self) -> None:
        expected = standard_scores(contest())
        with localcontext() as context:
            context.prec = 5
            assert standard_scores(contest()) == expected

    def test_of_a_root_without_a_fraction_is_cut_at_thirty_places(self) -> None:
        totals = {f"E{n:02d}": {"J0": Fraction(n)} for n in range(15)}
        assert standard_scores(totals)["E14"] == 50 + 10 * Fraction("1.565247584249852787486421568112")  # √2.45

    @given(st.lists(st.integers(0, 10_000), min_size=15, max_size=40).filter(lambda marks: len(set(marks)) > 1))
    def test_comes_out_in_the_check_of_an_export_to_the_last_digit(self, marks: list[int]) -> None:
        totals = {f"E{n:02d}": {"J0": Fraction(mark, 7)} for n, mark in enumerate(marks)}
        assert {code: mean(found) for code, found in verify_ranking.standards_of(totals).items()} == standard_scores(
            totals
        )

    @pytest.mark.parametrize("change", ["few", "flat", "apart", "nothing", ""])
    def test_is_refused_by_the_check_of_an_export_for_the_same_reason(self, change: str) -> None:
        totals = contest()
        if change == "few":
            totals["E00"]["J9"] = Fraction(80)
        elif change == "flat":
            totals = {code: {**given_, "J1": Fraction(80)} for code, given_ in totals.items()}
        elif change == "apart":
            totals |= {f"F{code}": {"K0": given_["J0"]} for code, given_ in contest().items()}
        elif change == "nothing":
            totals = {}
        try:
            standard_scores(totals)
        except NoStandardScore as refusal:
            told = refusal.code, list(refusal.judges)
        else:
            told = "", []
        assert verify_ranking.why_mean(totals) == told
