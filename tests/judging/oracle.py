"""An independent reckoning of scores and places: fractions, the definition, nothing clever; and random panels to try it on.

It shares no line with `judging/aggregation.py` and `judging/ranking.py`: marks come as text, weights as whole numbers.
"""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

WEIGHTS = {"C1": 30, "C2": 25, "C3": 20, "C4": 15, "C5": 10}
OPTIONAL = "C5"


@dataclass(frozen=True)
class Panel:
    """The sheets of one entry: marks as text by judge and criterion, None where the criterion does not apply."""

    code: str
    sheets: dict[str, dict[str, str | None]]


def random_panel(chance: Random, code: str) -> Panel:
    """0 to 8 judges with marks of 0 to 2 decimals, from a narrow range often enough for ties and equal extremes."""
    low, places = chance.choice((0, 60, 78)), chance.choice((0, 0, 1, 2))
    high = chance.choice((82, 100))

    def mark() -> str:
        whole = chance.randint(low, high)
        if not places or whole == 100:
            return str(whole)
        return f"{whole}.{chance.randrange(10**places):0{places}d}"

    sheets: dict[str, dict[str, str | None]] = {}
    for judge in range(chance.choice((0, 1, 2, 3, 4, 5, 5, 5, 6, 7, 8))):
        marks: dict[str, str | None] = {criterion: mark() for criterion in WEIGHTS}
        if chance.random() < 0.1:
            marks[OPTIONAL] = None
        sheets[f"J{judge}"] = marks
    return Panel(code, sheets)


def total(marks: dict[str, str | None]) -> Fraction:
    above = sum((WEIGHTS[code] * Fraction(mark) for code, mark in marks.items() if mark is not None), Fraction(0))
    return above / sum(WEIGHTS[code] for code, mark in marks.items() if mark is not None)


def score(panel: Panel) -> Fraction | None:
    totals = sorted(total(marks) for marks in panel.sheets.values())
    if len(totals) >= 5:
        totals = totals[1:-1]
    return sum(totals, Fraction(0)) / len(totals) if totals else None


def key(panel: Panel, ties: tuple[str, ...]) -> tuple[Fraction, ...] | None:
    """What decides the place: the score, the mean of all totals, the means of the criteria in order."""
    first = score(panel)
    if first is None:
        return None
    count = len(panel.sheets)
    totals = {judge: total(marks) for judge, marks in panel.sheets.items()}
    means = [
        sum(
            (
                totals[judge] if marks[code] is None else Fraction(str(marks[code]))
                for judge, marks in panel.sheets.items()
            ),
            Fraction(0),
        )
        / count
        for code in ties
    ]
    return (first, sum(totals.values(), Fraction(0)) / count, *means)


def places(panels: list[Panel], ties: tuple[str, ...]) -> dict[str, int | None]:
    """The place of each entry: one more than the number of those that are better."""
    keys = {panel.code: key(panel, ties) for panel in panels}
    ranked = sorted((known for known in keys.values() if known is not None), reverse=True)
    first: dict[tuple[Fraction, ...], int] = {}
    for place, known in enumerate(ranked, 1):
        first.setdefault(known, place)
    return {code: None if known is None else first[known] for code, known in keys.items()}


def disagreements(seed: int, count: int) -> int:
    """How many of so many random panels, ranked together, get another score or place from the portal than from here."""
    from decimal import Decimal

    from judging.aggregation import Criterion, Mark, Rules, Sheet, score_entry
    from judging.ranking import AllTotals, CriterionMean, rank

    chance = Random(seed)
    panels = [random_panel(chance, f"E{number:06d}") for number in range(count)]
    criteria = [Criterion(code, Decimal(weight), optional=code == OPTIONAL) for code, weight in WEIGHTS.items()]
    scored = []
    for panel in panels:
        sheets = [
            Sheet(judge, tuple(Mark(code, None if mark is None else Decimal(mark)) for code, mark in marks.items()))
            for judge, marks in panel.sheets.items()
        ]
        chance.shuffle(sheets)
        scored.append(score_entry(panel.code, criteria, sheets, Rules()))
    ties = ("C3", "C1")
    expected = places(panels, ties)
    scores = {panel.code: score(panel) for panel in panels}
    results = rank(scored, [AllTotals(), *(CriterionMean(code) for code in ties)])
    return sum(
        result.rank != expected[result.entry.code] or result.entry.score != scores[result.entry.code]
        for result in results
    ) + abs(len(results) - count)
