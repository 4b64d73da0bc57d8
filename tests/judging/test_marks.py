"""Marks as people type them."""

from decimal import Decimal

import pytest

from competition.models import Criterion
from judging.marks import NOT_APPLICABLE, check_marks, missing, parse_mark, plain
from portal.refusals import Refusal

C1 = Criterion(code="C1", name="应用实效", weight=Decimal(60), max_mark=Decimal(100))
C2 = Criterion(code="C2", name="安全合规", weight=Decimal(40), max_mark=Decimal("12.5"), allow_na=True)


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("88", "88"),
        (" 88.5 ", "88.5"),
        ("88.25", "88.25"),
        ("0", "0"),
        ("100", "100"),
        ("100.00", "100"),
        ("８８．５", "88.5"),
        ("88。5", "88.5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+7", "7"),
    ],
)
def test_reads_a_number_as_it_is_typed(typed, value):
    assert parse_mark(typed, C1) == Decimal(value)


@pytest.mark.parametrize("typed", ["", "   ", "\t", "\u3000"])
def test_nothing_typed_is_no_mark_yet(typed):
    assert parse_mark(typed, C1) is None


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("-inf", "not_a_number"),
        ("1e2", "not_a_number"),
        ("九十", "not_a_number"),
        ("88,5", "not_a_number"),
        ("8 8", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1_0", "not_a_number"),
        ("٣", "not_a_number"),
        ("9" * 500, "not_a_number"),
        ("100.01", "range"),
        ("-1", "range"),
        ("101", "range"),
        ("88.255", "decimals"),
        ("88.000", "decimals"),
    ],
)
def test_refuses_what_is_no_mark_with_a_sentence_that_names_the_criterion(typed, code):
    with pytest.raises(Refusal) as caught:
        parse_mark(typed, C1)
    assert caught.value.code == code
    assert caught.value.field == "mark_C1"
    assert "应用实效" in str(caught.value)


def test_the_limit_is_the_criterions_own():
    assert parse_mark("12.5", C2) == Decimal("12.5")
    with pytest.raises(Refusal, match=r"12\.5"):
        parse_mark("12.51", C2)


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity", "1E+3", "-0.01", "0.001"])
def test_checks_numbers_whoever_sends_them(value):
    with pytest.raises(Refusal):
        check_marks({"C1": Decimal(value)}, [C1, C2])


def test_refuses_a_criterion_of_another_rubric():
    with pytest.raises(Refusal) as caught:
        check_marks({"C9": Decimal(1)}, [C1, C2])
    assert caught.value.code == "unknown_criterion"


def test_not_applicable_is_for_criteria_that_allow_it():
    check_marks({"C2": NOT_APPLICABLE}, [C1, C2])
    with pytest.raises(Refusal) as caught:
        check_marks({"C1": NOT_APPLICABLE}, [C1, C2])
    assert caught.value.code == "applies"


def test_names_what_is_missing_in_the_order_of_the_rubric():
    assert missing({}, [C1, C2]) == [C1, C2]
    assert missing({"C1": Decimal(1)}, [C1, C2]) == [C2]
    assert missing({"C1": Decimal(1), "C2": NOT_APPLICABLE}, [C1, C2]) == []


@pytest.mark.parametrize(
    ("value", "text"), [("88.00", "88"), ("88.50", "88.5"), ("100", "100"), ("0", "0"), ("1E+2", "100")]
)
def test_writes_a_mark_without_idle_noughts(value, text):
    assert plain(Decimal(value)) == text
