"""The distribution functions against printed tables and closed forms."""

from math import erf, exp, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.statistics.distributions import (
    benjamini_hochberg,
    beta,
    chi_square_cdf,
    chi_square_quantile,
    lower_gamma,
    t_quantile,
    t_two_sided,
    welch,
)


@pytest.mark.parametrize(
    ("p", "freedom", "value"),
    [(0.99, 1, 6.635), (0.99, 2, 9.210), (0.99, 4, 13.277), (0.99, 10, 23.209), (0.95, 4, 9.488), (0.99, 100, 135.807)],
)
def test_the_quantiles_of_chi_square_are_those_of_the_tables(p: float, freedom: int, value: float) -> None:
    assert chi_square_quantile(p, freedom) == pytest.approx(value, abs=5e-4)


@pytest.mark.parametrize(
    ("p", "freedom", "value"),
    [
        (0.975, 1, 12.706),
        (0.975, 2, 4.303),
        (0.975, 10, 2.228),
        (0.975, 30, 2.042),
        (0.9995, 5, 6.869),
        (0.975, 1e6, 1.960),
    ],
)
def test_the_quantiles_of_student_are_those_of_the_tables(p: float, freedom: float, value: float) -> None:
    assert t_quantile(p, freedom) == pytest.approx(value, abs=5e-4)


@given(st.floats(min_value=0, max_value=60))
def test_chi_square_of_two_is_exponential_and_of_one_a_squared_normal(x: float) -> None:
    assert chi_square_cdf(x, 2) == pytest.approx(1 - exp(-x / 2), abs=1e-12)
    assert chi_square_cdf(x, 1) == pytest.approx(erf(sqrt(x / 2)), abs=1e-12)


@given(
    st.floats(min_value=0.3, max_value=80),
    st.floats(min_value=0.3, max_value=80),
    st.integers(min_value=0, max_value=2**20),
)
def test_the_incomplete_beta_function_mirrors_itself(a: float, b: float, parts: int) -> None:
    x = parts / 2**20  # so that 1 - x is exact too: the mirror of a tiny x would be another number's
    assert beta(a, b, x) == pytest.approx(1 - beta(b, a, 1 - x), abs=1e-9)
    assert 0 <= beta(a, b, x) <= 1


@given(
    st.floats(min_value=0.5, max_value=50), st.floats(min_value=0, max_value=100), st.floats(min_value=0, max_value=10)
)
def test_a_distribution_never_falls(shape: float, x: float, step: float) -> None:
    assert lower_gamma(shape, x) <= lower_gamma(shape, x + step) + 1e-12


def test_welchs_test_gives_the_published_example() -> None:
    # Ruxton's worked form: means 20.82 and 23.71 of 15 and 15 with these variances.
    difference, error, freedom, p = welch((15, 20.82, 7.90), (15, 23.71, 14.75))
    assert difference == pytest.approx(-2.89)
    assert error == pytest.approx(sqrt(7.90 / 15 + 14.75 / 15))
    assert freedom == pytest.approx(25.65, abs=0.01)
    assert p == pytest.approx(t_two_sided(-2.89 / error, freedom))
    assert 0.02 < p < 0.03


def test_welchs_test_without_any_variance_says_yes_or_no() -> None:
    assert welch((3, 1.0, 0.0), (3, 1.0, 0.0))[3] == 1
    assert welch((3, 2.0, 0.0), (3, 1.0, 0.0))[3] == 0


def test_benjamini_and_hochberg_give_their_own_example() -> None:
    ps = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    qs = benjamini_hochberg(ps)
    assert [q < 0.05 for q in qs] == [True] * 4 + [False] * 11
    assert qs[3] == pytest.approx(0.0095 * 15 / 4)


@given(st.lists(st.floats(min_value=0, max_value=1), max_size=40))
def test_a_q_is_never_below_its_p_and_keeps_the_order(ps: list[float]) -> None:
    qs = benjamini_hochberg(ps)
    assert all(p - 1e-12 <= q <= 1 for p, q in zip(ps, qs, strict=True))
    pairs = sorted(zip(ps, qs, strict=True))
    assert [q for _, q in pairs] == sorted(q for _, q in pairs)
