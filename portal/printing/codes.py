"""QR codes for paper and pages."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_svg(text: str) -> SafeString:
    """The code as a bare SVG drawing: it takes its size and colour from where it stands; no script, no style."""
    code = segno.make(text, error="m", micro=False)
    drawing = code.svg_inline(border=2, omitsize=True, svgclass="cs-qr", lineclass=None, dark="#000", light="#fff")
    return mark_safe(drawing)  # noqa: S308 - squares alone: the text is drawn, not written
