"""Reminding judges who have sheets left to seal: at most once a day each, with the organiser's name in the journal."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.doors import judging_door
from competition.models import Stage
from judging.events import JUDGES_CHASED
from judging.models import Expert
from judging.notices import JUDGE_CHASED
from judging.permissions import may_organise
from judging.reading.progress import judges_in, unfinished
from portal.journal.recording import record
from portal.notices.models import Notice
from portal.notices.outbox import send
from portal.refusals import Refusal
from portal.web.dates import local


@transaction.atomic
def chase_judges(*, actor: Any, stage: Stage, experts: Iterable[str], now: datetime) -> list[Expert]:
    """Remind the judges with these codes who still have sheets to seal; returns those who are told now.

    Whoever has sealed everything meanwhile is passed over, and nobody hears twice on one day, so that pressing twice sends
    once. Refused when judging is not open: before it there is nothing to do, after it nothing can be done any more.
    """
    may_organise(actor, stage.contest).require()
    judging_door(stage, now).require()
    wanted = list(unfinished(judges_in(stage)).filter(code__in=set(experts)).select_related("user"))
    if not wanted:
        raise Refusal(_("Everybody you chose has sealed every sheet: there is nobody to remind."), code="nobody_late")
    sent = {expert: _remind(stage, expert, now) for expert in wanted}
    told = [expert for expert, notices in sent.items() if notices]
    if not told:
        raise Refusal(
            _("Everybody you chose has been reminded today already. Remind them again tomorrow, or call."),
            code="reminded_today",
        )
    event = record(
        JUDGES_CHASED,
        actor=actor,
        now=now,
        contest=stage.contest,
        subject=stage,
        judges=len(told),
        codes=[expert.code for expert in told],
    )
    event.notices.add(*(notice for notices in sent.values() for notice in notices))
    return told


def chase_context(stage: Stage, expert: Expert) -> dict[str, Any]:
    """What the reminder says to this judge (counted by `judges_in`); the preview shows the same."""
    seats, sealed, scored = expert.seats, expert.sealed, expert.scored  # type: ignore[attr-defined]
    return {
        "contest_name": stage.contest.name,
        "stage_kind": stage.kind,
        "stage_name": stage.name,
        "left": seats - sealed,
        "ready": scored - sealed,
        "total": seats,
        "closes_at": stage.closes_at,
    }


def occasion(stage: Stage, now: datetime) -> str:
    """One reminder a day and stage, by the calendar of Beijing."""
    return f"{stage.public_id}:{local(now).date().isoformat()}"


def _remind(stage: Stage, expert: Expert, now: datetime) -> list[Notice]:
    return send(
        JUDGE_CHASED,
        to=[expert.user] if expert.user else [expert.email],
        now=now,
        dedupe=occasion(stage, now),
        contest=stage.contest,
        path=reverse("judge_queue", args=[stage.public_id]),
        **chase_context(stage, expert),
    )
