"""Where the bytes of a transfer lie until they are a file: `incoming/<public id>/…` of the storage.

On a file system a transfer is one growing file: a piece is written at its offset under an exclusive lock and is on the
disk before anybody is told so. On object storage every piece is an object of its own under a name nobody else writes, and
the transfer lists the names that count; the whole is put together once, to be looked at. Both answer the same verbs:
`begin`; `room`, a file without a name in which a piece gathers while it arrives; `hold`, to be alone with the bytes as far as the storage can promise it; `add` a piece at an offset and return its
name, where pieces are kept apart; `whole`, all the bytes as one seekable file; `keep`, which gives it its place by content;
`discard`.

Nothing here knows the database: whether a piece counts is decided by whoever moves the transfer's offset.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, default_storage

from portal.db import new_public_id
from submissions.storing import is_kept, sync_folder

FOLDER = "incoming"
#: Bytes copied at a time.
_AT_ONCE = 1 << 18


class Gone(Exception):
    """There is nothing of this transfer here: it was stopped, or never begun."""


def arrivals_of(public_id: str) -> "FolderArrivals | ObjectArrivals":
    """The place of one transfer."""
    if isinstance(default_storage, FileSystemStorage):
        return FolderArrivals(public_id)
    return ObjectArrivals(public_id)


class FolderArrivals:
    """A folder with the growing file and the lock of its writers."""

    def __init__(self, public_id: str) -> None:
        self.folder = Path(default_storage.path(f"{FOLDER}/{public_id}"))
        self.bytes = self.folder / "bytes"

    def begin(self) -> None:
        self.folder.mkdir(parents=True)
        self.bytes.touch(mode=0o600)

    @contextmanager
    def room(self) -> Iterator[BinaryIO]:
        """On the disk of the place, not where the system keeps what is temporary: that may be memory."""
        try:
            file = tempfile.TemporaryFile(dir=self.folder)  # noqa: SIM115 - closed below
        except FileNotFoundError:
            raise Gone from None
        with file:
            yield file

    @contextmanager
    def hold(self) -> Iterator[None]:
        """A lock that the kernel takes back from a process that dies."""
        try:
            handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            raise Gone from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def add(self, offset: int, piece: BinaryIO) -> str:
        piece.seek(0)
        try:
            if self.bytes.stat().st_nlink > 1:
                self._part_from_kept()
            with self.bytes.open("r+b") as file:
                file.seek(offset)
                shutil.copyfileobj(piece, file, _AT_ONCE)
                file.truncate()
                file.flush()
                os.fdatasync(file.fileno())
        except FileNotFoundError:
            raise Gone from None
        return ""

    def _part_from_kept(self) -> None:
        """Killed after the bytes got their place and before anybody was told: what is kept must not change with ours."""
        copy = self.folder / "copy"
        shutil.copyfile(self.bytes, copy)
        copy.replace(self.bytes)

    @contextmanager
    def whole(self, names: list[str], name: str) -> Iterator[File]:
        with self.bytes.open("rb") as bytes_:
            yield File(bytes_, name=name)

    def keep(self, path: str, file: File) -> None:
        if is_kept(path, size=file.size):
            return
        place = Path(default_storage.path(path))
        place.parent.mkdir(parents=True, exist_ok=True)
        second = self.folder / "place"
        second.unlink(missing_ok=True)
        try:
            second.hardlink_to(self.bytes)
        except OSError:  # a file system without links
            shutil.copyfile(self.bytes, second)
        second.replace(place)
        sync_folder(place.parent)

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


class ObjectArrivals:
    """Objects under one prefix, each with the offset and a random word in its name."""

    def __init__(self, public_id: str) -> None:
        self.prefix = f"{FOLDER}/{public_id}"

    def begin(self) -> None:
        """Nothing to prepare."""

    @contextmanager
    def room(self) -> Iterator[BinaryIO]:
        with tempfile.TemporaryFile() as file:
            yield file

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Nobody can write under another's name, so nobody need be kept out."""
        yield

    def add(self, offset: int, piece: BinaryIO) -> str:
        piece.seek(0)
        return default_storage.save(f"{self.prefix}/{offset:012}-{new_public_id()}", File(piece))

    @contextmanager
    def whole(self, names: list[str], name: str) -> Iterator[File]:
        with tempfile.TemporaryFile() as together:
            for piece in names:
                with default_storage.open(piece) as part:
                    shutil.copyfileobj(part, together)
            together.flush()
            yield File(together, name=name)

    def keep(self, path: str, file: File) -> None:
        if not is_kept(path, size=file.size):
            file.seek(0)
            default_storage.save(path, file)  # an object is seen only when it is whole

    def discard(self) -> None:
        with suppress(FileNotFoundError):
            for name in default_storage.listdir(self.prefix)[1]:
                default_storage.delete(f"{self.prefix}/{name}")


def left_behind() -> Iterator[str]:
    """Public ids of all transfers of which something lies here."""
    with suppress(FileNotFoundError):
        folders, _files = default_storage.listdir(FOLDER)
        yield from filter(None, (folder.strip("/") for folder in folders))
