"""Codes and numbers that are typed one after the other."""

import re
from typing import Any

from portal.web.fields import PlainText

_ENOUGH = 12_000
_BETWEEN = re.compile(r"[\s,;，；、]+")


def listed(text: str) -> list[str]:
    """One by one, however they were set apart."""
    return [one for one in _BETWEEN.split(text.strip()) if one]


class Listed(PlainText):
    """A box for codes or numbers: nobody counts their characters."""

    is_counted = False

    def __init__(self, *, label: Any, **options: Any) -> None:
        super().__init__(lines=True, longest=_ENOUGH, label=label, **options)
