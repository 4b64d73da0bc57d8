"""The contest from end to end, as people meet it: a visitor becomes a captain, a member joins, the entry is submitted and
checked, assigned, judged by three, ranked and exported; and everybody concerned gets their messages. In Chinese, on the
real processes, in a real browser.
"""

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.journeys.people import Person
from tests.living_site import LivingSite

pytestmark = pytest.mark.browser

TITLE = "汉江梯级水库群联合调度"
TOPIC = "/contests/demo/tracks/3/topics/1/"
LEAD_USCC = "91429900000700001R"
MARKS = {"judge1": 88, "judge2": 91, "judge3": 85}


@pytest.fixture
def people(visitor: Callable[..., BrowserContext], site: LivingSite) -> Callable[..., Person]:
    def meet(email: str, name: str = "", **options: int) -> Person:
        return Person(site, visitor(**options), email, name)

    return meet


def test_a_contest_runs_from_the_first_visit_to_the_ranking(
    people: Callable[..., Person], site: LivingSite, album: Callable[..., None], tmp_path: Path
) -> None:
    password = re.search(r"password\s+(\w+)", site.manage("demo", "--accounts")).group(1)
    captain = people("lin.yue@team.example", "林越")
    entry = register(captain, album)
    member = people("he.qing@team.example", "何清", width=375)
    join(captain, member, entry, album)
    fill(captain, entry, tmp_path, album)
    number = submit(captain, entry, album)
    check(people("screener@demo.example"), password, number, album)
    assign(people("organiser@demo.example"), password, album)
    for judge, mark in MARKS.items():
        score(people(f"{judge}@demo.example"), password, mark, album)
    rank(people("organiser@demo.example"), password, number, album)
    everybody_heard(site)


def register(captain: Person, album: Callable[..., None]) -> str:
    """From the front page to the task hub of a new team; returns the hub's path."""
    page = captain.go("/")
    album(page, "01-home")
    captain.go(TOPIC)
    album(page, "02-topic")
    captain.follow("我要报名")
    album(page, "03-register-visitor")
    page.fill("[name=uscc]", LEAD_USCC[:-1] + "0")
    page.locator("main form button.btn-primary").click()
    album(page, "04-register-errors")
    expect(page).to_have_title(re.compile("^错误："))
    page.fill("[name=uscc]", LEAD_USCC)
    page.fill("[name=name]", "武汉示例水务有限公司")
    page.select_option("[name=kind]", "enterprise")
    page.select_option("[name=region]", "42")
    page.fill("[name=post]", "总工程师")
    page.check("[name=consent]")
    page.locator("main form button.btn-primary").click()
    album(page, "05-sign-in")
    captain.sign_up()
    expect(page).to_have_url(re.compile(r"/register/$"))  # what one wanted is where one continues
    expect(page.locator("[name=uscc]")).to_have_value(LEAD_USCC)
    expect(page.locator("[name=post]")).to_have_value("总工程师")
    expect(page.locator("[name=consent]")).to_be_checked()
    album(page, "05-register-kept")
    page.locator("main form button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/entries/\w+/$"))
    album(page, "05-hub-new")
    return page.url.removeprefix(captain.site.url)


def join(captain: Person, member: Person, entry: str, album: Callable[..., None]) -> None:
    """The captain's link brings a second person in, on a phone."""
    page = captain.go(f"{entry}members/")
    album(page, "06-members")
    link = page.locator("input[readonly]").first.input_value()
    member.go(link)
    album(member.page, "07-join")
    member.page.locator("main a.btn-primary").click()
    member.sign_up()
    member.page.fill("[name=employer]", "武汉示例水务有限公司")
    member.page.fill("[name=post]", "工程师")
    member.page.locator("main form button.btn-primary").click()
    expect(member.page).to_have_url(re.compile(re.escape(entry)))
    album(member.page, "08-hub-member")
    captain.site.wait_for(lambda: captain.site.mails(captain.email)[1:], "the captain to hear that somebody joined")


def fill(captain: Person, entry: str, folder: Path, album: Callable[..., None]) -> None:
    """Every section of the form, and every file that is asked for."""
    page = captain.go(f"{entry}overview/")
    page.fill("[name=title]", TITLE)
    answer_sections(captain)
    captain.go(f"{entry}form/")
    album(page, "09-form")
    answer_sections(captain)
    captain.go(f"{entry}files/")
    captain.upload("项目展示材料", folder)
    album(page, "10-files")
    captain.go(f"{entry}commitment/")
    captain.upload("盖章承诺书", folder)


def answer_sections(captain: Person) -> None:
    """Answer what stands on this page of the form and on those that follow, until the task hub is there again."""
    page = captain.page
    while page.locator(".cs-sections").count():
        for place, box in enumerate(page.locator("main form textarea").all()):
            box.fill(f"第{place + 1}项：汇聚水文、气象与电网负荷数据，联合优化各梯级水库的泄放计划，成效有据可查。")
        for box in page.locator("main form input[type=text]:visible").all():
            if not box.input_value():
                box.fill("1200")
        for group in page.locator("main form fieldset").all():
            group.locator("input").first.check()
        with page.expect_navigation():  # once everything that was typed is on the server
            page.locator("main form button.btn-primary").click()
        assert not page.title().startswith("错误"), page.inner_text(".cs-errors")


