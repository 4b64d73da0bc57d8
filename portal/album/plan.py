"""The list of pages, read from `pages.toml`: who sees which address, and where the addresses with identifiers are found."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

PAGES = Path(__file__).with_name("pages.toml")
VISITOR = "visitor"
#: Who signs in for each heading of the list: the part of the address in the demonstration's cast.
CAST = {
    "captain": "captain",
    "member": "member",
    "screener": "screener",
    "organiser": "organiser",
    "supervisor": "supervisor",
    "judge": "judge1",
    "sealer": "judge4",
    "unsigned": "judge5",
    "expert": "expert",
    "administrator": "administrator",
}


@dataclass(frozen=True)
class Place:
    """An address with an identifier: where the first link that `link` finds on the page `on` leads."""

    name: str
    who: str
    on: str
    link: str
    attribute: str = "href"


@dataclass(frozen=True)
class Stop:
    """One page of the album; `fill` and `press` bring it into the state to look at.

    What is pressed leads to another page, or shows what the selector `shows` finds on the same one.
    """

    name: str
    who: str
    path: str
    fill: dict[str, str] = field(default_factory=dict)
    press: str = ""
    shows: str = ""


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(PAGES.read_text(encoding="utf-8"))


def places() -> list[Place]:
    """In the order of the file, so that a place may use one above it."""
    return [Place(name=name, **row) for name, row in _lists()["places"].items()]


def places_of(wanted: Iterable[Stop]) -> list[Place]:
    """What must be found before these pages can be opened, in the order in which it can be."""
    used = {name for stop in wanted for name in _names(stop.path)}
    found: list[Place] = []
    for place in reversed(places()):
        if place.name in used:
            found.insert(0, place)
            used |= _names(place.on)
    return found


def _names(path: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(path) if name}


def stops(wanted: list[str] | None = None) -> list[Stop]:
    """Every page, or those named; raises KeyError for a name that is not in the list."""
    found = {
        name: Stop(name=name, who=who, **({"path": row} if isinstance(row, str) else row))
        for who in (VISITOR, *CAST)
        for name, row in _lists()[who].items()
    }
    return [found[name] for name in wanted] if wanted else list(found.values())
