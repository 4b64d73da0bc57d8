"""Taking seats out of the count, and putting them back; called by what decides about conflicts of interest.

A seat that is taken keeps its sheet and its marks. They no longer count: the stored scores of the entries are recomputed in
the same transaction. Locks are taken in the order assignments, then entry scores, each by primary key.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from judging.events import JUDGE_RECUSED, SEAT_QUARANTINED, SEAT_RELEASED
from judging.models import Assignment, EntryScore
from judging.scoring import criteria_of, refresh_scores
from portal.journal.kinds import EventKind
from portal.journal.models import Event
from portal.journal.recording import record

Status = Assignment.Status
EVENT_OF: dict[str, EventKind] = {
    Status.RECUSED: JUDGE_RECUSED,
    Status.QUARANTINED: SEAT_QUARANTINED,
    Status.ACTIVE: SEAT_RELEASED,
}


def take_seats(
    seats: QuerySet[Assignment], *, status: str, reason: str, actor: Any, now: datetime
) -> list[tuple[Assignment, Event]]:
    """End these active seats with a status and a reason; returns them, with the event of each."""
    return _move(_locked(seats.filter(status=Status.ACTIVE)), status, reason, actor, now)


def release_seats(
    seats: QuerySet[Assignment], *, reason: str, actor: Any, now: datetime
) -> tuple[list[tuple[Assignment, Event]], int]:
    """Put quarantined seats back where the entry still has room; returns them, and how many stay out because somebody else
    has the place by now."""
    quarantined = _locked(seats.filter(status=Status.QUARANTINED))
    back = []
    for seat in quarantined:
        held = Assignment.objects.active().filter(stage=seat.stage_id, entry=seat.entry_id).count()
        if held + sum(other.entry_id == seat.entry_id for other in back) < seat.stage.seats:
            back.append(seat)
    return _move(back, Status.ACTIVE, reason, actor, now), len(quarantined) - len(back)


def _locked(seats: QuerySet[Assignment]) -> list[Assignment]:
    related = ("stage__contest", "stage__rubric", "entry", "expert__user")
    return list(seats.select_for_update(of=("self",)).select_related(*related).order_by("pk"))


def _move(
    seats: Sequence[Assignment], status: str, reason: str, actor: Any, now: datetime
) -> list[tuple[Assignment, Event]]:
    moved = []
    for seat in seats:
        is_back = status == Status.ACTIVE
        seat.status, seat.reason, seat.ended_at = status, "" if is_back else reason, None if is_back else now
        seat.save(update_fields=["status", "reason", "ended_at"])
        event = record(
            EVENT_OF[status],
            actor=actor,
            now=now,
            contest=seat.stage.contest,
            subject=seat,
            code=seat.expert.code,
            entry=seat.entry.public_id,
            reason=reason,
        )
        moved.append((seat, event))
    _recount(seats, now)
    return moved


def _recount(seats: Iterable[Assignment], now: datetime) -> None:
    """The stored scores of the entries, from the sheets that still count."""
    by_stage: dict[int, list[Assignment]] = defaultdict(list)
    for seat in seats:
        by_stage[seat.stage_id].append(seat)
    for stage_id in sorted(by_stage):
        stage = by_stage[stage_id][0].stage
        assert stage.rubric is not None, "publication requires a rubric and fixes it"  # noqa: S101
        entries = {seat.entry_id for seat in by_stage[stage_id]}
        scores = EntryScore.objects.select_for_update(of=("self",)).filter(stage=stage, entry__in=entries)
        refresh_scores(list(scores.order_by("pk")), stage=stage, criteria=criteria_of(stage.rubric), now=now)
