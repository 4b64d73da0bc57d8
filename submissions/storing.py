"""Where the bytes of uploads are kept: by content, written once, through Django's storages.

A path is taken from the SHA-256 of the bytes, so the same file is kept once, and a file cannot be swapped for another
under its name. Bytes arrive under `incoming/` and get their place by a rename, so that a place never holds half a file.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage
from django.utils.http import content_disposition_header

from portal.db import new_public_id

MIB = 1 << 20
FOLDER = "sha256"


@dataclass(frozen=True)
class Kept:
    """A content in the storage."""

    sha256: str
    size: int


def sha256_of(file: File) -> str:
    """Hexadecimal SHA-256, read in chunks."""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


class Verified(File):
    """An open file that is believed only when it has been read: its last bytes are not given out before all bytes match.

    Whoever takes what does not match gets less than was announced, never a wrong file that looks whole.
    """

    def __init__(self, file: File, *, size: int, sha256: str) -> None:
        super().__init__(file.file, name=file.name)
        self.left = size
        self.sha256 = sha256
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        assert self.file is not None, "open"  # noqa: S101 - narrows the type
        piece: bytes = self.file.read(size)
        self.digest.update(piece)
        self.left -= len(piece)
        is_last = self.left == 0
        if self.left < 0 or (not piece and not is_last) or (is_last and self.digest.hexdigest() != self.sha256):
            raise Damaged(self.sha256)
        return piece


class Damaged(OSError):
    """What is kept under a hash is not what was kept there."""

    def __init__(self, sha256: str) -> None:
        super().__init__(f"the bytes kept under {sha256} are not those")


def verify(path: str, *, size: int, sha256: str) -> None:
    """Read everything; raises Damaged, or FileNotFoundError."""
    with default_storage.open(path) as file:
        whole = Verified(file, size=size, sha256=sha256)
        while whole.read(MIB):
            pass


def signed_address(path: str, *, name: str, media_type: str) -> str | None:
    """Where object storage itself hands out the bytes for a short while, as an attachment; None for a folder."""
    if isinstance(default_storage, FileSystemStorage):
        return None
    disposition = content_disposition_header(as_attachment=True, filename=name)
    parameters = {"ResponseContentDisposition": disposition, "ResponseContentType": media_type}
    address: str = default_storage.url(path, parameters=parameters)  # type: ignore[call-arg]  # django-storages'
    return address


def keep(path: str, file: File, *, size: int) -> None:
    """Put the bytes at their place unless they are there already."""
    if is_kept(path, size=size):
        return
    file.seek(0)
    if not isinstance(default_storage, FileSystemStorage):
        default_storage.save(path, file)  # object storage shows an object only when it is whole
        return
    arrived = default_storage.save(f"incoming/{new_public_id()}", file)
    _settle(Path(default_storage.path(arrived)), Path(default_storage.path(path)))


def is_kept(path: str, *, size: int) -> bool:
    """Are all the bytes there? They may go between two questions, so there is one that counts."""
    try:
        return default_storage.exists(path) and default_storage.size(path) == size
    except FileNotFoundError:
        return False


def kept_contents(*, before: datetime) -> Iterator[Kept]:
    """All contents that were last written at this instant or earlier; lists the whole storage."""
    if not isinstance(default_storage, FileSystemStorage):
        for found in default_storage.bucket.objects.filter(Prefix=f"{FOLDER}/"):  # type: ignore[attr-defined]  # django-storages'
            if found.last_modified <= before:
                yield Kept(found.key.rpartition("/")[2], found.size)
        return
    for folder, _folders, names in os.walk(default_storage.path(FOLDER)):
        for name in names:
            with suppress(FileNotFoundError):
                status = (Path(folder) / name).stat()
                if datetime.fromtimestamp(status.st_mtime, UTC) <= before:
                    yield Kept(name, status.st_size)


def discard(path: str) -> None:
    """Remove what is kept there; nothing where there is nothing."""
    default_storage.delete(path)


def _settle(arrived: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with arrived.open("rb") as written:
        os.fsync(written.fileno())
    arrived.replace(place)
    sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
