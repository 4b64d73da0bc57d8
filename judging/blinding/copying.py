"""A file without what its properties say of people, in a process of its own: `python -m judging.blinding.copying KIND SOURCE TARGET`.

Author, company, last editor and such travel inside a file, out of sight. A copy for judges is made without them: PDF pages
are carried over into a new document; in office files since 2007 the parts that hold properties are emptied; in older ones
and in films the properties are overwritten where they stand. What cannot be copied so is not handed out. Like the
drawing of pages this opens what somebody else wrote, so memory and time are bounded. Knows no framework.
"""

import re
import resource
import shutil
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

SECONDS = 60
MEMORY = 2 << 30
CHUNK = 1 << 20

EMPTY_CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><cp:coreProperties '
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
EMPTY_APP = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Properties '
    'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>'
)
EMPTY_CUSTOM = EMPTY_APP.replace("extended-properties", "custom-properties")
EMPTIED = {"docProps/core.xml": EMPTY_CORE, "docProps/app.xml": EMPTY_APP, "docProps/custom.xml": EMPTY_CUSTOM}
#: Who commented or changed something, in Word's parts and in PowerPoint's list of authors.
PEOPLE_IN_WORD = re.compile(rb'(\sw(?:15)?:(?:author|initials|userId)=)"[^"]*"')
PEOPLE_IN_SLIDES = re.compile(rb'(\s(?:name|initials|userId)=)"[^"]*"')
AUTHOR_LISTS = ("ppt/commentAuthors.xml", "ppt/authors.xml", "word/people.xml")

