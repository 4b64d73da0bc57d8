"""Figures as people read them: marks, totals, weights. Rounding is for the eye only, half up, from exact fractions."""

from fractions import Fraction

from judging.aggregation import shown

BANDS = (90, 75, 60)


def two_places(value: Fraction | str | None) -> str:
    """86.05; empty without a value."""
    if value is None or value == "":
        return ""
    return str(shown(Fraction(value)))


def percent(part: int, whole: int) -> int:
    """A share in whole hundredths, half up; not all is never shown as 100."""
    if not whole:
        return 0
    rounded = (200 * part + whole) // (2 * whole)
    return min(rounded, 99) if part < whole else rounded


def median(values: list[Fraction]) -> Fraction | None:
    """The middle of the values, exact; of two middles their mean."""
    if not values:
        return None
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def band_of(percent: Fraction) -> int:
    """0 for the best band, 3 for the lowest (90, 75 and 60 percent of full marks)."""
    return next((place for place, bound in enumerate(BANDS) if percent >= bound), len(BANDS))
