"""`manage.py up` with its real parts: health, restarts, and an end that leaves nothing behind."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.environment import Environment, socket_path
from portal.supervisor.parts import parts_for
from portal.supervisor.supervisor import STOP_WITHIN
from tests import prepared
from tests.living_site import ROOT, LivingSite

pytestmark = pytest.mark.processes

#: Words in a part's command line.
PARTS = {"valkey": "valkey-server", "web": "supervisor.web", "worker": "worker worker", "beat": "worker beat"}

#: Queues a task that Celery brings along and that needs no data.
SEND = "from portal.celery import app; app.send_task('celery.accumulate', [1])"


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a ready database and nothing else, whatever database the run has; to be copied, not used."""
    folder = tmp_path_factory.mktemp("migrated") / "data"
    folder.mkdir()
    if prepared.on_postgresql():
        LivingSite(folder).manage("migrate", "--verbosity", "0")
    else:
        prepared.copy(prepared.migrated(), folder)
    return folder


@pytest.fixture
def new_site(migrated: Path, tmp_path: Path) -> Iterator[Callable[..., LivingSite]]:
    """Makes sites that are not started yet; all are stopped at the end."""
    sites: list[LivingSite] = []

    def make(name: str = "data") -> LivingSite:
        shutil.copytree(migrated, tmp_path / name)
        sites.append(LivingSite(tmp_path / name))
        return sites[-1]

    yield make
    for site in sites:
        site.stop()


@pytest.fixture(scope="module")
def running(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingSite]:
    """One running site for several tests; whichever kills something of it waits until it is well again."""
    folder = tmp_path_factory.mktemp("running") / "data"
    shutil.copytree(migrated, folder)
    site = LivingSite(folder)
    try:
        start(site)
        yield site
    finally:
        site.stop()


def start(site: LivingSite) -> None:
    """Start and wait until every part has said that it is well."""
    site.start()
    for name in PARTS:
        if name != "valkey" or "VALKEY_SERVER" not in site.environ:
            site.wait_for(lambda name=name: times_well(site, name), f"{name} to be well")


def times_well(site: LivingSite, name: str) -> int:
    return len(re.findall(rf"^  {name} +well", site.said(), re.MULTILINE))


def processes(site: LivingSite) -> list[int]:
    return [pid for words in PARTS.values() for pid in site.pids(words)]


def gone(pids: list[int], *, seconds: float) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.02)
    return False


def up(site: LivingSite, **variables: str) -> subprocess.CompletedProcess[str]:
    """`manage.py up` that is expected to refuse."""
    return subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=ROOT,
        env={**site.environ, **variables},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_says_once_that_each_part_is_well_and_where_to_open_the_site(running: LivingSite) -> None:
    assert {name: times_well(running, name) for name in PARTS} == dict.fromkeys(PARTS, 1)
    assert f"Open {running.url}/" in running.said()
    with urllib.request.urlopen(f"{running.url}/healthz", timeout=5) as answer:
        assert answer.status == 200


def test_gives_every_part_a_group_of_its_own(running: LivingSite) -> None:
    assert running.up is not None
    leaders = {os.getpgid(pid) for pid in processes(running)}
    assert len(leaders) == len(PARTS)
    assert os.getpgid(running.up.pid) not in leaders


def test_keeps_its_socket_and_its_data_to_itself(running: LivingSite) -> None:
    assert socket_path(running.data_dir).stat().st_mode & 0o077 == 0
    assert (running.data_dir / "valkey" / "appendonlydir").is_dir()


@pytest.mark.parametrize("name", PARTS)
def test_restarts_a_part_that_was_killed(running: LivingSite, name: str) -> None:
    before, well = running.pids(PARTS[name]), times_well(running, name)
    os.kill(before[0], signal.SIGKILL)
    running.wait_for(lambda: times_well(running, name) > well, f"{name} to be well again")
    assert gone(before, seconds=2), "what the killed leader had started is gone too"
    assert set(running.pids(PARTS[name])).isdisjoint(before)
    assert re.search(rf"^  {name} +killed by SIGKILL; starting again in", running.said(), re.MULTILINE)


def test_refuses_a_taken_port_in_one_sentence(running: LivingSite, new_site: Callable[..., LivingSite]) -> None:
    done = up(new_site(), PORT=str(running.port))
    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(r"CommandError: Port \d+ on 127.0.0.1 is taken: .* PORT=\d+\.\n", done.stderr)


def test_refuses_a_data_folder_in_use_in_one_sentence(running: LivingSite, new_site: Callable[..., LivingSite]) -> None:
    other = new_site()
    done = up(other, DATA_DIR=str(running.data_dir))
    assert done.returncode == 1
    assert f"process {running.up.pid}) already uses {running.data_dir}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert running.answers()


