"""What can be made wrong about an address: its query, the cursors in it, and the identifiers on its way."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, quote, urljoin, urlsplit
from zlib import crc32

from django.urls import resolve

from tests.fuzz.values import THOROUGH, VALUES
from tests.pages import Page
from tests.permissions.addresses import Address

STRIDE = 7  # no divisor of the number of values
ROUNDS, MOST_WRONG = (7, 4) if THOROUGH else (3, 2)
#: What lists of the site and of the administration read beside what their own pages offer.
NAMES = (
    "q",
    "after",
    "before",
    "page",
    "next",
    "state",
    "track",
    "origin",
    "status",
    "show",
    "view",
    "stage",
    "edition",
)
ADMIN_NAMES = (
    *(
        "q",
        "p",
        "o",
        "e",
        "all",
        "_popup",
        "_to_field",
        "_changelist_filters",
        "_facets",
        "contest",
        "contest__id__exact",
    ),
    *(
        "track__id__exact",
        "opens_at__year",
        "published_at__day",
        "frozen_at__isempty",
        "id__in",
        "pk",
        "user__password",
    ),
    *("term", "app_label", "model_name", "field_name", "nothing__at__all", "created_at__gte", "kind__exact"),
)
#: Texts too long for an address line are refused before they reach the site.
SHORT = {kind: value for kind, value in VALUES.items() if len(value) < 4000}
#: Not even text: bytes that are no UTF-8, parts without names, names without end.
RAW = "q=%FF%FE%00&after=%ED%A0%80&=&&&%00=%00&p[]=1&p[a][b]=2&track=%u0031&" + "a" * 2000


def cursor(values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


CURSORS = [
    cursor(values)
    for values in (
        [], {}, None, [None], [True], [[]], [{}], [-1], [2**63 - 1], [2**80], [1.5], ["\x00"], ["\ud800"], ["x" * 3000],
        ["x", 1], [1, "x"], ["0001-01-01", 1], ["9999-12-31T23:59:59.999999+00:00", 1], ["0001-01-01T00:00:00+14:00", 1],
        ["2024-07-16T00:00:00", "1; DROP TABLE x"], ["2024-13-45T99:99:99Z", 2**62], ["\u0000", 1], [1, 1], ["C", -(2**63)],
    )
] + ["a", "====", "W10", "%%%", "\u202e", "W" * 5000]  # fmt: skip


def wrong_queries(url: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """Name of what is wrong → the address with it. In each round every name holds another value, at each address others."""
    path, joint = url, "&" if "?" in url else "?"
    kinds, first = list(SHORT), crc32(url.encode())
    for turn in range(first, first + ROUNDS):
        pairs = [(name, SHORT[kinds[(turn * 4 + place * STRIDE) % len(kinds)]]) for place, name in enumerate(names)]
        yield f"round {turn - first}", path + joint + "&".join(f"{name}={quote(value)}" for name, value in pairs)
    yield "no text", path + joint + RAW


def names_in(html: str, url: str, known: tuple[str, ...]) -> list[str]:
    """Names that the page itself asks for or offers, and those that are known."""
    page, path = Page(html), urlsplit(url).path
    offered = [link for link in page.links() if urlsplit(urljoin(url, link)).path == path]
    names = [name for form in page.forms if form.method == "get" for name in form.names()]
    names += [name for link in offered for name in parse_qs(urlsplit(link).query)]
    return list(dict.fromkeys([*names, *known]))


# ── Identifiers on the way ───────────────────────────────────────────────────────────────────────────────────────────
IDENTIFIERS = (
    "0", "-1", "99999999999999999999", "9" * 5000, "1e3", "%00", "a%00b", "%E2%80%AEx", "%0D%0AX:1", "..%2F..%2Fetc", "%FF",
    "%F0%9F%91%A9", "x" * 3000, "%3Cscript%3Ezqwound%3C%2Fscript%3E", "%EF%BC%91", "%27%20OR%201%3D1", "_5F", "__", "%",
)  # fmt: skip


def wrong_ways(address: Address, turn: int) -> Iterator[str]:
    """The address with each of its identifiers replaced by some of the wrong ones, other ones in each turn."""
    wrong = [IDENTIFIERS[(turn * MOST_WRONG + place) % len(IDENTIFIERS)] for place in range(MOST_WRONG)]
    path, _mark, query = address.url.partition("?")
    match = resolve(path)
    for value in map(quote, map(str, dict.fromkeys([*match.args, *match.kwargs.values()]))):
        before, found, after = path.rpartition(f"/{value}/")
        if found:
            yield from (f"{before}/{identifier}/{after}?{query}" for identifier in wrong)
