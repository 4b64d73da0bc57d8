"""Filling the seats that a late conflict of interest has emptied: the worker's, as soon as the conflict is certain.

Certain is what an organiser pinned and what nobody can dismiss. A likeness may still be dismissed, and then the marks count
again: such a seat waits for the organisers. The seat goes to the first who may sit there, the alternates named by the plan
before anybody else; where nobody may, it stays empty and is tried again every night. A roadshow's panel sits in a room: its
seats are the organisers'. Done twice, a seat is filled once.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Contest, Role, Stage
from judging.actions.background import SILENT_FOR, call
from judging.actions.seats import lock_published, seat
from judging.assignment.legality import Table
from judging.models import Assignment, AssignmentPlan, Recusal
from judging.models.assignment import AssignmentQuerySet
from judging.notices import ASSIGNMENTS_PUBLISHED, SEATS_REFILLED
from judging.planned import rules_of
from judging.problem import read_situation
from portal import clock
from portal.journal.models import Event
from portal.notices.outbox import send
from portal.refusals import Refusal

#: seats of one transaction: short enough that nobody waits long for its locks
AT_ONCE = 10
#: a seat that the worker was never asked about is found by the sweep within this time, later ones by the nightly search
REMEMBERED = timedelta(hours=1)


class Filled(NamedTuple):
    """A seat that somebody else has now."""

    old: Assignment
    new: Assignment
    event: Event


def begin_refilling(contest: Contest) -> None:
    """Ask the worker, once what was found is kept."""
    transaction.on_commit(partial(enqueue_refilling, [contest.pk]), robust=True)


def enqueue_refilling(contests: list[int]) -> None:
    """Hand contests to the worker; where the broker is away the sweep or the nightly search finds them."""
    from judging.tasks import refill

    for pk in contests:
        if not call(refill, pk):
            return


def awaited_refilling(now: datetime) -> list[int]:
    """Contests with a seat that was quarantined for certain, some minutes ago at least, and has not been filled."""
    lately = _empty(now).filter(ended_at__gte=now - REMEMBERED, ended_at__lt=now - SILENT_FOR)
    return sorted(set(lately.values_list("stage__contest", flat=True)))


def refill_seats(*, contest: int, clock_now: Callable[[], datetime] = clock.now) -> int:
    """Give every seat of a contest that a certain conflict has emptied to somebody else; returns how many were given."""
    given = 0
    for _plan, empty in groupby(_empty(clock_now()).filter(stage__contest=contest), key=lambda one: one.plan_id):
        seats = list(empty)
        for start in range(0, len(seats), AT_ONCE):
            given += _refill(seats[0].plan, seats[start : start + AT_ONCE], clock_now())
    return given


def _empty(now: datetime) -> AssignmentQuerySet:
    """Quarantined seats that nobody has instead, in stages that are not over, whose conflict is certain."""
    certain = Recusal.objects.certain().filter(expert=OuterRef("expert"), entry=OuterRef("entry"))
    seats = (
        Assignment.objects.in_contest()
        .with_room()
        .filter(
            Exists(certain),
            status=Assignment.Status.QUARANTINED,
            plan__status=AssignmentPlan.Status.PUBLISHED,
            stage__kind=Stage.Kind.REVIEW,
            stage__closes_at__gt=now,
        )
    )
    light = seats.defer("plan__seats", "plan__result", "plan__alternates")
    return light.select_related("plan", "stage", "entry", "expert").order_by("plan_id", "pk")


@transaction.atomic
def _refill(plan: AssignmentPlan, empty: list[Assignment], now: datetime) -> int:
    """These seats of one plan; each judge who comes hears of it once, and so do the organisers."""
    try:
        plan = lock_published(plan)
    except Refusal:  # taken back since: nobody sits any more
        return 0
    still = list(_empty(now).filter(pk__in=[one.pk for one in empty]))
    filled = [found for one in still if (found := _fill(plan, one, now))]
    _tell_judges(plan, filled, now)
    _tell_organisers(plan, filled, now)
    return len(filled)


def _fill(plan: AssignmentPlan, empty: Assignment, now: datetime) -> Filled | None:
    """The seat for the first who may have it; None where nobody may, or the seat has been taken by now."""
    code = empty.entry.public_id
    situation = read_situation(plan.stage, plan.seed, rules=rules_of(plan.rules), only=code)
    table = Table(situation.problem)
    for judge in situation.in_order(code, plan.alternates.get(code, []), situation.held):
        if not table.obstacle(code, judge):
            reason = _("conflict of interest of {code}").format(code=empty.expert.code)
            made, event = seat(
                plan,
                situation,
                entry=code,
                judge=judge,
                instead=empty.expert.code,
                reason=reason,
                actor=None,
                now=now,
            )
            return Filled(empty, made, event)
    return None


def _tell_judges(plan: AssignmentPlan, filled: list[Filled], now: datetime) -> None:
    mine: dict[int, list[Filled]] = defaultdict(list)
    for one in filled:
        mine[one.new.expert_id].append(one)
    for seats in mine.values():
        judge = seats[0].new.expert.user
        send(
            ASSIGNMENTS_PUBLISHED,
            to=[judge] if judge else [],
            now=now,
            dedupe=seats[0].new.public_id,
            path=reverse("judge_queue", args=[plan.stage.public_id]),
            count=len(seats),
            opens_at=plan.stage.opens_at,
            closes_at=plan.stage.closes_at,
            **_words(plan, seats),
        )


def _tell_organisers(plan: AssignmentPlan, filled: list[Filled], now: datetime) -> None:
    if not filled:
        return
    roles = Role.objects.filter(contest=plan.contest, role=Role.Name.ORGANISER).select_related("user")
    send(
        SEATS_REFILLED,
        to=[role.user for role in roles],
        now=now,
        dedupe=filled[0].event.leaf_hash,
        path=reverse("progress", args=[plan.contest.slug, plan.stage.public_id]),
        count=len(filled),
        rows=[
            {"number": one.old.entry.number, "old": one.old.expert.code, "new": one.new.expert.code} for one in filled
        ],
        **_words(plan, filled),
    )


def _words(plan: AssignmentPlan, filled: list[Filled]) -> dict[str, Any]:
    return {
        "contest": plan.contest,
        "events": [one.event for one in filled],
        "contest_name": plan.contest.name,
        "stage_kind": plan.stage.kind,
        "stage_name": plan.stage.name,
    }
