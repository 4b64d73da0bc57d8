"""The tus protocol 1.0 as values: what the headers of a request say. No framework, no files.

Spoken here: the core, and the extensions creation, creation-with-upload, termination, expiration and checksum. A body with
a checksum may not count before it is known to be right, so it may not be larger than one piece.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import BinaryIO

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = ("sha256", "sha1")
BODY_TYPE = "application/offset+octet-stream"

#: What is made safe and counted at a time. More means fewer waits for the disk, and more to send again after a lost line.
PIECE = 16 * 1024 * 1024
_READ = 1 << 18
_MOST_METADATA = 4096


class Malformed(ValueError):
    """A header is missing or cannot be read; the text names it, for whoever writes the client."""

    def __init__(self, text: str, *, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True)
class Checksum:
    """What the sender says of the body."""

    algorithm: str
    digest: bytes

    def matches(self, body: BinaryIO) -> bool:
        found = hashlib.new(self.algorithm, usedforsecurity=False)
        body.seek(0)
        while chunk := body.read(_READ):
            found.update(chunk)
        return found.digest() == self.digest


def count(headers: Mapping[str, str], name: str) -> int:
    """A header that is a whole number of bytes."""
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise Malformed(f"{name} must be a whole number of bytes.")
    return int(text)


def metadata(text: str) -> dict[str, str]:
    """`Upload-Metadata`: pairs of a key and a value in Base64, parted by commas."""
    if len(text) > _MOST_METADATA:
        raise Malformed("Upload-Metadata is too long.")
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        key, _, value = pair.partition(" ")
        if key in found:
            raise Malformed(f"Upload-Metadata has {key!r} twice.")
        found[key] = _text(value.strip())
    return found


def _text(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise Malformed("Upload-Metadata must hold Base64 of UTF-8.") from error


def checksum(text: str) -> Checksum | None:
    """`Upload-Checksum`: an algorithm and the digest in Base64; None where there is none."""
    if not text:
        return None
    algorithm, _, value = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise Malformed(f"Upload-Checksum must use one of {', '.join(ALGORITHMS)}.")
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("Upload-Checksum must hold the digest in Base64.") from error
    return Checksum(algorithm, digest)


def pieces(read: Callable[[int], bytes], length: int, room: BinaryIO) -> Iterator[int]:
    """A body of at most `length` bytes in pieces; where the connection breaks, what came until then is the last.

    Yields the size of each piece, which `room` then holds, and nothing else, until the next is asked for: a file, because a
    body may take hours, and many people send at once.
    """
    while length > 0:
        room.seek(0)
        filled = 0
        while chunk := _read(read, min(_READ, PIECE - filled, length - filled)):
            room.write(chunk)
            filled += len(chunk)
        room.truncate()  # not before: what is written over costs less than what is made anew
        if filled:
            yield filled
        if filled < min(PIECE, length):
            return
        length -= filled


def _read(read: Callable[[int], bytes], size: int) -> bytes:
    """Nothing where nothing is wanted, at the end, and from a connection that broke."""
    try:
        return read(size) if size else b""
    except OSError:
        return b""


def http_date(instant: datetime) -> str:
    """As `Upload-Expires` wants it; `instant` is in UTC."""
    return format_datetime(instant, usegmt=True)
