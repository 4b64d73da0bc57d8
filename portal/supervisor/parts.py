"""Which parts `up` starts for an environment, with what command, and how each is asked to stop.

Parts that the environment says live elsewhere (a given CELERY_BROKER_URL and CACHE_URL) are not started here.
"""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from portal.environment import Environment
from portal.supervisor import probes, pulse

#: Pool processes of the worker.
WORKER_PROCESSES = 2


@dataclass(frozen=True)
class Part:
    """One program and what the supervisor must know about it."""

    name: str
    command: tuple[str, ...]
    probe: Callable[[], str]
    #: Parts of the lowest rank are stopped first, all of one rank at once.
    rank: int
    #: Signals with the seconds each is given before the next; SIGKILL to the whole group follows by itself.
    stop: tuple[tuple[signal.Signals, float], ...]
    #: What the kernel sends when the supervisor is killed.
    orphan_signal: signal.Signals = signal.SIGKILL
    #: Files of an earlier run that must not be mistaken for this one's.
    stale: tuple[Path, ...] = ()
    #: What it prints belongs on the terminal: the web prints sign-in codes where no mail server is set up.
    speaks: bool = False
    #: Descriptors that the part inherits.
    inherited: tuple[int, ...] = field(default=())


def parts_for(environment: Environment, *, valkey_lock: int | None) -> list[Part]:
    """The parts in the order in which they are started."""
    parts = [web(environment), worker(environment), beat(environment)]
    if environment.needs_valkey and valkey_lock is not None:
        parts.insert(0, valkey(environment, lock=valkey_lock))
    return parts


def valkey(environment: Environment, *, lock: int) -> Part:
    """Valkey on a Unix socket with an append-only file and nothing else: no port, no snapshots."""
    options = {
        "port": "0",
        "unixsocket": str(environment.valkey_socket),
        "unixsocketperm": "600",
        "dir": str(environment.data_dir / "valkey"),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "daemonize": "no",
        "loglevel": "notice",
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Part(
        name="valkey",
        command=(str(environment.valkey_binary), *arguments),
        probe=lambda: probes.valkey(environment),
        rank=2,
        stop=((signal.SIGTERM, 1.0),),
        # Its orderly end takes milliseconds and writes out the append-only file.
        orphan_signal=signal.SIGTERM,
        stale=(environment.valkey_socket,),
        inherited=(lock,),
    )


def web(environment: Environment) -> Part:
    """Granian with one process and many threads."""
    return Part(
        name="web",
        command=(sys.executable, "-m", "portal.supervisor.web"),
        probe=lambda: probes.web(environment),
        rank=0,
        speaks=True,
        stop=((signal.SIGTERM, 2.5),),
    )


def worker(environment: Environment) -> Part:
    """A Celery worker: asked to stop, it gives running tasks a second, then puts them back into the queue."""
    return Part(
        name="worker",
        command=(
            *_celery("worker"),
            *("--concurrency", str(WORKER_PROCESSES), "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
        ),
        probe=lambda: probes.worker(environment),
        rank=1,
        stop=((signal.SIGTERM, 4.0),),
        stale=(pulse.pulse_path(environment.run_dir, "worker"),),
    )


def beat(environment: Environment) -> Part:
    """Celery's clock: puts the periodic tasks into the queue."""
    return Part(
        name="beat",
        command=(
            *_celery("beat"),
            *("--scheduler", "portal.supervisor.worker.PulsingScheduler", "--max-interval", "5"),
            *("--schedule", str(environment.run_dir / "beat-schedule"), "--pidfile", "", "--loglevel", "WARNING"),
        ),
        probe=lambda: probes.beat(environment),
        rank=0,
        stop=((signal.SIGTERM, 2.5),),
        stale=(pulse.pulse_path(environment.run_dir, "beat"),),
    )


def child_environment(environment: Environment, **changes: str) -> dict[str, str]:
    """What the parts find in their environment: ours, with the data folder spelled out."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "portal.settings"),
        "DATA_DIR": str(environment.data_dir),
        "PYTHONUNBUFFERED": "1",
        "REMAP_SIGTERM": "SIGQUIT",
        **changes,
    }


def _celery(command: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "celery", "--quiet", "--app", "portal.supervisor.worker", command)
