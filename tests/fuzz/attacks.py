"""One attack: a request inside a savepoint, and everything that is wrong with its answer."""

import json
import re
from collections.abc import Iterator
from html import unescape
from http.cookies import SimpleCookie
from typing import Any

from django.core.cache import cache
from django.test import Client

from tests.fuzz.values import WOUND
from tests.pages import Page
from tests.permissions.visiting import UNREMARKABLE, Row, Visitors, keeping_as_it_is, rows_of, watching_writes

ANSWERS = {200, 204, 302, 400, 401, 403, 404, 405, 409, 410, 412, 413, 415, 422}
INSIDES = re.compile(
    r"Traceback \(most|Exception (?:Type|Value)|\bdjango\.|site-packages|[a-z]Error\b|/[a-z]+/[a-z]+/[a-z_/]+\.py|object at 0x"
)
#: Without one of these there is nothing to find, and they are looked for ten times faster than the pattern.
SIGNS = ("Traceback (most", "Exception ", "django.", "site-packages", "Error", ".py", "object at 0x")
#: What no stored text may hold: it would read differently from what it says, or break what carries it.
UNCLEAN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
PAGE = b"cs-"  # the components of our own pages; the administration names its own
ADMINISTRATION = b'id="container"'


class Attacker:
    """Somebody with a role and ill will."""

    def __init__(self, visitors: Visitors) -> None:
        self.visitors = visitors
        self.client = Client(raise_request_exception=False)

    def page(self, role: str, url: str) -> str:
        """The page as it is, empty where there is none."""
        self.client.cookies = SimpleCookie(self.visitors.cookies[role])
        response = self.client.get(url)
        return response.content.decode() if response.headers.get("Content-Type", "").startswith("text/html") else ""

    def send(
        self, role: str, method: str, url: str, data: Any = None, *, cookies: Any = None, **extra: Any
    ) -> list[str]:
        """Everything that is wrong with the answer, and with the page to which an accepted value leads."""
        self.client.cookies = cookies or SimpleCookie(self.visitors.cookies[role])
        cache.clear()
        with keeping_as_it_is(), watching_writes() as written:
            self.answer = response = self._ask(method, url, data, extra)
            wrong = list(wrong_with(response, has_body=method not in {"HEAD", "OPTIONS"}))
            after = {table: rows_of(table) for table in written - UNREMARKABLE}
            if response.status_code == 302 and not wrong:
                wrong = list(wrong_with(self.client.get(response["Location"])))
        stored = {table: _new(rows, rows_of(table)) for table, rows in after.items()}
        if not _may_have_written(response):
            wrong += [f"{response.status_code}, but {table} was changed" for table, rows in stored.items() if rows]
        return wrong + [f"stored in {table}: {text!a:.80}" for table, rows in stored.items() for text in _unclean(rows)]

    def _ask(self, method: str, url: str, data: Any, extra: dict[str, Any]) -> Any:
        if method == "GET":
            return self.client.get(url, data, **extra)
        if method == "POST" and not isinstance(data, bytes):
            return self.client.post(url, data, **extra)
        return self.client.generic(method, url, data or b"", **extra)


def _may_have_written(response: Any) -> bool:
    """Whoever did something is sent on, gets a file, or, being a script, is told that it was saved."""
    is_json = response.headers.get("Content-Type") == "application/json"
    told = is_json and response.content and response.json().get("state") == "saved"
    return response.status_code == 302 or told or "attachment" in response.headers.get("Content-Disposition", "")


def wrong_with(response: Any, *, has_body: bool = True) -> Iterator[str]:
    """A fault of ours, a look inside, a page that is not ours, or an attack that became part of it."""
    status, body = response.status_code, response.getvalue()
    kind = response.headers.get("Content-Type", "")
    if status not in ANSWERS:
        error = (getattr(response, "exc_info", None) or (None, None))[1]
        yield f"{status} {error!r:.200}"
        return
    text = body.decode("utf-8", "replace") if kind.startswith(("text/html", "text/plain", "application/json")) else ""
    if any(sign in text for sign in SIGNS) and (found := INSIDES.search(text)):
        yield f"shows its insides: {text[max(0, found.start() - 40) : found.end() + 40]!r}"
    if any("\n" in value or "\r" in value for value in response.headers.values()):
        yield "a header with two lines"
    if not has_body:
        return
    if kind.startswith("application/json") and body:  # the answer to a HEAD has none
        json.loads(text)
    elif kind.startswith("text/html") and status != 302:
        if PAGE not in body and ADMINISTRATION not in body:
            yield f"{status} without a page of ours: {text[:80]!r}"
        yield from _wounds(text)


def _wounds(html: str) -> Iterator[str]:
    """Elements and attributes that came from an attack: as text and as the value of a control it is harmless."""
    if WOUND not in unescape(html).lower():
        return  # no element can have what stands nowhere, and most answers are spared the parser
    for tag, attributes in Page(html).elements:
        for name, value in attributes.items():
            is_live = name.startswith(("on", "hx-", "data-hx-")) or name in {"href", "src", "action", "srcdoc", "style"}
            if WOUND in name or (is_live and WOUND in value and _acts(name, value)):
                yield f"wounded: <{tag} {name}={value[:60]!r}>"
    if re.search(rf"<script[^>]*>[^<]*{WOUND}", html):
        yield "wounded: a script"


def _acts(name: str, value: str) -> bool:
    """An address that merely carries what was searched for leads to our own page."""
    return name not in {"href", "src", "action"} or value.strip().lower().startswith(
        ("javascript:", "data:", "vbscript:")
    )


def _new(after: list[Row], before: list[Row]) -> list[Row]:
    known = set(map(repr, before))
    return [row for row in after if repr(row) not in known]


def _unclean(rows: list[Row]) -> list[str]:
    return [cell for row in rows for cell in row if isinstance(cell, str) and UNCLEAN.search(cell)]
