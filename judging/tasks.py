"""What judging does in the background: plans, conflicts of interest, statistics, signing the journal after scoring."""

from celery import shared_task

from competition.models import Contest, Stage
from judging import actions
from judging.actions.plans import awaited_plans, compute_plan, enqueue_plans
from judging.reading.findings import store_findings
from portal import clock


@shared_task
def look_every_night() -> None:
    """Each contest whose judging is not over: people change employers, and teams their partners."""
    now = clock.now()
    judged = Stage.objects.filter(kind__in=Stage.JUDGED, closes_at__gt=now).values("contest")
    for contest in Contest.objects.filter(pk__in=judged, experts__isnull=False).distinct().order_by("pk"):
        actions.look_for_conflicts(actor=None, contest=contest, now=now)


@shared_task
def close_scoring() -> None:
    """Sign the journal for stages whose scoring has just ended."""
    actions.close_scoring(now=clock.now())


@shared_task(time_limit=600)
def calculate_statistics(stage_id: int, track_id: int, top: int) -> None:
    """The statistics of a track with very many totals, as they stand now."""
    stage = Stage.objects.select_related("contest", "rubric").filter(pk=stage_id).first()
    if stage is not None:
        store_findings(stage=stage, track=track_id, top=top, now=clock.now())


@shared_task
def compute(pk: int) -> None:
    """One plan; computed twice, it is kept once."""
    compute_plan(pk=pk)


@shared_task
def sweep_plans() -> None:
    """Find plans of which nobody has heard for a while."""
    enqueue_plans(awaited_plans(clock.now()))
