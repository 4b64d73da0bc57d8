"""What the journal does in the background: a checkpoint every hour."""

from celery import shared_task

from portal import clock
from portal.journal.checkpoints import make_checkpoint


@shared_task
def checkpoint() -> None:
    """Sign the root of the tree; where nothing happened since, nothing is written."""
    make_checkpoint(now=clock.now())
