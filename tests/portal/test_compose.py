"""docker-compose.yml: what it says is sound, and its processes run by hand on PostgreSQL and Redis.

The second half needs both services: it runs where DATABASE_URL names a PostgreSQL and CELERY_BROKER_URL a Redis.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from portal.environment import VARIABLES
from tests.composed_site import COMPOSE, ON_SERVICES, ComposedSite
from tests.living_site import ROOT, living_site

OURS = ("prepare", "web", "worker", "beat")


def test_starts_every_part_of_the_grown_up_form() -> None:
    assert set(COMPOSE["services"]) == {*OURS, "postgres", "valkey"}


@pytest.mark.parametrize("name", OURS)
def test_gives_our_processes_the_environment_we_document(name: str) -> None:
    service = COMPOSE["services"][name]
    known = {*VARIABLES, "DEFAULT_FROM_EMAIL", "SITE_ICP", "SITE_POLICE", "SITE_CODE"}
    assert set(service["environment"]) <= known
    assert service["environment"]["DATABASE_URL"].startswith("postgres://")
    assert service["environment"]["CELERY_BROKER_URL"].startswith("redis://valkey:")
    assert service["cap_drop"] == ["ALL"]


@pytest.mark.parametrize("name", [name for name in COMPOSE["services"] if name != "prepare"])
def test_asks_every_lasting_process_for_its_health(name: str) -> None:
    assert COMPOSE["services"][name]["healthcheck"]["test"][0] == "CMD"


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_waits_until_the_database_is_prepared(name: str) -> None:
    waits = COMPOSE["services"][name]["depends_on"]
    assert waits["prepare"] == {"condition": "service_completed_successfully"}


def test_publishes_nothing_to_other_machines() -> None:
    for service in COMPOSE["services"].values():
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_prepares_the_database_once_and_nowhere_else() -> None:
    preparing = [name for name, service in COMPOSE["services"].items() if "prepare" in str(service.get("command"))]
    assert preparing == ["prepare"]
    assert COMPOSE["services"]["prepare"]["restart"] == "no"
    assert not {word for word in ("migrate", "prepare") for _name, line in image() if word in line}


def test_runs_all_of_ours_from_one_image() -> None:
    assert {(COMPOSE["services"][name]["image"], COMPOSE["services"][name]["build"]) for name in OURS} == {
        ("chengshu", ".")
    }


def test_names_no_service_and_no_volume_that_it_does_not_have() -> None:
    for service in COMPOSE["services"].values():
        assert set(service.get("depends_on", {})) <= set(COMPOSE["services"])
        assert {volume.partition(":")[0] for volume in service.get("volumes", [])} <= set(COMPOSE["volumes"])


def test_asks_our_processes_for_their_own_health() -> None:
    for name in ("web", "worker", "beat"):
        service = COMPOSE["services"][name]
        assert service["command"][-1] == service["healthcheck"]["test"][-1] == name


def image() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile: word and rest, continued lines joined."""
    lines = re.sub(r"\\\n", " ", (ROOT / "Dockerfile").read_text()).splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]  # type: ignore[misc]


def test_builds_its_image_from_the_lock_alone() -> None:
    installing = [line for _name, line in image() if "pip install" in line]
    assert len(installing) == 1
    assert {"--require-hashes", "--no-deps", "--only-binary", "/requirements.txt"} <= set(installing[0].split())
    assert ("COPY", "requirements.txt /requirements.txt") in image()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {".git", ".env", "var", ".venv"} <= set(ignored)


def test_its_image_runs_as_an_ordinary_user_from_the_last_step_on() -> None:
    names = [name for name, _line in image()]
    users = [line for name, line in image() if name == "USER"]
    assert users == ["chengshu"]
    assert set(names[names.index("USER") :]) == {"USER", "VOLUME", "EXPOSE", "STOPSIGNAL", "CMD"}
    assert any("useradd --system --uid 10001" in line for name, line in image() if name == "RUN")


def compose() -> list[str] | None:
    """The command of whichever Compose is installed."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            return command
    return None


def test_is_accepted_by_compose() -> None:
    command = compose()
    if command is None:
        pytest.skip("Compose is not installed here")
    environ = {**os.environ, "POSTGRES_PASSWORD": "x"}
    done = subprocess.run([*command, "config"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    without = {name: value for name, value in os.environ.items() if name != "POSTGRES_PASSWORD"}
    refused = subprocess.run([*command, "config"], cwd=ROOT, env=without, capture_output=True, text=True, check=False)
    assert "write it into .env" in refused.stderr


@pytest.mark.processes
@pytest.mark.skipif(not ON_SERVICES, reason="needs DATABASE_URL (postgres://…) and CELERY_BROKER_URL (redis://…)")
def test_its_processes_serve_and_work_together_and_end_well(tmp_path: Path) -> None:
    with living_site(tmp_path / "data", kind=ComposedSite) as site:
        assert list((site.data_dir / "static").rglob("*.css.gz")), "static files are compressed"
        assert [site.answers_at(port) for port in site.ports] == [200, 200]
        site.manage("shell", "-c", "from portal.celery import app; app.send_task('celery.accumulate', [1])")
        done = re.compile(r"Task celery\.accumulate\S* succeeded")
        site.wait_for(lambda: done.search((site.data_dir / "worker.log").read_text()), "a worker to run the task")
        site.stop()
        assert [child.returncode for child in site.children] == [0, 0, 0, 0, 0]
