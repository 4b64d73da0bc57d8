"""标准分: the standard score within a track, for contests that choose it in place of the plain mean.

Each judge's totals are put on one scale, 50 + 10·(total − the judge's mean) / the judge's standard deviation, and averaged
over the entry by the rules of the stage: where the highest and the lowest are dropped, they are those of the standard scores. That
is fair only if judges saw comparable entries and enough of them: at least fifteen each, and all held together by shared
entries. Otherwise it is refused with the reasons.

A standard deviation is a root and has no exact fraction: it is taken to fifty digits and each standard score is cut at
thirty, half up; from there on everything is exact again, so that equal stays equal in whatever order it is added up.
`portal/journal/verify_ranking.py` does the same for outsiders.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import lcm

from judging.aggregation import Rules, ScoredEntry, entry_score
from judging.calibration.totals import Totals, components

FEWEST_ENTRIES = 15
DIGITS = Context(prec=50)
PLACES = 30


class NoStandardScore(ValueError):
    """Why there is none: "apart", or with the judges who are too few entries ("few") or one total ("flat")."""

    def __init__(self, code: str, judges: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {', '.join(judges)}")
        self.code = code
        self.judges = judges


def standardised(entries: Sequence[ScoredEntry], rules: Rules) -> list[ScoredEntry]:
    """The ranked entries of a track with standard scores in place of the means of their totals; raises NoStandardScore."""
    scales = _scales(entries)
    found = []
    for entry in entries:
        standards = {judge: scales[judge][entry.code] for judge in entry.totals}
        score, dropped = entry_score(standards, rules)
        found.append(replace(entry, score=score, dropped=dropped, standards=standards))
    return found


def _scales(entries: Iterable[ScoredEntry]) -> dict[str, dict[str, Fraction]]:
    """Judge → entry → its total on the common scale."""
    given: dict[str, dict[str, Fraction]] = {}
    for entry in entries:
        for judge, total in entry.totals.items():
            given.setdefault(judge, {})[entry.code] = total
    few = tuple(sorted(judge for judge, totals in given.items() if len(totals) < FEWEST_ENTRIES))
    if few or not given:
        raise NoStandardScore("few", few)
    distances = {judge: _distances(totals.values()) for judge, totals in given.items()}
    flat = tuple(sorted(judge for judge, found in distances.items() if not any(found)))
    if flat:
        raise NoStandardScore("flat", flat)
    rows = ((entry, judge, total) for judge, totals in given.items() for entry, total in totals.items())
    if len(components(Totals.of(rows))) > 1:
        raise NoStandardScore("apart")
    return {judge: dict(zip(given[judge], _standards(found), strict=True)) for judge, found in distances.items()}


def _distances(totals: Collection[Fraction]) -> list[int]:
    """How far each of n totals is from their mean, times n and their common denominator: whole numbers."""
    below = lcm(*(total.denominator for total in totals))
    whole = [total.numerator * (below // total.denominator) for total in totals]
    added = sum(whole)
    return [len(whole) * number - added for number in whole]


def _standards(distances: Sequence[int]) -> Iterator[Fraction]:
    """What the distances are multiplied by falls out of the quotient."""
    variance = DIGITS.divide(Decimal(sum(distance**2 for distance in distances)), Decimal(len(distances) - 1))
    deviation = DIGITS.sqrt(variance)
    step, unit = Decimal(1).scaleb(-PLACES), 10**PLACES
    for distance in distances:
        cut = DIGITS.divide(Decimal(distance), deviation).quantize(step, ROUND_HALF_UP, DIGITS)
        yield Fraction(50 * unit + 10 * int(cut.scaleb(PLACES, DIGITS)), unit)
