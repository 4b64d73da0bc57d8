"""What is done in the background: looking at files, sweeping up, reading the codes of letters that came back, comparing
entries, reminding of deadlines."""

from celery import shared_task

from portal import clock
from submissions.actions import expire_transfers, make_inspection
from submissions.actions.clearing import clear_contents
from submissions.actions.comparing import awaited_comparisons, compare_entry, enqueue_comparisons
from submissions.actions.inspecting import awaited, enqueue
from submissions.actions.letters import enqueue_unread, read_letter
from submissions.actions.reminding import remind_teams
from submissions.models import Upload


@shared_task
def sweep() -> None:
    """Give up transfers whose time is over, and remove bytes that nobody will go on with or that nothing names any more; find
    what a missing broker left.
    """
    now = clock.now()
    expire_transfers(now=now)
    clear_contents(now=now)
    enqueue(awaited())
    enqueue_comparisons(awaited_comparisons())


@shared_task
def clear_strays() -> None:
    """Remove old bytes that were never named: the whole storage is listed for it."""
    clear_contents(now=clock.now(), with_strays=True)


@shared_task
def compare(pk: int) -> None:
    """One entry with the others of its contest."""
    compare_entry(pk=pk, now=clock.now())


@shared_task
def inspect(pk: int) -> None:
    """Look at one content."""
    make_inspection(pk=pk, now=clock.now())


@shared_task(time_limit=60)
def read_one_letter(upload_id: int) -> None:
    """One letter; a file that takes longer than a minute counts as unreadable."""
    upload = Upload.objects.filter(pk=upload_id).first()
    if upload is not None:
        read_letter(upload=upload, now=clock.now())


@shared_task
def sweep_letters() -> None:
    """Find letters that came while the broker was away."""
    enqueue_unread()


@shared_task
def remind() -> None:
    """Tell the teams whose occasion has come; a second call for the same occasion tells nobody twice."""
    remind_teams(now=clock.now())
