"""`manage.py screenshots`: a picture of every page of a running site with the demonstration, and a page to leaf through.

The list of pages is `portal/album/pages.toml`. Run it with the environment of the site itself, which made the password.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.loader import render_to_string

from portal import demo
from portal.album.chromium import MISSING, find_chromium, open_chromium
from portal.album.plan import Stop, places_of, stops
from portal.album.walk import PREFIXES, LostError, Walk

if TYPE_CHECKING:
    from playwright.sync_api import Page

NEEDS_PLAYWRIGHT = (
    "Taking pictures needs playwright: run `.venv/bin/pip install --require-hashes -r requirements-test.txt` first."
)
THEMES = ("light", "dark")
HEIGHT = 900
#: An A4 sheet less its margins, in CSS pixels.
PAPER = 673
#: Two frames after a change of width everything is drawn.
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


@dataclass(frozen=True)
class Look:
    """One way in which every page is looked at."""

    language: str
    theme: str
    care: bool = False
    printed: bool = False

    @property
    def name(self) -> str:
        extra = [word for word, on in (("care", self.care), ("print", self.printed)) if on]
        return "-".join([self.language, self.theme, *extra])


class Command(BaseCommand):
    help = "Take a picture of every page of a running site with the demonstration (portal/album/pages.toml)."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="folder for the pictures and index.html")
        parser.add_argument("--url", default=settings.SITE_URL, help="where the site answers (default: %(default)s)")
        parser.add_argument("--pages", type=_words, default=None, help="names from the list, separated by commas")
        parser.add_argument("--widths", type=_numbers, default=[375, 768, 1280], help="default: 375,768,1280")
        parser.add_argument("--languages", type=_words, default=list(PREFIXES), help="default: zh-hans,en")
        parser.add_argument("--themes", type=_words, default=list(THEMES), help="default: light,dark")
        parser.add_argument("--care", action="store_true", help="also with larger text (关怀模式)")
        parser.add_argument("--print", action="store_true", dest="printed", help="also as printed on A4")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = find_chromium()
        if find_spec("playwright") is None:
            raise CommandError(NEEDS_PLAYWRIGHT)
        if path is None:
            raise CommandError(MISSING)
        try:
            wanted = stops(options["pages"])
        except KeyError as name:
            raise CommandError(f"There is no page {name} in portal/album/pages.toml.") from name
        out: Path = options["out"]
        out.mkdir(parents=True, exist_ok=True)
        looks = list(_looks(options))
        with open_chromium(path) as browser:
            walk = Walk(browser, options["url"], demo.password())
            try:
                walk.find(places_of(wanted))
                rows = [self._shoot(walk, stop, looks, options["widths"], out) for stop in wanted]
            except LostError as lost:
                raise CommandError(str(lost)) from lost
            finally:
                walk.close()
        index = render_to_string("portal/album/index.html", {"rows": rows, "url": options["url"]})
        (out / "index.html").write_text(index, encoding="utf-8")
        self.stdout.write(f"{sum(len(row['pictures']) for row in rows)} pictures: {out / 'index.html'}")

    def _shoot(self, walk: Walk, stop: Stop, looks: list[Look], widths: list[int], out: Path) -> dict[str, Any]:
        """Every look of one page; its row of the index."""
        pictures = []
        page = walk.page_of(stop.who)
        for look in looks:
            walk.prefer(stop.who, theme=look.theme, care=look.care)
            page.emulate_media(
                media="screen", color_scheme="dark" if look.theme == "dark" else "light"
            )  # the administration asks it
            walk.open(page, stop, look.language)
            page.emulate_media(media="print" if look.printed else "screen")
            for width in [PAPER] if look.printed else widths:
                name = f"{stop.name}-{look.name}-{width}.png"
                self._picture(page, width, out / name)
                pictures.append((look.name, width, name))
        self.stdout.write(f"  {stop.name}")
        return {"stop": stop, "pictures": pictures}

    def _picture(self, page: "Page", width: int, path: Path) -> None:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.evaluate(DRAWN)
        page.screenshot(path=str(path), full_page=True, animations="disabled")
        needed = page.evaluate("document.documentElement.scrollWidth")
        if needed > width:
            self.stderr.write(f"  {path.stem} is {needed} px wide: it scrolls sideways")


def _looks(options: dict[str, Any]) -> Iterator[Look]:
    for language, theme in product(options["languages"], options["themes"]):
        yield Look(language, theme)
    for language in options["languages"]:
        if options["care"]:
            yield Look(language, options["themes"][0], care=True)
        if options["printed"]:
            yield Look(language, "light", printed=True)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _numbers(text: str) -> list[int]:
    return [int(word) for word in _words(text)]
