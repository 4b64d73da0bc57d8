"""Filters as chips: each is a link, so that a filtered list has an address that can be kept, sent and gone back to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import QueryDict

from portal.refusals import Text

PAGE_PARAMETERS = ("after", "before", "page")


@dataclass(frozen=True)
class Chip:
    """One choice of one filter; `count` stays None where nobody counted."""

    label: Text
    url: str
    current: bool = False
    count: int | None = None


def choice_chips(
    query: QueryDict,
    name: str,
    choices: Iterable[tuple[str, Text]],
    *,
    everything: Text,
    counts: Mapping[str, int] | None = None,
) -> list[Chip]:
    """The chips of one filter `name`: first `everything`, then each choice; other filters stay, the page does not."""
    chosen = query.get(name, "")
    rows = [("", everything), *choices]
    return [
        Chip(label, _address(query, name, value), current=str(value) == chosen, count=_count(counts, value))
        for value, label in rows
    ]


def _address(query: QueryDict, name: str, value: str) -> str:
    changed = query.copy()
    for parameter in (*PAGE_PARAMETERS, name):
        changed.pop(parameter, None)
    if value:
        changed[name] = value
    return f"?{changed.urlencode()}" if changed else "?"


def _count(counts: Mapping[str, int] | None, value: str) -> int | None:
    if counts is None:
        return None
    return counts.get(value, 0) if value else sum(counts.values())
