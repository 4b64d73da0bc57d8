"""When one seat may be scored: its stage's door, and what narrows or extends it for this seat.

A seat that an arbitration added is open until the arbitration's own date, also after the stage has closed: a third opinion
is asked for when the first ones are known. An entry that presents in a roadshow is scored while its team is on stage.
"""

from datetime import datetime

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from competition.doors import judging_door
from competition.models import Stage
from judging.models import Arbitration, Assignment, Roadshow, Slot
from portal.decisions import ALLOWED, Decision, refused
from portal.refusals import Closed


def seat_door(assignment: Assignment, now: datetime) -> Decision:
    """May this seat be scored now? One query more where the stage is closed, or is a roadshow."""
    stage = judging_door(assignment.stage, now)
    if stage:
        return slot_door(assignment) if assignment.stage.kind == Stage.Kind.ROADSHOW else stage
    added = _arbitration_door(assignment, now)
    return stage if added is None else added


def open_seats(seats: QuerySet[Assignment], stage: Stage, now: datetime) -> tuple[Decision, QuerySet[Assignment]]:
    """The door of a judge's seats in a stage, and those behind it: all of them while the stage is open, and afterwards the
    third opinions that are still in time. One query more where the stage is closed."""
    door = judging_door(stage, now)
    if door:
        return door, seats
    added = seats.filter(arbitration__due_at__gt=now)
    return (ALLOWED, added) if added.exists() else (door, seats)


def _arbitration_door(assignment: Assignment, now: datetime) -> Decision | None:
    """None where the seat is an ordinary one."""
    found = Arbitration.objects.filter(assignment=assignment).only("due_at").first()
    if found is None:
        return None
    if now < found.due_at:
        return ALLOWED
    return Decision(Closed(_("The time for this third opinion is over."), code="closed", closed_at=found.due_at))


def lock_halls(*, stage: int, entry: int) -> None:
    """Hold the roadshows in which the entry presents, or was to, until the transaction ends; then read its slot."""
    halls = Roadshow.objects.filter(slots__stage=stage, slots__entry=entry).order_by("pk")
    list(halls.select_for_update(of=("self",)).only("pk"))


def slot_door(assignment: Assignment) -> Decision:
    """Is the team on stage? In a transaction the roadshow stays locked to its end, so that the host cannot close the scoring
    between the question and the seal. A stage without roadshows is judged like any other."""
    where = {"stage": assignment.stage_id, "entry": assignment.entry_id}
    if connection.in_atomic_block:
        lock_halls(**where)
    slot = Slot.objects.turn_of(**where)
    if slot is None or slot.is_on_stage:
        return ALLOWED
    if slot.status == Slot.Status.CLOSED:
        return refused(
            _("The scoring of this team is closed. Your score sheets can still be read."), code="slot_closed"
        )
    if slot.status == Slot.Status.CALLED_OFF:
        return refused(_("The roadshow of this team was called off. It is scored in another one."), code="called_off")
    return refused(_("This team has not been called on stage yet. It is scored there."), code="slot_waiting")
