"""What judging does in the background: plans, conflicts of interest, statistics, signing the journal after scoring."""

from contextlib import suppress

from celery import shared_task

from competition.models import Contest, Stage
from judging import actions
from judging.actions.copying import copy_entry, copying_stands_still, enqueue_copies, go_on_copying
from judging.actions.plans import awaited_plans, compute_plan, enqueue_plans
from judging.actions.refilling import awaited_refilling, enqueue_refilling, refill_seats
from judging.actions.searching import awaited_searches, enqueue_searches, search_conflicts
from judging.reading.findings import store_findings
from portal import clock
from portal.refusals import Refusal


@shared_task
def look_every_night() -> None:
    """Each contest whose judging is not over: people change employers, and teams their partners."""
    now = clock.now()
    judged = Stage.objects.filter(kind__in=Stage.JUDGED, closes_at__gt=now).values("contest")
    for contest in Contest.objects.filter(pk__in=judged, experts__isnull=False).distinct().order_by("pk"):
        with suppress(Refusal):  # one is under way: what it finds is of tonight
            actions.begin_search(actor=None, contest=contest, now=now)


@shared_task
def search(pk: int) -> None:
    """One search for conflicts of interest; done twice, its findings are kept once."""
    search_conflicts(pk=pk)


@shared_task
def refill(contest: int) -> None:
    """The seats of a contest that certain conflicts have emptied; done twice, each is filled once."""
    refill_seats(contest=contest)


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
def sweep() -> None:
    """Find plans and searches of which nobody has heard for a while, seats that nobody fills, and copies that nobody makes."""
    now = clock.now()
    enqueue_plans(awaited_plans(now))
    enqueue_searches(awaited_searches(now))
    enqueue_refilling(awaited_refilling(now))
    if copying_stands_still(now):
        enqueue_copies(now)


@shared_task
def begin_copies() -> None:
    """A plan was published: its entries have copies to be made."""
    enqueue_copies(clock.now())


@shared_task
def copy(pk: int) -> None:
    """The copies for judges of one entry, and then those of another; made twice, they are kept once."""
    copy_entry(pk=pk)
    go_on_copying(clock.now())
