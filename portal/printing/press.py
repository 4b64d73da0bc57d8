"""Setting one PDF, and signing it where the portal stands behind what it says."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn as fonts
import typst
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

HOUSE = "/portal/printing/house.typ"


def print_pdf(template: Path, data: dict[str, Any], *, at: datetime) -> bytes:
    """The template with these words and facts, in the language in use; `at` is the instant that the file names as its own.

    `data` holds JSON values alone: strings are set as they are, whatever stands in them.
    """
    language = (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
    pdf = typst.compile(
        template,
        root=settings.BASE_DIR,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data | {"language": language}, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
    )
    assert isinstance(pdf, bytes), "one document is one file"  # noqa: S101 - narrows the type
    return pdf


def print_signed(template: Path, data: dict[str, Any], *, at: datetime) -> bytes:
    """The same, signed by the site over the whole file; at the foot of each page it says so, and where to check it."""
    # Here and not above: pyHanko and cryptography take 24 MB and 0.3 s, and most processes never print.
    from portal.printing.identity import site_identity
    from portal.printing.signing import sign_pdf

    identity = site_identity()
    url = f"{settings.SITE_URL}{reverse('papers')}"
    said = {"signature_note": _("Signed electronically. How to check: %(url)s") % {"url": url}}
    return sign_pdf(print_pdf(template, data | said, at=at), identity, at=at)


@cache
def _fonts() -> "typst.Fonts":
    """Noto Sans and Serif for simplified Chinese, and typst's own for figures; read once per process."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(fonts.sans_path().parent)],
    )
