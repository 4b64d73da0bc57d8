"""What judging adds to pages that compose several apps: "my work", the workspace's tabs, the organisers' daily digest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from competition.doors import find_stage
from competition.models import Contest, Stage
from judging.invitations import invitation_path
from judging.models import Assignment, Expert, Recusal, ScoreSheet
from judging.models.expert import STATES as EXPERT_STATES
from judging.permissions import may_organise, may_oversee_judging
from judging.reading.figures import percent
from judging.reading.progress import is_late
from portal.slots import DigestSection, Figure, Queue, QueueRow, WorkItem, WorkSection, WorkspaceLink
from portal.states import State

INVITED = State(_("Awaiting your answer"), "amber", "mail")
TO_SCORE = State(_("To be scored"), "violet", "scale")
TO_SEAL = State(_("To be sealed"), "blue", "check")
SEALED = State(_("Sealed"), "green", "lock")
OVER = State(_("Closed"), "neutral", "archive")
AFTERGLOW_DAYS = 7  # so long after its end a stage still tells of judges who are late
MOST_ROWS = 4
OUT = (Assignment.Status.RECUSED, Assignment.Status.QUARANTINED)


def judge_sections(user: Any, now: datetime) -> list[WorkSection]:
    """Invitations that wait for an answer, each stage in which the person judges, appointments: three queries."""
    status = Expert.Status
    known = list(
        Expert.objects.filter(Q(email__iexact=user.email, status=status.INVITED) | Q(user=user, status=status.ACCEPTED))
        .select_related("contest")
        .order_by("pk")
    )
    items = [
        WorkItem(
            title=gettext("Invitation to judge: {contest}").format(contest=expert.contest.name),
            url=invitation_path(expert),
            state=INVITED,
        )
        for expert in known
        if expert.status == status.INVITED
    ]
    return [WorkSection("judging", _("Judging"), items + _stages_of(user, now) + _appointments(known))]


def _appointments(known: Sequence[Expert]) -> list[WorkItem]:
    """Where the person was appointed: availability and the letter."""
    return [
        WorkItem(
            title=gettext("Judge of {contest}").format(contest=expert.contest.name),
            url=reverse("availability", args=[expert.public_id]),
            meta=gettext("Availability and letter of appointment"),
            state=EXPERT_STATES[Expert.Status.ACCEPTED],
        )
        for expert in reversed(known)
        if expert.status == Expert.Status.ACCEPTED
    ]


def _stages_of(user: Any, now: datetime) -> list[WorkItem]:
    active = Q(assignments__status=Assignment.Status.ACTIVE, assignments__expert__user=user)
    stages = (
        Stage.objects.filter(pk__in=Assignment.objects.of_judge(user).active().values("stage"))
        .select_related("contest")
        .annotate(
            given=Count("assignments", filter=active),
            scored=Count("assignments", filter=active & Q(assignments__sheet__state__in=ScoreSheet.SCORED)),
            sealed=Count("assignments", filter=active & Q(assignments__sheet__state=ScoreSheet.State.SEALED)),
        )
        .order_by("closes_at", "pk")
    )
    return [
        WorkItem(
            title=f"{stage.contest.name} · {stage.label}",
            url=reverse("judge_queue", args=[stage.public_id]),
            meta=gettext("{scored} of {given} scored, {sealed} sealed").format(
                scored=stage.scored, given=stage.given, sealed=stage.sealed
            ),
            state=_state_of(stage, now),
            due_at=stage.closes_at if now < stage.closes_at else None,
        )
        for stage in stages
    ]


def _state_of(stage: Any, now: datetime) -> State:
    if stage.sealed >= stage.given:
        return SEALED
    if now >= stage.closes_at:
        return OVER
    return TO_SEAL if stage.scored >= stage.given else TO_SCORE


def workspace_tabs(user: Any, contest: Contest) -> list[WorkspaceLink]:
    """Experts and assignment for organisers; progress and ranking also for those who oversee."""
    links = []
    if may_organise(user, contest):
        links += [
            WorkspaceLink("experts", _("Experts"), reverse("experts", args=[contest.slug])),
            WorkspaceLink("plans", _("Assignment"), reverse("plans", args=[contest.slug])),
        ]
    stage = find_stage(contest, Stage.Kind.REVIEW) or find_stage(contest, Stage.Kind.ROADSHOW)
    if stage is not None and may_oversee_judging(user, contest):
        links += [
            WorkspaceLink("progress", _("Judging progress"), reverse("progress", args=[contest.slug, stage.public_id])),
            WorkspaceLink("disputes", _("Disputes"), reverse("disputes", args=[contest.slug, stage.public_id])),
            WorkspaceLink("ranking", _("Ranking"), reverse("ranking", args=[contest.slug, stage.public_id])),
        ]
    hall = find_stage(contest, Stage.Kind.ROADSHOW)
    if hall is not None and may_oversee_judging(user, contest):
        links.append(
            WorkspaceLink("roadshows", _("Roadshows"), reverse("roadshows", args=[contest.slug, hall.public_id]))
        )
    return links


def board_figures(user: Any, contest: Contest, now: datetime) -> list[Figure]:
    """Judges in place and sheets sealed, once there are experts: two queries."""
    if not may_oversee_judging(user, contest):
        return []
    experts = Expert.objects.filter(contest=contest).aggregate(
        all=Count("pk"),
        accepted=Count("pk", filter=Q(status=Expert.Status.ACCEPTED)),
        invited=Count("pk", filter=Q(status=Expert.Status.INVITED)),
    )
    if not experts["all"]:
        return []
    sheets = (
        Assignment.objects.active()
        .filter(stage__contest=contest)
        .aggregate(seats=Count("pk"), sealed=Count("pk", filter=Q(sheet__state=ScoreSheet.State.SEALED)))
    )
    answers = ngettext("{n} has not answered yet", "{n} have not answered yet", experts["invited"])
    note = answers.format(n=experts["invited"]) if experts["invited"] else gettext("no invitation is open")
    figures = [Figure(_("Judges in place"), f"{experts['accepted']:,}", f"/ {experts['all']:,}", note)]
    if sheets["seats"]:
        share = f"{percent(sheets['sealed'], sheets['seats'])}%"
        figures.append(Figure(_("Score sheets sealed"), f"{sheets['sealed']:,}", f"/ {sheets['seats']:,}", share))
    return figures


def conflict_queues(user: Any, contest: Contest, now: datetime) -> list[Queue]:
    """Findings that nobody has decided on: one query, and one more for their number where there are any."""
    if not may_organise(user, contest):
        return []
    waiting = Recusal.objects.filter(contest=contest, state=Recusal.State.DETECTED)
    rows = list(waiting.select_related("expert", "entry").order_by("-found_at", "-pk")[: MOST_ROWS + 1])
    if not rows:
        return []
    return [
        Queue(
            "conflicts",
            _("Conflicts of interest"),
            len(rows) if len(rows) <= MOST_ROWS else waiting.count(),
            _("findings"),
            rows=[
                QueueRow(
                    f"{row.expert.code} × {row.entry.number}",
                    reverse("conflict", args=[contest.slug, row.public_id]),
                    row.get_kind_display(),
                )
                for row in rows[:MOST_ROWS]
            ],
            url=reverse("conflicts", args=[contest.slug]) + "?state=detected",
            action=_("Look at them"),
        )
    ]


def board_queues(user: Any, contest: Contest, now: datetime) -> list[Queue]:
    """Judges who are late, on the last day of a stage and for a week after it."""
    stage = find_stage(contest, Stage.Kind.REVIEW) or find_stage(contest, Stage.Kind.ROADSHOW)
    if stage is None or not may_oversee_judging(user, contest) or not is_late(seats=1, sealed=0, stage=stage, now=now):
        return []
    if (now - stage.closes_at).days >= AFTERGLOW_DAYS:
        return []
    open_seats = Assignment.objects.active().filter(stage=stage).exclude(sheet__state=ScoreSheet.State.SEALED)
    rows = list(
        open_seats.order_by()
        .values("expert__code", "expert__name")
        .annotate(left=Count("pk"))
        .order_by("-left", "expert__code")
    )
    if not rows:
        return []
    url = reverse("progress", args=[contest.slug, stage.public_id])
    return [
        Queue(
            "late_judges",
            _("Late judges"),
            len(rows),
            unit=_("with sheets not sealed"),
            rows=[
                QueueRow(row["expert__code"], url, row["expert__name"], gettext("{n} left").format(n=row["left"]))
                for row in rows[:MOST_ROWS]
            ],
            url=url,
            action=_("Look at the progress"),
        )
    ]


def digest_lines(contest: Contest, *, since: datetime, until: datetime) -> list[str]:
    """The day's seals and recusals, answers of experts, and the judges who are late."""
    sealed = ScoreSheet.objects.filter(
        assignment__stage__contest=contest, sealed_at__gte=since, sealed_at__lt=until
    ).count()
    recused = Assignment.objects.filter(
        stage__contest=contest, status__in=OUT, ended_at__gte=since, ended_at__lt=until
    ).count()
    found = Recusal.objects.filter(
        contest=contest, state=Recusal.State.DETECTED, found_at__gte=since, found_at__lt=until
    ).count()
    answers = Expert.objects.filter(contest=contest, answered_at__gte=since, answered_at__lt=until)
    accepted = answers.filter(status=Expert.Status.ACCEPTED).count()
    declined = answers.filter(status=Expert.Status.DECLINED).count()
    counted = (
        (accepted, ngettext("{n} expert accepted the invitation.", "{n} experts accepted the invitation.", accepted)),
        (declined, ngettext("{n} expert declined the invitation.", "{n} experts declined the invitation.", declined)),
        (sealed, ngettext("{n} score sheet was sealed.", "{n} score sheets were sealed.", sealed)),
        (
            found,
            ngettext(
                "{n} conflict of interest was found: look at the evidence.",
                "{n} conflicts of interest were found: look at the evidence.",
                found,
            ),
        ),
        (
            recused,
            ngettext(
                "{n} judge recused from an entry: the seat is empty until you publish another plan.",
                "{n} recusals: the seats are empty until you publish another plan.",
                recused,
            ),
        ),
    )
    return [text.format(n=number) for number, text in counted if number] + _late_lines(contest, until)


def _late_lines(contest: Contest, until: datetime) -> list[str]:
    """Per stage whose last day has come or gone (for a week): how many judges have sheets that are not sealed."""
    lines = []
    for stage in Stage.objects.filter(contest=contest, kind__in=Stage.JUDGED):
        if not is_late(seats=1, sealed=0, stage=stage, now=until) or (until - stage.closes_at).days >= AFTERGLOW_DAYS:
            continue
        open_seats = Assignment.objects.active().filter(stage=stage).exclude(sheet__state=ScoreSheet.State.SEALED)
        judges = open_seats.values("expert").distinct().count()
        if judges:
            text = ngettext(
                "{stage}: {n} judge has score sheets that are not sealed.",
                "{stage}: {n} judges have score sheets that are not sealed.",
                judges,
            )
            lines.append(text.format(stage=stage.label, n=judges))
    return lines


DIGEST = DigestSection(_("Judging"), digest_lines)
