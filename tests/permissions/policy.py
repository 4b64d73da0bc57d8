"""The table, read: address and method → the word for each role; and the walk over what the site really serves."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLPattern, get_resolver

from tests.world.site import ROLES

METHODS = ("GET", "POST")
SECTIONS = ("portal", "accounts", "public", "team", "entry", "workspace", "judging")
TABLE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "policy.toml").read_text())

Cells = dict[str, str]


def cells(row: str) -> Cells:
    """Role → word."""
    words = row.split()
    if len(words) == 1:
        words *= len(ROLES)
    elif len(words) == 2:
        words = [words[0], *words[1:] * (len(ROLES) - 1)]
    return dict(zip(ROLES, words, strict=True))


def policy() -> dict[str, dict[str, Cells]]:
    """Address → method → cells. A section of the administration with `models` stands for each of them."""
    found: dict[str, dict[str, Cells]] = {}
    for section in [*(TABLE[name] for name in SECTIONS), *TABLE["admin"].values()]:
        for key, row in section.items():
            if isinstance(row, str):
                page, _blank, method = key.rpartition(" ")
                for address in [f"{model} {page}" for model in section.get("models", [])] or [page]:
                    rows = found.setdefault(address, {})
                    assert method not in rows, f"two rows for {address} {method}"
                    rows[method] = cells(row)
    return found


def served_routes() -> set[str]:
    """The route of everything that the site serves."""
    return set(_routes(get_resolver().url_patterns))


def _routes(patterns: list[Any], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern).removeprefix("^" if before else "")
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from _routes(pattern.url_patterns, route)
