"""Locks on files of the data folder. The kernel releases them when the last holder ends, however it ends."""

import contextlib
import fcntl
import os
import time
from pathlib import Path


class TakenError(Exception):
    """Somebody else holds the lock; the message is what they wrote into it (their process number)."""


class FileLock:
    """An exclusive lock. A child that inherits `fileno()` holds it as well, so it lasts until both are gone."""

    def __init__(self, path: Path, *, patience: float = 0.0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_up_at = time.monotonic() + patience
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() >= give_up_at:
                holder = os.read(self._handle, 32).decode("ascii", "replace").strip()
                os.close(self._handle)
                raise TakenError(holder)
            time.sleep(0.05)
        os.ftruncate(self._handle, 0)
        os.write(self._handle, str(os.getpid()).encode("ascii"))

    def fileno(self) -> int:
        """The descriptor, to be passed on to a child that must hold the lock too."""
        return self._handle

    def release(self) -> None:
        """Give the lock back, unless a child still holds it."""
        os.close(self._handle)
