"""What a file is, read from its content. No framework, never the whole file in memory.

`sniff()` returns a kind (pdf, pptx, ppt, docx, mp4; also kinds that no form asks for, so that the sentence can name
them: xlsx, doc, zip, mov …) or raises `BadFile` with the one problem that the sender can mend. It believes neither the name nor
the type that came with the file. It never opens what a file contains further than this answer needs.
"""

import re
import struct
import zipfile
import zlib
from enum import StrEnum
from typing import BinaryIO

import olefile


class Problem(StrEnum):
    """Why a file is refused, each with a sentence of its own."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    ENCRYPTED = "encrypted"
    MACROS = "macros"
    BOMB = "bomb"
    UNKNOWN = "unknown"


class BadFile(Exception):
    """A file that cannot be taken; `kind` is what it seems to be, if that much can be seen."""

    def __init__(self, problem: Problem, kind: str = "") -> None:
        super().__init__(f"{problem} {kind}".strip())
        self.problem = problem
        self.kind = kind


KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_MAGIC = b"PK\x03\x04"

# Nobody's slides have more parts, or more behind them, than this.
MOST_MEMBERS = 20_000
MOST_UNPACKED = 4 * GIB
MOST_RATIO = 400

OOXML_MAIN = {
    "wordprocessingml.document.main+xml": "docx",
    "presentationml.presentation.main+xml": "pptx",
    "presentationml.slideshow.main+xml": "ppsx",
    "spreadsheetml.sheet.main+xml": "xlsx",
}
OLE_STREAMS = {"PowerPoint Document": "ppt", "WordDocument": "doc", "Workbook": "xls", "Book": "xls"}
# [MS-PPT] 2.3.2: the CurrentUserAtom of an encrypted presentation carries this token.
PPT_ENCRYPTED_TOKEN = bytes.fromhex("dfc4d1f3")
# [MS-PPT] 2.4.10: VBAInfoContainer with its VBAInfoAtom; persistIdRef and fHasMacros follow.
PPT_VBA_INFO = re.compile(bytes.fromhex("1f00ff0314000000020000040c000000") + b".{4}\x01\x00\x00\x00", re.DOTALL)

MP4_BRANDS = {
    b"isom",
    b"iso2",
    b"iso3",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"M4VP",
    b"MSNV",
    b"dash",
    b"F4V ",
}
OTHER_BRANDS = {b"qt  ": "mov", b"M4A ": "m4a", b"heic": "heic", b"heix": "heic", b"mif1": "heic", b"avif": "avif"}
MOST_BOXES = 100_000


def sniff(file: BinaryIO, size: int) -> str:
    """The kind of a seekable file of `size` bytes; raises BadFile."""
    if size == 0:
        raise BadFile(Problem.EMPTY)
    head = _read(file, 0, KIB)
    if head.startswith(ZIP_MAGIC):
        return _sniff_zip(file)
    if head.startswith(OLE_MAGIC):
        return _sniff_ole(file, size)
    if head[4:8] == b"ftyp":
        return _sniff_mp4(file, size)
    if b"%PDF-" in head:
        return _sniff_pdf(file, size)
    raise BadFile(Problem.UNKNOWN)


# ── PDF ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _sniff_pdf(file: BinaryIO, size: int) -> str:
    tail = _read(file, max(0, size - 2 * KIB), 2 * KIB)
    starts = list(re.finditer(rb"startxref\s+(\d{1,12})", tail))
    if b"%%EOF" not in tail or not starts:
        raise BadFile(Problem.TRUNCATED, "pdf")
    # The dictionary that says “encrypted” is the trailer, or (cross-reference stream) stands where startxref points.
    table = _read(file, min(int(starts[-1][1]), size), 64 * KIB)
    ends = re.search(rb"startxref|stream\r?\n", table)
    trailer = tail[tail.rfind(b"trailer") :] if b"trailer" in tail else b""
    if re.search(rb"/Encrypt\b", trailer) or re.search(rb"/Encrypt\b", table[: ends.start() if ends else 4 * KIB]):
        raise BadFile(Problem.ENCRYPTED, "pdf")
    return "pdf"


# ── Office since 2007 ──────────────────────────────────────────────────────────────────────────────────────────────
def _sniff_zip(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            _refuse_bombs(members)
            if any(member.flag_bits & 0x1 for member in members):
                raise BadFile(Problem.ENCRYPTED, "zip")
            kind = _ooxml_kind(archive)
            if any(member.filename.lower().endswith("vbaproject.bin") for member in members):
                raise BadFile(Problem.MACROS, kind)
            return kind
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, ValueError, RuntimeError) as error:
        # RuntimeError: a compression method that no office program writes, or a password.
        raise BadFile(Problem.TRUNCATED, "zip") from error


def _refuse_bombs(members: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    dense = unpacked > 10 * MIB and unpacked > MOST_RATIO * max(packed, 1)
    if len(members) > MOST_MEMBERS or unpacked > MOST_UNPACKED or dense:
        raise BadFile(Problem.BOMB, "zip")


def _ooxml_kind(archive: zipfile.ZipFile) -> str:
    try:
        with archive.open("[Content_Types].xml") as part:
            types = part.read(MIB).decode("utf-8", "replace")
    except KeyError:
        return "zip"
    if "macroEnabled" in types or "ms-office.vbaProject" in types:
        raise BadFile(
            Problem.MACROS, next((kind for kind in ("docx", "pptx", "xlsx") if _family(kind) in types), "zip")
        )
    return next((kind for main, kind in OOXML_MAIN.items() if main in types), "zip")


def _family(kind: str) -> str:
    """The word of a macro-enabled main part, such as application/vnd.ms-word.document.macroEnabled.main+xml."""
    return {"docx": "ms-word", "pptx": "ms-powerpoint", "xlsx": "ms-excel"}[kind]


# ── Office before 2007, and encrypted office files of any age ──────────────────────────────────────────────────────
def _sniff_ole(file: BinaryIO, size: int) -> str:
    file.seek(0)
    try:
        with olefile.OleFileIO(file) as container:
            names = {"/".join(path) for path in container.listdir()}
            user = container.openstream("Current User").read(64) if _is_small(container, "Current User") else b""
    except (OSError, struct.error, IndexError, ValueError, TypeError, AttributeError, RecursionError) as error:
        # What olefile lets through of a damaged container, found by feeding it random ones.
        raise BadFile(Problem.TRUNCATED, "ole") from error
    if names & {"EncryptedPackage", "EncryptionInfo"}:
        raise BadFile(Problem.ENCRYPTED, "ole")
    kind = next((kind for stream, kind in OLE_STREAMS.items() if stream in names), "")
    if not kind:
        raise BadFile(Problem.UNKNOWN)
    if kind == "ppt" and user[12:16] == PPT_ENCRYPTED_TOKEN:
        raise BadFile(Problem.ENCRYPTED, kind)
    if any("VBA" in name.split("/") for name in names) or (kind == "ppt" and _finds(file, size, PPT_VBA_INFO, 24)):
        raise BadFile(Problem.MACROS, kind)
    return kind


def _is_small(container: olefile.OleFileIO, stream: str) -> bool:
    return bool(container.exists(stream) and container.get_size(stream) <= 4 * KIB)


def _finds(file: BinaryIO, size: int, pattern: re.Pattern[bytes], longest: int) -> bool:
    """Is the pattern anywhere in the file? Read in pieces that overlap by the longest match."""
    return any(pattern.search(_read(file, start, MIB + longest)) for start in range(0, size, MIB))


# ── MP4 ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _sniff_mp4(file: BinaryIO, size: int) -> str:
    (first,) = struct.unpack(">I", _read(file, 0, 4))
    brands = _read(file, 8, min(first, 256) - 8) if first >= 16 else b""
    major, compatible = brands[:4], {brands[at : at + 4] for at in range(8, len(brands) - 3, 4)}
    if major in OTHER_BRANDS:
        raise BadFile(Problem.UNKNOWN, OTHER_BRANDS[major])
    if not ({major} | compatible) & MP4_BRANDS:
        raise BadFile(Problem.UNKNOWN)
    # A recording that was cut off has no index (moov), or a box that runs past the end.
    if "moov" not in _boxes(file, size):
        raise BadFile(Problem.TRUNCATED, "mp4")
    return "mp4"


def _boxes(file: BinaryIO, size: int) -> set[str]:
    """Names of the outermost boxes; raises BadFile when they do not fill the file."""
    found: set[str] = set()
    at = 0
    for _turn in range(MOST_BOXES):
        if at == size:
            return found
        header = _read(file, at, 16)
        if len(header) < 8:
            break
        length, name = struct.unpack(">I4s", header[:8])
        if length == 1 and len(header) == 16:
            (length,) = struct.unpack(">Q", header[8:16])
        elif length == 0:
            length = size - at
        if length < 8 or at + length > size:
            break
        found.add(name.decode("latin-1"))
        at += length
    raise BadFile(Problem.TRUNCATED, "mp4")


def _read(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)
