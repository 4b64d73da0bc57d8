"""Between the rows and `aggregation.py`: what a sheet totals, and the stored score of an entry.

A *valid* sheet is sealed and belongs to an active assignment; only valid sheets count. Totals, scores and means are kept
as exact fractions in text ("1721/20") and come back as `Fraction`; nothing here knows a float. What is stored is the plain
mean, brought up to date sheet by sheet. A standard score moves with every sheet of the track: it is formed when the ranking
is read, by `scored_track` alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from competition.models import Criterion, Rubric, Stage
from judging import aggregation, ranking
from judging.marks import NOT_APPLICABLE, GivenMarks
from judging.models import Assignment, EntryScore, Mark, ScoreSheet
from judging.standard_scores import NoStandardScore, standardised


def criteria_of(rubric: Rubric) -> list[Criterion]:
    """The rubric's criteria in order, read once per rubric object."""
    known: dict[str, list[Criterion]] = rubric.__dict__
    if "_criteria" not in known:
        known["_criteria"] = list(rubric.criteria.order_by("position", "pk"))
    return known["_criteria"]


def core_criteria(criteria: Iterable[Criterion]) -> list[aggregation.Criterion]:
    return [
        aggregation.Criterion(criterion.code, criterion.weight, criterion.max_mark, criterion.allow_na)
        for criterion in criteria
    ]


def core_sheet(judge: str, marks: GivenMarks) -> aggregation.Sheet:
    return aggregation.Sheet(
        judge,
        tuple(aggregation.Mark(code, None if value == NOT_APPLICABLE else value) for code, value in marks.items()),
    )


def rules_of(stage: Stage) -> aggregation.Rules:
    return aggregation.Rules(trim_from=stage.trim_from)


def ties_of(stage: Stage, codes: Sequence[str]) -> tuple[ranking.TieBreak, ...]:
    """All totals, then the stage's criteria in order; by default the first of the rubric, whose codes are given."""
    named = stage.tie_criteria or codes[:1]
    return (ranking.AllTotals(), *(ranking.CriterionMean(code) for code in named))


def sheet_total(marks: GivenMarks, criteria: Sequence[Criterion]) -> Fraction | None:
    """The weighted total over the criteria marked so far, weights renormalised; None before the first mark."""
    marked = [criterion for criterion in criteria if criterion.code in marks]
    if not any(marks[criterion.code] != NOT_APPLICABLE for criterion in marked):
        return None
    return aggregation.judge_total(core_criteria(marked), core_sheet("", marks))


def marks_of(sheets: Iterable[int]) -> dict[int, dict[str, object]]:
    """The marks of each sheet (by primary key), by criterion code: one query."""
    found: dict[int, dict[str, object]] = defaultdict(dict)
    rows = Mark.objects.filter(sheet__in=list(sheets)).values_list(
        "sheet_id", "criterion__code", "value", "not_applicable"
    )
    for sheet, code, value, not_applicable in rows:
        found[sheet][code] = NOT_APPLICABLE if not_applicable else value
    return found


def valid_sheets(stage: Stage, entries: Iterable[int]) -> dict[int, list[aggregation.Sheet]]:
    """The sheets that count, by entry: two queries."""
    rows = ScoreSheet.objects.filter(
        state=ScoreSheet.State.SEALED,
        assignment__stage=stage,
        assignment__entry__in=list(entries),
        assignment__status=Assignment.Status.ACTIVE,
    ).values_list("pk", "assignment__entry_id", "assignment__expert__code")
    sheets = list(rows)
    marks = marks_of(pk for pk, _, _ in sheets)
    found: dict[int, list[aggregation.Sheet]] = defaultdict(list)
    for pk, entry, judge in sheets:
        found[entry].append(core_sheet(judge, marks.get(pk, {})))  # type: ignore[arg-type]
    return found


def aggregate(
    stage: Stage, entry: int, criteria: Sequence[Criterion], sheets: Sequence[aggregation.Sheet]
) -> dict[str, object]:
    """The stored figures of an entry from its valid sheets, as columns of `EntryScore`."""
    scored = aggregation.score_entry(str(entry), core_criteria(criteria), sheets, rules_of(stage))
    return {
        "sheets": len(scored.totals),
        "score": "" if scored.score is None else str(scored.score),
        "totals": {judge: str(total) for judge, total in sorted(scored.totals.items())},
        "dropped": sorted(scored.dropped),
        "means": {code: str(value) for code, value in scored.means.items()},
    }


def refresh_scores(scores: Sequence[EntryScore], *, stage: Stage, criteria: Sequence[Criterion], now: datetime) -> None:
    """Recompute locked aggregates from the sheets that count."""
    sheets = valid_sheets(stage, [score.entry_id for score in scores])
    for score in scores:
        for column, value in aggregate(stage, score.entry_id, criteria, sheets.get(score.entry_id, [])).items():
            setattr(score, column, value)
        score.updated_at = now
    EntryScore.objects.bulk_update(scores, ["sheets", "score", "totals", "dropped", "means", "updated_at"])


def scored_entry(
    code: str, score: str, totals: dict[str, str], dropped: Sequence[str], means: dict[str, str]
) -> aggregation.ScoredEntry:
    """A stored aggregate as `ranking.rank()` wants it."""
    return aggregation.ScoredEntry(
        code,
        {judge: Fraction(total) for judge, total in totals.items()},
        Fraction(score) if score else None,
        tuple(dropped),
        {criterion: Fraction(value) for criterion, value in means.items()},
    )


#: what `scored_track` wants of a stored aggregate: number, score, totals, dropped, means
COLUMNS = ("entry__number", "score", "totals", "dropped", "means")
Stored = tuple[str, str, dict[str, str], Sequence[str], dict[str, str]]


@dataclass(frozen=True)
class ScoredTrack:
    """The ranked entries of one track with their official scores, as `ranking.rank()` wants them.

    `refusal` says why the mean of the totals counts although the stage asks for standard scores; None where it does not, or
    where they are.
    """

    entries: list[aggregation.ScoredEntry]
    is_standard: bool = False
    refusal: NoStandardScore | None = None


def scored_track(stage: Stage, rows: Iterable[Stored]) -> ScoredTrack:
    """The official scores of a track by the rule of the stage, from the stored aggregates of all its ranked entries."""
    plain = [scored_entry(*row) for row in rows]
    if not stage.uses_standard_scores:
        return ScoredTrack(plain)
    try:
        return ScoredTrack(standardised(plain, rules_of(stage)), is_standard=True)
    except NoStandardScore as refusal:
        return ScoredTrack(plain, refusal=refusal)
