"""Pulses: how a part without a port shows that its loop still turns.

The part touches `run/<name>@<host>.pulse` every few seconds; hosts that share a data folder do not mix theirs up.
"""

import os
import socket
import time
from pathlib import Path

INTERVAL = 2.0
#: Older than this and the part has stopped turning.
FRESH = 15.0


def pulse_path(run_dir: Path, name: str) -> Path:
    """The file that the part `name` of this host touches."""
    return run_dir / f"{name}@{socket.gethostname()}.pulse"


def touch(run_dir: Path, name: str) -> None:
    """Give one beat."""
    path = pulse_path(run_dir, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{os.getpid()}\n", encoding="ascii")


def seconds_since(run_dir: Path, name: str) -> float | None:
    """Seconds since the last beat of the part on this host; None if it never gave one."""
    try:
        return max(0.0, time.time() - pulse_path(run_dir, name).stat().st_mtime)
    except FileNotFoundError:
        return None