def test_refuses_an_unprepared_database_in_one_sentence(new_site: Callable[..., LivingSite], tmp_path: Path) -> None:
    done = up(new_site(), DATA_DIR=str(tmp_path / "empty"))
    assert done.returncode == 1
    assert done.stderr == (
        "CommandError: The database is not ready: run `manage.py migrate`, or `python3 start.py` for everything.\n"
    )


def test_refuses_to_show_demonstration_accounts_to_other_machines(new_site: Callable[..., LivingSite]) -> None:
    site = new_site()
    site.manage("shell", "-c", "from portal import clock, demo; demo._people(clock.now())")
    done = up(site, HOST="0.0.0.0")  # noqa: S104 - refused
    assert done.returncode == 1
    assert "demo --remove" in done.stderr
    assert done.stderr.count("\n") == 1


def test_gives_its_parts_less_than_eight_seconds() -> None:
    assert STOP_WITHIN < 8


@pytest.mark.parametrize("to_group", [False, True], ids=["to itself", "to its group"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_everything_in_order_when_asked(
    new_site: Callable[..., LivingSite], number: signal.Signals, to_group: bool
) -> None:
    site = new_site()
    site.start = lambda: start_in_own_group(site)  # type: ignore[method-assign]
    start(site)
    assert site.up is not None
    parts = processes(site)
    (os.killpg if to_group else os.kill)(site.up.pid, number)
    assert site.up.wait(timeout=60) == 0
    assert gone(parts, seconds=10)
    assert not socket_path(site.data_dir).exists()
    assert "Stopped after" in site.said()


def start_in_own_group(site: LivingSite) -> None:
    log = (site.data_dir / "up.log").open("ab")
    command = [sys.executable, "manage.py", "up"]
    site.up = subprocess.Popen(command, env=site.environ, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
    site.wait_for(site.answers, "the site to answer", seconds=60)


def test_leaves_nothing_when_killed_and_starts_again_at_once(running: LivingSite) -> None:
    site = running
    assert site.up is not None
    parts = processes(site)
    assert len(parts) >= 6
    site.up.kill()
    site.up.wait()
    assert gone(parts, seconds=3)
    (site.data_dir / "up.log").unlink()
    socket_path(site.data_dir).touch()  # as left by a machine that lost its power
    start(site)
    assert site.answers()


def test_keeps_queued_tasks_when_valkey_is_killed(running: LivingSite) -> None:
    site = running
    worker = site.pids(PARTS["worker"])
    os.kill(worker[0], signal.SIGSTOP)  # nobody takes the task meanwhile
    site.manage("shell", "-c", SEND)
    well = times_well(site, "valkey")
    os.kill(site.pids(PARTS["valkey"])[0], signal.SIGKILL)
    site.wait_for(lambda: times_well(site, "valkey") > well, "valkey to be well again")
    os.kill(worker[0], signal.SIGCONT)
    site.wait_for(lambda: has_run(site), "the worker to run the task")
    assert site.pids(PARTS["worker"]) == worker, "the same worker, reconnected"


def has_run(site: LivingSite) -> bool:
    """Has the worker run the task of SEND?"""
    log = (site.data_dir / "logs" / "worker.log").read_text(errors="replace")
    return bool(re.search(r"Task celery\.accumulate\S* succeeded", log))


def test_two_copies_live_side_by_side_in_awkward_folders(new_site: Callable[..., LivingSite]) -> None:
    first, second = new_site("数据 要素"), new_site("d" * 120)
    start(first)
    start(second)
    assert first.answers()
    assert second.answers()
    assert socket_path(second.data_dir).parent.stat().st_mode & 0o077 == 0
    first.stop()
    assert second.answers()


@pytest.mark.parametrize("server", ["/nonexistent/valkey-server", "/bin/false"], ids=["absent", "not runnable"])
def test_lets_tasks_wait_in_files_where_valkey_cannot_run(new_site: Callable[..., LivingSite], server: str) -> None:
    site = new_site()
    site.environ["VALKEY_SERVER"] = server
    start(site)
    assert site.pids(PARTS["valkey"]) == []
    site.environ["CELERY_BROKER_URL"] = "filesystem://"
    site.manage("shell", "-c", SEND)
    site.wait_for(lambda: has_run(site), "the worker to run the task")
    assert site.answers()


def test_starts_no_valkey_where_broker_and_cache_are_given(tmp_path: Path) -> None:
    given = {"SECRET_KEY": "s" * 60, "CELERY_BROKER_URL": "redis://other/0", "CACHE_URL": "redis://other/1"}
    parts = parts_for(Environment.read(given, tmp_path), valkey_lock=None)
    assert [part.name for part in parts] == ["web", "worker", "beat"]
