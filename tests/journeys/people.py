"""What people do again and again in a browser: sign up, sign in, save pages, upload files."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect

from submissions.demo_content import pdf
from tests.living_site import LivingSite


@dataclass
class Person:
    """Somebody with a browser of their own."""

    site: LivingSite
    context: BrowserContext
    email: str
    name: str = ""

    def __post_init__(self) -> None:
        self.page: Page = self.context.new_page()

    def go(self, path: str) -> Page:
        self.page.goto(path)
        return self.page

    def press(self, name: str) -> None:
        """Press the button with these words; the page that answers is loaded when this returns."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def follow(self, name: str) -> None:
        """Follow the link with these words in the page itself, not in its frame."""
        self.page.locator("main").get_by_role("link", name=name, exact=True).first.click()
        self.page.wait_for_load_state()

    def sign_up(self) -> None:
        """From the sign-in page: a new account, verified by the mailed code."""
        self.follow("注册账号")
        self.page.fill("[name=email]", self.email)
        self.page.fill("[name=name]", self.name)
        self.page.check("[name=consent]")
        self.press("注册账号")
        self._enter_code()

    def sign_in_by_code(self) -> None:
        """From the sign-in page, with the mailed code; mail that was there before is passed over."""
        before = len(self.site.mails(self.email))
        self.page.get_by_label("邮箱").first.fill(self.email)
        self.press("发送验证码")
        self._enter_code(after=before)

    def sign_in(self, password: str) -> None:
        self.go("/accounts/login/")
        self.page.locator("details summary").click()
        form = self.page.locator("form", has=self.page.locator("[name=password]"))
        form.locator("[name=login]").fill(self.email)
        form.locator("[name=password]").fill(password)
        form.locator("button").last.click()
        expect(self.page).to_have_url(f"{self.site.url}/my/")

    def upload(self, wanted: str, folder: Path) -> None:
        """Choose and send a PDF for the file asked for under this label."""
        path = folder / f"{self.name}-{wanted}.pdf"
        path.write_bytes(pdf("Journey", path.stem.encode().hex()))
        place = self.page.locator(".cs-upload", has=self.page.get_by_role("heading", name=wanted))
        place.locator("input[type=file]").set_input_files(path)  # where nothing stands yet, that sends it
        expect(self.page.get_by_role("link", name=path.name)).to_be_visible()

    def _enter_code(self, *, after: int = 0) -> None:
        self.page.fill("[name=code]", self.site.code_for(self.email, after=after))
        self.page.locator("form:has([name=code]) button").first.click()
        self.page.wait_for_load_state()
