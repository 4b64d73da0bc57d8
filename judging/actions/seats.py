"""Seats one by one: in a draft before it is published, and afterwards when a judge drops out.

By hand the same rules hold as for the solver. A published seat is never deleted: it is withdrawn with a reason, and another takes its
place; marks that were entered stay with the old one and do not count.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Stage
from judging.actions.plans import lock_draft, require_open
from judging.actions.publishing import create_assignments, require_reason
from judging.assignment.legality import OBSTACLES, Table
from judging.events import PLAN_EDITED, SEAT_GIVEN
from judging.models import Assignment, AssignmentPlan, ScoreSheet
from judging.notices import ASSIGNMENTS_PUBLISHED, SEAT_WITHDRAWN
from judging.permissions import may_organise
from judging.planned import rules_of, summary
from judging.problem import Situation, read_situation
from portal.journal.models import Event
from portal.journal.recording import record
from portal.notices.outbox import send
from portal.refusals import Refusal
from submissions.models import Entry


@transaction.atomic
def edit_plan(
    *, actor: Any, plan: AssignmentPlan, revision: int, entry: str, remove: str = "", add: str = "", now: datetime
) -> AssignmentPlan:
    """Take a judge off an entry of a draft, put one on, or both. `entry` is its public id, judges are named by code."""
    plan = lock_draft(actor, plan)
    require_open(plan.stage, now)
    if revision != plan.revision:
        raise Refusal(_("This draft has been changed meanwhile. Look at it again, then change it."), code="stale")
    if not add and not remove:
        raise Refusal(_("Choose a judge."), code="nothing", field="add")
    seats = [(one, judge) for one, judge in plan.seats]
    if remove:
        if (entry, remove) not in seats:
            raise Refusal(_("This judge does not have the entry in this draft."), code="not_seated", field="remove")
        seats.remove((entry, remove))
    if add:
        own = [seat for seat in seats if seat[0] == entry]
        asked = [add, *(judge for _entry, judge in own)]
        rules = rules_of(plan.rules)
        situation = read_situation(plan.stage, plan.seed, rules=rules, only=entry, of=asked, beside=seats)
        table = Table(situation.problem, own)
        _require_possible(table, entry, add)
        seats.append((entry, add))
    whole = read_situation(plan.stage, plan.seed, rules=rules_of(plan.rules))
    if gone := sum(one not in whole.entries or judge not in whole.experts for one, judge in seats):
        raise Refusal(
            _("{count} seats of this draft are no longer possible. Discard it and draft a new one.").format(count=gone),
            code="outdated",
        )
    seats.sort(key=lambda seat: (whole.entries[seat[0]].number, seat))
    plan.seats = [list(seat) for seat in seats]
    plan.result = summary(whole, seats)
    plan.edits += 1
    plan.revision += 1
    plan.save(update_fields=["seats", "result", "edits", "revision"])
    record(
        PLAN_EDITED, actor=actor, now=now, contest=plan.contest, subject=plan, entry=entry, removed=remove, added=add
    )
    return plan


@transaction.atomic
def give_seat(
    *, actor: Any, plan: AssignmentPlan, entry: str, judge: str, instead: str = "", reason: str, now: datetime
) -> Assignment:
    """Put a judge on a published entry: in the place of another, who is withdrawn, or on a seat that is empty."""
    may_organise(actor, plan.contest).require()
    plan = lock_published(plan)
    require_open(plan.stage, now)
    reason = require_reason(reason)
    named = Entry.objects.filter(contest=plan.contest_id, public_id=entry).select_for_update(of=("self",))
    if named.first() is None:
        sentence = OBSTACLES["unknown"]
        raise Refusal(_(sentence), code="unknown")
    old = _withdraw(plan.stage, entry, instead, reason, now) if instead else None
    situation = read_situation(plan.stage, plan.seed, rules=rules_of(plan.rules), only=entry, of=[judge])
    table = Table(situation.problem)
    _require_possible(table, entry, judge)
    made, event = seat(plan, situation, entry=entry, judge=judge, instead=instead, reason=reason, actor=actor, now=now)
    _tell_seat_given(plan, made, old, event, now)
    return made


def lock_published(plan: AssignmentPlan) -> AssignmentPlan:
    """The plan with its stage, both locked; refused where it is not published (any more)."""
    stage = Stage.objects.select_related("contest").lock(pk=plan.stage_id)
    light = AssignmentPlan.objects.select_related("contest").defer("seats", "result", "alternates")
    locked: AssignmentPlan = light.lock(pk=plan.pk)
    locked.stage = stage
    if locked.status != AssignmentPlan.Status.PUBLISHED:
        raise Refusal(_("This plan is not published."), code="not_published")
    return locked


def seat(
    plan: AssignmentPlan,
    situation: Situation,
    *,
    entry: str,
    judge: str,
    instead: str,
    reason: str,
    actor: Any,
    now: datetime,
) -> tuple[Assignment, Event]:
    """Put a judge on an entry of a locked plan, and write it down; whether that is allowed was asked before. Tells nobody."""
    create_assignments(plan, situation, [(entry, judge)], now)
    held = Assignment.objects.active().filter(stage=plan.stage, entry__public_id=entry, expert__code=judge)
    made = held.select_related("expert__user").get()
    event = record(
        SEAT_GIVEN,
        actor=actor,
        now=now,
        contest=plan.contest,
        subject=made,
        code=judge,
        instead=instead,
        entry=entry,
        reason=reason,
    )
    return made, event


def _tell_seat_given(
    plan: AssignmentPlan, made: Assignment, old: Assignment | None, event: Event, now: datetime
) -> None:
    """The judge who comes, and the one who goes."""
    words: dict[str, Any] = {
        "now": now,
        "contest": plan.contest,
        "events": [event],
        "contest_name": plan.contest.name,
        "stage_kind": plan.stage.kind,
        "stage_name": plan.stage.name,
    }
    send(
        ASSIGNMENTS_PUBLISHED,
        to=[made.expert.user] if made.expert.user else [],
        dedupe=made.public_id,
        path=reverse("judge_queue", args=[plan.stage.public_id]),
        count=1,
        opens_at=plan.stage.opens_at,
        closes_at=plan.stage.closes_at,
        **words,
    )
    if old is not None:
        send(
            SEAT_WITHDRAWN,
            to=[old.expert.user] if old.expert.user else [],
            dedupe=old.public_id,
            path=reverse("judge_queue", args=[plan.stage.public_id]),
            number=old.entry.number,
            **words,
        )


def _withdraw(stage: Stage, entry: str, judge: str, reason: str, now: datetime) -> Assignment:
    held = Assignment.objects.active().filter(stage=stage, entry__public_id=entry, expert__code=judge).first()
    if held is None:
        raise Refusal(_("This judge does not have the entry any more."), code="not_seated", field="instead")
    old: Assignment = Assignment.objects.select_related("expert__user", "entry").lock(pk=held.pk)
    if ScoreSheet.objects.filter(assignment=old, state=ScoreSheet.State.SEALED).exists():
        raise Refusal(
            _("This judge has sealed the score sheet: it counts, and the seat stays."), code="sealed", field="instead"
        )
    old.status, old.reason, old.ended_at = Assignment.Status.WITHDRAWN, reason, now
    old.save(update_fields=["status", "reason", "ended_at"])
    return old


def _require_possible(table: Table, entry: str, judge: str) -> None:
    if obstacle := table.obstacle(entry, judge):
        raise Refusal(_(OBSTACLES[obstacle]), code=obstacle, field="add")
