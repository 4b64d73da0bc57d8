"""What is done in the background: erasing what the law had us keep, when its time has run out."""

from celery import shared_task

from portal import clock
from portal.accounts import erasing


@shared_task
def erase_due() -> None:
    """Once a day is often enough."""
    erasing.erase_what_is_due(now=clock.now())
