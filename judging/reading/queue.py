"""A judge's queue: what is assigned in a stage, how far each is, and where to go on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.urls import reverse

from competition.models import Stage
from judging.models import Assignment, ScoreSheet
from judging.models.assignment import STATES as SEAT_STATES
from judging.models.score import SHEET_STATES
from judging.reading.figures import two_places
from portal.states import State
from portal.web.keyset import Page, paginate

ORDER = ("position", "pk")
COLUMNS = (
    "pk",
    "position",
    "public_id",
    "entry__number",
    "title",
    "status",
    "sheet_state",
    "sheet__total",
    "sheet__revision",
)
ACTIVE = Q(status=Assignment.Status.ACTIVE)
SCORED = Q(sheet__state__in=ScoreSheet.SCORED)


@dataclass(frozen=True)
class QueueRow:
    """One line of the queue."""

    pk: int
    position: int
    public_id: str
    number: str
    title: str
    state: State
    total: str
    is_out: bool
    is_scored: bool
    revision: int
    url: str

    @property
    def seen(self) -> str:
        """What a form carries of this row: whose sheet, and which revision was seen."""
        return f"{self.public_id}:{self.revision}"


@dataclass(frozen=True)
class Tally:
    """How far a judge is: seats held, scored (ready or sealed), sealed, begun; and seats left by recusal or withdrawal."""

    seats: int = 0
    scored: int = 0
    sealed: int = 0
    drafts: int = 0
    left: int = 0

    @property
    def unscored(self) -> int:
        return self.seats - self.scored

    @property
    def ready(self) -> int:
        """Scored, not sealed yet."""
        return self.scored - self.sealed

    @property
    def is_done(self) -> bool:
        return bool(self.seats) and self.sealed == self.seats


def queue_of(user: Any, stage: Stage) -> QuerySet[Assignment]:
    """The judge's assignments of a stage in the order of the queue."""
    return Assignment.objects.of_judge(user).in_contest().filter(stage=stage).order_by("position", "pk")


def as_rows(assignments: QuerySet[Assignment]) -> list[QueueRow]:
    """Plain rows, one query."""
    return [_row(values) for values in _values(assignments)]


def page_of(assignments: QuerySet[Assignment], query: QueryDict) -> Page:
    """A page of plain rows, one query."""
    page = paginate(_values(assignments), query, order=ORDER)
    return replace(page, rows=[_row(values) for values in page.rows])


def _values(assignments: QuerySet[Assignment]) -> QuerySet:
    return assignments.annotate(sheet_state=Coalesce("sheet__state", Value(""))).values(*COLUMNS)


def tally_of(assignments: QuerySet[Assignment]) -> Tally:
    """One query."""
    counts = assignments.order_by().aggregate(
        seats=Count("pk", filter=ACTIVE),
        scored=Count("pk", filter=ACTIVE & SCORED),
        sealed=Count("pk", filter=ACTIVE & Q(sheet__state=ScoreSheet.State.SEALED)),
        drafts=Count("pk", filter=ACTIVE & Q(sheet__state=ScoreSheet.State.DRAFT)),
        left=Count("pk", filter=~ACTIVE),
    )
    return Tally(**counts)


def next_unscored(assignment: Assignment, user: Any) -> str | None:
    """The public id of the next assignment that has no finished sheet: onwards in the queue, then from its start."""
    waiting = queue_of(user, assignment.stage).filter(ACTIVE).exclude(pk=assignment.pk).exclude(SCORED)
    ahead = waiting.filter(position__gt=assignment.position).values_list("public_id", flat=True)
    return ahead.first() or waiting.values_list("public_id", flat=True).first()


def _row(values: Mapping[str, Any]) -> QueueRow:
    is_out = values["status"] != Assignment.Status.ACTIVE
    state = SEAT_STATES[Assignment.Status(values["status"])] if is_out else SHEET_STATES[values["sheet_state"]]
    return QueueRow(
        pk=values["pk"],
        position=values["position"],
        public_id=values["public_id"],
        number=values["entry__number"],
        title=values["title"] or values["entry__number"],
        state=state,
        total="" if is_out else two_places(values["sheet__total"]),
        is_out=is_out,
        is_scored=values["sheet_state"] in ScoreSheet.SCORED,
        revision=values["sheet__revision"] or 0,
        url=reverse("desk", args=[values["public_id"]]),
    )
