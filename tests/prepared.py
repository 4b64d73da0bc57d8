"""What many tests begin with and never differs: a migrated database, a site with the contests of 2024, the
demonstration and its static files. Making it costs up to half a minute of computing, copying it a fraction of a second.

So it is made once per run and kind, by whichever worker needs it first, in the run's own data folder, which all workers
share. On PostgreSQL it is a database that others are made from; `forget` drops these when the run ends.
"""

import fcntl
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MIGRATED = "migrated"
#: Where an installation without DATABASE_URL has its database, under DATA_DIR.
SQLITE = "portal.sqlite3"


def once(name: str, make: Callable[[Path], None]) -> Path:
    """The folder `name` of this test run, which `make` fills when nobody has done so. To be copied, not used."""
    folder = _shared() / name
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder.with_suffix(".done")
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


def migrated() -> Path:
    """A data folder with a migrated database and nothing else."""
    return once(MIGRATED, _migrate)


def _migrate(folder: Path) -> None:
    environ = {**os.environ, "DATA_DIR": str(folder), "CELERY_BROKER_URL": "memory://", "CACHE_URL": "locmem://"}
    environ.pop("DATABASE_URL", None)
    if on_postgresql():
        execute(f'CREATE DATABASE "{database_of(MIGRATED)}"')
        environ["DATABASE_URL"] = url_of(database_of(MIGRATED))
    words = [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--settings", "tests.settings"]
    done = subprocess.run(words, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@contextmanager
def filled_in_memory(name: str) -> Iterator[None]:
    """A copy of the migrated database stands in SQLite's memory under this name, for as long as this lasts."""
    with closing(sqlite3.connect(migrated() / SQLITE)) as source, closing(sqlite3.connect(name, uri=True)) as target:
        source.backup(target)
        yield


def copy(prepared: Path, to: Path) -> None:
    """Put a prepared data folder where a site expects its own. Static files are never written: they are linked."""
    to.mkdir(parents=True, exist_ok=True)
    for path in prepared.rglob("*"):
        place = to / path.relative_to(prepared)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif path.relative_to(prepared).parts[0] == "static":
            os.link(path, place)
        else:
            shutil.copy2(path, place)


def database_of(name: str) -> str:
    """The PostgreSQL database that belongs to the folder `name`."""
    return f"chengshu_{re.sub(r'[^a-z0-9]', '', name.lower())}_{zlib.crc32(str(_shared()).encode()):08x}"


def forget() -> None:
    """Drop what lies outside the run's folder."""
    for done in _shared().glob("*.done"):
        execute(f'DROP DATABASE IF EXISTS "{database_of(done.stem)}" WITH (FORCE)')


def on_postgresql() -> bool:
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def url_of(database: str) -> str:
    """The address of another database on the server of the test run."""
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{database}"


def execute(statement: str) -> None:
    """Run a statement on that server, outside the databases of the tests; nothing where the run has no PostgreSQL."""
    if not on_postgresql():
        return
    import psycopg

    with psycopg.connect(url_of("postgres"), autocommit=True) as connection:
        connection.execute(statement)


def _shared() -> Path:
    return Path(os.environ["DATA_DIR"]) / "prepared"
