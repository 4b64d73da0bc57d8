"""How many times one presses the mouse on the way from a topic to the receipt, besides typing: counted in the browser.

Typing is what the keyboard does: words, choosing from a list, Tab from field to field, Enter in a form of one line, and
Ctrl + Enter on a page of the form. Everything else is a press, and the browser counts it.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from submissions.demo_content import pdf
from tests.journeys.people import Person
from tests.living_site import LivingSite

pytestmark = pytest.mark.browser

TOPIC = "/contests/demo/tracks/3/topics/2/"
#: UI.md: from landing to receipt.
MOST = 14
#: Who never uses Enter presses the button of each page of the form as well.
MOST_BY_MOUSE = 28
COUNTER = "addEventListener('pointerdown', (event) => { if (event.isTrusted) window.pressed(); }, true);"


class Clicks:
    """Presses of one browser."""

    def __init__(self, context: BrowserContext) -> None:
        self.count = 0
        context.expose_function("pressed", self._more)
        context.add_init_script(COUNTER)

    def _more(self) -> None:
        self.count += 1


@pytest.mark.parametrize(("by_mouse", "most"), [(False, MOST), (True, MOST_BY_MOUSE)], ids=["keys", "mouse"])
def test_from_the_topic_to_the_receipt(
    visitor: Callable[..., BrowserContext], site: LivingSite, tmp_path: Path, by_mouse: bool, most: int
) -> None:
    context = visitor()
    clicks = Clicks(context)
    name = "mouse" if by_mouse else "keys"
    person = Person(site, context, f"{name}@team.example", "章程")
    register(person, code=organisation_code(by_mouse), by_mouse=by_mouse)
    person.page.locator("main .cs-submit a.btn-primary").click()
    work_through(person.page, by_mouse=by_mouse)
    for wanted in ("项目展示材料", "盖章承诺书"):
        choose(person.page, wanted, tmp_path)
        person.page.locator("main .cs-actions a.btn-primary").click()
    expect(person.page).to_have_url(re.compile("/check/$"))
    person.page.locator("main form button.btn-primary").click()
    expect(person.page).to_have_url(re.compile(r"/versions/1/$"))
    print(f"{name}: {clicks.count} clicks")
    assert 10 <= clicks.count <= most


def organisation_code(by_mouse: bool) -> str:
    from stdnum.cn import uscc

    body = "91420100000800" + ("102" if by_mouse else "101")
    return body + uscc.calc_check_digit(body)


def register(person: Person, *, code: str, by_mouse: bool) -> None:
    """A visitor without an account: the topic's button, the form, a new account, and the form once more."""
    page = person.go(TOPIC)
    person.follow("我要报名")
    page.fill("[name=uscc]", code)
    page.fill("[name=name]", "武汉示例铁水联运有限公司")
    page.select_option("[name=kind]", "enterprise")
    page.select_option("[name=region]", "42")
    page.fill("[name=post]", "总工程师")
    send(page, "[name=consent]", by_mouse=by_mouse)
    person.follow("注册账号")
    page.fill("[name=email]", person.email)
    page.fill("[name=name]", person.name)
    send(page, "[name=consent]", by_mouse=by_mouse)
    page.fill("[name=code]", site_code(person))
    if by_mouse:
        page.locator("form:has([name=code]) button").first.click()
    else:
        page.press("[name=code]", "Enter")
    page.wait_for_url(re.compile(r"/register/$"))
    page.locator("main form button.btn-primary").click()
    page.wait_for_url(re.compile(r"/entries/\w+/$"))


def site_code(person: Person) -> str:
    return person.site.code_for(person.email, after=0)


def send(page: Page, consent: str, *, by_mouse: bool) -> None:
    """Tick, and send the form: the tick is a press, and Enter on it sends the form too."""
    page.check(consent)
    with page.expect_navigation():
        if by_mouse:
            page.locator(
                "main form:has([name=consent]) button[type=submit], main form:has([name=consent]) button"
            ).first.click()
        else:
            page.press(consent, "Enter")


def work_through(page: Page, *, by_mouse: bool) -> None:
    """Every page of the form as it follows, until the files."""
    if page.locator("[name=title]").count():
        page.fill("[name=title]", "铁水联运货物状态一单到底")
    while page.locator(".cs-sections").count():
        boxes = page.locator("main form textarea")
        for box in boxes.all():
            box.fill("汇聚铁路与港口的货物状态数据，一单到底，成效有据可查。")
        for box in page.locator("main form input[type=text]:visible").all():
            if not box.input_value():
                box.fill("1200")
        for group in page.locator("main form fieldset").all():
            group.locator("input").first.check()
        with page.expect_navigation():
            if by_mouse:
                page.locator("main form button.btn-primary").click()
            else:
                page.keyboard.press("Control+Enter")
        assert not page.title().startswith("错误"), page.inner_text(".cs-errors")


def choose(page: Page, wanted: str, folder: Path) -> None:
    """Press the field, choose in the window that the system opens; where nothing stands yet, that sends it."""
    path = folder / f"{wanted}.pdf"
    path.write_bytes(pdf("Clicks", path.stem.encode().hex()))
    place = page.locator(".cs-upload", has=page.get_by_role("heading", name=wanted))
    with page.expect_file_chooser() as chooser:
        place.locator("input[type=file]").click()
    chooser.value.set_files(path)
    expect(page.get_by_role("link", name=path.name)).to_be_visible()
