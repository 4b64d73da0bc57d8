"""A whole site with its real processes, for the journeys and the faults: what `python3 start.py` starts, on its own
data folder and port. `DATABASE_URL`, `CELERY_BROKER_URL` and `CACHE_URL` of the test run are passed on, so that the same
walks also run on PostgreSQL and Redis (the database is then one made for this site).
"""

import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import redis

from portal.environment import socket_path
from tests import prepared

ROOT = Path(__file__).resolve().parent.parent
STARTING = 90.0


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class LivingSite:
    """A running portal; `url` is where it answers, `mails()` what it sent."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environ = {
            **{
                name: value for name, value in os.environ.items() if name not in {"EMAIL_URL", "DJANGO_SETTINGS_MODULE"}
            },
            "DATA_DIR": str(data_dir),
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
        }
        for name in ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"):
            self.environ.pop(name, None)
        self.up: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> str:
        """Run a management command; raises CalledProcessError with its output."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env=self.environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise AssertionError(f"manage.py {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def prepare(self) -> None:
        """What start.py does before `up`."""
        self.manage("prepare")
        self.manage("collectstatic", "--noinput", "--verbosity", "0")

    def start(self) -> None:
        log = (self.data_dir / "up.log").open("ab")
        self.up = subprocess.Popen(
            [sys.executable, str(ROOT / "manage.py"), "up"], env=self.environ, cwd=ROOT, stdout=log, stderr=log
        )
        self.wait_for(self.answers, "the site to answer", seconds=STARTING)

    def stop(self) -> None:
        if self.up is None:
            return
        self.up.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.up.wait(timeout=12)
        if self.up.poll() is None:
            self.up.kill()
            self.up.wait(timeout=5)

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def wait_for(self, condition: Callable[[], object], what: str, *, seconds: float = 30.0) -> object:
        """The first true answer of `condition`; fails the test with the site's own words when none comes."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if answer := condition():
                return answer
            if self.up is not None and self.up.poll() is not None:
                break
            time.sleep(0.2)
        raise AssertionError(f"waited {seconds:.0f} s in vain for {what}\n{self.said()}")

    def said(self) -> str:
        log = self.data_dir / "up.log"
        return log.read_text(errors="replace")[-4000:] if log.exists() else ""

    def mails(self, to: str) -> list[email.message.EmailMessage]:
        """Mails written for an address, oldest first."""
        found = []
        for path in sorted((self.data_dir / "mail").glob("*"), key=lambda path: path.stat().st_mtime):
            for part in path.read_bytes().split(b"-" * 79):
                if part.strip():
                    mail = email.message_from_bytes(part.strip(), policy=email.policy.default)
                    if to in str(mail["To"]):
                        found.append(mail)
        return found

    def code_for(self, to: str, *, after: int = 0) -> str:
        """The newest sign-in or verification code mailed to an address; `after` mails are ignored."""

        def newest() -> str | None:
            mails = self.mails(to)[after:]
            for mail in reversed(mails):
                if match := re.search(r"^\s*([0-9A-Z]{3,4}-?[0-9A-Z]{3,4})\s*$", mail.get_content(), re.MULTILINE):
                    return match.group(1)
            return None

        return str(self.wait_for(newest, f"a code mailed to {to}"))

    def pids(self, words: str) -> list[int]:
        """Processes of this site whose command line holds `words`."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                environ = (folder / "environ").read_bytes().decode(errors="replace")
                # Valkey writes its title over its environment; its title holds its socket.
                ours = f"DATA_DIR={self.data_dir}\0" in environ or str(socket_path(self.data_dir)) in command
                if words in command and ours:
                    found.append(int(folder.name))
        return found

    def kill(self, words: str) -> list[int]:
        """kill -9 every process of this site whose command line holds `words`."""
        pids = self.pids(words)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return pids


Site = TypeVar("Site", bound=LivingSite)


@contextmanager
def living_site(data_dir: Path, *, kind: type[Site] = LivingSite, own_valkey: bool = False) -> Iterator[Site]:
    """A prepared and running site; everything it started is gone afterwards.

    With `own_valkey` it starts a Valkey of its own wherever the test run's broker is, so that a test may kill it.
    """
    ready = prepared.once(kind.__name__, lambda folder: _prepare(kind(folder)))
    site = kind(data_dir)
    prepared.copy(ready, data_dir)
    drop = own_database(site, copy_of=prepared.database_of(kind.__name__))
    if own_valkey:
        for name in ("CELERY_BROKER_URL", "CACHE_URL"):
            site.environ.pop(name, None)
    try:
        site.start()
        yield site
    finally:
        site.stop()
        drop()


def _prepare(site: LivingSite) -> None:
    """From the database that the run has migrated already: the step that migrates then finds nothing to do."""
    prepared.copy(prepared.migrated(), site.data_dir)
    name, migrated = prepared.database_of(type(site).__name__), prepared.database_of(prepared.MIGRATED)
    own_database(site, name=name, copy_of=migrated)
    site.prepare()


def own_database(site: LivingSite, *, name: str = "", copy_of: str = "") -> Callable[[], None]:
    """On PostgreSQL the site gets a database of its own beside the one of the test run; returns what drops it."""
    if not prepared.on_postgresql():
        return lambda: None
    name = name or f"chengshu_site_{site.port}"
    prepared.execute(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{copy_of}"' if copy_of else ""))
    site.environ["DATABASE_URL"] = prepared.url_of(name)
    broker = os.environ.get("CELERY_BROKER_URL", "")
    if broker.startswith("redis"):
        # Databases of their own, so that this site's worker does not take another's tasks; the first eight are the
        # suite's own (tests/settings.py).
        pairs = int(redis.Redis.from_url(broker).config_get("databases")["databases"]) // 2
        host, place = broker.rpartition("/")[0], 4 + site.port % (pairs - 4)
        site.environ["CELERY_BROKER_URL"] = f"{host}/{2 * place}"
        site.environ["CACHE_URL"] = f"{host}/{2 * place + 1}"
    return lambda: prepared.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
