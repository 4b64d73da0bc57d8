"""Telling pages of a roadshow that something has changed: server-sent events, with polling as the way that always works.

One thread per process asks the database for the versions of the roadshows that somebody watches (`Watcher`), however many
watch; a stream only waits for it. Under WSGI every open stream holds one of the server's threads, so there are few
(`STREAMS`) and each ends after `LIFETIME`; whoever finds none free polls. Under ASGI a stream costs next to nothing.
What is told is a version and never content: pages fetch what they may see. Measured in docs/decisions.md.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from judging.reading.live import versions

STREAMS = 4
LIFETIME = 50.0  # seconds; the browser comes back by itself
EVERY = 0.5
BEAT = 10.0
RETRY = b"retry: 1000\n\n"
BEAT_LINE = b": still here\n\n"


class Watcher:
    """The versions of what is watched, kept fresh by a thread that lives as long as anybody watches."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._wanted: Counter[str] = Counter()
        self._known: dict[str, str] = {}
        self._thread: threading.Thread | None = None

    def begin(self, roadshow: str, version: str) -> None:
        with self._changed:
            self._wanted[roadshow] += 1
            self._known.setdefault(roadshow, version)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="roadshow-watcher", daemon=True)
                self._thread.start()

    def end(self, roadshow: str) -> None:
        with self._changed:
            self._wanted[roadshow] -= 1
            if self._wanted[roadshow] <= 0:
                del self._wanted[roadshow]
                self._known.pop(roadshow, None)

    def known(self, roadshow: str) -> str:
        with self._changed:
            return self._known.get(roadshow, "")

    def wait(self, roadshow: str, seen: str, seconds: float) -> str:
        """The version once it is another than `seen`, or after so many seconds whatever it is."""
        with self._changed:
            self._changed.wait_for(lambda: self._known.get(roadshow, seen) != seen, timeout=seconds)
            return self._known.get(roadshow, seen)

    def _run(self) -> None:
        try:
            while True:
                with self._changed:
                    wanted = list(self._wanted)
                    if not wanted:
                        self._thread = None
                        return
                fresh = self._ask(wanted)
                with self._changed:
                    self._known.update({name: version for name, version in fresh.items() if name in self._wanted})
                    self._changed.notify_all()
                time.sleep(EVERY)
        finally:
            connection.close()

    def _ask(self, wanted: list[str]) -> dict[str, str]:
        """Nothing new where the database does not answer: the pages poll, and find out by themselves."""
        try:
            close_old_connections()
            return dict(versions(wanted))
        except (DatabaseError, InterfaceError):
            connection.close()
            return {}


watcher = Watcher()
_free = threading.BoundedSemaphore(STREAMS)


def take_place() -> bool:
    """Is a stream free? Whoever takes one gives it back by ending `stream`."""
    return _free.acquire(blocking=False)


class Stream:
    """The bytes of one stream under WSGI; `close` comes from the server, also when the reader went away."""

    def __init__(self, roadshow: str, version: str) -> None:
        self.roadshow, self.version = roadshow, version
        self._ends = time.monotonic() + LIFETIME
        self._is_open = True
        self._begun = False
        watcher.begin(roadshow, version)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if not self._begun:
            self._begun = True
            return RETRY + _event(self.version)
        left = self._ends - time.monotonic()
        if left <= 0:
            raise StopIteration
        fresh = watcher.wait(self.roadshow, self.version, min(BEAT, left))
        if fresh == self.version:
            return BEAT_LINE
        self.version = fresh
        return _event(fresh)

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            watcher.end(self.roadshow)
            _free.release()


async def stream_async(roadshow: str, version: str) -> AsyncIterator[bytes]:
    """The same under ASGI: no thread is held while nothing happens."""
    watcher.begin(roadshow, version)
    try:
        yield RETRY + _event(version)
        ends, beat = time.monotonic() + LIFETIME, time.monotonic() + BEAT
        while time.monotonic() < ends:
            await asyncio.sleep(EVERY / 2)
            fresh = watcher.known(roadshow) or version
            if fresh != version:
                version, beat = fresh, time.monotonic() + BEAT
                yield _event(version)
            elif time.monotonic() > beat:
                beat = time.monotonic() + BEAT
                yield BEAT_LINE
    finally:
        watcher.end(roadshow)


def _event(version: str) -> bytes:
    return f"data: {json.dumps({'version': version})}\n\n".encode()
