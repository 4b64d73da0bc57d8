"""What a judge sees of one entry and of the own score sheet.

`SeenEntry` is the redacted entry (`judging.reading.blindness`): number, name, topic, the answers of the form and the files
under the labels by which they were asked for. The names of files are the team's and often name it; a judge gets labels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from competition.models import Criterion, Stage
from judging.marks import NOT_APPLICABLE, GivenMarks, field_name, missing, plain
from judging.models import Assignment, ScoreSheet
from judging.reading.blindness import Blindness
from judging.reading.figures import band_of, median, two_places
from judging.reading.material import SeenFile, files_of
from judging.reading.queue import QueueRow, as_rows, queue_of
from judging.scoring import sheet_total
from submissions.values import shown_frozen

BAND_LETTERS = (
    pgettext_lazy("band, short", "A"),
    pgettext_lazy("band, short", "B"),
    pgettext_lazy("band, short", "C"),
    pgettext_lazy("band, short", "D"),
)
QUEUE_ROWS = 50
DOTS = 200
KNEE = 60  # percent: below it the picture of the bands is pressed together


@dataclass(frozen=True)
class SeenSection:
    """A section of the form: (question, answer as text), unanswered questions left out."""

    title: str
    answers: list[tuple[str, str]]


@dataclass(frozen=True)
class SeenEntry:
    """An entry as its judges see it."""

    number: str
    title: str
    track: str
    track_number: int
    topic: str
    topic_number: int
    sections: list[SeenSection]
    files: list[SeenFile]
    characters: int


def seen_entry(assignment: Assignment) -> SeenEntry:
    """The version that is judged, redacted: two queries. `entry__topic__track` and `version` are at hand."""
    topic, content = assignment.entry.topic, assignment.version.content
    blind = Blindness(contest=assignment.entry.contest_id, content=content)
    sections = [
        SeenSection(
            str(section.get("title", "")),
            [
                (str(answer.get("label", "")), blind.redacted(text))
                for answer in section.get("answers", ())
                if not blind.hides(answer) and (text := shown_frozen(answer))
            ],
        )
        for section in content.get("sections", ())
    ]
    return SeenEntry(
        number=assignment.entry.number,
        title=assignment.title or assignment.entry.number,
        track=topic.track.name,
        track_number=topic.track.number,
        topic=topic.title,
        topic_number=topic.number,
        sections=[section for section in sections if section.answers],
        files=files_of(assignment),
        characters=sum(len(text) for section in sections for _label, text in section.answers),
    )


@dataclass(frozen=True)
class Anchor:
    """What a mark in a band looks like; `upper` is where the next band begins, empty for the highest."""

    band: str
    low: str
    high: str
    text: str
    is_here: bool
    upper: str


@dataclass(frozen=True)
class CriterionRow:
    """One line of the score card."""

    place: int
    code: str
    name: str
    weight: str
    full: str
    guidance: str
    field: str
    na_field: str
    allow_na: bool
    value: str
    is_na: bool
    points: str
    band: str
    marker: str
    anchors: list[Anchor]
    errors: list[str]
    elsewhere: str

    @property
    def is_empty(self) -> bool:
        return not self.value and not self.is_na


def criterion_rows(
    criteria: Sequence[Criterion],
    marks: GivenMarks,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, Sequence[str]] | None = None,
    elsewhere: GivenMarks | None = None,
) -> list[CriterionRow]:
    """The score card's lines; `typed` keeps what was entered, `elsewhere` is what another tab saved."""
    weights = sum((Fraction(c.weight) for c in criteria if marks.get(c.code) != NOT_APPLICABLE), Fraction(0))
    return [
        _criterion_row(place, criterion, marks, weights, typed or {}, errors or {}, elsewhere)
        for place, criterion in enumerate(criteria, 1)
    ]


def _criterion_row(
    place: int,
    criterion: Criterion,
    marks: GivenMarks,
    weights: Fraction,
    typed: Mapping[str, str],
    errors: Mapping[str, Sequence[str]],
    elsewhere: GivenMarks | None,
) -> CriterionRow:
    mark = marks.get(criterion.code)
    value = mark if isinstance(mark, Decimal) else None
    share = Fraction(value) / Fraction(criterion.max_mark) if value is not None else None
    name, anchors = field_name(criterion.code), _anchors(criterion, value)
    return CriterionRow(
        place=place,
        code=criterion.code,
        name=criterion.name,
        weight=plain(criterion.weight),
        full=plain(criterion.max_mark),
        guidance=criterion.guidance,
        field=name,
        na_field=f"na_{criterion.code}",
        allow_na=criterion.allow_na,
        value=typed.get(name, "" if value is None else plain(value)),
        is_na=mark == NOT_APPLICABLE,
        points="" if share is None or not weights else two_places(share * Fraction(criterion.weight) * 100 / weights),
        band=_band(anchors, share),
        marker="" if share is None else marker_x(share * 100),
        anchors=anchors,
        errors=[str(error) for error in errors.get(name, ())],
        elsewhere=_difference(criterion, mark, elsewhere),
    )


def band_names(criteria: Sequence[Criterion]) -> list[str]:
    """What the four bands are called, the best first: as in the rubric's anchors, else by letters."""
    for criterion in criteria:
        bands = [(Decimal(anchor.low), anchor.band) for anchor in _anchors(criterion, None)]
        if len(bands) == len(BAND_LETTERS):
            return [name for _low, name in sorted(bands, reverse=True)]
    return [str(letter) for letter in BAND_LETTERS]


