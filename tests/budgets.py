"""What a page may cost: `check_page` holds its queries and bytes to tests/budgets.toml.

Queries are counted on a warm request (the second one), sign-in and frame included. A list is measured with what is there
and again after it has grown; both must fit, and the number of queries must be the same.
"""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

BUDGETS: dict[str, dict[str, int]] = tomllib.loads((Path(__file__).parent / "budgets.toml").read_text())
KB = 1024


def check_page(client: Client, url: str, name: str, **extra: Any) -> int:
    """GET the page twice; assert that the second fits the budget `name`; returns its number of queries."""
    client.get(url, **extra)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url, **extra)
    assert response.status_code == 200, f"{url} answered {response.status_code}"
    budget = BUDGETS[name]
    asked = [query["sql"] for query in queries.captured_queries]
    assert len(asked) <= budget["sql"], _too_many(name, asked, budget["sql"])
    size = len(response.getvalue()) / KB
    assert size <= budget["kb"], f"{name}: {size:.0f} KB, the budget is {budget['kb']}"
    return len(asked)


def check_list(client: Client, url: str, name: str, grow: Callable[[], Any], **extra: Any) -> int:
    """The list fits as it is; after `grow()` made it long it still does, with as many queries as before: their number."""
    before = check_page(client, url, name, **extra)
    grow()
    after = check_page(client, url, name, **extra)
    assert after == before, f"{name}: {before} queries for a short list, {after} for a long one"
    return after


def check_action(act: Callable[[], Any], name: str) -> Any:
    """Run something that changes data within its budget of queries (savepoints count); returns what it returns."""
    with CaptureQueriesContext(connection) as queries:
        result = act()
    asked = [query["sql"] for query in queries.captured_queries]
    assert len(asked) <= BUDGETS[name]["sql"], _too_many(name, asked, BUDGETS[name]["sql"])
    return result


def _too_many(name: str, asked: list[str], allowed: int) -> str:
    lines = "\n".join(f"{number:3} {sql[:300]}" for number, sql in enumerate(asked, 1))
    return f"{name}: {len(asked)} queries, the budget is {allowed}\n{lines}"
