"""The judge's desk at the size of a nation: `python -m tests.load.desk [--entries 20000] [--judges 300] [--people 5] [--seconds 30]`.

Loads a contest with three assignments per entry into a database of its own (SQLite unless DATABASE_URL names another),
starts the portal's own web server and lets some of the judges work at once: each saves a mark a second, as the script of
the desk does, and opens the desk every fifth second. Printed are the size of the desk and its queries, and percentiles of
the answers' times.
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
from tests.load.autosave import ROOT, TOKEN, _wait_for, processor_seconds

PARAGRAPH = "汇聚航道、港口、船舶和货物四类数据，联合优化泊位计划与航道调度，成效有据可查。"
SECTIONS = ("项目概述", "应用场景", "数据基础", "技术路线", "数据治理", "机制创新", "安全合规", "应用成效")
WEIGHTS = (25, 20, 25, 15, 10, 5)
WARM_UP = 3
BATCH = 2000


@dataclass
class Judge:
    """A judge with a session and an entry in front of them."""

    session: str
    path: str
    revision: int = 0
    saves: list[float] = field(default_factory=list)
    pages: list[float] = field(default_factory=list)
    size: int = 0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def cookies(self) -> str:
        return f"sessionid={self.session}; csrftoken={TOKEN}"

    def save(self, connection: http.client.HTTPConnection, turn: int) -> int:
        marks = {f"mark_C{place}": str(70 + (turn * place) % 29) for place in range(1, len(WEIGHTS) + 1)}
        body = urlencode({"revision": self.revision, "comment": f"第{turn}次", **marks})
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": self.cookies,
            "X-CSRFToken": TOKEN,
        }
        connection.request("POST", self.path, body, headers)
        response = connection.getresponse()
        answer = response.read()
        if response.status == 200:
            self.revision = json.loads(answer)["revision"]
        return response.status

    def read(self, connection: http.client.HTTPConnection) -> int:
        connection.request("GET", self.path, headers={"Cookie": self.cookies})
        response = connection.getresponse()
        self.size = len(response.read())
        return response.status


def prepare(entries: int, judges: int, people: int) -> tuple[list[Judge], dict[str, Any]]:
    """The contest, and sessions for as many of its judges as work at once."""
    import django

    django.setup()
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from judging.models import Assignment

    call_command("migrate", verbosity=0)
    experts = load(entries, judges)
    found = []
    for expert in experts[:people]:
        session = SessionStore()
        session[SESSION_KEY] = str(expert.user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[1]
        session[HASH_SESSION_KEY] = expert.user.get_session_auth_hash()
        session.create()
        seat = Assignment.objects.filter(expert=expert).order_by("position")[0]
        found.append(Judge(session=str(session.session_key), path=reverse("desk", args=[seat.public_id])))
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(experts[0].user)
    client.get(found[0].path)
    with CaptureQueriesContext(connection) as asked:
        response = client.get(found[0].path)
    assert response.status_code == 200, response.status_code
    return found, {"desk queries": len(asked), "assignments": Assignment.objects.count()}


def load(entries: int, judges: int) -> list[Any]:
    """Entries of one text, spread evenly over the judges: three seats each, the first thirty of each judge scored."""
    from datetime import timedelta
    from fractions import Fraction

    from django.db.models import F, OuterRef, Subquery

    from competition.models import Role
    from judging.models import Assignment, AssignmentPlan, EntryScore, ScoreSheet
    from judging.rubrics import freeze
    from portal import clock
    from portal.db import new_public_id
    from submissions.models import Entry, EntryVersion, Team
    from tests.competition.factories import make_contest, make_role, make_topic, make_track
    from tests.judging.factories import make_expert, make_judged_stage
    from tests.portal.factories import make_organisation, make_user

    now = clock.now()
    contest = make_contest()
    stage = make_judged_stage(
        contest, weights=WEIGHTS, opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=9)
    )
    track = make_track(contest)
    topic, captain, lead = make_topic(track), make_user(), make_organisation()
    organiser = make_user()
    make_role(organiser, contest, Role.Name.ORGANISER)
    experts = [make_expert(contest, track) for _place in range(judges)]
    content = {
        "format": 1,
        "entry": {},
        "lead_organisation": {"public_id": lead.public_id, "name": lead.name, "uscc": lead.uscc},
        "partners": [],
        "members": [{"public_id": captain.public_id, "name": captain.name, "email": captain.email, "is_captain": True}],
        "sections": [
            {
                "task": "application",
                "title": title,
                "answers": [{"key": f"q{place}", "label": title, "kind": "long_text", "value": PARAGRAPH * 15}],
            }
            for place, title in enumerate(SECTIONS)
        ],
        "files": [],
    }
    teams = Team.objects.bulk_create(
        [
            Team(
                contest=contest,
                captain=captain,
                lead_organisation=lead,
                created_at=now,
                organisations_saved_at=now,
                members_saved_at=now,
            )
            for _place in range(entries)
        ],
        batch_size=BATCH,
    )
    rows = Entry.objects.bulk_create(
        [
            Entry(
                team=team,
                contest=contest,
                topic=topic,
                title=f"作品{place}",
                number=f"N-{place:05d}",
                created_at=now,
                frozen_at=now,
            )
            for place, team in enumerate(teams)
        ],
        batch_size=BATCH,
    )
    versions = EntryVersion.objects.bulk_create(
        [
            EntryVersion(
                entry=entry,
                number=1,
                draft_revision=0,
                content=content,
                digest=new_public_id() * 5,
                submitted_at=now,
                submitted_by=captain,
            )
            for entry in rows
        ],
        batch_size=BATCH,
    )
    latest = EntryVersion.objects.filter(entry=OuterRef("pk")).values("pk")[:1]
    Entry.objects.update(status=Entry.Status.SUBMITTED, current_version=Subquery(latest), submitted_at=F("created_at"))
    freeze(stage, now=now)
    plan = AssignmentPlan.objects.create(
        contest=contest, stage=stage, status=AssignmentPlan.Status.PUBLISHED, seed="load", created_at=now
    )
    EntryScore.objects.bulk_create(
        [EntryScore(stage=stage, track=track, entry=entry, updated_at=now) for entry in rows], batch_size=BATCH
    )
    places: Counter[int] = Counter()
    seats = []
    for number, (entry, version) in enumerate(zip(rows, versions, strict=True)):
        for step in range(3):
            expert = experts[(number * 3 + step) % judges]
            places[expert.pk] += 1
            seats.append(
                Assignment(
                    plan=plan,
                    stage=stage,
                    entry=entry,
                    version=version,
                    expert=expert,
                    title=entry.title,
                    position=places[expert.pk],
                    assigned_at=now,
                    pledged_at=now,
                )
            )
    seats = Assignment.objects.bulk_create(seats, batch_size=BATCH)
    scored = [seat for seat in seats if 1 < seat.position <= 31]
    ScoreSheet.objects.bulk_create(
        [
            ScoreSheet(
                assignment=seat,
                state=ScoreSheet.State.READY,
                revision=1,
                total=str(Fraction(7000 + seat.pk * 7 % 2900, 100)),
                saved_at=now,
            )
            for seat in scored
        ],
        batch_size=BATCH,
    )
    return experts


def work(judge: Judge, port: int, start: float, seconds: int) -> None:
    """A save a second at its appointed time, and the page itself every fifth."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        for turn in range(seconds):
            appointed = start + turn
            time.sleep(max(0.0, appointed - time.monotonic()))
            status = judge.save(connection, turn)
            saved = time.monotonic()
            if turn >= WARM_UP:
                judge.saves.append(saved - appointed)
                judge.statuses[status] += 1
            if turn % 5 == 4:
                judge.statuses[judge.read(connection)] += 1
                judge.pages.append(time.monotonic() - saved)


