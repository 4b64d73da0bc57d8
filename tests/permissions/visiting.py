"""Knocking at doors: one request by one role inside a savepoint that is rolled back, and what came of it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import unquote, urljoin

from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from portal.notices import rendering
from portal.notices.models import Notice
from tests.pages import Page
from tests.portal.factories import PASSWORD
from tests.world import World, words_in
from tests.world.markers import words_of_response, workbook_text
from tests.world.site import ROLES

WRITING = re.compile(r'\s*(?:INSERT INTO|INSERT OR IGNORE INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
#: What a browser's visit leaves behind, whoever it is.
UNREMARKABLE = {"django_session"}
#: Tokens of forms, and seeds that are proposed.
PASSING = re.compile(rb'name="(csrfmiddlewaretoken|seed)" value="[^"]*"')
SIGN_IN = ("/accounts/login/", "/admin/login/")

Row = tuple[Any, ...]
Read = tuple[frozenset[str], frozenset[tuple[str, str]]]


@dataclass
class Answer:
    """What came of one request."""

    outcome: str
    words: frozenset[str] = frozenset()
    told: dict[str, set[str]] = field(default_factory=dict)  # who was written to → the words
    offers: frozenset[tuple[str, str]] = frozenset()  # (method, address) of links and buttons
    changed: frozenset[str] = frozenset()  # tables that are not as they were


class Visitors:
    """The people of the world, each signed in once with their password."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = Client(raise_request_exception=False)
        self.cookies = {role: self._sign_in(role) for role in ROLES}
        newest = Notice.objects.order_by("-pk").first()
        self._newest = newest.pk if newest else 0
        self._read: dict[tuple[bytes, str], Read] = {}

    def _sign_in(self, role: str) -> str:
        person = self.world.person(role)
        if person is None:
            return ""
        client = Client()
        cache.clear()  # so many at once from one address would be asked to wait
        answer = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        assert answer.status_code == 302, f"{role} cannot sign in"
        client.post(reverse("account_reauthenticate"), {"password": PASSWORD})  # opens the pages of the second factor
        return client.cookies.output(attrs=[], header="", sep=";")

    def knock(self, role: str, method: str, url: str, post: Callable[[], Any] = dict) -> Answer:
        """The request, and the world as it was again."""
        self.client.cookies = SimpleCookie(self.cookies[role])
        cache.clear()
        mail.outbox.clear()
        data = post() if method == "POST" else {}
        with keeping_as_it_is(), watching_writes() as written:
            response = self.client.get(url) if method == "GET" else self.client.post(url, data)
            after = {table: rows_of(table) for table in written - UNREMARKABLE}
            told = self._told(after)
        changed = frozenset(table for table, rows in after.items() if rows != rows_of(table))
        words, offers = self._read_once(response, url)
        known = words_in(unquote(url), *map(_text_of, data.values()))  # who asks knows what they asked
        return Answer(_outcome(response, bool(changed)), words - known, told, offers, changed)

    def text(self, role: str, url: str) -> bytes:
        """The answer to a GET without what differs from one request to the next."""
        self.client.cookies = SimpleCookie(self.cookies[role])
        with keeping_as_it_is():
            response = self.client.get(url)
            if response.headers["Content-Type"].startswith("text/html"):
                return PASSING.sub(b"", response.content)
            return " ".join(sorted(words_of_response(response))).encode()

    def _read_once(self, response: Any, url: str) -> Read:
        """Words and offers; the many answers that are all alike are read once."""
        if response.streaming:
            return frozenset(words_of_response(response)), frozenset()
        if (key := (response.content, url)) not in self._read:
            is_page = response.headers.get("Content-Type", "").startswith("text/html") and response.status_code == 200
            offers = _offers(Page(response.content.decode()), url) if is_page else frozenset()
            self._read[key] = frozenset(words_of_response(response)), offers
        return self._read[key]

    def _told(self, after: dict[str, list[Row]]) -> dict[str, set[str]]:
        """Address → words of the mails and notices that this request sent."""
        found: dict[str, set[str]] = {}
        for message in mail.outbox:
            for address in message.to:
                found.setdefault(address, set()).update(words_in(message.subject, str(message.body)))
        if Notice._meta.db_table in after:
            for notice in Notice.objects.filter(pk__gt=self._newest).select_related("recipient"):
                words = [rendering.words(notice, language=language) for language in ("zh-hans", "en")]
                texts = [text for one in words for text in (one.subject, one.text)]
                address = notice.recipient.email if notice.recipient else notice.address
                found.setdefault(address, set()).update(words_in(*texts, notice.path))
        return found


def _offers(page: Page, here: str) -> frozenset[tuple[str, str]]:
    links = {("GET", urljoin(here, link)) for link in page.links()}
    buttons = {(form.method.upper(), urljoin(here, form.action)) for form in page.forms if form.has_button}
    return frozenset(links | buttons)


def _text_of(posted: Any) -> str:
    """What the sender says; of a workbook also what stands in it."""
    if not str(posted).endswith(".xlsx") or not hasattr(posted, "seek"):
        return str(posted)
    posted.seek(0)
    return workbook_text(posted.read())


@contextmanager
def keeping_as_it_is() -> Iterator[None]:
    around: Any = transaction.atomic()
    around._from_testcase = True  # as in Django's own test cases: what must be outermost is so within
    with around:
        yield
        transaction.set_rollback(True)


@contextmanager
def watching_writes() -> Iterator[set[str]]:
    """Collects the tables that anything was written to."""
    tables: set[str] = set()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := WRITING.match(sql):
            tables.add(found.group(1))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield tables


def rows_of(table: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the name comes from our own statements
        return sorted(cursor.fetchall(), key=repr)


def _outcome(response: Any, changed: bool) -> str:
    """The word of the policy for an answer; see the head of policy.toml."""
    status = response.status_code
    if status == 500:
        error = getattr(response, "exc_info", (None, None, None))[1]
        return f"500 {error!r}"
    if status in (301, 302):
        path = response["Location"].partition("?")[0]
        if path in SIGN_IN and not changed:
            return "in"
        return "yes" if changed else "go"
    if status == 200:
        return "yes" if changed else "ok"
    return f"{status} but changed something" if changed else str(status)
