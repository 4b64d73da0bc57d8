"""Where processes race: a real database of its own (a SQLite file, or a PostgreSQL database), N processes that are all
loaded and connected, and one barrier.
"""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import prepared

ROOT = Path(__file__).resolve().parent.parent.parent
RUNNERS = 8


@dataclass
class Outcome:
    """What the runners of one race said, in the order in which they were given their arguments."""

    answers: list[dict[str, Any]]

    @property
    def returned(self) -> list[Any]:
        return [answer["returned"] for answer in self.answers if "returned" in answer]

    @property
    def refusals(self) -> Counter[str]:
        return Counter(answer["refused"] for answer in self.answers if "refused" in answer)

    @property
    def errors(self) -> list[str]:
        return [answer["error"] for answer in self.answers if "error" in answer]


class Grounds:
    """A migrated database that is copied for every race, and the process that runners are forked from."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = os.environ.get("DATABASE_URL", "")
        self.on_postgresql = self.url.startswith("postgres")
        self.names: list[str] = []
        ready = prepared.migrated()
        self.template = prepared.database_of(ready.name) if self.on_postgresql else str(ready / prepared.SQLITE)
        self.environ = {
            **os.environ,
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": prepared.url_of(self.template) if self.on_postgresql else f"sqlite:///{self.template}",
            "CELERY_BROKER_URL": "memory://",
            "CACHE_URL": "locmem://",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
        }
        self.starter = subprocess.Popen(
            [sys.executable, "-m", "tests.races.starter"],
            cwd=ROOT,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def arena(self) -> "Arena":
        return Arena(self, self._copy())

    def order(self, **order: Any) -> list[dict[str, Any]]:
        assert self.starter.stdin and self.starter.stdout
        self.starter.stdin.write(json.dumps(order) + "\n")
        self.starter.stdin.flush()
        answers: list[dict[str, Any]] = json.loads(self.starter.stdout.readline())
        return answers

    def clear(self) -> None:
        self.starter.kill()
        self.starter.communicate()
        for name in reversed(self.names):
            prepared.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _copy(self) -> str:
        """A new database's name: for PostgreSQL its name, for SQLite the path of its file."""
        name = f"chengshu_race_{uuid.uuid4().hex[:10]}"
        if self.on_postgresql:
            prepared.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
            self.names.append(name)
            return name
        path = str(self.folder / name)
        shutil.copy(self.template, path)  # nobody holds the template open, so its log is in the file
        return path


class Arena:
    """One race's database, and the means to run functions of `tests.races.scenes` on it."""

    def __init__(self, grounds: Grounds, database: str) -> None:
        self.grounds = grounds
        self.database = database

    def set_up(self, scene: str, function: str, **arguments: Any) -> Any:
        """Run a function of a scene alone and return its answer; fails the test when it fails."""
        outcome = self.race(scene, function, [arguments])
        assert not outcome.errors and not outcome.refusals, outcome.answers
        return outcome.returned[0]

    def race(self, scene: str, function: str, arguments: list[dict[str, Any]]) -> Outcome:
        """One process per element of `arguments`; none begins before all are ready."""
        return Outcome(self.grounds.order(database=self.database, scene=scene, function=function, arguments=arguments))
