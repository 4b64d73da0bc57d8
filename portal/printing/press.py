"""Setting one PDF."""

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn as fonts
import typst
from django.conf import settings
from django.utils.translation import get_language

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


@cache
def _fonts() -> typst.Fonts:
    """Noto Sans and Serif for simplified Chinese, and typst's own for figures; read once per process."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(fonts.sans_path().parent)],
    )
