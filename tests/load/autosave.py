"""How long an autosave takes when many people type: `python -m tests.load.autosave [--people 50] [--seconds 60]`.

Starts the portal's own web server (granian) on a database of its own, SQLite unless DATABASE_URL names another, with as
many drafts as people. Everybody saves once a second, as the script of the form does: a text that grows, with the mark of
what was seen. Saves begin at their appointed time whatever became of those before, so that waiting counts. Printed are
percentiles of the answers' times, the answers by status, and the processor time of the server.
"""

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.living_site import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
TOKEN = "0" * 32
PARAGRAPH = "汇聚航道、港口、船舶和货物四类数据，联合优化泊位计划与航道调度，成效有据可查。"
WARM_UP = 3.0


@dataclass
class Typist:
    """Somebody who types into a draft of their own."""

    session: str
    path: str
    question: str
    name: str
    seen: str
    times: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def save(self, connection: http.client.HTTPConnection, turn: int) -> int:
        text = f"{PARAGRAPH * (3 + turn % 40)}第{turn}次"
        body = urlencode({"question": self.question, self.name: text, f"seen-{self.name}": self.seen})
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={self.session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
        }
        connection.request("POST", self.path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status == 200:
            self.seen = json.loads(answer)["seen"]
        return response.status


def prepare(people: int) -> list[Typist]:
    """Drafts of as many teams in one contest, and a session for each captain."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.urls import reverse

    from portal import clock
    from submissions.values import seen_mark
    from tests.competition.factories import make_topic, make_track
    from tests.submissions.factories import make_entry, make_open_contest

    call_command("migrate", verbosity=0)
    now = clock.now()
    topic = make_topic(make_track(make_open_contest(now=now)))
    found = []
    for _place in range(people):
        entry = make_entry(topic, now=now)
        session = SessionStore()
        session[SESSION_KEY] = str(entry.team.captain.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[1]
        session[HASH_SESSION_KEY] = entry.team.captain.get_session_auth_hash()
        session.create()
        question = entry.contest.form_sections.get(task="application").fields.get()
        found.append(
            Typist(
                session=str(session.session_key),
                path=reverse("autosave", args=[entry.public_id]),
                question=question.public_id,
                name=f"a-{question.key}",
                seen=seen_mark(0, ""),
            )
        )
    return found


def type_on(typist: Typist, port: int, start: float, seconds: float) -> None:
    """One save a second from `start` on; what is measured begins after the warm-up."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for turn in range(int(seconds)):
            appointed = start + turn
            time.sleep(max(0.0, appointed - time.monotonic()))
            status = typist.save(connection, turn)
            if turn >= WARM_UP:
                typist.times.append(time.monotonic() - appointed)
                typist.statuses[status] += 1


def processor_seconds(pid: int) -> float:
    """User and system time of a process and its children so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) == pid or int(fields[1]) == pid:
            total += (int(fields[11]) + int(fields[12])) / ticks
    return total


def measure(people: int, seconds: float, port: int, typists: list[Typist], pid: int) -> dict[str, Any]:
    start = time.monotonic() + 0.5
    threads = [
        threading.Thread(target=type_on, args=(typist, port, start + place / people, seconds))
        for place, typist in enumerate(typists)
    ]
    before = processor_seconds(pid)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    times = sorted(taken for typist in typists for taken in typist.times)
    statuses: Counter[int] = sum((typist.statuses for typist in typists), Counter())

    def at(share: float) -> float:
        return round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 1)

    return {
        "saves": len(times),
        "per second": people,
        "p50 ms": at(0.5),
        "p95 ms": at(0.95),
        "p99 ms": at(0.99),
        "worst ms": at(1.0),
        "statuses": dict(statuses),
        "processor ms per save": round((processor_seconds(pid) - before) * 1000 / (people * seconds), 2),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        os.environ |= {
            "DATA_DIR": folder,
            "PORT": str(port),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "CELERY_BROKER_URL": os.environ.get("CELERY_BROKER_URL", "memory://"),
            "CACHE_URL": os.environ.get("CACHE_URL", "locmem://"),
            "PYTHONWARNINGS": "ignore",
        }
        typists = prepare(options.people)
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=ROOT, check=True
        )
        log = (Path(folder) / "web.log").open("wb")
        server = subprocess.Popen([sys.executable, "-m", "portal.supervisor.web"], cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait_for(port)
            for name, figure in measure(options.people, options.seconds, port, typists, server.pid).items():
                print(f"{name:>22}  {figure}")
        finally:
            server.terminate()
            server.wait(timeout=10)


def _wait_for(port: int) -> None:
    for _turn in range(150):
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
                connection.request("GET", "/healthz")
                if connection.getresponse().read():
                    return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not come up")


if __name__ == "__main__":
    main()
