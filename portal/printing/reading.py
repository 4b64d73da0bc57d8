"""Reading a PDF that came back: the QR codes on its first pages.

A scan may be askew, faint or turned round, so that a page is looked at twice, the second time in finer detail. pdfium is
not made for threads: one document at a time per process.
"""

import threading
from collections.abc import Iterator
from typing import BinaryIO

import pypdfium2 as pdfium
import zxingcpp

MOST_PAGES = 4
#: dots per inch; a code of 25 mm on a scanned page needs the second
DETAIL = (120, 250)
#: however large a page says it is
MOST_DOTS = 12_000_000
POINTS = 72

QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)

_one_at_a_time = threading.Lock()


class UnreadableError(Exception):
    """Not a PDF that can be drawn."""


def codes_in(file: BinaryIO | bytes) -> list[str]:
    """The texts of the QR codes on the first pages, each once, in the order of the pages; none where none can be read."""
    with _one_at_a_time:
        try:
            document = pdfium.PdfDocument(file)
        except pdfium.PdfiumError as error:
            raise UnreadableError(str(error)) from error
        try:
            return list(dict.fromkeys(_codes(document)))
        except pdfium.PdfiumError as error:
            raise UnreadableError(str(error)) from error
        finally:
            document.close()


def _codes(document: pdfium.PdfDocument) -> Iterator[str]:
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        try:
            for detail in DETAIL:
                if found := _codes_on(page, detail):
                    yield from found
                    break
        finally:
            page.close()


def _codes_on(page: pdfium.PdfPage, detail: int) -> list[str]:
    scale = detail / POINTS
    dots = page.get_width() * page.get_height() * scale**2
    bitmap = page.render(scale=scale * min(1.0, (MOST_DOTS / max(dots, 1)) ** 0.5), grayscale=True)
    try:
        dots_of_page = bytes(bitmap.buffer)  # a copy: what pdfium holds goes with the bitmap
        rows = (dots_of_page[start : start + bitmap.width] for start in range(0, len(dots_of_page), bitmap.stride))
        picture = memoryview(b"".join(rows)).cast("B", (bitmap.height, bitmap.width))
        return [code.text for code in zxingcpp.read_barcodes(picture, formats=QR)]
    finally:
        bitmap.close()
