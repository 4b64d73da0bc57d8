"""Every page of the album in a real browser: axe-core finds nothing in light or dark, and nothing scrolls sideways on a
phone. The list of pages is portal/album/pages.toml.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Error, Page

from portal.album.plan import Stop, places_of, stops
from portal.album.walk import Walk
from tests.living_site import LivingSite

pytestmark = pytest.mark.browser
WIDE, NARROW, HEIGHT = 1280, 375, 900
#: Handed to the browser once for all pages of a window, not with every page anew; two groups may share a window.
AXE = f"if (!window.axe) {{{AXE_SCRIPT}}}"
#: Axe leaves letters in the very colour of what is behind them to a person's judgement; here they are a fault.
RUN = """options => axe.run(options).then(found => [
    ...found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${rule.help} — ${node.target.join(" ")}`)),
    ...found.incomplete.flatMap(rule => rule.nodes
        .filter(node => node.any.some(check => check.data?.messageKey === "equalRatio"))
        .map(node => `${rule.id}: invisible — ${node.target.join(" ")}`)),
])"""
#: The style sheets need not be fetched and parsed beforehand: only sound and film are looked at that way.
EVERYTHING = {"resultTypes": ["violations", "incomplete"], "preload": {"assets": ["media"]}}
#: Only colours change with the theme.
COLOURS = {**EVERYTHING, "runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}


@dataclass
class Findings:
    """What was wrong, page by page."""

    violations: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def group_of(stop: Stop) -> str:
    """Who looks, and where: the administration's pages are the largest."""
    return f"{stop.who}, administration" if stop.path.startswith(("/admin/", "{admin_")) else stop.who


GROUPS = sorted({group_of(stop) for stop in stops()})


@pytest.fixture(scope="module")
def walk(chromium: Browser, site: LivingSite) -> Iterator[Walk]:
    password = re.search(r"password\s+(\w+)", site.manage("demo", "--accounts")).group(1)
    walk = Walk(chromium, site.url, password)
    yield walk
    walk.close()


@pytest.mark.parametrize("group", GROUPS)
def test_axe_finds_nothing_no_script_fails_and_nothing_scrolls_sideways(walk: Walk, group: str) -> None:
    pages = [stop for stop in stops() if group_of(stop) == group]
    walk.find(places_of(pages))
    found = look_at(walk.page_of(pages[0].who), walk, pages)
    assert not found.violations, "\n".join(found.violations)
    assert not found.too_wide, "\n".join(found.too_wide)
    assert not found.errors, "\n".join(found.errors)


def look_at(page: Page, walk: Walk, pages: list[Stop]) -> Findings:
    """What one person sees, in one window."""
    found = Findings()

    def listen(error: Error) -> None:
        found.errors.append(f"{page.url}: {error}")

    page.add_init_script(AXE)
    page.on("pageerror", listen)
    for stop in pages:
        page.set_viewport_size({"width": WIDE, "height": HEIGHT})
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        walk.open(page, stop)
        found.violations += violations(page, f"{stop.name}, light", EVERYTHING)
        page.emulate_media(color_scheme="dark")
        found.violations += violations(page, f"{stop.name}, dark", COLOURS)
        page.set_viewport_size({"width": NARROW, "height": HEIGHT})
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW:
            found.too_wide.append(f"{stop.name}: {width} px")
    page.remove_listener("pageerror", listen)
    return found


def violations(page: Page, where: str, options: dict) -> list[str]:
    return [f"{where}: {line}" for line in page.evaluate(RUN, options)]
