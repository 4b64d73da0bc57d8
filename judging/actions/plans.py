"""Drafting an assignment: asked for in the request, computed in the background, put aside.

A plan goes from being computed to draft, and from there to published or discarded (`publishing`). Whoever asked may leave the page and
come back; whoever discards the plan while it is computed stops the computation. Where the broker is away, or a worker died, the sweep
finds what nobody has heard of for a while; a plan that was computed twice is kept once.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from competition.doors import judging_door
from competition.models import Stage
from judging.actions.background import Watch, hand_over, unheard
from judging.assignment import Cancelled, Objective, Rules, alternates, solve
from judging.events import PLAN_DISCARDED, PLAN_DRAFTED
from judging.models import Assignment, AssignmentPlan, Expert
from judging.permissions import may_organise
from judging.planned import rules_of, summary
from judging.problem import Situation, read_situation
from judging.rubrics import require_usable
from portal import clock
from portal.journal.recording import record
from portal.refusals import Refusal
from submissions.models import Entry

SEED_MAX = 64
EXPLAINED = 0.97  # the share that is done when only the alternates are missing
FAILURES = {
    "no_entries": lambda: _("No entry has passed the formal check yet: there is nothing to assign."),
    "no_experts": lambda: _("No expert has accepted an invitation yet: there is nobody to assign."),
    "nothing_to_do": lambda: _("Every seat is filled: there is nothing to assign."),
    "error": lambda: _("The computation broke off. Draft another plan; if it happens again, tell the operators."),
}


def begin_plan(
    *,
    actor: Any,
    stage: Stage,
    seed: str,
    now: datetime,
    objective: Objective = "bottleneck",
    rules: Rules | None = None,
) -> AssignmentPlan:
    """Ask for a plan: it is computed in the background. Refused where nothing can come of it, or while one is computed."""
    plan = _begin(actor, stage, seed, objective, rules, now)
    transaction.on_commit(partial(enqueue_plans, [plan.pk]), robust=True)
    return plan


def draft_plan(
    *,
    actor: Any,
    stage: Stage,
    seed: str,
    now: datetime,
    objective: Objective = "bottleneck",
    rules: Rules | None = None,
) -> AssignmentPlan:
    """The same at once: for commands, which have no page to come back to."""
    may_organise(actor, stage.contest).require()
    _require_judged(stage, now)
    require_usable(stage)
    _require_seats(read_situation(stage, seed))
    plan = _begin(actor, stage, seed, objective, rules, now)
    compute_plan(pk=plan.pk, clock_now=lambda: now)
    return AssignmentPlan.objects.select_related("contest", "stage").get(pk=plan.pk)


def _begin(
    actor: Any, stage: Stage, seed: str, objective: Objective, rules: Rules | None, now: datetime
) -> AssignmentPlan:
    may_organise(actor, stage.contest).require()
    _require_judged(stage, now)
    require_usable(stage)
    seed = seed.strip()
    if not seed or len(seed) > SEED_MAX:
        raise Refusal(
            _("Enter a seed of 1 to 64 characters: it makes the assignment repeatable."), code="seed", field="seed"
        )
    entries = Entry.objects.filter(contest=stage.contest_id).passed_check().count()
    if not entries:
        raise Refusal(FAILURES["no_entries"](), code="no_entries")
    if not Expert.objects.filter(contest=stage.contest_id, status=Expert.Status.ACCEPTED).exists():
        raise Refusal(FAILURES["no_experts"](), code="no_experts")
    kept = rules or Rules()
    try:
        with transaction.atomic():
            return AssignmentPlan.objects.create(
                contest=stage.contest,
                stage=stage,
                status=AssignmentPlan.Status.SOLVING,
                seed=seed,
                objective=objective,
                rules={
                    "main_per_panel": kept.main_per_panel,
                    "most_per_region": kept.most_per_region,
                    "connected": kept.connected,
                },
                created_at=now,
                heard_at=now,
                created_by=actor,
            )
    except IntegrityError as error:
        raise Refusal(
            _("A plan is being computed for this stage already. Wait for it, or cancel it."), code="computing"
        ) from error


def _require_seats(situation: Situation) -> None:
    if not situation.entries:
        raise Refusal(FAILURES["no_entries"](), code="no_entries")
    if not situation.experts:
        raise Refusal(FAILURES["no_experts"](), code="no_experts")
    if situation.seats_needed <= 0:
        raise Refusal(FAILURES["nothing_to_do"](), code="nothing_to_do")


def compute_plan(*, pk: int, clock_now: Callable[[], datetime] = clock.now) -> None:
    """Solve what was asked for and keep the answer as a draft; nothing reaches a judge.

    The same rows and seed give the same plan. Solving happens outside any transaction, so that nobody waits for it; publication
    checks everything again. A plan that was discarded meanwhile is left alone.
    """
    plan = AssignmentPlan.objects.select_related("contest", "stage__contest", "created_by").filter(pk=pk).first()
    if plan is None or plan.status != AssignmentPlan.Status.SOLVING:
        return
    watch = _Watch(AssignmentPlan.objects.filter(pk=pk, status=AssignmentPlan.Status.SOLVING), clock_now)
    try:
        watch("reading", 0.0)
        situation = read_situation(plan.stage, plan.seed, objective=_objective(plan), rules=rules_of(plan.rules))
        _require_seats(situation)
        answer = solve(situation.problem, progress=watch, cancelled=lambda: watch.gone)
        watch("explaining", EXPLAINED)
        reserve = alternates(situation.problem, answer.seats, tick=watch.naming)
    except Cancelled:
        return
    except Refusal as refusal:
        _fail(pk, refusal.code)
        return
    except Exception:  # whatever it is, who waits for the plan is told; the worker still reports it
        _fail(pk, "error")
        raise
    seats = sorted(
        set(answer.seats) - situation.problem.pinned, key=lambda seat: (situation.entries[seat[0]].number, seat)
    )
    with transaction.atomic():
        kept = AssignmentPlan.objects.lock(pk=pk)
        if kept.status != AssignmentPlan.Status.SOLVING:
            return
        kept.seats = [list(seat) for seat in seats]
        kept.result, kept.alternates = summary(situation, seats, answer), reserve
        kept.status, kept.step, kept.progress = AssignmentPlan.Status.DRAFT, "", 100
        kept.save(update_fields=["seats", "result", "alternates", "status", "step", "progress"])
        record(
            PLAN_DRAFTED,
            actor=plan.created_by,
            now=clock_now(),
            contest=plan.contest,
            subject=kept,
            seed=plan.seed,
            seats=len(seats),
            objective=plan.objective,
            problem=kept.result["problem"],
        )


def _objective(plan: AssignmentPlan) -> Objective:
    return "total" if plan.objective == AssignmentPlan.Objective.TOTAL else "bottleneck"


def _fail(pk: int, code: str) -> None:
    AssignmentPlan.objects.filter(pk=pk, status=AssignmentPlan.Status.SOLVING).update(
        status=AssignmentPlan.Status.FAILED, refusal=code, step=""
    )


class _Watch(Watch):
    """While a plan is computed."""

    def naming(self, share: float = 0.0) -> None:
        """While the alternates are named."""
        self("explaining", EXPLAINED + share * (1 - EXPLAINED))
        if self.gone:
            raise Cancelled


def enqueue_plans(ids: Iterable[int]) -> None:
    """Hand plans to the worker."""
    from judging.tasks import compute

    hand_over(compute, ids)


def awaited_plans(now: datetime) -> list[int]:
    """Plans that are to be computed and of which nobody has heard for a while."""
    return unheard(AssignmentPlan.objects.filter(status=AssignmentPlan.Status.SOLVING), now)


@transaction.atomic
def discard_plan(*, actor: Any, plan: AssignmentPlan, now: datetime) -> AssignmentPlan:
    """Put a draft aside, or stop computing it."""
    plan = lock_draft(actor, plan, computing=True)
    plan.status = AssignmentPlan.Status.DISCARDED
    plan.save(update_fields=["status"])
    record(PLAN_DISCARDED, actor=actor, now=now, contest=plan.contest, subject=plan)
    return plan


def lock_draft(actor: Any, plan: AssignmentPlan, *, computing: bool = False) -> AssignmentPlan:
    """The plan under the lock of its stage, so that two publications follow each other."""
    may_organise(actor, plan.contest).require()
    stage = Stage.objects.select_related("contest").lock(pk=plan.stage_id)
    locked = AssignmentPlan.objects.select_related("contest").lock(pk=plan.pk)
    status = AssignmentPlan.Status(locked.status)
    if status in {AssignmentPlan.Status.PUBLISHED, AssignmentPlan.Status.REVERTED}:
        raise Refusal(_("This plan has been published already."), code="published")
    if status == AssignmentPlan.Status.DISCARDED:
        raise Refusal(_("This plan has been discarded. Draft a new one."), code="discarded")
    if status == AssignmentPlan.Status.FAILED and not computing:
        raise Refusal(_("This plan could not be made. Draft a new one."), code="failed")
    if status == AssignmentPlan.Status.SOLVING and not computing:
        raise Refusal(_("This plan is still being computed."), code="computing")
    locked.stage = stage
    return locked


def _require_judged(stage: Stage, now: datetime) -> None:
    if stage.kind not in Stage.JUDGED:
        raise Refusal(_("Nothing is judged in this stage."), code="not_judged")
    if now >= stage.closes_at:
        judging_door(stage, now).require()


def require_open(stage: Stage, now: datetime) -> None:
    """Judging is not over."""
    _require_judged(stage, now)


def held_seats(stage: Stage) -> set[tuple[str, str]]:
    """(entry public id, expert code) of every seat held in the stage."""
    return set(Assignment.objects.active().filter(stage=stage).values_list("entry__public_id", "expert__code"))