def measure(found: list[Judge], seconds: int, port: int, pid: int) -> dict[str, Any]:
    start, before = time.monotonic() + 0.5, processor_seconds(pid)
    threads = [
        threading.Thread(target=work, args=(judge, port, start + place / len(found), seconds))
        for place, judge in enumerate(found)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    saves = sorted(taken for judge in found for taken in judge.saves)
    pages = sorted(taken for judge in found for taken in judge.pages)

    def at(times: list[float], share: float) -> float:
        return round(times[min(len(times) - 1, int(len(times) * share))] * 1000, 1)

    return {
        "desk KB": round(max(judge.size for judge in found) / 1024, 1),
        "saves": len(saves),
        "save p50 ms": at(saves, 0.5),
        "save p95 ms": at(saves, 0.95),
        "save p99 ms": at(saves, 0.99),
        "desk p50 ms": at(pages, 0.5),
        "desk p95 ms": at(pages, 0.95),
        "statuses": dict(sum((judge.statuses for judge in found), Counter())),
        "processor seconds": round(processor_seconds(pid) - before, 1),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--judges", type=int, default=300)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=30)
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
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"], cwd=ROOT, check=True
        )
        found, figures = prepare(options.entries, options.judges, options.people)
        for name, figure in figures.items():
            print(f"{name:>22}  {figure}")
        with (Path(folder) / "web.log").open("wb") as log:
            server = subprocess.Popen([sys.executable, "-m", "portal.supervisor.web"], cwd=ROOT, stdout=log, stderr=log)
            try:
                _wait_for(port)
                for name, figure in measure(found, options.seconds, port, server.pid).items():
                    print(f"{name:>22}  {figure}")
            finally:
                server.terminate()
                server.wait(timeout=10)


if __name__ == "__main__":
    main()
