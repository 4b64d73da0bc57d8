"""Delivery in the background: one task per mail, a sweep for what was left behind, and the daily digest."""

from celery import shared_task

from portal import clock
from portal.notices import delivery, digest


@shared_task
def deliver(notice_id: int) -> None:
    """Send one queued mail; a second call for the same one does nothing."""
    delivery.deliver(notice_id, now=clock.now())


@shared_task
def sweep() -> None:
    """Find what is due and unsent, and what a dead worker left."""
    delivery.sweep(now=clock.now())


@shared_task
def daily_digest() -> None:
    """Put today's digests into the outbox, if it is time and they are not there yet."""
    digest.send_digests(now=clock.now())
