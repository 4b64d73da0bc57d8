"""Codes and numbers that are typed one after the other."""

import re

_BETWEEN = re.compile(r"[\s,;，；、]+")


def listed(text: str) -> list[str]:
    """One by one, however they were set apart."""
    return [one for one in _BETWEEN.split(text.strip()) if one]
