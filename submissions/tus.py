"""The tus protocol 1.0 as values: what the headers of a request say. No framework, no files.

Spoken here: the core, and the extensions creation, creation-with-upload, termination, expiration and checksum. A body with
a checksum is held in memory until it is known to be right, so it may not be larger than one piece.
"""

import base64
import binascii
import hashlib
import mmap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = ("sha256", "sha1")
BODY_TYPE = "application/offset+octet-stream"

#: What is read, written and counted at a time. More means fewer waits for the disk, and more memory for every sender.
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

    def matches(self, body: bytes | memoryview) -> bool:
        return hashlib.new(self.algorithm, body, usedforsecurity=False).digest() == self.digest


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


def pieces(read: Callable[[int], bytes], length: int) -> Iterator[memoryview]:
    """A body of at most `length` bytes in pieces; where the connection breaks, what came until then is the last.

    All pieces are read into the same memory, so each is good until the next is asked for. It is a mapping of its own, of
    which nothing is resident before bytes come, and which the system has back when the body has ended; what is taken from
    the heap stays with the process, and a new piece beside the one before would be twice as much.
    """
    most = min(PIECE, length)
    with mmap.mmap(-1, max(most, 1), flags=mmap.MAP_PRIVATE) as memory, memoryview(memory) as room:
        if hasattr(mmap, "MADV_HUGEPAGE"):  # the kernel is asked eight times instead of 4,096, in a quarter of the time
            memory.madvise(mmap.MADV_HUGEPAGE)
        filled = 0
        while True:
            try:
                chunk = read(min(_READ, most - filled))
            except OSError:
                chunk = b""
            room[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
            if filled and (filled == most or not chunk):
                with room[:filled] as piece:
                    yield piece
                filled = 0
            if not chunk:
                return


def http_date(instant: datetime) -> str:
    """As `Upload-Expires` wants it; `instant` is in UTC."""
    return format_datetime(instant, usegmt=True)
