"""A headless Chromium: one found on the machine, or one named in CHROMIUM."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium found: install one (Debian: apt-get install chromium fonts-noto-cjk) or name it in CHROMIUM"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Path of a Chromium on this machine, or None."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def open_chromium(path: str) -> "Iterator[Browser]":
    """The browser at `path`, closed afterwards. Needs playwright, which comes with the tests."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=QUIET)
        try:
            yield browser
        finally:
            browser.close()


def close_context(context: "BrowserContext") -> None:
    """Close the windows of one person, each brought to rest first.

    Chromium forgets the order to close a page in the moment in which the page takes up another address, and whoever asked
    waits for ever (Playwright's issues 41900 and 42366).
    """
    from playwright.sync_api import Error

    for page in context.pages:
        with suppress(Error):  # a page that has crashed or is closing goes nowhere
            page.goto("about:blank")
    context.close()
