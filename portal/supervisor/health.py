"""How the parts outside the web are, for /healthz and `manage.py doctor`.

A probe returns a short detail, or raises OSError or RuntimeError with a sentence. The ones that /healthz asks as well take
milliseconds when all is well; none of them can turn it red, because pages answer without a broker and without a worker.
"""

import shutil
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.mail import get_connection
from kombu import Connection
from kombu.exceptions import OperationalError

from portal.celery import app
from portal.supervisor import pulse

PATIENCE = 0.5
#: Less than this and uploads will soon fail.
SCARCE = 1024**3


def probe_broker() -> str:
    """Can a task be handed over?"""
    url = settings.CELERY_BROKER_URL
    kind = url.partition(":")[0]
    if kind in {"memory", "filesystem"}:
        return kind
    try:
        with _broker() as connection:
            # Not connect(): that sleeps two seconds before it gives up.
            _ = connection.default_channel
    except OperationalError as error:
        raise RuntimeError(f"does not answer ({error}): messages wait in the database meanwhile") from error
    return kind


def probe_worker() -> str:
    """Does a worker turn? Asks the pulses of this data folder first, then the broker."""
    ages = [time.time() - path.stat().st_mtime for path in settings.ENVIRONMENT.run_dir.glob("worker@*.pulse")]
    alive = sum(age <= pulse.FRESH for age in ages)
    if alive:
        return f"{alive} on this data folder"
    if settings.CELERY_BROKER_URL.startswith("redis") and _worker_answers():
        return "answers through the broker"
    raise RuntimeError("none runs: messages wait until one does (`manage.py up` starts one)")


def probe_disk() -> str:
    """Is there room for uploads?"""
    free = shutil.disk_usage(settings.ENVIRONMENT.data_dir).free
    if free < SCARCE:
        raise RuntimeError(f"only {free / 1024**2:.0f} MB free in {settings.ENVIRONMENT.data_dir}")
    return f"{free / 1024**3:.0f} GB free"


def probe_mail() -> str:
    """Can mail leave? Opens a connection where there is a server, looks at the folder where there is none."""
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        folder = settings.ENVIRONMENT.mail_dir
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / ".doctor"
        draft.touch()
        draft.unlink()
        return f"written to {folder}, not sent: no EMAIL_URL is set"
    try:
        connection = get_connection()
        connection.open()
        connection.close()
    except smtplib.SMTPException as error:
        raise RuntimeError(f"the server of EMAIL_URL refuses ({error})") from error
    return settings.EMAIL_HOST or settings.EMAIL_BACKEND.rpartition(".")[0].rpartition(".")[2]


def _worker_answers() -> bool:
    try:
        with _broker() as connection:
            return bool(app.control.broadcast("ping", reply=True, limit=1, timeout=PATIENCE, connection=connection))
    except OperationalError:
        return False


@contextmanager
def _broker() -> Iterator[Connection]:
    """A connection of its own that gives up soon; every way of failing is an OperationalError."""
    # Here and not above: every command would wait for this import, and few ask.
    from redis.exceptions import RedisError

    hurried = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    connection = app.broker_connection(transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS | hurried)
    with connection:
        try:
            yield connection
        except (*connection.connection_errors, RedisError) as error:
            raise OperationalError(str(error)) from error
