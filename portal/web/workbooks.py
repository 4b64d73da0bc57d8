"""Excel for the administration, without openpyxl until somebody imports or exports.

import-export asks tablib for each of its formats while it is imported, and for workbooks that brings openpyxl, lxml and
Pillow: 10 MB in every process.
"""

from typing import Any

from tablib.formats import registry


class WorkbookFormat:
    """Holds the place of tablib's own format, and hands on what it is asked."""

    def __getattr__(self, name: str) -> Any:
        from tablib.formats._xlsx import XLSXFormat

        return getattr(XLSXFormat, name)


def register() -> None:
    """To be called before import-export is imported."""
    registry.register("xlsx", WorkbookFormat())
