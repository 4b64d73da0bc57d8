"""Journeys need a Chromium: one found on the machine, or one named in CHROMIUM."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage

from portal.album.chromium import MISSING, close_context, find_chromium, open_chromium
from tests.composed_site import ON_SERVICES, ComposedDemonstration
from tests.living_site import LivingSite, living_site


@pytest.fixture(scope="module")  # no longer: Playwright's event loop keeps Django from its database in other tests
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip(MISSING)
    with open_chromium(path) as browser:
        yield browser


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingSite]:
    """What start.py starts; where the test run has PostgreSQL and Redis, what compose starts."""
    with living_site(
        tmp_path_factory.mktemp("site") / "data", kind=ComposedDemonstration if ON_SERVICES else LivingSite
    ) as site:
        yield site


#: What a script is told that asks to save a wrong mark, an answer that somebody else changed, or without a session.
ANSWERS = ("422", "409", "401")
#: What it is told after a deadline; without one it would be a door that the page should not have shown.
CLOSED = "403"


def is_error(message: ConsoleMessage, *, may_lose_connection: bool = False, may_be_late: bool = False) -> bool:
    """Is this a mistake of the site? An answer that refuses is none, and neither is a connection that the test cuts."""
    answers = (*ANSWERS, CLOSED) if may_be_late else ANSWERS
    if message.type != "error" or any(f"status of {answer}" in message.text for answer in answers):
        return False
    return not (may_lose_connection and ("net::ERR_" in message.text or "status of 50" in message.text))


def complaint(message: ConsoleMessage) -> str:
    return f"{message.text} ({message.location.get('url')})"


@pytest.fixture
def visitor(chromium: Browser, site: LivingSite) -> Iterator[Callable[..., BrowserContext]]:
    """Opens a browser of its own for one person; every console error and failed request of theirs fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_browser(*, width: int = 1280, locale: str = "zh-CN", **allowed: bool) -> BrowserContext:
        def listen(message: ConsoleMessage) -> None:
            if is_error(message, **allowed):
                complaints.append(complaint(message))

        context = chromium.new_context(
            base_url=site.url, viewport={"width": width, "height": 900}, locale=locale, timezone_id="Asia/Shanghai"
        )
        context.set_default_timeout(15_000)
        context.on("console", listen)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        contexts.append(context)
        return context

    yield open_browser
    for context in contexts:
        close_context(context)
    assert not complaints, complaints


@pytest.fixture(scope="session")
def album() -> Callable[..., None]:
    """Keeps a picture of a page where SCREENSHOTS names a folder; otherwise does nothing."""
    folder = os.environ.get("SCREENSHOTS")

    def keep(page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    return keep
