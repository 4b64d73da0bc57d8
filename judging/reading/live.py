"""A roadshow as it is shown: on the wall for everybody, on the host's console, on a judge's tablet.

The wall shows who has submitted and nothing of what, until the host shows the score; the console shows sealed totals as they
come, with the highest and lowest dropped; a judge sees the own sheet and who has submitted. One reading (`read_live`) holds
it all; who may see what is decided here and not in a template.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from judging.models import Assignment, EntryScore, Roadshow, ScoreSheet, Slot
from judging.models.roadshow import SLOT_STATES
from judging.reading.figures import two_places
from judging.reading.running import revealed_next, scores_of, standing
from judging.scoring import scored_entry
from portal.states import State
from submissions.models import Entry

PHASES = (Slot.Status.PRESENTING, Slot.Status.QUESTIONS, Slot.Status.SCORING)
AXIS_LEFT, AXIS_RIGHT = 20, 1700


@dataclass(frozen=True)
class Phase:
    """One of the three phases of a turn with its length; `is_over` before the current one."""

    label: Any
    length: str
    is_now: bool
    is_over: bool


@dataclass(frozen=True)
class Clock:
    """Milliseconds for the page's own clock, which only adds what passed since the page came."""

    length: int
    elapsed: int
    running: bool

    @property
    def word(self) -> str:
        """Why it stands still; nothing while it runs."""
        if self.running:
            return ""
        return _("paused") if self.elapsed else _("not started")

    @property
    def left(self) -> str:
        """07:59, or +00:12 beyond the end; what stands there before a script runs."""
        rest = self.length - self.elapsed
        seconds = -(-rest // 1000) if rest > 0 else -rest // 1000
        return f"{'' if rest >= 0 else '+'}{seconds // 60:02}:{seconds % 60:02}"


@dataclass(frozen=True)
class PanelSeat:
    """One judge at one team: whether they have submitted, and, where it may be seen, what."""

    place: int
    name: str
    code: str
    has_submitted: bool
    is_seated: bool
    total: str
    sign: str  # "", "high" or "low": dropped
    assignment: str

    @property
    def counts(self) -> bool:
        return bool(self.total) and not self.sign


@dataclass(frozen=True)
class Spot:
    """A total on the picture's axis."""

    x: str
    counts: bool


@dataclass(frozen=True)
class Axis:
    """The totals of one team as a picture: from `low` to `high`, with the score."""

    ticks: list[tuple[str, int]]
    spots: list[Spot]
    score_x: str
    kept_from: str
    kept_to: str


@dataclass(frozen=True)
class TeamTurn:
    """One team: its slot, its panel, its score where it may be seen."""

    public_id: str
    position: int
    number: str
    title: str
    lead: str
    partners: Iterable[str]  # asked for where they are shown, which is on the wall alone
    status: str
    state: State
    expected_at: datetime
    phases: list[Phase]
    clock: Clock
    panel: list[PanelSeat]
    submitted: int
    seated: int
    score: str
    drops: bool
    axis: Axis | None
    is_shown: bool

    @property
    def is_on_stage(self) -> bool:
        return self.status in Slot.ON_STAGE


@dataclass(frozen=True)
class Row:
    """One line of the running order or of the scores."""

    public_id: str
    position: int | None
    number: str
    title: str
    lead: str
    state: State
    status: str
    expected_at: datetime | None
    score: str
    rank: int | None  # not before the scoring is closed
    is_shown: bool

    @property
    def is_provisional(self) -> bool:
        return bool(self.score) and self.status in Slot.ON_STAGE


@dataclass(frozen=True)
class Live:
    """Everything of one roadshow at one instant."""

    version: str
    now_on: TeamTurn | None
    order: list[Row]
    scores: list[Row]
    done: int
    teams: int
    upcoming: Row | None
    reveals: Row | None  # whose score is shown next, where totals may be seen


def versions(public_ids: Sequence[str]) -> Mapping[str, str]:
    """The versions of several roadshows: one query."""
    sealed = (
        EntryScore.objects.filter(stage=OuterRef("stage"), entry__slots__roadshow=OuterRef("pk"))
        .order_by()
        .values("stage")
        .annotate(sum=Sum("sheets"))
        .values("sum")
    )
    rows = Roadshow.objects.filter(public_id__in=public_ids).annotate(sheets=Coalesce(Subquery(sealed), 0))
    return {
        public_id: _version(revision, sheets)
        for public_id, revision, sheets in rows.values_list("public_id", "revision", "sheets")
    }


def _version(revision: int, sheets: int) -> str:
    """Every press of the host and every sealed sheet makes another."""
    return f"{revision}.{sheets}"


def read_live(roadshow: Roadshow, now: datetime, *, sees_totals: bool, scores: bool = True) -> Live:
    """The roadshow for the wall (`sees_totals` False) or the console (True), without any score for a judge's tablet: a fixed
    number of queries.

    The version is the one before anything else was read: what changes meanwhile makes another, and pages ask again. It must
    never be newer than what they show. One that was called off has no scores: its entries may have some from another one.
    """
    scores = scores and not roadshow.is_called_off
    stored = scores_of(roadshow)
    version = _version(roadshow.revision, sum(one.sheets for one in stored))
    slots = list(
        Slot.objects.filter(roadshow=roadshow)
        .select_related("entry__team__lead_organisation")
        .order_by(F("position").asc(nulls_last=True), "entry__number")
    )

    def may_see(slot: Slot) -> bool:
        return scores and (sees_totals or slot.revealed_at is not None)

    places = standing(roadshow, stored) if any(may_see(slot) for slot in slots) else []
    results = {result.entry.code: result for result in places}
    seen = {slot.entry.number for slot in slots if may_see(slot)}
    order = [_row(roadshow, slot, results, seen) for slot in slots]
    current = _current(slots)
    following = revealed_next(roadshow, slots, lambda: places) if scores and sees_totals else None
    return Live(
        version=version,
        now_on=_turn(roadshow, current, now, stored if may_see(current) else []) if current else None,
        order=order,
        scores=sorted((row for row in order if row.is_shown), key=lambda row: (row.rank or 10**6, row.number)),
        done=sum(slot.status in (Slot.Status.CLOSED, Slot.Status.ABSENT) for slot in slots),
        teams=len(slots),
        upcoming=next((row for row in order if row.status == Slot.Status.WAITING), None),
        reveals=next((row for row in order if following and row.public_id == following.public_id), None),
    )


def _current(slots: Sequence[Slot]) -> Slot | None:
    """Who is on stage; else whose score was shown last, or who has just been closed."""
    on_stage = next((slot for slot in slots if slot.is_on_stage), None)
    closed = [(slot.revealed_at or slot.closed_at, slot) for slot in slots if slot.status == Slot.Status.CLOSED]
    dated = [(at, slot.pk, slot) for at, slot in closed if at is not None]
    return on_stage or (max(dated, key=lambda row: row[:2])[2] if dated else None)


def _row(roadshow: Roadshow, slot: Slot, results: Mapping[str, Any], seen: set[str]) -> Row:
    result = results.get(slot.entry.number)
    is_shown = slot.revealed_at is not None
    visible = slot.entry.number in seen and result is not None and result.entry.score is not None
    return Row(
        public_id=slot.public_id,
        position=slot.position,
        number=slot.entry.number,
        title=slot.entry.title,
        lead=slot.entry.team.lead_organisation.name,
        state=SLOT_STATES[Slot.Status(slot.status)],
        status=slot.status,
        expected_at=roadshow.expected_at(slot.position) if slot.position else None,
        score=two_places(result.entry.score) if visible and result is not None else "",
        rank=result.rank if visible and result is not None and not slot.is_on_stage else None,
        is_shown=is_shown,
    )


def _turn(roadshow: Roadshow, slot: Slot, now: datetime, visible: Sequence[EntryScore]) -> TeamTurn:
    """The turn with its score and totals, where they are among the scores that may be seen."""
    stored = next((one for one in visible if one.entry_id == slot.entry_id), None)
    scored = (
        scored_entry(slot.entry.number, stored.score, stored.totals, stored.dropped, stored.means) if stored else None
    )
    panel = _panel(roadshow, slot, scored)
    length = {
        Slot.Status.PRESENTING: roadshow.presentation_seconds,
        Slot.Status.QUESTIONS: roadshow.question_seconds,
        Slot.Status.SCORING: roadshow.scoring_seconds,
    }
    here = PHASES.index(Slot.Status(slot.status)) if slot.is_on_stage else len(PHASES)
    return TeamTurn(
        public_id=slot.public_id,
        position=slot.position or 0,
        number=slot.entry.number,
        title=slot.entry.title,
        lead=slot.entry.team.lead_organisation.name,
        partners=slot.entry.team.partners.order_by("name").values_list("name", flat=True),
        status=slot.status,
        state=SLOT_STATES[Slot.Status(slot.status)],
        expected_at=roadshow.expected_at(slot.position or 1),
        phases=[
            Phase(phase.label, _minutes(length[phase]), place == here, place < here)
            for place, phase in enumerate(PHASES)
        ],
        clock=Clock(length.get(Slot.Status(slot.status), 0) * 1000, slot.elapsed(now), slot.running_since is not None),
        panel=panel,
        submitted=sum(seat.has_submitted for seat in panel),
        seated=sum(seat.is_seated for seat in panel),
        score=two_places(scored.score) if scored else "",
        drops=bool(scored and scored.dropped),
        axis=_axis(scored) if scored and scored.score is not None else None,
        is_shown=slot.revealed_at is not None,
    )


def _panel(roadshow: Roadshow, slot: Slot, scored: Any) -> list[PanelSeat]:
    """The panel in the order of the codes; who has no seat on this entry is out of the room. One query."""
    seat = FilteredRelation(
        "assignments",
        condition=Q(
            assignments__stage=roadshow.stage_id,
            assignments__entry=slot.entry_id,
            assignments__status=Assignment.Status.ACTIVE,
        ),
    )
    rows = roadshow.panel.annotate(seat=seat).order_by("code")
    takes_part = slot.entry.status == Entry.Status.SUBMITTED
    found = []
    for place, (code, name, public_id, state) in enumerate(
        rows.values_list("code", "name", "seat__public_id", "seat__sheet__state"), 1
    ):
        is_seated = takes_part and public_id is not None
        total = scored.totals.get(code) if scored else None
        found.append(
            PanelSeat(
                place=place,
                name=name,
                code=code,
                has_submitted=is_seated and state == ScoreSheet.State.SEALED,
                is_seated=is_seated,
                total=two_places(total),
                sign=_sign(code, scored),
                assignment=public_id if is_seated else "",
            )
        )
    return found


def _sign(code: str, scored: Any) -> str:
    """Of a dropped total: was it the highest or the lowest?"""
    if scored is None or code not in scored.dropped:
        return ""
    others = [scored.totals[other] for other in scored.dropped if other != code]
    own = scored.totals[code]
    if not others or own > others[0]:
        return "high"
    return "low" if own < others[0] or code != min(scored.dropped) else "high"


def _axis(scored: Any) -> Axis:
    totals = list(scored.totals.values())
    low, high = int(min(totals) // 5 * 5), int(-(-max(totals) // 5) * 5)
    high = max(high, low + 10) if low + 10 <= 100 else max(high, 100)
    low = min(low, high - 10)
    kept = sorted(total for code, total in scored.totals.items() if code not in scored.dropped)
    step = 5 if high - low <= 40 else 10
    return Axis(
        ticks=[(_x(Fraction(tick), low, high), tick) for tick in range(low, high + 1, step)],
        spots=[Spot(_x(total, low, high), code not in scored.dropped) for code, total in sorted(scored.totals.items())],
        score_x=_x(scored.score, low, high),
        kept_from=_x(kept[0], low, high),
        kept_to=_x(kept[-1], low, high),
    )


def _x(value: Fraction, low: int, high: int) -> str:
    x = AXIS_LEFT + (value - low) / (high - low) * (AXIS_RIGHT - AXIS_LEFT)
    return f"{Decimal(x.numerator) / Decimal(x.denominator):.1f}"


def _minutes(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02}"


def roadshow_rows(stage: Any) -> list[Any]:
    """The roadshows of a stage with how many teams they have and how many are done: one query."""
    done = Q(slots__status__in=(Slot.Status.CLOSED, Slot.Status.ABSENT))
    return list(
        Roadshow.objects.filter(stage=stage).annotate(
            teams=Count("slots", distinct=True), done=Count("slots", filter=done, distinct=True)
        )
    )
