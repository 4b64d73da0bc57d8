"""Publishing a plan, and taking it back.

Publication is one transaction under the lock of the stage: the seats are checked again against the rows as they are now, then
assignments are made, entries, rubric and rules frozen, one event recorded, and every judge concerned hears of it once. A later plan
for entries that passed afterwards only adds seats. A plan may be taken back while no judge has entered a mark: its
assignments stay, withdrawn, and may be given again by another plan.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Stage
from judging.actions.copying import announce_copies
from judging.actions.plans import lock_draft, require_open
from judging.assignment import Pair, illegal_seats
from judging.events import PLAN_PUBLISHED, PLAN_REVERTED
from judging.models import Assignment, AssignmentPlan, EntryScore, Expert, ScoreSheet
from judging.notices import ASSIGNMENTS_PUBLISHED, ASSIGNMENTS_REVERTED
from judging.permissions import may_organise
from judging.planned import rules_of
from judging.problem import Situation, read_situation
from judging.reading.blindness import blind_title
from judging.rubrics import freeze, rules_described
from judging.scoring import criteria_of
from portal.canonical import digest
from portal.journal.models import Event
from portal.journal.recording import record
from portal.notices.outbox import send
from portal.refusals import Refusal
from submissions.actions import freeze_entries
from submissions.models import Entry, EntryVersion

REASON_MAX = 300


@transaction.atomic
def publish_plan(*, actor: Any, plan: AssignmentPlan, now: datetime, revision: int | None = None) -> AssignmentPlan:
    """Give the judges their entries. Refused when a seat is no longer possible; a second publication is refused too.

    `revision` is that of the draft the person saw; one that was changed by hand meanwhile is looked at again first.
    """
    plan = lock_draft(actor, plan)
    stage = plan.stage
    require_open(stage, now)
    if revision is not None and revision != plan.revision:
        raise Refusal(_("This draft has been changed meanwhile. Look at it again before you publish."), code="stale")
    seats = [(entry, judge) for entry, judge in plan.seats]
    if not seats:
        raise Refusal(_("This plan fills no seat. Draft a new one."), code="empty_plan")
    named = Entry.objects.filter(contest=stage.contest_id, public_id__in={entry for entry, _judge in seats})
    entries = list(named.select_for_update(of=("self",)).order_by("pk"))
    situation = read_situation(stage, plan.seed, rules=rules_of(plan.rules))
    if wrong := illegal_seats(situation.problem, seats):
        raise Refusal(
            _(
                "Entries, experts or recusals have changed since this plan was drafted: {count} of its seats are no longer "
                "possible. Nothing was published. Discard it and draft a new one."
            ).format(count=len(wrong)),
            code="outdated",
        )
    rubric = freeze(stage, now=now)
    freeze_entries(actor=actor, entries=entries, now=now)
    create_assignments(plan, situation, seats, now)
    plan.status, plan.published_at = AssignmentPlan.Status.PUBLISHED, now
    plan.save(update_fields=["status", "published_at"])
    loads = Counter(judge for _entry, judge in seats)
    event = record(
        PLAN_PUBLISHED,
        actor=actor,
        now=now,
        contest=plan.contest,
        subject=plan,
        entries=len(entries),
        judges=len(loads),
        seats=len(seats),
        seed=plan.seed,
        seats_digest=digest(plan.seats),
        edits=plan.edits,
        stage=stage.public_id,
        rubric=rubric.content_hash,
        rules=rules_described(stage, criteria_of(rubric)),
    )
    _tell_judges(plan, situation, loads, event, now)
    transaction.on_commit(announce_copies, robust=True)
    return plan


@transaction.atomic
def revert_plan(*, actor: Any, plan: AssignmentPlan, reason: str, now: datetime) -> AssignmentPlan:
    """Take a published plan back before anybody has entered a mark; every judge concerned hears of it once."""
    may_organise(actor, plan.contest).require()
    stage = Stage.objects.select_related("contest").lock(pk=plan.stage_id)
    plan = AssignmentPlan.objects.select_related("contest").lock(pk=plan.pk)
    plan.stage = stage
    if plan.status != AssignmentPlan.Status.PUBLISHED:
        raise Refusal(_("This plan is not published: there is nothing to take back."), code="not_published")
    require_open(stage, now)
    seats = lock_seats(plan)
    event = take_back(actor=actor, plan=plan, seats=seats, reason=require_reason(reason), now=now)
    judges = {seat.expert_id: seat.expert.user for seat in seats if seat.expert.user}
    if judges:
        send(
            ASSIGNMENTS_REVERTED,
            to=list(judges.values()),
            now=now,
            dedupe=plan.public_id,
            contest=plan.contest,
            path=reverse("my_work"),
            events=[event],
            contest_name=plan.contest.name,
            stage_kind=stage.kind,
            stage_name=stage.name,
        )
    return plan


def lock_seats(plan: AssignmentPlan) -> list[Assignment]:
    """The seats of a published plan that are held, or could be put back, locked until the transaction ends."""
    seats = Assignment.objects.filter(plan=plan, status__in=(Assignment.Status.ACTIVE, Assignment.Status.QUARANTINED))
    return list(seats.select_for_update(of=("self",)).select_related("expert__user").order_by("pk"))


def take_back(*, actor: Any, plan: AssignmentPlan, seats: Sequence[Assignment], reason: str, now: datetime) -> Event:
    """End these seats with the locked plan; refused when a mark was entered on one of them. Tells nobody."""
    if begun := ScoreSheet.objects.filter(assignment__in=seats).count():
        raise Refusal(
            _(
                "Judges have begun: {count} score sheets exist. Reassign single seats instead; nothing was taken back."
            ).format(count=begun),
            code="begun",
        )
    Assignment.objects.filter(pk__in=[seat.pk for seat in seats]).update(
        status=Assignment.Status.WITHDRAWN, reason=reason, ended_at=now
    )
    plan.status, plan.reason = AssignmentPlan.Status.REVERTED, reason
    plan.save(update_fields=["status", "reason"])
    return record(
        PLAN_REVERTED,
        actor=actor,
        now=now,
        contest=plan.contest,
        subject=plan,
        seats=len(seats),
        judges=len({seat.expert_id for seat in seats}),
        reason=reason,
    )


def require_reason(reason: str) -> str:
    """The reason without blanks around it; refused where there is none, or too much."""
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Give the reason: it is kept for ever."), code="no_reason", field="reason")
    if len(reason) > REASON_MAX:
        raise Refusal(
            _("Shorten the reason to {most} characters.").format(most=REASON_MAX), code="too_long", field="reason"
        )
    return reason


def create_assignments(plan: AssignmentPlan, situation: Situation, seats: list[Pair], now: datetime) -> None:
    """The seats as rows, in each judge's queue in an order drawn by the seed, after what is there already."""
    judges = {judge for _entry, judge in seats}
    last = dict(
        Assignment.objects.filter(stage=plan.stage, expert__in=[situation.experts[judge].pk for judge in judges])
        .values_list("expert__code")
        .annotate(last=Max("position"))
        .order_by()
    )
    titles = _titles(situation.entries[entry].version for entry, _judge in seats)
    order = sorted(seats, key=lambda seat: sha256(f"{plan.seed}|{seat[1]}|{seat[0]}".encode()).digest())
    places: dict[str, int] = defaultdict(int, last)
    rows = []
    for entry, judge in order:
        places[judge] += 1
        row = situation.entries[entry]
        rows.append(
            Assignment(
                plan=plan,
                stage=plan.stage,
                entry_id=row.pk,
                version_id=row.version,
                expert_id=situation.experts[judge].pk,
                title=titles[row.version],
                position=places[judge],
                assigned_at=now,
            )
        )
    Assignment.objects.bulk_create(rows, batch_size=500)
    EntryScore.objects.bulk_create(
        [
            EntryScore(
                stage=plan.stage,
                track_id=situation.entries[entry].track,
                entry_id=situation.entries[entry].pk,
                updated_at=now,
            )
            for entry in sorted({entry for entry, _judge in seats})
        ],
        batch_size=500,
        ignore_conflicts=True,
    )


