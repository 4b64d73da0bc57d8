"""Every page of the album in a real browser: axe-core finds nothing in light or dark, and nothing scrolls sideways on a
phone. The list of pages is portal/album/pages.toml.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from portal.album.plan import Stop, places, stops
from portal.album.walk import Walk
from tests.living_site import LivingSite

pytestmark = pytest.mark.browser
WIDE, NARROW, HEIGHT = 1280, 375, 900
RUN = """options => axe.run(options).then(found => found.violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${rule.help} — ${node.target.join(" ")}`)))"""
EVERYTHING = {"resultTypes": ["violations"]}
#: Only colours change with the theme.
COLOURS = {**EVERYTHING, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@dataclass
class Findings:
    """What was wrong, page by page."""

    violations: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def findings(chromium: Browser, site: LivingSite) -> Iterator[Findings]:
    """One walk along every page of the list."""
    password = re.search(r"password\s+(\w+)", site.manage("demo", "--accounts")).group(1)
    walk = Walk(chromium, site.url, password)
    found = Findings()
    walk.find(places())
    for who, pages in groupby(stops(), key=lambda stop: stop.who):
        look_at(walk, who, pages, found)
    yield found
    walk.close()


def look_at(walk: Walk, who: str, pages: Iterable[Stop], found: Findings) -> None:
    """What one person sees, in one window."""
    page = walk.page_of(who)
    page.on("pageerror", lambda error: found.errors.append(f"{page.url}: {error}"))
    for stop in pages:
        page.set_viewport_size({"width": WIDE, "height": HEIGHT})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        walk.open(page, stop)
        page.evaluate(AXE_SCRIPT)
        found.violations += violations(page, f"{stop.name}, light", EVERYTHING)
        page.emulate_media(color_scheme="dark")
        found.violations += violations(page, f"{stop.name}, dark", COLOURS)
        page.set_viewport_size({"width": NARROW, "height": HEIGHT})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW:
            found.too_wide.append(f"{stop.name}: {width} px")


def violations(page: Page, where: str, options: dict) -> list[str]:
    return [f"{where}: {line}" for line in page.evaluate(RUN, options)]


def test_axe_finds_nothing_on_any_page(findings: Findings) -> None:
    assert not findings.violations, "\n".join(findings.violations)


def test_no_page_scrolls_sideways_on_a_phone(findings: Findings) -> None:
    assert not findings.too_wide, findings.too_wide


def test_no_script_fails_on_any_page(findings: Findings) -> None:
    assert not findings.errors, findings.errors
