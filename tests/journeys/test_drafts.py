"""What is typed is never lost and never overwritten: two people, two tabs, no connection, no session, no server.

The captain and the member of the demonstration work on the same draft; in Chinese, on the real processes, in real browsers.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from tests.journeys.people import Person
from tests.living_site import LivingSite

pytestmark = pytest.mark.browser

TITLE = "长江中游航道与港口数据协同调度"
SUMMARY = "#id_a-summary"
SAVED = re.compile(r"已保存 \d\d:\d\d:\d\d")
#: A busy machine, a retry after five seconds, a supervisor's pause.
PATIENCE = 60_000


@pytest.fixture(scope="module")
def password(site: LivingSite) -> str:
    return re.search(r"password\s+(\w+)", site.manage("demo", "--accounts")).group(1)


@pytest.fixture
def open_form(visitor: Callable[..., BrowserContext], site: LivingSite, password: str) -> Callable[..., Person]:
    """Signs a person of the demonstration in, and opens the project overview of the entry they share."""

    def meet(name: str, **options: object) -> Person:
        person = Person(site, visitor(**options), f"{name}@demo.example")
        person.sign_in(password)
        go_to_form(person.page)
        return person

    return meet


def go_to_form(page: Page) -> None:
    page.goto("/my/")
    hub = page.locator("main a[href*='/entries/']", has_text=TITLE).first.get_attribute("href")
    page.goto(f"{hub}overview/")
    expect(page.locator(SUMMARY)).to_be_visible()


def status(page: Page):
    return page.locator("[data-status]")


def write(page: Page, text: str, *, leave: bool = True) -> None:
    page.fill(SUMMARY, text)
    if leave:
        page.locator(SUMMARY).blur()


def is_saved(page: Page) -> None:
    expect(status(page)).to_have_text(SAVED, timeout=PATIENCE)


def stands(page: Page, text: str) -> None:
    """The server has the text."""
    page.reload()
    expect(page.locator(SUMMARY)).to_have_value(text)


def copies(page: Page) -> list[str]:
    """What this browser keeps of texts that the server does not have."""
    return page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('chengshu:'))")


def choose(conflict: Locator, which: str) -> None:
    """Choose one of two texts; the server's drawing of the question then takes the place of the conflict.

    A click and no `check()`: that looks at the radio button once more after its click, and where the answer was quicker it
    waits in vain for another one to come.
    """
    conflict.locator(f"[value={which}]").click()
    expect(conflict).to_have_count(0, timeout=PATIENCE)


@contextmanager
def offline(person: Person) -> Iterator[None]:
    person.context.set_offline(True)
    try:
        yield
    finally:
        person.context.set_offline(False)


def test_an_answer_is_saved_while_it_is_typed_and_when_it_is_left(open_form: Callable[..., Person]) -> None:
    captain, member = open_form("captain"), open_form("member")
    write(captain.page, "边写边存的摘要", leave=False)
    is_saved(captain.page)
    stands(member.page, "边写边存的摘要")
    write(captain.page, "离开时存下的摘要")
    is_saved(captain.page)
    stands(member.page, "离开时存下的摘要")
    assert copies(captain.page) == []


def test_two_people_on_one_answer_see_both_texts_and_choose(open_form: Callable[..., Person], album) -> None:
    captain, member = open_form("captain"), open_form("member", width=375)
    write(captain.page, "队长写的摘要")
    is_saved(captain.page)
    write(member.page, "队员写的摘要")
    conflict = member.page.locator(".cs-conflict")
    expect(conflict).to_contain_text("队长写的摘要")
    expect(conflict.locator(SUMMARY)).to_have_value("队员写的摘要")
    album(member.page, "30-conflict")
    stands(captain.page, "队长写的摘要")
    choose(conflict, "mine")
    is_saved(member.page)
    stands(captain.page, "队员写的摘要")
    stands(member.page, "队员写的摘要")


def test_a_second_tab_overwrites_nothing(open_form: Callable[..., Person]) -> None:
    captain = open_form("captain")
    first, second = captain.page, captain.context.new_page()
    go_to_form(second)
    write(first, "第一个标签页写的")
    is_saved(first)
    write(second, "第二个标签页写的")
    expect(second.locator(".cs-conflict")).to_contain_text("第一个标签页写的")
    choose(second.locator(".cs-conflict"), "theirs")
    expect(second.locator(SUMMARY)).to_have_value("第一个标签页写的")
    stands(first, "第一个标签页写的")


def test_an_untouched_answer_is_no_conflict_when_the_page_is_sent(open_form: Callable[..., Person]) -> None:
    captain, member = open_form("captain"), open_form("member")
    write(captain.page, "只有队长改过")
    is_saved(captain.page)
    member.page.fill("#id_a-scene", "队员只改了这一处")
    before = member.page.url
    member.press("保存并继续")
    expect(member.page).not_to_have_url(before)
    expect(member.page).not_to_have_title(re.compile("^错误"))
    stands(captain.page, "只有队长改过")
    expect(captain.page.locator("#id_a-scene")).to_have_value("队员只改了这一处")


def test_a_lost_connection_loses_nothing(open_form: Callable[..., Person]) -> None:
    captain = open_form("captain", may_lose_connection=True)
    with offline(captain):
        write(captain.page, "断网时写的摘要")
        expect(status(captain.page)).to_contain_text("没有网络连接", timeout=PATIENCE)
        assert copies(captain.page)
        captain.page.get_by_role("button", name="保存并继续", exact=True).click()
        expect(captain.page.locator(SUMMARY)).to_have_value("断网时写的摘要")  # one stays where one is
    is_saved(captain.page)
    assert copies(captain.page) == []
    stands(captain.page, "断网时写的摘要")


def test_a_page_that_was_closed_without_connection_comes_back(open_form: Callable[..., Person]) -> None:
    captain = open_form("captain", may_lose_connection=True)
    with offline(captain):
        write(captain.page, "关掉页面之前写的")
        expect(status(captain.page)).to_contain_text("没有网络连接", timeout=PATIENCE)
        captain.page.close()
    captain.page = captain.context.new_page()
    go_to_form(captain.page)
    expect(captain.page.locator(SUMMARY)).to_have_value("关掉页面之前写的")
    expect(captain.page.locator("[data-local]")).to_be_visible()
    is_saved(captain.page)
    stands(captain.page, "关掉页面之前写的")


def test_what_came_back_does_not_overwrite_what_was_written_meanwhile(open_form: Callable[..., Person]) -> None:
    captain, member = open_form("captain", may_lose_connection=True), open_form("member")
    with offline(captain):
        write(captain.page, "断网的队长写的")
        expect(status(captain.page)).to_contain_text("没有网络连接", timeout=PATIENCE)
        write(member.page, "在线的队员写的")
        is_saved(member.page)
    expect(captain.page.locator(".cs-conflict")).to_contain_text("在线的队员写的", timeout=PATIENCE)
    expect(captain.page.locator(SUMMARY)).to_have_value("断网的队长写的")
    stands(member.page, "在线的队员写的")


def test_an_expired_session_keeps_the_text_and_sends_it_after_sign_in(
    open_form: Callable[..., Person], password: str, album
) -> None:
    captain = open_form("captain")
    address = captain.page.url
    captain.context.clear_cookies(name="sessionid")
    write(captain.page, "登录过期时写的摘要")
    expect(status(captain.page)).to_contain_text("您已退出登录")
    album(captain.page, "31-signed-out")
    captain.page.get_by_role("button", name="保存并继续", exact=True).click()
    expect(captain.page.locator(SUMMARY)).to_have_value("登录过期时写的摘要")
    captain.page.locator("[data-local] a").click()
    captain.page.locator("details summary").click()
    form = captain.page.locator("form", has=captain.page.locator("[name=password]"))
    form.locator("[name=login]").fill(captain.email)
    form.locator("[name=password]").fill(password)
    form.locator("button").last.click()
    expect(captain.page).to_have_url(address)
    expect(captain.page.locator(SUMMARY)).to_have_value("登录过期时写的摘要")
    is_saved(captain.page)
    stands(captain.page, "登录过期时写的摘要")


def test_a_new_sign_in_elsewhere_does_not_stop_an_open_page(open_form: Callable[..., Person], password: str) -> None:
    captain = open_form("captain")
    old = captain.page
    captain.context.clear_cookies(name="sessionid")
    captain.page = captain.context.new_page()
    captain.sign_in(password)
    write(old, "旧页面写的摘要")
    is_saved(old)
    stands(old, "旧页面写的摘要")


def test_signing_out_leaves_nothing_on_the_computer(open_form: Callable[..., Person]) -> None:
    captain = open_form("captain", may_lose_connection=True)

    def cut(route: Route) -> None:
        route.abort()

    captain.page.route("**/autosave/", cut)
    write(captain.page, "没有发出去的摘要")
    expect(status(captain.page)).to_contain_text("没有网络连接", timeout=PATIENCE)
    assert copies(captain.page)
    captain.page.locator("header form[action$='/accounts/logout/'] button").click()
    expect(captain.page).not_to_have_url(re.compile("/entries/"))
    assert copies(captain.page) == []


def test_a_server_that_was_killed_gets_the_text_when_it_is_back(
    open_form: Callable[..., Person], site: LivingSite
) -> None:
    captain = open_form("captain", may_lose_connection=True)
    assert site.kill("portal.supervisor.web")
    write(captain.page, "服务器停机时写的摘要")
    is_saved(captain.page)
    site.wait_for(site.answers, "the site to be back", seconds=60)
    stands(captain.page, "服务器停机时写的摘要")
    assert copies(captain.page) == []
