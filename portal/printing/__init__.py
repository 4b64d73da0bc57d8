"""Paper: PDFs in Chinese and English, set by typst with fonts from the lock, and the QR codes that stand on them.

A template (`*.typ`) holds the layout and not one word; words and facts come as one JSON value, which typst reads as data.
So nothing that a person typed is ever markup. The same value at the same instant gives the same bytes. What the portal
issues is signed (`print_signed`); what people sign and stamp by hand is not (`print_pdf`).
"""

from portal.printing.codes import qr_svg
from portal.printing.press import print_pdf, print_signed

__all__ = ["print_pdf", "print_signed", "qr_svg"]
