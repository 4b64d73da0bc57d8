"""Cells of spreadsheets that come from people: what begins like a formula must not be computed by whoever opens the file.

An apostrophe in front makes it text, and is taken off again where such a table comes back in.
"""

from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def guarded(value: Any) -> Any:
    """The value as a cell may hold it; anything but text is left as it is."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA_STARTS) else text
