"""What is asked for in a request and done by the worker: how far it is, whether anybody still wants it, what was lost.

A row says that something is being done (`models.InBackground`). Where the broker is away or a worker died, nobody hears of the
row any more, and the sweep hands it over again; so what is done must be kept once however often it was done.
"""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Q, QuerySet

log = structlog.get_logger()

SILENT_FOR = timedelta(minutes=3)
TELL_EVERY = 0.5  # seconds between two marks of progress


class Watch:
    """Writes how far the work is, and learns from the same statement whether anybody still wants it."""

    def __init__(self, wanted: QuerySet[Any], clock_now: Callable[[], datetime]) -> None:
        self.wanted, self.clock_now, self.gone = wanted, clock_now, False
        self.told, self.step = float("-inf"), ""

    def __call__(self, step: str, share: float) -> None:
        if step == self.step and time.monotonic() - self.told < TELL_EVERY:
            return
        self.step, self.told = step, time.monotonic()
        progress = min(99, int(share * 100))
        self.gone = not self.wanted.update(step=step, progress=progress, heard_at=self.clock_now())


def hand_over(task: Any, ids: Iterable[int]) -> None:
    """Give rows to the worker; where the broker is away the sweep finds them."""
    for pk in ids:
        if not call(task, pk):
            return


def call(task: Any, *arguments: Any) -> bool:
    """Ask the worker to do it; False where the broker is away."""
    try:
        task.apply_async(arguments, retry=False, ignore_result=True)
    except (task.OperationalError, OSError) as error:
        log.warning("background.broker_away", task=task.name, arguments=arguments, error=str(error)[:200])
        return False
    return True


def unheard(rows: QuerySet[Any], now: datetime) -> list[int]:
    """Those of these rows of which nobody has heard for a while."""
    found = rows.filter(Q(heard_at__lt=now - SILENT_FOR) | Q(heard_at=None))
    return list(found.order_by("pk").values_list("pk", flat=True))
