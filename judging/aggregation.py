"""From marks to scores, exactly.

Vocabulary. A *mark* is a Decimal that one judge gives for one *criterion*, between 0 and the criterion's maximum, or
None where the criterion does not apply to the entry. A *sheet* holds the marks of one judge for one entry. The *judge
total* is the weighted mean of a sheet's marks as percentages, so between 0 and 100. The *entry score* is the mean of
the judge totals; from `trim_from` totals on, one highest and one lowest are dropped first (去掉最高最低分).

Invariants. Arithmetic is exact (Fraction) from the marks to the scores; rounding, half up to two places, is for the eye
only and never decides. A criterion that does not apply never lowers a total: the weights of the others are
renormalised, which is the same as giving it the judge's own total. Nothing depends on the order of the sheets. From
scores to places: `ranking.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import lcm

HUNDRED = Decimal(100)


class InvalidSheetError(ValueError):
    """A sheet that gives no total: `code` says why, `criterion` where."""

    def __init__(self, code: str, criterion: str) -> None:
        super().__init__(f"{code}: {criterion}")
        self.code = code
        self.criterion = criterion


@dataclass(frozen=True)
class Criterion:
    """评分项: its weight relative to the others, the mark that is full, and whether it may not apply to an entry."""

    code: str
    weight: Decimal
    maximum: Decimal = HUNDRED
    optional: bool = False

    def __post_init__(self) -> None:
        if self.weight <= 0 or self.maximum <= 0:
            raise ValueError(f"criterion {self.code}: weight and maximum must be above zero")


@dataclass(frozen=True)
class Mark:
    """What a judge gave for a criterion; None where it does not apply."""

    criterion: str
    value: Decimal | None


@dataclass(frozen=True)
class Sheet:
    """评分单: the marks of one judge for one entry."""

    judge: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True)
class Rules:
    """What a contest lays down before the first mark. `trim_from` None: nothing is ever dropped."""

    trim_from: int | None = 5

    def __post_init__(self) -> None:
        if self.trim_from is not None and self.trim_from < 3:
            raise ValueError("dropping the highest and the lowest needs at least three totals")


@dataclass(frozen=True)
class ScoredEntry:
    """An entry with its judge totals by judge, its score, and the means that may break a tie.

    `score` is None where there is no sheet; `dropped` names the judges whose totals do not count. `standards` are the totals
    on the common scale of the track, where the score is formed of these (`standard_scores.py`).
    """

    code: str
    totals: Mapping[str, Fraction]
    score: Fraction | None
    dropped: tuple[str, ...] = ()
    means: Mapping[str, Fraction] = field(default_factory=dict)
    standards: Mapping[str, Fraction] | None = None

    @property
    def averaged(self) -> Mapping[str, Fraction]:
        """By judge, what the score is the mean of."""
        return self.totals if self.standards is None else self.standards

    @property
    def all_totals(self) -> Fraction | None:
        return mean(self.totals.values()) if self.totals else None

    @property
    def spread(self) -> Fraction | None:
        """分差: the highest total less the lowest."""
        return max(self.totals.values()) - min(self.totals.values()) if self.totals else None


def mean(values: Iterable[Fraction]) -> Fraction:
    """The exact arithmetic mean of at least one value."""
    known = list(values)
    # Over a common denominator, so that the sum is one of whole numbers: many times faster than adding fractions.
    below = lcm(*(value.denominator for value in known))
    return Fraction(sum(value.numerator * (below // value.denominator) for value in known), below * len(known))


def shown(value: Fraction, places: int = 2) -> Decimal:
    """The value as people read it: rounded half up, away from zero."""
    scale = 10**places
    magnitude = (abs(value) * scale * 2 + 1) // 2
    return Decimal(int(magnitude) * (1 if value >= 0 else -1)).scaleb(-places)


def percentages(criteria: Sequence[Criterion], sheet: Sheet) -> dict[str, Fraction]:
    """The sheet's marks in percent of full marks, for the criteria that apply; raises InvalidSheetError."""
    known = {criterion.code: criterion for criterion in criteria}
    given: dict[str, Decimal | None] = {}
    for mark in sheet.marks:
        if mark.criterion not in known:
            raise InvalidSheetError("unknown", mark.criterion)
        if mark.criterion in given:
            raise InvalidSheetError("repeated", mark.criterion)
        given[mark.criterion] = mark.value
    result = {}
    for criterion in criteria:
        if criterion.code not in given:
            raise InvalidSheetError("missing", criterion.code)
        value = given[criterion.code]
        if value is None:
            if not criterion.optional:
                raise InvalidSheetError("applies", criterion.code)
        elif not value.is_finite() or not 0 <= value <= criterion.maximum:
            raise InvalidSheetError("range", criterion.code)
        else:
            above, below = value.as_integer_ratio()
            full, parts = criterion.maximum.as_integer_ratio()
            result[criterion.code] = Fraction(above * parts * 100, below * full)
    if not result:
        raise InvalidSheetError("nothing_applies", "")
    return result


def judge_total(criteria: Sequence[Criterion], sheet: Sheet) -> Fraction:
    """Σ weight × mark over the criteria that apply, divided by the sum of their weights; 0 to 100."""
    return _weighted(criteria, percentages(criteria, sheet))


def _weighted(criteria: Sequence[Criterion], marks: Mapping[str, Fraction]) -> Fraction:
    """The weighted mean of the marks that were given, over common denominators."""
    applying = [
        (*criterion.weight.as_integer_ratio(), marks[criterion.code])
        for criterion in criteria
        if criterion.code in marks
    ]
    scale = lcm(*(parts for _, parts, _ in applying))
    below = lcm(*(mark.denominator for _, _, mark in applying))
    weights = [weight * (scale // parts) for weight, parts, _ in applying]
    weighted = sum(
        weight * mark.numerator * (below // mark.denominator)
        for weight, (_, _, mark) in zip(weights, applying, strict=True)
    )
    return Fraction(weighted, below * sum(weights))


def entry_score(totals: Mapping[str, Fraction], rules: Rules) -> tuple[Fraction | None, tuple[str, ...]]:
    """The mean of the totals that count, and the judges whose totals were dropped; None where there is no total.

    Of several equal extremes the judge with the least code is named: the score is the same whoever it is.
    """
    if not totals:
        return None, ()
    if rules.trim_from is None or len(totals) < rules.trim_from:
        return mean(totals.values()), ()
    ordered = sorted(totals, key=lambda judge: (totals[judge], judge))
    lowest = ordered[0]
    highest = next(judge for judge in ordered if totals[judge] == totals[ordered[-1]] and judge != lowest)
    return mean(totals[judge] for judge in ordered if judge not in {lowest, highest}), (lowest, highest)


def score_entry(code: str, criteria: Sequence[Criterion], sheets: Sequence[Sheet], rules: Rules) -> ScoredEntry:
    """All that ranking needs to know of an entry; its sheets are the valid ones, one to a judge."""
    totals: dict[str, Fraction] = {}
    marks: dict[str, list[Fraction]] = {criterion.code: [] for criterion in criteria}
    for sheet in sheets:
        if sheet.judge in totals:
            raise InvalidSheetError("second_sheet", sheet.judge)
        given = percentages(criteria, sheet)
        total = totals[sheet.judge] = _weighted(criteria, given)
        for criterion, collected in marks.items():
            collected.append(given.get(criterion, total))
    score, dropped = entry_score(totals, rules)
    means = {criterion: mean(collected) for criterion, collected in marks.items() if collected}
    return ScoredEntry(code, totals, score, dropped, means)
