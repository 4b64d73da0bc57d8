"""The least that the same server can do with an upload: `python -m tests.load.bare FILE PORT`.

Granian with the portal's settings and an application of a few lines: it reads the body, writes it to FILE piece by piece,
waits for the disk after each, and hashes the whole. No sign-in, no database, no look at the content. What the portal takes
beyond this is its own; what this takes, no application on this server can save.
"""

import hashlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.server import MPServer

from portal.environment import WEB_THREADS
from submissions.tus import PIECE
from tests.load.web import ROOT, SENT_AT_ONCE, STARTING, processes_of

FILE = "BARE_UPLOAD"
CHUNK = 1 << 18


def load() -> Callable[..., Iterable[bytes]]:
    """The application, in the process that serves."""
    place = Path(os.environ[FILE])

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "PUT":
            keep(environ["wsgi.input"].read, int(environ["CONTENT_LENGTH"]))
        start_response("204 No Content", [])
        return [b""]

    def keep(read: Callable[[int], bytes], length: int) -> None:
        with place.open("wb") as file:
            while length > 0:
                for _chunk in range(PIECE // CHUNK):
                    length -= file.write(read(min(CHUNK, length)))
                file.flush()
                os.fdatasync(file.fileno())
        with place.open("rb") as file:
            hashlib.file_digest(file, "sha256")

    return application


@dataclass
class Bare:
    """The running processes."""

    process: subprocess.Popen[bytes]
    port: int

    def workers(self) -> list[int]:
        """The process that serves comes last."""
        return processes_of(self.process.pid)

    def take(self, source: Path, size: int) -> None:
        """Send a file in one request."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120, blocksize=SENT_AT_ONCE)
        with source.open("rb") as body:
            connection.request("PUT", "/", body, {"Content-Length": str(size)})
        assert connection.getresponse().status == 204
        connection.close()


@contextmanager
def running_bare(place: Path, port: int) -> Iterator[Bare]:
    """The bare server, which keeps what it gets at `place`."""
    process = subprocess.Popen([sys.executable, "-m", "tests.load.bare", str(place), str(port)], cwd=ROOT)
    try:
        until = time.monotonic() + STARTING
        while time.monotonic() < until:
            with suppress(OSError):
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request("GET", "/")
                connection.close()
                break
            time.sleep(0.1)
        yield Bare(process, port)
    finally:
        process.terminate()
        process.wait()


def main(place: str, port: str) -> None:
    os.environ[FILE] = place
    MPServer(
        "tests.load.bare:load",
        factory=True,
        address="127.0.0.1",
        port=int(port),
        interface=Interfaces.WSGI,
        blocking_threads=WEB_THREADS,
        websockets=False,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