def _titles(versions: Iterable[int]) -> Mapping[int, str]:
    """The project names as submitted, as judges read them everywhere: without the names of the team."""
    told = ("entry", "lead_organisation", "partners", "members")
    wanted = EntryVersion.objects.filter(pk__in=set(versions)).values_list("pk", *(f"content__{name}" for name in told))
    return {pk: blind_title(dict(zip(told, parts, strict=True)))[:60] for pk, *parts in wanted}


def _tell_judges(
    plan: AssignmentPlan, situation: Situation, loads: Mapping[str, int], event: Event, now: datetime
) -> None:
    """One message to each judge; judges with the same number of entries share a call."""
    judges = {
        expert.pk: expert
        for expert in Expert.objects.filter(contest=plan.contest, code__in=loads).select_related("user")
    }
    groups: dict[int, list[Any]] = defaultdict(list)
    for code, load in loads.items():
        groups[load].append(judges[situation.experts[code].pk].user)
    for load, users in sorted(groups.items()):
        send(
            ASSIGNMENTS_PUBLISHED,
            to=users,
            now=now,
            dedupe=plan.public_id,
            contest=plan.contest,
            path=reverse("judge_queue", args=[plan.stage.public_id]),
            events=[event],
            contest_name=plan.contest.name,
            stage_kind=plan.stage.kind,
            stage_name=plan.stage.name,
            count=load,
            opens_at=plan.stage.opens_at,
            closes_at=plan.stage.closes_at,
        )
