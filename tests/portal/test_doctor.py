"""`manage.py doctor` says who is well, and ends with 1 when somebody is not."""

import os
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from portal.slots import HealthCheck, health_checks
from portal.supervisor import health, pulse
from portal.web.health import probe_migrations

pytestmark = pytest.mark.django_db


@pytest.fixture
def installation(settings, tmp_path: Path):
    """An installation of its own with a worker that has just given a sign of life."""
    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, data_dir=tmp_path)
    settings.CELERY_BROKER_URL = "memory://"
    pulse.touch(tmp_path / "run", "worker")
    return settings


def test_finds_a_whole_system_well(installation, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("doctor")
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("  well ") for line in lines), lines
    named = [line.split()[1] for line in lines]
    assert named[0] == "settings"
    assert {"database", "migrations", "broker", "worker", "disk", "mail"} <= set(named)


def test_misses_a_worker_whose_pulse_is_old(installation, capsys: pytest.CaptureFixture[str]) -> None:
    path = pulse.pulse_path(installation.ENVIRONMENT.run_dir, "worker")
    long_ago = time.time() - 60
    os.utime(path, (long_ago, long_ago))
    with pytest.raises(SystemExit) as caught:
        call_command("doctor")
    assert caught.value.code == 1
    assert "NOT WELL  worker        none runs" in capsys.readouterr().out


def test_says_that_the_broker_does_not_answer(installation, tmp_path: Path) -> None:
    installation.CELERY_BROKER_URL = f"redis+socket://{tmp_path}/nobody.sock?virtual_host=0"
    from portal.celery import app

    before = app.conf.broker_url
    app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = installation.CELERY_BROKER_URL
    try:
        with pytest.raises(RuntimeError, match="does not answer"):
            health.probe_broker()
    finally:
        app.conf.broker_url = app.conf.broker_read_url = app.conf.broker_write_url = before


def test_says_that_the_mail_server_does_not_answer(installation, capsys: pytest.CaptureFixture[str]) -> None:
    installation.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    installation.EMAIL_HOST, installation.EMAIL_PORT = "127.0.0.1", 9
    with pytest.raises(SystemExit):
        call_command("doctor")
    assert "NOT WELL  mail" in capsys.readouterr().out


def test_warns_before_the_disk_is_full(installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: SimpleNamespace(free=10 * 1024**2))
    with pytest.raises(RuntimeError, match="only 10 MB free"):
        health.probe_disk()


def test_asks_what_the_apps_registered(
    installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def unwell() -> str:
        raise RuntimeError("a\nlong story")

    monkeypatch.setattr(health_checks, "_items", [HealthCheck("archive", unwell)])
    with pytest.raises(SystemExit):
        call_command("doctor")
    assert "  NOT WELL  archive       a long story\n" in capsys.readouterr().out


def test_counts_the_migrations_that_wait(db) -> None:
    assert probe_migrations() == "up to date"
    MigrationRecorder(connection).record_unapplied("judging", "0001_initial")
    with pytest.raises(RuntimeError, match="1 migrations wait"):
        probe_migrations()
