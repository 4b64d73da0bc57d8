"""Asking clamd whether a file carries malware: its INSTREAM and PING, over TCP or a Unix socket.

`CLAMD_URL` names it: tcp://host:3310 or unix:///run/clamav/clamd.ctl. Raises OSError where it cannot be asked.
"""

import socket
import struct
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

CHUNK = 1 << 18
PATIENCE = 120.0
_LONGEST_ANSWER = 4096


class NotScanned(Exception):
    """clamd answered, but not with a verdict: the file is larger than it takes, or it is not well."""


def scan(url: str, file: BinaryIO) -> str:
    """The name of what was found, or the empty string."""
    with _connect(url) as line:
        line.sendall(b"zINSTREAM\0")
        try:
            while chunk := file.read(CHUNK):
                line.sendall(struct.pack(">I", len(chunk)) + chunk)
            line.sendall(struct.pack(">I", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has heard enough: why, it says
        answer = _answer(line)
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    if answer == "stream: OK":
        return ""
    raise NotScanned(answer)


def ping(url: str) -> str:
    """For `manage.py doctor`."""
    with _connect(url) as line:
        line.sendall(b"zPING\0")
        answer = _answer(line)
    if answer != "PONG":
        raise OSError(f"clamd says {answer!r}")
    return "answers"


def _connect(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(PATIENCE)
        try:
            line.connect(unquote(parts.path))
        except OSError:
            line.close()
            raise
        return line
    return socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 3310), timeout=PATIENCE)


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _LONGEST_ANSWER:
        more = line.recv(_LONGEST_ANSWER)
        if not more:
            break
        said += more
    if not said:
        raise ConnectionError("clamd hung up without an answer")
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
