"""How far judging is: per track and per judge, from counts alone. No mark is read here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competition.models import Stage
from judging.models import Assignment, EntryScore, Expert, ScoreSheet
from judging.reading.eligible import tracks_with_entries
from judging.reading.figures import percent
from judging.reading.panels import plan_of
from portal.states import State
from submissions.models import Entry

LATE_WINDOW = timedelta(hours=24)
SILENT_AFTER = timedelta(hours=72)

LATE = State(gettext_lazy("Late"), "red", "clock-alert")
SILENT = State(gettext_lazy("Silent"), "amber", "bell-ring")
DONE = State(gettext_lazy("Done"), "green", "lock")
UNDER_WAY = State(gettext_lazy("Under way"), "violet", "scale")
NOT_BEGUN = State(gettext_lazy("Not begun"), "neutral", "circle")


@dataclass(frozen=True)
class TrackProgress:
    """One track's sheets."""

    number: int
    name: str
    entries: int
    seats: int
    scored: int
    sealed: int
    note: str = ""

    @property
    def percent(self) -> int:
        return percent(self.sealed, self.seats)


def tracks_in(stage: Stage) -> list[TrackProgress]:
    """Every track with entries, those without a seat with the reason: two queries."""
    seated = {row.number: row for row in _seated(stage)}
    waiting = [
        TrackProgress(track.number, track.name, track.passed, 0, 0, 0, track.note or _("Not assigned yet."))
        for track in tracks_with_entries(stage.contest_id)
        if track.number not in seated
    ]
    return sorted([*seated.values(), *waiting], key=lambda row: row.number)


def _seated(stage: Stage) -> list[TrackProgress]:
    """From the stage's active seats: one query."""
    rows = (
        Assignment.objects.active()
        .filter(stage=stage)
        .values("entry__topic__track__number", "entry__topic__track__name")
        .annotate(
            entries=Count("entry", distinct=True),
            seats=Count("pk"),
            scored=Count("pk", filter=Q(sheet__state__in=ScoreSheet.SCORED)),
            sealed=Count("pk", filter=Q(sheet__state=ScoreSheet.State.SEALED)),
        )
        .order_by("entry__topic__track__number")
    )
    columns = ("entry__topic__track__number", "entry__topic__track__name", "entries", "seats", "scored", "sealed")
    return [TrackProgress(*row) for row in rows.values_list(*columns)]


def judges_in(stage: Stage) -> QuerySet[Expert]:
    """Experts with a seat in the stage, with `seats`, `scored`, `sealed`, `recused`, `last_saved`."""
    mine = Q(assignments__stage=stage, assignments__entry__status=Entry.Status.SUBMITTED)
    active = mine & Q(assignments__status=Assignment.Status.ACTIVE)
    return (
        Expert.objects.filter(pk__in=Assignment.objects.filter(stage=stage).values("expert"))
        .annotate(
            seats=Count("assignments", filter=active),
            scored=Count("assignments", filter=active & Q(assignments__sheet__state__in=ScoreSheet.SCORED)),
            sealed=Count("assignments", filter=active & Q(assignments__sheet__state=ScoreSheet.State.SEALED)),
            recused=Count("assignments", filter=mine & Q(assignments__status=Assignment.Status.RECUSED)),
            last_saved=Max("assignments__sheet__saved_at", filter=active),
        )
        .order_by("code", "pk")
    )


def unfinished(judges: QuerySet[Expert]) -> QuerySet[Expert]:
    """Of the judges in a stage, those with sheets that are not sealed."""
    return judges.filter(sealed__lt=F("seats"))  # type: ignore[misc]


def is_silent(*, last_saved: datetime | None, stage: Stage, now: datetime) -> bool:
    """Nothing saved for three days of an open stage, counted from its opening where nothing was saved at all."""
    begun = max(last_saved, stage.opens_at) if last_saved else stage.opens_at
    return stage.opens_at <= now < stage.closes_at and now - begun >= SILENT_AFTER


