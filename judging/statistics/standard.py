"""标准分: the standard score within a track, for contests that choose it in place of the plain mean.

Each judge's totals are put on one scale, 50 + 10·(total − the judge's mean) / the judge's standard deviation, and averaged
over the entry. That is fair only if judges saw comparable entries and enough of them: at least fifteen each, and all held
together by shared entries. Otherwise it is refused with the reasons.

A standard deviation is a root and has no exact fraction: it is taken to fifty digits and each standard score is cut at
thirty, half up; from there on everything is exact again, so that equal stays equal in whatever order it is added up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from judging.aggregation import mean
from judging.calibration.totals import Totals, components

FEWEST_ENTRIES = 15
DIGITS = Context(prec=50)
STEP = Decimal(1).scaleb(-30)


class NoStandardScore(ValueError):
    """Why there is none: "apart", or with the judges who are too few entries ("few") or one mark ("flat")."""

    def __init__(self, code: str, judges: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {', '.join(judges)}")
        self.code = code
        self.judges = judges


@dataclass(frozen=True)
class _Judge:
    mean: Fraction
    deviation: Decimal


def standard_scores(entries: Mapping[str, Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The standard score of every entry, from its totals by judge; raises NoStandardScore."""
    given: dict[str, list[Fraction]] = {}
    for totals in entries.values():
        for judge, total in totals.items():
            given.setdefault(judge, []).append(total)
    few = tuple(sorted(judge for judge, values in given.items() if len(values) < FEWEST_ENTRIES))
    if few or not given:
        raise NoStandardScore("few", few)
    flat = tuple(sorted(judge for judge, values in given.items() if len(set(values)) == 1))
    if flat:
        raise NoStandardScore("flat", flat)
    rows = ((entry, judge, total) for entry, totals in entries.items() for judge, total in totals.items())
    if len(components(Totals.of(rows))) > 1:
        raise NoStandardScore("apart")
    judges = {judge: _measured(values) for judge, values in given.items()}
    return {
        entry: mean(_standard(total, judges[judge]) for judge, total in totals.items())
        for entry, totals in entries.items()
        if totals
    }


def _measured(values: list[Fraction]) -> _Judge:
    middle = mean(values)
    variance = sum(((value - middle) ** 2 for value in values), Fraction(0)) / (len(values) - 1)
    ratio = DIGITS.divide(Decimal(variance.numerator), Decimal(variance.denominator))
    return _Judge(middle, DIGITS.sqrt(ratio))


def _standard(total: Fraction, judge: _Judge) -> Fraction:
    above = total - judge.mean
    distance = DIGITS.divide(Decimal(above.numerator), Decimal(above.denominator))
    standard = DIGITS.divide(distance, judge.deviation).quantize(STEP, ROUND_HALF_UP, DIGITS)
    return 50 + 10 * Fraction(standard)
