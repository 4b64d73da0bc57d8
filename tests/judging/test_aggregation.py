"""Totals, scores and ranks: known answers, exactness, and a plain oracle for any panel."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.aggregation import (
    Criterion,
    InvalidSheetError,
    Mark,
    Rules,
    ScoredEntry,
    Sheet,
    entry_score,
    judge_total,
    score_entry,
    shown,
)
from judging.ranking import AllTotals, CriterionMean, TieBreak, rank

RUBRIC = (
    Criterion("C1", Decimal(25)),
    Criterion("C2", Decimal(20)),
    Criterion("C3", Decimal(25)),
    Criterion("C4", Decimal(15)),
    Criterion("C5", Decimal(10), optional=True),
    Criterion("C6", Decimal(5)),
)
TIES = (AllTotals(), CriterionMean(RUBRIC[0].code))


def sheet(*values: int | str | None, judge: str = "J1") -> Sheet:
    return Sheet(
        judge,
        tuple(
            Mark(criterion.code, None if value is None else Decimal(value))
            for criterion, value in zip(RUBRIC, values, strict=True)
        ),
    )


def totals(*values: int | str) -> dict[str, Fraction]:
    return {f"J{number}": Fraction(value) for number, value in enumerate(values, 1)}


def entry(code: str, *values: int | str, **means: int) -> ScoredEntry:
    score, dropped = entry_score(totals(*values), Rules())
    return ScoredEntry(code, totals(*values), score, dropped, {name: Fraction(value) for name, value in means.items()})


def places(*entries: ScoredEntry, ties: tuple[TieBreak, ...] = (AllTotals(),)) -> list[tuple[str, int | None]]:
    return [(result.entry.code, result.rank) for result in rank(entries, ties)]


class TestAJudgesTotal:
    """Σ weight × mark."""

    def test_is_the_weighted_mean(self) -> None:
        # 25·88 + 20·82 + 25·91 + 15·80 + 10·86 + 5·90 = 8,625 hundredths
        assert judge_total(RUBRIC, sheet(88, 82, 91, 80, 86, 90)) == Fraction(8625, 100)

    def test_takes_marks_in_percent_of_full_marks(self) -> None:
        criteria = (Criterion("A", Decimal(60), maximum=Decimal(60)), Criterion("B", Decimal(40), maximum=Decimal(10)))
        assert judge_total(criteria, Sheet("J", (Mark("A", Decimal(45)), Mark("B", Decimal("9.5"))))) == 83

    def test_is_exact_where_floats_are_not(self) -> None:
        criteria = (Criterion("A", Decimal("0.1")), Criterion("B", Decimal("0.2")))
        given = Sheet("J", (Mark("A", Decimal("70.1")), Mark("B", Decimal("70.1"))))
        assert judge_total(criteria, given) == Fraction(701, 10)

    def test_is_not_lowered_by_a_criterion_that_does_not_apply(self) -> None:
        assert judge_total(RUBRIC, sheet(80, 80, 80, 80, None, 80)) == 80
        assert judge_total(RUBRIC, sheet(90, 80, 80, 80, None, 80)) == 80 + Fraction(250, 90)

    @pytest.mark.parametrize(
        ("marks", "code"),
        [
            ((Mark("C9", Decimal(1)),), "unknown"),
            ((Mark("C1", Decimal(1)), Mark("C1", Decimal(1))), "repeated"),
            ((Mark("C1", Decimal(1)),), "missing"),
            (sheet(None, 1, 1, 1, 1, 1).marks, "applies"),
            (sheet("100.5", 1, 1, 1, 1, 1).marks, "range"),
            (sheet("-1", 1, 1, 1, 1, 1).marks, "range"),
            (sheet("NaN", 1, 1, 1, 1, 1).marks, "range"),
        ],
    )
    def test_is_refused_for_a_sheet_that_is_not_whole(self, marks: tuple[Mark, ...], code: str) -> None:
        with pytest.raises(InvalidSheetError) as refused:
            judge_total(RUBRIC, Sheet("J1", marks))
        assert refused.value.code == code

    @pytest.mark.parametrize(("weight", "maximum"), [("0", "100"), ("-1", "100"), ("10", "0")])
    def test_knows_no_criterion_without_weight_or_marks(self, weight: str, maximum: str) -> None:
        with pytest.raises(ValueError, match="above zero"):
            Criterion("C1", Decimal(weight), Decimal(maximum))

    def test_is_refused_when_nothing_applies(self) -> None:
        with pytest.raises(InvalidSheetError, match="nothing_applies"):
            judge_total((Criterion("A", Decimal(1), optional=True),), Sheet("J", (Mark("A", None),)))


class TestAnEntrysScore:
    """Mean or trimmed mean."""

    def test_is_the_plain_mean_below_five_totals(self) -> None:
        assert entry_score(totals(10, 80, 80, 90), Rules()) == (65, ())

    def test_drops_one_highest_and_one_lowest_from_five_on(self) -> None:
        assert entry_score(totals(10, 80, 81, 82, 100), Rules()) == (81, ("J1", "J5"))

    def test_drops_only_one_of_several_equal_extremes(self) -> None:
        assert entry_score(totals(70, 70, 80, 90, 90), Rules()) == (80, ("J1", "J4"))
        assert entry_score(totals(80, 80, 80, 80, 80), Rules())[0] == 80

    def test_follows_the_contests_own_rule(self) -> None:
        assert entry_score(totals(60, 80, 90), Rules(trim_from=3))[0] == 80
        assert entry_score(totals(*[0, 80, 80, 80, 80, 100]), Rules(trim_from=None))[0] == 70

    def test_is_none_without_a_total(self) -> None:
        assert entry_score({}, Rules()) == (None, ())

    def test_cannot_be_trimmed_to_nothing(self) -> None:
        with pytest.raises(ValueError, match="three"):
            Rules(trim_from=2)

    def test_comes_with_its_range_and_all_totals(self) -> None:
        scored = entry("E", 70, 80, 80, 80, 95)
        assert (scored.score, scored.all_totals, scored.spread) == (80, 81, 25)

    def test_counts_each_judge_once(self) -> None:
        with pytest.raises(InvalidSheetError, match="second_sheet"):
            score_entry("E", RUBRIC, [sheet(1, 1, 1, 1, 1, 1), sheet(2, 2, 2, 2, 2, 2)], Rules())

    def test_gives_a_criterion_that_does_not_apply_the_judges_own_total(self) -> None:
        scored = score_entry("E", RUBRIC, [sheet(80, 80, 80, 80, None, 80)], Rules())
        assert scored.means["C5"] == 80


class TestRounding:
    """For the eye only."""

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ("86.125", "86.13"),
            ("86.135", "86.14"),
            ("86.1249999", "86.12"),
            ("0", "0.00"),
            ("100", "100.00"),
            ("-0.005", "-0.01"),
        ],
    )
    def test_is_half_up_to_two_places(self, value: str, text: str) -> None:
        assert str(shown(Fraction(value))) == text

    def test_never_decides(self) -> None:
        third = entry("A", 80, 80, 81)
        half = entry("B", "80.333")
        assert third.score is not None
        assert half.score is not None
        assert shown(third.score) == shown(half.score)
        assert places(half, third) == [("A", 1), ("B", 2)]

    @given(st.fractions(min_value=0, max_value=100))
    def test_is_what_decimal_says(self, value: Fraction) -> None:
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        if exact * value.denominator == value.numerator:
            assert shown(value) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


class TestRanking:
    """Places and ties."""

    def test_shares_a_rank_that_no_rule_can_split_and_counts_on(self) -> None:
        assert places(entry("A", 80), entry("B", 90), entry("C", 80), entry("D", 70)) == [
            ("B", 1), ("A", 2), ("C", 2), ("D", 4),
        ]  # fmt: skip
        shared = [result.shared for result in rank([entry("A", 80), entry("B", 80), entry("C", 70)], TIES[:1])]
        assert shared == [True, True, False]

    def test_breaks_a_tie_by_all_totals_first(self) -> None:
        low, high = entry("A", 60, 80, 80, 80, 90), entry("B", 70, 80, 80, 80, 90)
        assert low.score == high.score == 80
        assert places(low, high) == [("B", 1), ("A", 2)]
        assert rank([low, high], TIES[:1])[0].decided_by == AllTotals()

    def test_breaks_it_then_by_the_named_criteria_in_their_order(self) -> None:
        first = entry("A", 80, C3=90, C1=70)
        second = entry("B", 80, C3=90, C1=75)
        third = entry("C", 80, C3=91, C1=60)
        ties = (AllTotals(), CriterionMean("C3"), CriterionMean("C1"))
        assert places(first, second, third, ties=ties) == [("C", 1), ("B", 2), ("A", 3)]
        assert [result.decided_by for result in rank([first, second, third], ties)] == [
            CriterionMean("C3"), CriterionMean("C1"), CriterionMean("C1"),
        ]  # fmt: skip

    def test_needs_no_rule_where_scores_differ(self) -> None:
        assert [result.decided_by for result in rank([entry("A", 80, C1=0), entry("B", 81, C1=0)], TIES)] == [
            None,
            None,
        ]

    def test_puts_entries_without_a_score_last_and_gives_them_no_place(self) -> None:
        assert places(entry("B"), entry("A"), entry("C", 0)) == [("C", 1), ("A", None), ("B", None)]

    def test_refuses_the_same_entry_twice(self) -> None:
        with pytest.raises(ValueError, match="twice"):
            rank([entry("A", 1), entry("A", 2)], ())

    def test_does_not_depend_on_the_order_of_entries(self) -> None:
        entries = [
            entry("A", 80, C1=1),
            entry("B", 80, C1=1),
            entry("C", 80, C1=2),
            entry("D", 60, 80, 80, 80, 100, C1=1),
        ]
        assert all(rank(order, TIES) == rank(entries, TIES) for order in permutations(entries))

    def test_of_exactly_tied_entries_is_not_split_by_the_order_of_judges(self) -> None:
        left = [sheet(81, 70, 77, 93, 64, 88, judge="J1"), sheet(66, 91, 83, 72, 95, 61, judge="J2")]
        right = [sheet(66, 91, 83, 72, 95, 61, judge="J1"), sheet(81, 70, 77, 93, 64, 88, judge="J2")]
        scored = [score_entry("A", RUBRIC, left, Rules()), score_entry("B", RUBRIC, right, Rules())]
        assert [result.rank for result in rank(scored, TIES)] == [1, 1]


marks = st.one_of(
    st.integers(min_value=0, max_value=100).map(Decimal),
    st.decimals(min_value=0, max_value=100, places=1, allow_nan=False),
)
panels = st.lists(st.tuples(*[marks] * 4, st.one_of(st.none(), marks), marks), min_size=0, max_size=7)


def plain_total(row: tuple[Decimal | None, ...]) -> Fraction:
    """The oracle: weights and marks as fractions, nothing clever."""
    pairs = [
        (Fraction(criterion.weight), Fraction(value))
        for criterion, value in zip(RUBRIC, row, strict=True)
        if value is not None
    ]
    return sum((weight * value for weight, value in pairs), Fraction(0)) / sum(weight for weight, _ in pairs)


def plain_score(values: list[Fraction]) -> Fraction | None:
    if not values:
        return None
    kept = sorted(values)[1:-1] if len(values) >= 5 else values
    return sum(kept, Fraction(0)) / len(kept)


@given(st.lists(panels, min_size=1, max_size=6))
def test_any_contest_is_scored_and_ranked_as_the_oracle_says(contest: list[list[tuple[Decimal | None, ...]]]) -> None:
    scored = []
    keys: dict[str, tuple[Fraction, Fraction, Fraction]] = {}
    for number, panel in enumerate(contest):
        code = f"E{number}"
        sheets = [sheet(*row, judge=f"J{place}") for place, row in enumerate(panel)]  # type: ignore[arg-type]
        found = score_entry(code, RUBRIC, sheets, Rules())
        values = [plain_total(row) for row in panel]
        expected = plain_score(values)
        assert found.score == expected
        scored.append(found)
        if expected is not None:
            firsts = [Fraction(row[0]) for row in panel if row[0] is not None]
            keys[code] = (
                expected, sum(values, Fraction(0)) / len(values), sum(firsts, Fraction(0)) / len(firsts),
            )  # fmt: skip
    for result in rank(scored, TIES):
        key = keys.get(result.entry.code)
        better = sum(other > key for other in keys.values()) if key else None
        assert result.rank == (None if better is None else better + 1)
        assert result.shared == (key is not None and list(keys.values()).count(key) > 1)


@given(panels.filter(bool), st.randoms(use_true_random=False))
def test_the_order_of_sheets_changes_nothing(panel: list[tuple[Decimal | None, ...]], random: object) -> None:
    sheets = [sheet(*row, judge=f"J{place}") for place, row in enumerate(panel)]  # type: ignore[arg-type]
    shuffled = list(sheets)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert score_entry("E", RUBRIC, sheets, Rules()) == score_entry("E", RUBRIC, shuffled, Rules())


@given(panels.filter(bool))
def test_a_score_lies_between_the_totals(panel: list[tuple[Decimal | None, ...]]) -> None:
    found = score_entry("E", RUBRIC, [sheet(*row, judge=f"J{n}") for n, row in enumerate(panel)], Rules())  # type: ignore[arg-type]
    assert found.score is not None
    assert min(found.totals.values()) <= found.score <= max(found.totals.values())
    assert 0 <= found.score <= 100
