"""Opens the pages of the list: each person signs in once, places are found once, a stop is opened in a language."""

from itertools import count
from typing import TYPE_CHECKING

from portal.album.chromium import close_context
from portal.album.plan import CAST, VISITOR, Place, Stop

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

DOMAIN = "demo.example"
PREFIXES = {"zh-hans": "", "en": "/en"}
WAIT = 20_000


class LostError(Exception):
    """A page could not be brought up; the sentence says which and why."""


class Walk:
    """One walk through a running site; `close()` ends its browser contexts."""

    def __init__(self, browser: "Browser", url: str, password: str) -> None:
        self._browser = browser
        self._url = url.rstrip("/")
        self._password = password
        self._contexts: dict[str, BrowserContext] = {}
        self._places: dict[str, str] = {}
        self._numbers = count(1)  # an address may ask for a code three times a minute, and an album for more

    def close(self) -> None:
        for context in self._contexts.values():
            close_context(context)

    def context_of(self, who: str) -> "BrowserContext":
        """The browser of this person, signed in."""
        if who not in self._contexts:
            context = self._browser.new_context(base_url=self._url, locale="zh-CN", timezone_id="Asia/Shanghai")
            context.set_default_timeout(WAIT)
            self._contexts[who] = context
            if who != VISITOR:
                self._sign_in(context, f"{CAST[who]}@{DOMAIN}")
        return self._contexts[who]

    def page_of(self, who: str) -> "Page":
        """The window of this person."""
        context = self.context_of(who)
        return context.pages[0] if context.pages else context.new_page()

    def prefer(self, who: str, *, theme: str, care: bool = False) -> None:
        """Light or dark, larger text or not: the cookies that the site itself would set."""
        context = self.context_of(who)
        context.clear_cookies(name="care")
        chosen = {"theme": theme, **({"care": "on"} if care else {})}
        context.add_cookies([{"name": name, "value": value, "url": self._url} for name, value in chosen.items()])

    def find(self, places: list[Place]) -> None:
        """Look up the addresses that hold identifiers, each once."""
        for place in places:
            if place.name in self._places:
                continue
            page = self.page_of(place.who)
            page.goto(self.address(place.on), wait_until="domcontentloaded")
            link = page.locator(place.link)
            if not link.count():
                raise LostError(f"the place “{place.name}” was not found: nothing matches {place.link} on {page.url}")
            target = str(link.first.get_attribute(place.attribute))
            self._places[place.name] = target.removeprefix(self._url)

    def address(self, path: str, language: str = "zh-hans") -> str:
        """A path of the list as an address of the site."""
        return self._url + PREFIXES[language] + path.format_map(self._places)

    def open(self, page: "Page", stop: Stop, language: str = "zh-hans") -> None:
        """Bring the page into the state that the list asks for; raises LostError where it cannot be reached."""
        from playwright.sync_api import Error

        try:
            answer = page.goto(self.address(stop.path, language))
            if answer is None or answer.status >= 500:
                raise LostError(f"the page “{stop.name}” answered {answer and answer.status}: {page.url}")
            for selector, text in stop.fill.items():
                page.locator(selector).first.fill(text.replace("{n}", str(next(self._numbers))))
            if stop.shows:
                page.locator(stop.press).first.click()
                page.locator(stop.shows).first.wait_for()
            elif stop.press:
                with page.expect_navigation():
                    page.locator(stop.press).first.click()
        except Error as error:
            raise LostError(
                f"the page “{stop.name}” could not be brought up: {error.message.splitlines()[0]}"
            ) from error

    def _sign_in(self, context: "BrowserContext", email: str) -> None:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.locator("details summary").click()
        form = page.locator("form", has=page.locator("[name=password]"))
        form.locator("[name=login]").fill(email)
        form.locator("[name=password]").fill(self._password)
        with page.expect_navigation():
            form.locator("button").last.click()
        if "/login" in page.url:
            raise LostError(f"{email} could not sign in: is this site the one whose demonstration made the password?")