def submit(captain: Person, entry: str, album: Callable[..., None]) -> str:
    """Check the answers, submit, and read the number on the receipt."""
    page = captain.go(entry)
    album(page, "11-hub-complete")
    page.goto(f"{entry}check/")
    album(page, "12-check")
    page.locator("main form button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/versions/1/$"))
    album(page, "13-receipt")
    number = page.locator(".cs-number b").inner_text()
    assert re.fullmatch(r"DEMO-03-\d{4}", number)
    return number


def check(screener: Person, password: str, number: str, album: Callable[..., None]) -> None:
    """The screener finds the entry in the queue, goes through the checklist and passes it."""
    screener.sign_in(password)
    page = screener.go("/contests/demo/screening/")
    album(page, "14-screening-queue")
    page.get_by_role("link", name=re.compile(number)).first.click()
    for met in page.locator("input[name^='mark-'][value=met]").all():
        met.check()
    album(page, "15-screening")
    page.locator("button[name=verdict][value=passed]").click()
    page.wait_for_load_state()
    page.goto("/contests/demo/screening/")
    expect(page.get_by_role("link", name=re.compile(number))).to_have_count(0)


def assign(organiser: Person, password: str, album: Callable[..., None]) -> None:
    """The organiser drafts a plan for what passed since, and publishes it."""
    organiser.sign_in(password)
    page = organiser.go("/contests/demo/workspace/")
    album(page, "16-board")
    page.goto("/contests/demo/judging/")
    album(page, "17-assignment")
    page.fill("[name=seed]", "2026-11-21")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("button[name=publish]")).to_be_visible()
    album(page, "18-plan")
    page.locator("button[name=publish]").click()
    expect(page.locator("button[name=publish]")).to_have_count(0)


def score(judge: Person, password: str, mark: int, album: Callable[..., None]) -> None:
    """A judge finds the new entry, marks it, and seals the sheet."""
    judge.sign_in(password)
    page = judge.page
    page.locator("main a[href*='/judging/stages/']").first.click()
    page.check("[name=pledge]")  # entries have been added since the judge signed last
    page.locator("main form button.btn-primary").click()
    album(page, "19-queue")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", name=TITLE).first).to_be_visible()
    boxes = page.locator("input.cw-mark")
    boxes.first.fill("101")
    page.locator("button[name=save]").click()
    expect(page).to_have_title(re.compile("^错误："))
    for place, box in enumerate(boxes.all()):
        box.fill(str(mark + place % 3))
    page.fill("[name=comment]", "数据来源清楚，调度成效有前后对比。")
    album(page, "20-desk")
    expect(page.locator("[data-status]")).to_contain_text("已保存")
    page.goto(page.locator("a[href$='/seal/']").first.get_attribute("href"))
    album(page, "21-seal")
    page.fill("[name=signature]", re.search("“(.+?)”", page.locator("#signature-help").inner_text()).group(1))
    page.locator("main form button.btn-primary").click()
    page.wait_for_load_state()
    judge.go("/my/notices/")
    expect(page.locator("main")).to_contain_text("封存")


def rank(organiser: Person, password: str, number: str, album: Callable[..., None]) -> None:
    """The ranking of the track holds the entry with its exact score, and so does the export."""
    organiser.sign_in(password)
    page = organiser.go("/contests/demo/workspace/")
    page.locator("a[href*='/ranking/']").first.click()
    page.get_by_role("link", name=re.compile("交通运输")).first.click()
    album(page, "22-ranking")
    row = page.locator("tr", has_text=number)
    # Six criteria get m, m+1, m+2, m, m+1, m+2 with weights 25, 20, 25, 15, 10, 5.
    gain = (20 * 1 + 25 * 2 + 10 * 1 + 5 * 2) / 100
    mean = sum(mark + gain for mark in MARKS.values()) / len(MARKS)
    expect(row).to_contain_text(f"{mean:.2f}")
    with page.expect_download() as download:
        page.locator("form[action$='/export/'] button").click()
    book = openpyxl.load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    cells = [cell for sheet in book for line in sheet.iter_rows(values_only=True) for cell in line]
    assert number in cells
    assert TITLE in cells


def everybody_heard(site: LivingSite) -> None:
    """Mail reached everybody concerned, each for their own occasion."""
    wanted = {
        "lin.yue@team.example": ["加入", "提交", "形式审查"],
        "he.qing@team.example": ["加入", "提交", "形式审查"],
        "judge1@demo.example": ["评审", "封存"],
        "judge2@demo.example": ["评审", "封存"],
        "judge3@demo.example": ["评审", "封存"],
    }
    for address, words in wanted.items():

        def subjects(address: str = address) -> str:
            return " / ".join(str(mail["Subject"]) for mail in site.mails(address))

        for word in words:
            site.wait_for(
                lambda word=word, subjects=subjects: word in subjects(),
                f"a mail about {word} to {address}; there are: {subjects()}",
                seconds=60,
            )
