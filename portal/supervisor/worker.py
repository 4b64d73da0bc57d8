"""The Celery application as its worker and beat run it: with a pulse, and with pool processes that never outlive it.

Started as `celery -A portal.supervisor.worker worker` and `… beat -S portal.supervisor.worker.PulsingScheduler`, by
`manage.py up` and by the containers alike.
"""

import os
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler
from celery.signals import worker_process_init, worker_ready
from django.conf import settings

from portal.celery import app
from portal.supervisor import pulse
from portal.supervisor.lifeline import die_with_parent

MAIN_PROCESS = os.getpid()


@worker_process_init.connect
def follow_the_main_process(**_: Any) -> None:
    """A pool process ends with the worker that forked it, even when that was killed."""
    die_with_parent(MAIN_PROCESS)


@worker_ready.connect
def give_the_first_beat(**_: Any) -> None:
    """Connected and waiting for tasks: say so at once."""
    pulse.touch(settings.ENVIRONMENT.run_dir, "worker")


class Pulse(bootsteps.StartStopStep):
    """Touches the worker's pulse from the worker's own loop, so that a stuck loop shows."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.timer: Any = None

    def start(self, worker: Any) -> None:
        """Called once, when the worker starts."""
        self.timer = worker.timer.call_repeatedly(pulse.INTERVAL, pulse.touch, (settings.ENVIRONMENT.run_dir, "worker"))

    def stop(self, worker: Any) -> None:
        """Called once, when the worker stops."""
        if self.timer is not None:
            self.timer.cancel()


class PulsingScheduler(PersistentScheduler):
    """Beat's own scheduler with a pulse per tick; beat ticks at least every `--max-interval` seconds."""

    def tick(self, *arguments: Any, **options: Any) -> float:
        """One round of the schedule."""
        pulse.touch(settings.ENVIRONMENT.run_dir, "beat")
        return super().tick(*arguments, **options)


app.steps["worker"].add(Pulse)
if "socket_timeout" in settings.CELERY_BROKER_TRANSPORT_OPTIONS:
    app.conf.broker_transport_options = {**settings.CELERY_BROKER_TRANSPORT_OPTIONS, "socket_timeout": 5}
# Asked to stop, a worker lets tasks run this long and puts the rest back into the queue (with REMAP_SIGTERM=SIGQUIT).
app.conf.worker_soft_shutdown_timeout = 1.0
