"""The web part alone, as the supervisor starts it, with a captain who is signed in and a draft that asks for a large file.

For faults that kill it and for measurements; the rest of the site is not needed to take a file.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
STARTING = 90.0
#: What the client hands to the kernel at a time; its own 16 KiB would be measured instead of the server.
SENT_AT_ONCE = 1 << 20
TOKEN = "x" * 32

SCENE = """
import django, json
django.setup()
from django.test import Client
from django.utils import timezone
from django.urls import reverse
from tests.submissions.sender import make_draft
entry = make_draft(timezone.now())
entry.contest.wanted_files.update(max_mb=2000)
client = Client()
client.force_login(entry.team.captain)
print(json.dumps({
    "session": client.cookies["sessionid"].value,
    "transfers": reverse("transfers", args=[entry.public_id]),
    "wanted": entry.contest.wanted_files.get(key="any").public_id,
}))
"""


@dataclass
class Web:
    """The running processes, and what a client has to know."""

    data_dir: Path
    port: int
    environ: dict[str, str]
    scene: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return self.url + self.scene["transfers"]

    @property
    def headers(self) -> dict[str, str]:
        """Of somebody who is signed in and has seen the form."""
        return {"Cookie": f"sessionid={self.scene['session']}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}

    def start(self) -> None:
        log = (self.data_dir / "web.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.supervisor.web"],
            cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
        until = time.monotonic() + STARTING
        while time.monotonic() < until:
            with suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/healthz").status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"the web did not start\n{(self.data_dir / 'web.log').read_text()[-3000:]}")

    def kill(self) -> None:
        """kill -9, all of it."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> http.client.HTTPResponse:
        """One request of the captain's, over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120, blocksize=SENT_AT_ONCE)
        told = {"Tus-Resumable": "1.0.0", **self.headers} | {k.replace("_", "-"): v for k, v in headers.items()}
        connection.request(method, path, body=body, headers=told)
        answer = connection.getresponse()
        answer.body = answer.read()  # type: ignore[attr-defined]
        connection.close()
        return answer

    def begin(self, name: str, size: int) -> str:
        """The path of a new transfer."""
        values = {"filename": name, "wanted": self.scene["wanted"], "replaces": ""}
        metadata = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in values.items())
        answer = self.ask(
            "POST", self.scene["transfers"], b"", Upload_Length=str(size), Upload_Metadata=metadata, Content_Length="0"
        )
        assert answer.status == 201, answer.body  # type: ignore[attr-defined]
        return urllib.parse.urlsplit(answer.headers["Location"]).path

    def reached(self, path: str) -> int:
        return int(self.ask("HEAD", path).headers["Upload-Offset"])

    def workers(self) -> list[int]:
        """Processes of the web, the one that serves last."""
        assert self.process is not None
        return processes_of(self.process.pid)


def processes_of(parent: int) -> list[int]:
    """The process and those that it began, each after its parent."""
    found = [parent]
    for pid in found:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        found += [int(child) for child in children]
    return found


@contextmanager
def running_web(data_dir: Path, port: int) -> Iterator[Web]:
    data_dir.mkdir(parents=True, exist_ok=True)
    environ = {
        **{name: value for name, value in os.environ.items() if not name.endswith("_URL")},
        "DATA_DIR": str(data_dir), "PORT": str(port), "CELERY_BROKER_URL": "memory://", "CACHE_URL": "locmem://",
        "PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "portal.settings", "EMAIL_URL": "memorymail://",
    }  # fmt: skip
    for arguments in (["manage.py", "migrate", "-v", "0"], ["manage.py", "collectstatic", "--noinput", "-v", "0"]):
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environ, check=True, capture_output=True)
    made = subprocess.run([sys.executable, "-c", SCENE], cwd=ROOT, env=environ, check=True, capture_output=True)
    web = Web(data_dir, port, environ, json.loads(made.stdout.splitlines()[-1]))
    try:
        web.start()
        yield web
    finally:
        web.kill()


def large_pdf(path: Path, size: int) -> str:
    """Write a PDF of this size whose comment is noise; returns its SHA-256."""
    import hashlib
    import random

    from submissions.demo_content import pdf

    content, noise, digest = pdf("Measured"), random.Random(7), hashlib.sha256()
    at = content.rindex(b"startxref")
    left = size - len(content) - 2
    with path.open("wb") as file:

        def write(piece: bytes) -> None:
            file.write(piece)
            digest.update(piece)

        write(content[:at] + b"%")
        while left:
            piece = noise.randbytes(min(left, 1 << 20)).replace(b"\n", b" ").replace(b"\r", b" ").replace(b"s", b" ")
            write(piece)
            left -= len(piece)
        write(b"\n" + content[at:])
    return digest.hexdigest()
