"""Hostile queries, tampered cursors and absurd identifiers: a page of ours answers, and nothing is written."""

from collections.abc import Iterator

import pytest

from tests.fuzz.attacks import Attacker
from tests.fuzz.forms import PEOPLE, POLICY
from tests.fuzz.queries import ADMIN_NAMES, CURSORS, NAMES, names_in, wrong_queries, wrong_ways
from tests.permissions.addresses import Address
from tests.permissions.visiting import Visitors

pytestmark = pytest.mark.django_db

READ = [key for key, rows in POLICY.items() if "ok" in rows["GET"].values()]
#: Lists of which only a part is shown at a time.
LONG = (
    "inbox",
    "announcements",
    "entry_list",
    "screening_queue",
    "judge_queue",
    "experts",
    "progress",
    "ranking",
    "statistics",
)


def reader_of(key: str) -> str:
    return next((role for role in PEOPLE if POLICY[key]["GET"][role] == "ok"), "administrator")


@pytest.mark.parametrize("key", READ)
def test_whatever_is_asked_of_it_a_page_answers(visitors: Visitors, site: dict[str, Address], key: str):
    role, url, attacker = reader_of(key), site[key].url, Attacker(visitors)
    known = ADMIN_NAMES if url.startswith("/admin/") else NAMES
    names = names_in(attacker.page(role, url), url, known)
    wrong = []
    for what, address in wrong_queries(url, names):
        wrong += [f"{what}: {fault}" for fault in attacker.send(role, "GET", address)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("key", LONG)
def test_a_cursor_made_by_hand_shows_a_page(visitors: Visitors, site: dict[str, Address], key: str):
    role, attacker, wrong = reader_of(key), Attacker(visitors), []
    for cursor in CURSORS:
        for direction in ("after", "before"):
            faults = attacker.send(role, "GET", site[key].url, {direction: cursor})
            wrong += [f"{direction} {cursor[:40]!a}: {fault}" for fault in faults]
    assert not wrong, "\n".join(wrong)


def ways(site: dict[str, Address]) -> Iterator[tuple[str, str]]:
    """Each way once: addresses that differ in their state alone share it."""
    known: set[str] = set()
    for turn, (key, address) in enumerate(site.items()):
        fresh = [url for url in wrong_ways(address, turn) if url not in known]
        known.update(fresh)
        yield from ((key, url) for url in fresh)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_identifier_that_names_nothing_leads_nowhere(visitors: Visitors, site: dict[str, Address], method: str):
    attacker, wrong = Attacker(visitors), []
    for key, url in ways(site):
        body = site[key].post() if method == "POST" else None
        for role in ("administrator",) if url.startswith("/admin/") else ("captain", "organiser"):
            wrong += [f"{key} by {role} {url[:90]}: {fault}" for fault in attacker.send(role, method, url, body)]
    assert not wrong, "\n".join(wrong[:60])
