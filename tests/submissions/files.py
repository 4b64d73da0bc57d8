"""Small files of every kind, good and bad, made in memory."""

import io
import struct
import zipfile

from django.core.files.uploadedfile import SimpleUploadedFile

PDF_BODY = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n"


def pdf(*, note: str = "", trailer: str = "") -> bytes:
    """A PDF of one empty page with a right cross-reference table; `note` makes it another file."""
    body = PDF_BODY + f"% {note}\n".encode()
    starts = [body.index(f"{number} 0 obj".encode()) for number in (1, 2, 3)]
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % start for start in starts)
    end = f"trailer\n<< /Size 4 /Root 1 0 R {trailer} >>\nstartxref\n{len(body)}\n%%EOF\n".encode()
    return body + table + end


def encrypted_pdf() -> bytes:
    return pdf(trailer="/Encrypt 9 0 R")


def office(main: str, *, extra: dict[str, bytes] | None = None) -> bytes:
    """An office file since 2007 whose main part has this content type."""
    types = (
        '<?xml version="1.0"?><Types><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/main.xml" ContentType="{main}"/></Types>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": types.encode(), "main.xml": b"<main/>", **(extra or {})}.items():
            archive.writestr(name, content)
    return packed.getvalue()


WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def docx() -> bytes:
    return office(WORD)


def pptx() -> bytes:
    return office(SLIDES)


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def mp4(*, major: bytes = b"isom", whole: bool = True) -> bytes:
    """A film without pictures: its type, its index (when whole) and some data."""
    start = box(b"ftyp", major + struct.pack(">I", 512) + (b"isomiso2mp41" if major == b"isom" else major))
    return start + (box(b"moov", b"\0" * 32) if whole else b"") + box(b"mdat", b"\0" * 64)


def ole(*streams: str, contents: dict[str, bytes] | None = None) -> bytes:
    """A compound file (office before 2007) with these streams; contents of less than 4 KiB each."""
    contents = {name: (contents or {}).get(name, b"") for name in streams}
    end, free, fat_mark = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
    # Sectors: 0 is the allocation table, 1.. the directory, then one long stream per content (4 KiB keeps it out of the
    # mini stream).
    entries = [_entry("Root Entry", 5, child=1 if streams else free, start=end, size=0)]
    directory_sectors = (len(streams) + 1 + 3) // 4
    table = [fat_mark, *range(2, directory_sectors + 1), end]
    data = b""
    for place, name in enumerate(streams, 1):
        content = contents[name].ljust(4096, b"\0")
        first = len(table)
        sectors = len(content) // 512
        table += [*range(first + 1, first + sectors), end]
        data += content
        right = place + 1 if place < len(streams) else free
        entries.append(_entry(name, 2, right=right, start=first, size=len(content)))
    directory = b"".join(entries).ljust(directory_sectors * 512, b"\0")
    table += [free] * (128 - len(table))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 16
    header += struct.pack("<HHHHH6xIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0)
    header += struct.pack("<IIIII", 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    return header + struct.pack("<128I", *table) + directory + data


def _entry(name: str, kind: int, *, right: int = 0xFFFFFFFF, child: int = 0xFFFFFFFF, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB", len(text), kind, 1)
        + struct.pack("<III", 0xFFFFFFFF, right, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )


def upload(content: bytes, name: str = "材料.pdf") -> SimpleUploadedFile:
    """As it comes in a request."""
    return SimpleUploadedFile(name, content)
