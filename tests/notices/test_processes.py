"""Delivery by real processes: two at once, one that is killed in the middle, and a broker that is away."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests import prepared
from tests.notices.servers import mail_server

pytestmark = pytest.mark.processes
PATIENCE = 120
ROOT = Path(__file__).resolve().parents[2]

MAKE = "from tests.notices.factories import make_notice; print(make_notice(f'{os.urandom(4).hex()}@example.cn').pk)"
DELIVER = "from portal.notices.tasks import deliver; deliver({pk})"
SWEEP = (
    "from datetime import timedelta; from portal import clock; from portal.notices.delivery import sweep;"
    " sweep(now=clock.now() + timedelta(minutes={minutes}))"
)
STATE = "from portal.notices.models import Notice; n = Notice.objects.get(pk={pk}); print(n.state, n.attempts)"


class Site:
    """A data folder with a migrated database, in which Python can be run."""

    def __init__(self, data_dir: Path) -> None:
        self.environ = {
            **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "CACHE_URL"}},
            "DATA_DIR": str(data_dir),
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
            "CACHE_URL": "locmem://",
            "PYTHONPATH": str(ROOT),
        }

    def start(self, code: str) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", f"import os, django; django.setup()\n{code}"]
        return subprocess.Popen(words, env=self.environ, cwd=ROOT, stdout=subprocess.PIPE, text=True)

    def run(self, code: str) -> str:
        process = self.start(code)
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0
        return output.strip().rpartition("\n")[2]  # what was printed last; before it, the log


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Site:
    site = Site(tmp_path_factory.mktemp("site"))
    if prepared.on_postgresql():
        site.run("from django.core.management import call_command; call_command('migrate', verbosity=0)")
    else:
        prepared.copy(prepared.migrated(), Path(site.environ["DATA_DIR"]))
    return site


@pytest.fixture
def server(site, settings):
    with mail_server(settings) as mailbox:
        site.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{settings.EMAIL_PORT}"
        yield mailbox


def test_two_workers_with_one_notice_send_it_once(site, server):
    pk = site.run(MAKE)
    workers = [site.start(DELIVER.format(pk=pk)) for _ in range(3)]
    assert [worker.wait(timeout=PATIENCE) for worker in workers] == [0, 0, 0]
    assert len(server.mails) == 1
    assert site.run(STATE.format(pk=pk)) == "sent 1"


def test_a_worker_killed_between_claim_and_send_leaves_uncertainty_and_no_second_mail(site, server):
    arriving = threading.Event()

    async def stall(*_: Any) -> str:
        arriving.set()  # the claim is committed before the first byte is sent
        await asyncio.sleep(PATIENCE)
        return "451 too late"

    server.handle_DATA = stall
    pk = site.run(MAKE)
    worker = site.start(DELIVER.format(pk=pk))
    assert arriving.wait(PATIENCE)
    worker.send_signal(signal.SIGKILL)
    worker.wait(timeout=10)
    assert site.run(STATE.format(pk=pk)) == "sending 1"

    del server.handle_DATA
    site.run(DELIVER.format(pk=pk))  # the broker hands the task of a lost worker to the next one
    site.run(SWEEP.format(minutes=5))
    assert site.run(STATE.format(pk=pk)) == "sending 1"
    site.run(SWEEP.format(minutes=11))
    assert site.run(STATE.format(pk=pk)) == "uncertain 1"
    site.run(DELIVER.format(pk=pk))
    assert server.mails == []


def test_a_broker_that_is_away_is_not_waited_for_and_loses_nothing(site):
    code = (
        "import time; naps = []; time.sleep = naps.append; from portal.notices.outbox import enqueue;"
        " print(enqueue([1, 2, 3]), naps)"
    )
    assert site.run(code) == "[] []"
    assert site.run(STATE.format(pk=site.run(MAKE))) == "queued 0"