def marker_x(percent: Fraction) -> str:
    """Where a mark stands on the picture of its bands, 0 to 120: two units a point from 60 percent on."""
    x = 40 + (percent - KNEE) * 2 if percent >= KNEE else percent * 40 / KNEE
    return f"{Decimal(x.numerator) / Decimal(x.denominator):.1f}"


def _band(anchors: Sequence["Anchor"], share: Fraction | None) -> str:
    """The name of the band: the rubric's own word where it has anchors, else a letter."""
    if share is None:
        return ""
    named = next((anchor.band for anchor in anchors if anchor.is_here), "")
    return named or str(BAND_LETTERS[band_of(share * 100)])


def _anchors(criterion: Criterion, value: Decimal | None) -> list[Anchor]:
    found = []
    for band, low, high, text in (
        anchor for anchor in criterion.anchors if isinstance(anchor, list) and len(anchor) == 4
    ):
        bounds = Decimal(str(low)), Decimal(str(high))
        # A mark of 89.5 lies in the band that begins at 75: the next one begins at 90.
        above = [Decimal(str(other[1])) for other in criterion.anchors if Decimal(str(other[1])) > bounds[0]]
        upper = min(above) if above else None
        is_here = value is not None and value >= bounds[0] and (upper is None or value < upper)
        below = "" if upper is None else plain(upper)
        found.append(Anchor(str(band), plain(bounds[0]), plain(bounds[1]), str(text), is_here, below))
    return found


def _difference(criterion: Criterion, mark: object, elsewhere: GivenMarks | None) -> str:
    """What another tab saved for this criterion, if it is another thing."""
    if elsewhere is None or elsewhere.get(criterion.code) == mark:
        return ""
    other = elsewhere.get(criterion.code)
    if other is None:
        return _("nothing")
    return _("not applicable") if other == NOT_APPLICABLE else plain(other)


@dataclass(frozen=True)
class RunningTotal:
    """The weighted total so far, with what is missing."""

    value: Fraction | None
    total: str
    band: str
    marked: int
    of: int
    missing: list[Criterion]
    comment_required: bool


def running_total(criteria: Sequence[Criterion], marks: GivenMarks, *, below: Decimal, above: Decimal) -> RunningTotal:
    """What stands under the score card, exact and then rounded for the eye."""
    total = sheet_total(marks, criteria)
    open_criteria = missing(marks, criteria)
    return RunningTotal(
        value=total,
        total=two_places(total),
        band="" if total is None else band_names(criteria)[band_of(total)],
        marked=len(criteria) - len(open_criteria),
        of=len(criteria),
        missing=open_criteria,
        comment_required=total is not None
        and not open_criteria
        and (total < Fraction(below) or total >= Fraction(above)),
    )


@dataclass(frozen=True)
class Dot:
    """A total of one's own on the axis from 0 to 100, as coordinates of the picture."""

    x: str
    y: int


@dataclass(frozen=True)
class Distribution:
    """One's own totals in this stage: the picture and its words."""

    count: int
    median: str
    spread: str
    median_x: str
    dots: list[Dot]
    ticks: list[tuple[str, str]]
    low: int
    this_x: str
    this_total: str


LEFT, RIGHT = 12, 404


def distribution(totals: Sequence[Fraction], *, this: Fraction | None = None) -> Distribution | None:
    """The totals of other sheets as dots, equal ones above each other, and `this` one. None when there is no other."""
    known = sorted(totals)
    middle = median(known)
    if middle is None:
        return None
    low = 60 if min(known[0], this if this is not None else known[0]) >= 60 else 0
    stacked: dict[str, int] = {}
    dots = []
    for total in known:
        x = axis_x(total, low)
        stacked[x] = stacked.get(x, 0) + 1
        dots.append(Dot(x, 31 - 10 * (min(stacked[x], 3) - 1)))
    ticks = (60, 75, 90, 100) if low else (0, 60, 75, 90, 100)
    return Distribution(
        count=len(known),
        median=two_places(middle),
        spread=two_places(known[-1] - known[0]),
        median_x=axis_x(middle, low),
        dots=dots,
        ticks=[(axis_x(Fraction(tick), low), str(tick)) for tick in ticks],
        low=low,
        this_x="" if this is None else axis_x(this, low),
        this_total=two_places(this),
    )


def axis_x(value: Fraction, low: int) -> str:
    """Where a total stands on the axis."""
    x = LEFT + (value - low) / (100 - low) * (RIGHT - LEFT)
    return f"{Decimal(x.numerator) / Decimal(x.denominator):.1f}"


def own_totals(user: Any, stage: Stage, *, without: Assignment | None = None) -> list[Fraction]:
    """The totals of the judge's own finished sheets in a stage, the latest two hundred: one query."""
    sheets = ScoreSheet.objects.filter(
        assignment__in=queue_of(user, stage).filter(status=Assignment.Status.ACTIVE).order_by(),
        state__in=ScoreSheet.SCORED,
    )
    if without is not None:
        sheets = sheets.exclude(assignment=without)
    return [Fraction(total) for total in sheets.order_by("-saved_at", "-pk").values_list("total", flat=True)[:DOTS]]


def queue_around(assignment: Assignment, user: Any, *, length: int) -> list[QueueRow]:
    """At most fifty rows of the queue, with this assignment among them: one query."""
    first = max(1, min(assignment.position - QUEUE_ROWS // 2, length - QUEUE_ROWS + 1))
    return as_rows(queue_of(user, assignment.stage).filter(position__gte=first)[:QUEUE_ROWS])


__all__ = [
    "CriterionRow",
    "Distribution",
    "RunningTotal",
    "SeenEntry",
    "criterion_rows",
    "distribution",
    "own_totals",
    "queue_around",
    "running_total",
    "seen_entry",
]
