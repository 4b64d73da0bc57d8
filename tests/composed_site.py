"""The processes of docker-compose.yml on this machine: the same commands and variables, other addresses.

They need what compose brings along: a PostgreSQL in `DATABASE_URL` and a Redis in `CELERY_BROKER_URL` of the test run.
"""

import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import yaml

from tests.living_site import ROOT, LivingSite, free_port

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
ON_SERVICES = os.environ.get("DATABASE_URL", "").startswith("postgres") and os.environ.get(
    "CELERY_BROKER_URL", ""
).startswith("redis")
#: Where things are is another matter on one machine.
PLACES = {"DATA_DIR", "HOST", "PORT", "DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL"}
DEFAULT = re.compile(r"\$\{\w+:-(.*)\}")


class ComposedSite(LivingSite):
    """Two of web, two of worker and one beat, as `docker compose up --scale web=2 --scale worker=2` starts them."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        for name, value in COMPOSE["services"]["web"]["environment"].items():
            if name not in PLACES:
                self.environ[name] = DEFAULT.sub(r"\1", value)
        self.ports = [self.port, free_port()]
        self.children: list[subprocess.Popen[bytes]] = []
        self.started: dict[int, tuple[str, int]] = {}

    def prepare(self) -> None:
        script = COMPOSE["services"]["prepare"]["command"][-1]
        script = re.sub(r"^python ", f"{sys.executable} ", script, flags=re.MULTILINE)
        script = script.replace("/data/static", str(self.data_dir / "static"))
        done = subprocess.run(
            ["sh", "-ec", script], env=self.environ, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def start(self) -> None:
        for port in self.ports:
            self._run("web", port)
        for service in ("worker", "worker", "beat"):
            self._run(service, self.port)
        for port in self.ports:
            self.wait_for(lambda port=port: self.is_well("web", port), f"web at {port} to be well", seconds=90)
        for service in ("worker", "beat"):
            self.wait_for(lambda service=service: self.is_well(service, self.port), f"{service} to be well", seconds=90)

    def stop(self) -> None:
        for child in self.children:
            child.send_signal(signal.SIGTERM)
        for child in self.children:
            try:
                child.wait(timeout=12)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def kill(self, words: str) -> list[int]:
        """What was killed is started again, as compose's `restart: unless-stopped` has it."""
        killed = super().kill(words)
        for child in [child for child in self.children if child.pid in killed]:
            child.wait()
            self.children.remove(child)
            self._run(*self.started[child.pid])
        return killed

    def is_well(self, service: str, port: int) -> bool:
        """What compose's health check of the service says."""
        words = COMPOSE["services"][service]["healthcheck"]["test"][2:]
        environ = {**self.environ, "PORT": str(port)}
        done = subprocess.run([sys.executable, *words], env=environ, cwd=ROOT, capture_output=True, timeout=20)
        return done.returncode == 0

    def answers_at(self, port: int) -> int:
        """The status of the page of health at one of the ports."""
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return int(answer.status)

    def said(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in self.data_dir.glob("*.log"))

    def _run(self, service: str, port: int) -> None:
        command = [sys.executable, *COMPOSE["services"][service]["command"][1:]]
        environ = {**self.environ, "PORT": str(port)}
        with (self.data_dir / f"{service}.log").open("ab") as log:
            child = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        self.children.append(child)
        self.started[child.pid] = (service, port)


class ComposedDemonstration(ComposedSite):
    """With the demonstration, which compose leaves to whoever runs it."""

    def prepare(self) -> None:
        super().prepare()
        self.manage("demo")
