"""The few distribution functions that the statistics need, from the standard library alone.

Incomplete gamma and beta functions by their series and continued fractions (Abramowitz & Stegun 6.5, 26.5; Lentz's
method), good to some twelve digits in the range used here; the tests hold them to printed tables. Quantiles by bisection
on them, which is slow and cannot go astray.
"""

from collections.abc import Callable
from functools import lru_cache
from math import exp, lgamma, log, sqrt

TINY = 1e-300
ENOUGH = 1e-15
MOST_TERMS = 10_000

Z_95 = 1.959963984540054  # two-sided


def lower_gamma(shape: float, x: float) -> float:
    """The regularised lower incomplete gamma function P(shape, x)."""
    if x <= 0:
        return 0.0
    front = exp(shape * log(x) - x - lgamma(shape))
    if x < shape + 1:
        term = total = 1 / shape
        n = shape
        while abs(term) > abs(total) * ENOUGH:
            n += 1
            term *= x / n
            total += term
        return front * total
    b = x + 1 - shape
    fraction = _lentz(b, lambda n: (-n * (n - shape), b + 2 * n))
    return 1 - front * fraction


def beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b)."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - beta(b, a, 1 - x)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log(1 - x)) / a

    def term(n: int) -> tuple[float, float]:
        half = n // 2
        if n % 2:
            return -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1)), 1.0
        return half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half)), 1.0

    return front * _lentz(1.0, term)


def _lentz(start: float, term: Callable[[int], tuple[float, float]]) -> float:
    """1 / (start + a₁/(b₁ + a₂/(b₂ + …))) by the modified method of Lentz; `term(n)` gives (aₙ, bₙ)."""
    c, d = 1 / TINY, 1 / (start or TINY)
    value = d
    for n in range(1, MOST_TERMS):
        numerator, denominator = term(n)
        d = denominator + numerator * d or TINY
        c = denominator + numerator / c or TINY
        d = 1 / d
        step = c * d
        value *= step
        if abs(step - 1) < ENOUGH:
            break
    return value


def chi_square_cdf(x: float, freedom: float) -> float:
    return lower_gamma(freedom / 2, x / 2)


@lru_cache(maxsize=256)
def chi_square_quantile(p: float, freedom: float) -> float:
    """The value that a χ² of that freedom stays below with probability p."""
    return _bisect(lambda x: chi_square_cdf(x, freedom), p, 0.0, freedom + 1)


def t_two_sided(t: float, freedom: float) -> float:
    """P(|T| ≥ |t|) for Student's t."""
    return beta(freedom / 2, 0.5, freedom / (freedom + t * t))


@lru_cache(maxsize=1024)
def t_quantile(p: float, freedom: float) -> float:
    """The value that Student's t stays below with probability p, .5 ≤ p < 1."""
    return _bisect(lambda x: 1 - t_two_sided(x, freedom) / 2, p, 0.0, 2.0)


def _bisect(cdf: Callable[[float], float], p: float, low: float, high: float) -> float:
    while cdf(high) < p:
        low, high = high, high * 2
    while high - low > 1e-12 * max(1.0, high):
        middle = (low + high) / 2
        low, high = (middle, high) if cdf(middle) < p else (low, middle)
    return (low + high) / 2


def welch(first: tuple[int, float, float], second: tuple[int, float, float]) -> tuple[float, float, float, float]:
    """Welch's test of two groups, each (count ≥ 2, mean, variance): difference of the means, its error, freedom, p."""
    (n, mean, variance), (m, other_mean, other_variance) = first, second
    a, b = variance / n, other_variance / m
    difference, error = mean - other_mean, sqrt(a + b)
    if error == 0:
        return difference, 0.0, float(n + m - 2), 1.0 if difference == 0 else 0.0
    freedom = (a + b) ** 2 / (a * a / (n - 1) + b * b / (m - 1))
    return difference, error, freedom, t_two_sided(difference / error, freedom)


def benjamini_hochberg(ps: list[float]) -> list[float]:
    """The q-values of many tests: the least share of false alarms at which each would still be reported."""
    order = sorted(range(len(ps)), key=lambda place: ps[place], reverse=True)
    found, least = [1.0] * len(ps), 1.0
    for behind, place in enumerate(order):
        least = min(least, ps[place] * len(ps) / (len(ps) - behind))
        found[place] = least
    return found
