"""A paper of three pages, made in memory."""

import io

import pypdfium2


def three_pages(number: int) -> bytes:
    """A PDF of three empty pages; another `number` makes it another file."""
    with pypdfium2.PdfDocument.new() as document:
        for _page in range(3):
            document.new_page(595, 842 + number)
        written = io.BytesIO()
        document.save(written)
    return written.getvalue()