def is_late(*, seats: int, sealed: int, stage: Stage, now: datetime) -> bool:
    """A judge is late when less than a day is left, or none, and sheets are not sealed."""
    return sealed < seats and now >= stage.closes_at - LATE_WINDOW


@dataclass(frozen=True)
class JudgeRow:
    """One judge's line: counts and a state, no figure of any sheet."""

    code: str
    name: str
    seats: int
    scored: int
    sealed: int
    recused: int
    last_saved: datetime | None
    state: State

    @property
    def is_done(self) -> bool:
        return self.sealed >= self.seats


def judge_rows(experts: Sequence[Expert], stage: Stage, now: datetime) -> list[JudgeRow]:
    """Plain rows from what `judges_in` counted."""
    return [
        JudgeRow(
            code=expert.code,
            name=expert.name,
            seats=expert.seats,  # type: ignore[attr-defined]
            scored=expert.scored,  # type: ignore[attr-defined]
            sealed=expert.sealed,  # type: ignore[attr-defined]
            recused=expert.recused,  # type: ignore[attr-defined]
            last_saved=expert.last_saved,  # type: ignore[attr-defined]
            state=_state(expert, stage, now),
        )
        for expert in experts
    ]


def _state(expert: Expert, stage: Stage, now: datetime) -> State:
    seats, sealed = expert.seats, expert.sealed  # type: ignore[attr-defined]
    if sealed >= seats:
        return DONE
    if is_late(seats=seats, sealed=sealed, stage=stage, now=now):
        return LATE
    if is_silent(last_saved=expert.last_saved, stage=stage, now=now):  # type: ignore[attr-defined]
        return SILENT
    return UNDER_WAY if expert.last_saved else NOT_BEGUN  # type: ignore[attr-defined]


ENTRY_ORDER = ("entry__number", "pk")


@dataclass(frozen=True)
class EntryRow:
    """One entry's line: how many of its sheets are there, and a state. Its seats are changed beside the published `plan`."""

    code: str
    plan: str
    number: str
    title: str
    track: int
    seats: int
    scored: int
    sealed: int
    state: State


def entries_in(stage: Stage) -> QuerySet:
    """The assigned entries of a stage with their counts, as plain values in the order of `ENTRY_ORDER`."""
    active = Q(entry__assignments__stage=stage, entry__assignments__status=Assignment.Status.ACTIVE)
    return (
        EntryScore.objects.filter(stage=stage)
        .annotate(
            seats=Count("entry__assignments", filter=active),
            scored=Count(
                "entry__assignments", filter=active & Q(entry__assignments__sheet__state__in=ScoreSheet.SCORED)
            ),
            sealed=Count(
                "entry__assignments", filter=active & Q(entry__assignments__sheet__state=ScoreSheet.State.SEALED)
            ),
            plan=Subquery(plan_of(stage, OuterRef("entry"))),
        )
        .values(
            "pk",
            "entry__public_id",
            "plan",
            "entry__number",
            "entry__title",
            "track__number",
            "seats",
            "scored",
            "sealed",
        )
    )


def waiting_entries(entries: QuerySet) -> QuerySet:
    """Those that still wait for a sheet."""
    return entries.filter(sealed__lt=F("seats"))


def entry_rows(rows: Sequence[dict]) -> list[EntryRow]:
    """Plain rows from what `entries_in` counted."""
    return [
        EntryRow(
            code=row["entry__public_id"],
            plan=row["plan"] or "",
            number=row["entry__number"],
            title=row["entry__title"],
            track=row["track__number"],
            seats=row["seats"],
            scored=row["scored"],
            sealed=row["sealed"],
            state=_entry_state(row),
        )
        for row in rows
    ]


def _entry_state(row: dict) -> State:
    if row["sealed"] >= row["seats"]:
        return DONE
    return UNDER_WAY if row["scored"] else NOT_BEGUN
