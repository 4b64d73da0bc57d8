"""Every page of the album in a real browser: axe-core finds nothing in light or dark, and nothing scrolls sideways on a
phone, nor in larger text on a phone or a tablet. The list of pages is portal/album/pages.toml.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Error, Page

from portal.album.plan import Stop, places_of, stops
from portal.album.walk import Walk
from tests.living_site import LivingSite

pytestmark = pytest.mark.browser
WIDE, TABLET, NARROW, HEIGHT = 1280, 768, 375, 900
#: 关怀模式, as its cookie would draw the page.
CARE = "[document.documentElement, document.body].forEach((part) => part.classList.add('cs-care'))"
#: Pixels that the page takes; what a list that scrolls inside the page takes counts as well.
NEEDED = """Math.max(
    document.documentElement.scrollWidth, ...[...document.querySelectorAll(".cs-page")].map((part) => part.scrollWidth),
)"""
#: Handed to the browser once for all pages of a window, not with every page anew; two groups may share a window.
AXE = f"if (!window.axe) {{{AXE_SCRIPT}}}"
#: Axe's findings on one page; axe.js says which elements are asked for their colours.
LOOK = (Path(__file__).parent / "axe.js").read_text()
#: A pale sentence and a picture without words, as no page of ours may have them.
PALE = """() => {
    const [line, picture] = [document.createElement("p"), document.createElement("img")];
    line.textContent = "pale";
    line.style.color = "#eee";
    document.querySelector("main").append(line, picture);
}"""
#: Only colours change with the theme.
COLOURS = ["color-contrast", "link-in-text-block"]

#: Theme → the looks that were judged in it.
Seen = dict[str, set[str]]


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


@pytest.fixture(scope="module")
def seen() -> Seen:
    return defaultdict(set)


@pytest.mark.parametrize("group", GROUPS)
def test_axe_finds_nothing_no_script_fails_and_nothing_scrolls_sideways(walk: Walk, seen: Seen, group: str) -> None:
    pages = [stop for stop in stops() if group_of(stop) == group]
    walk.find(places_of(pages))
    found = look_at(walk.page_of(pages[0].who), walk, pages, seen)
    assert not found.violations, "\n".join(found.violations)
    assert not found.too_wide, "\n".join(found.too_wide)
    assert not found.errors, "\n".join(found.errors)


def test_a_fault_on_a_page_whose_looks_are_known_is_found(walk: Walk, seen: Seen) -> None:
    page, stop = walk.page_of("visitor"), next(stop for stop in stops() if stop.who == "visitor")
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    walk.open(page, stop)
    page.evaluate(AXE)
    assert violations(page, stop, "light", seen) == []
    page.evaluate(PALE)
    found = violations(page, stop, "light", seen)
    assert {line.split(": ")[1] for line in found} == {"color-contrast", "image-alt"}


def look_at(page: Page, walk: Walk, pages: list[Stop], seen: Seen) -> Findings:
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
        found.violations += violations(page, stop, "light", seen)
        page.emulate_media(color_scheme="dark")
        found.violations += violations(page, stop, "dark", seen)
        found.too_wide += too_wide(page, stop, NARROW)
        page.evaluate(CARE)
        found.too_wide += too_wide(page, stop, NARROW) + too_wide(page, stop, TABLET)
    page.remove_listener("pageerror", listen)
    return found


def too_wide(page: Page, stop: Stop, width: int) -> list[str]:
    """What it is too wide by, if it is."""
    page.set_viewport_size({"width": width, "height": HEIGHT})
    needed = page.evaluate(NEEDED)
    return [f"{stop.name}: {needed} px of {width}"] if needed > width else []


def violations(page: Page, stop: Stop, theme: str, seen: Seen) -> list[str]:
    asked = {"theme": theme, "colours": COLOURS, "rest": theme == "light", "seen": sorted(seen[theme])}
    answer = page.evaluate(LOOK, asked)
    seen[theme].update(answer["fresh"])
    return [f"{stop.name}, {theme}: {line}" for line in answer["lines"]]