#: The names of property sets, and how far into their stream each stands: one's own properties are a stream's second set.
SETS = {
    bytes.fromhex("e0859ff2f94f6810ab9108002b27b3d9"): 28,
    bytes.fromhex("02d5cdd59c2e1b10939708002b2cf9ae"): 28,
    bytes.fromhex("05d5cdd59c2e1b10939708002b2cf9ae"): 48,
}
#: MS-PPT's record of who saved last, up to the name: its length, and the name's in characters.
LAST_EDITOR = re.compile(
    rb"\0\0\xf6\x0f(.{4})\x14\0\0\0(?:\x5f\xc0\x91\xe3|\xdf\xc4\xd1\xf3).{4}(.{2})\xf4\x03.{4}", re.DOTALL
)
TEXT_TYPES = {0x1E: 1, 0x1F: 2}  # VT_LPSTR, VT_LPWSTR: bytes a character
BOXES_INSIDE = (b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf")
TELLING_BOXES = (b"udta", b"meta", b"uuid")


class CannotCopy(Exception):
    """No copy can be made that surely tells nothing."""


def copy_blind(kind: str, source: Path, target: Path) -> None:
    """Write the copy; raises CannotCopy."""
    try:
        COPIERS[kind](source, target)
    except CannotCopy:
        raise
    except (
        OSError,
        ValueError,
        LookupError,
        RuntimeError,
        EOFError,
        struct.error,
        zlib.error,
        zipfile.BadZipFile,
    ) as error:
        raise CannotCopy(str(error)[:200]) from error


def _copy_pdf(source: Path, target: Path) -> None:
    """The pages in a new document: its own properties, outline, attachments and scripts stay behind, notes of people too."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    with pypdfium2.PdfDocument(source) as original, pypdfium2.PdfDocument.new() as copy:
        for page in original:  # before they are carried over: what nothing points at is not taken along
            for place in reversed(range(pdfium.FPDFPage_GetAnnotCount(page))):
                annotation = pdfium.FPDFPage_GetAnnot(page, place)
                kind = pdfium.FPDFAnnot_GetSubtype(annotation)
                pdfium.FPDFPage_CloseAnnot(annotation)
                if kind != pdfium.FPDF_ANNOT_LINK:
                    pdfium.FPDFPage_RemoveAnnot(page, place)
        copy.import_pages(original)  # all of them, or an error
        copy.save(target)


def _copy_office(source: Path, target: Path) -> None:
    with zipfile.ZipFile(source) as original, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in original.infolist():
            name = entry.filename
            plain = zipfile.ZipInfo(name)  # without the hour at which somebody saved it
            plain.compress_type = entry.compress_type
            if name in EMPTIED:
                copy.writestr(plain, EMPTIED[name])
            elif name.startswith("docProps/"):  # a thumbnail of the first page, as it was before names were taken out
                continue
            elif name in AUTHOR_LISTS or (name.startswith("word/") and name.endswith(".xml")):
                pattern = PEOPLE_IN_WORD if name.startswith("word/") else PEOPLE_IN_SLIDES
                copy.writestr(plain, pattern.sub(rb'\1""', original.read(entry)))
            else:
                with original.open(entry) as part, copy.open(plain, "w", force_zip64=True) as written:
                    shutil.copyfileobj(part, written, CHUNK)


def _copy_old_slides(source: Path, target: Path) -> None:
    """PowerPoint before 2007: the texts of the property sets and who saved last become spaces, each where it stands."""
    content = bytearray(source.read_bytes())
    for mark, into in SETS.items():
        start = content.find(mark)
        while start >= 0:
            _blank_properties(content, stream=start - into, entry=start)
            start = content.find(mark, start + 16)
    for found in LAST_EDITOR.finditer(bytes(content)):
        _blank_editor(content, found)
    target.write_bytes(content)


def _blank_editor(content: bytearray, found: re.Match[bytes]) -> None:
    """The name in one byte a character, four bytes of a version, and mostly the name once more in two."""
    (length,), (letters,) = struct.unpack("<I", found[1]), struct.unpack("<H", found[2])
    first, end = found.end(), found.start() + 8 + length
    again = first + letters + 4
    if end > len(content) or again > end:
        raise CannotCopy("a name that cannot be read")
    content[first : first + letters] = b" " * letters
    content[again:end] = b" \0" * ((end - again) // 2) + b"\0" * ((end - again) % 2)


def _blank_properties(content: bytearray, *, stream: int, entry: int) -> None:
    """One set of MS-OLEPS: header of 28 bytes, the set's name and offset, then (id, offset) pairs and typed values."""
    if stream < 0 or content[stream : stream + 2] != b"\xfe\xff":
        return  # the same bytes by chance, or the name in another table
    (offset,) = struct.unpack_from("<I", content, entry + 16)
    section = stream + offset
    size, count = struct.unpack_from("<II", content, section)
    if count > 200 or section + size > len(content):
        raise CannotCopy("properties that cannot be read")
    for place in range(count):
        name, at = struct.unpack_from("<II", content, section + 8 + 8 * place)
        kind, length = struct.unpack_from("<II", content, section + at)
        if name and kind in TEXT_TYPES:  # 0 is the list of the names of one's own properties
            first, end = section + at + 8, section + at + 8 + length * TEXT_TYPES[kind]
            if end > section + size:
                raise CannotCopy("a property that cannot be read")
            content[first:end] = b" " * (end - first) if kind == 0x1E else b" \0" * ((end - first) // 2)


def _copy_film(source: Path, target: Path) -> None:
    """The boxes that describe become free space of the same length, so that nothing else moves."""
    shutil.copyfile(source, target)
    with target.open("r+b") as film:
        _free_boxes(film, 0, target.stat().st_size)


def _free_boxes(film: BinaryIO, start: int, end: int) -> None:
    for name, at, head, size in _boxes(film, start, end):
        if name in TELLING_BOXES:
            film.seek(at + 4)
            film.write(b"free")
            film.seek(at + head)
            left = size - head
            while left > 0:
                left -= film.write(b"\0" * min(left, CHUNK))
        elif name in BOXES_INSIDE:
            _free_boxes(film, at + head, at + size)


def _boxes(film: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Name, place, length of the head and whole length of each box."""
    at = start
    while at + 8 <= end:
        film.seek(at)
        size, name = struct.unpack(">I4s", film.read(8))
        head = 8
        if size == 1:
            (size,), head = struct.unpack(">Q", film.read(8)), 16
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            if name in BOXES_INSIDE or name in TELLING_BOXES:
                raise CannotCopy("a film that cannot be read")
            return
        yield name, at, head, size
        at += size


COPIERS = {
    "pdf": _copy_pdf,
    "docx": _copy_office,
    "pptx": _copy_office,
    "ppt": _copy_old_slides,
    "mp4": _copy_film,
}


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    copy_blind(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
