"""Calling a roadshow off, as long as nobody has been called on stage.

What was planned stays on record: the slots, the lots as they were announced, and the order if it was drawn. The seats of
the panel are taken back with their plan, so that another roadshow can be planned for the same entries and judges.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Stage
from judging.actions.publishing import lock_seats, require_reason, take_back
from judging.actions.roadshows import lock_roadshow, members_of, save_roadshow, tell
from judging.events import ROADSHOW_CALLED_OFF
from judging.models import AssignmentPlan, Roadshow, Slot
from judging.notices import ROADSHOW_CALLED_OFF_NOTICE
from judging.permissions import may_organise
from portal.accounts.models import User
from portal.journal.models import Event
from portal.journal.recording import record
from portal.refusals import Refusal


@transaction.atomic
def call_off_roadshow(*, actor: Any, roadshow: Roadshow, reason: str, seen: int, now: datetime) -> Roadshow:
    """Say that it does not take place, and why; panel and teams hear of it once, and nothing more is done with it.

    Locks stage, plan, seats and roadshow in this order: a judge's submission takes the last two in the same one.
    """
    may_organise(actor, roadshow.stage.contest).require()
    reason = require_reason(reason)
    Stage.objects.lock(pk=roadshow.stage_id)
    plan = _lock_plan(roadshow)
    seats = lock_seats(plan) if plan else []
    locked = lock_roadshow(actor, roadshow, seen)
    if locked.status not in Roadshow.NOT_BEGUN:
        raise Refusal(_("The roadshow has begun: it can no longer be called off."), code="begun")
    if plan and seats:
        take_back(actor=actor, plan=plan, seats=seats, reason=reason, now=now)
    Slot.objects.filter(roadshow=locked).update(status=Slot.Status.CALLED_OFF)
    locked.status = Roadshow.Status.CALLED_OFF
    locked.called_off_at, locked.called_off_by, locked.called_off_reason = now, actor, reason
    save_roadshow(locked, "status", "called_off_at", "called_off_by", "called_off_reason")
    event = record(
        ROADSHOW_CALLED_OFF,
        actor=actor,
        now=now,
        contest=locked.stage.contest,
        subject=locked,
        name=locked.name,
        reason=reason,
    )
    panel = {*locked.panel.values_list("user", flat=True), *(seat.expert.user_id for seat in seats)}
    _send(
        locked,
        list(User.objects.filter(pk__in=panel).order_by("pk")),
        whose="panel",
        path=reverse("judge_queue", args=[locked.stage.public_id]),
        event=event,
        now=now,
    )
    for slot in Slot.objects.filter(roadshow=locked).select_related("entry").order_by("pk"):
        path = reverse("entry", args=[slot.entry.public_id])
        _send(locked, members_of(slot), whose=slot.public_id, path=path, event=event, now=now, number=slot.entry.number)
    return locked


def _lock_plan(roadshow: Roadshow) -> AssignmentPlan | None:
    """The published plan that gave the panel its seats: the first with this seed, which nobody could know before."""
    first = AssignmentPlan.objects.filter(stage=roadshow.stage_id, seed=roadshow.public_id).order_by("pk").first()
    if first is None or first.status != AssignmentPlan.Status.PUBLISHED:
        return None
    plan: AssignmentPlan = AssignmentPlan.objects.select_related("contest").lock(pk=first.pk)
    return plan


def _send(
    roadshow: Roadshow, people: list[User], *, whose: str, path: str, event: Event, now: datetime, number: str = ""
) -> None:
    tell(
        ROADSHOW_CALLED_OFF_NOTICE,
        roadshow,
        people,
        dedupe=f"{roadshow.public_id}:{whose}",
        path=path,
        event=event,
        now=now,
        number=number,
        reason=roadshow.called_off_reason,
        starts_at=roadshow.starts_at,
    )
