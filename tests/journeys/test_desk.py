"""Ten entries at the desk in a real browser: with the keyboard alone, then on a screen of a telephone's size."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.journeys.people import Person
from tests.living_site import LivingSite
from tests.portal.factories import PASSWORD

pytestmark = pytest.mark.browser
TEN = 10
MARKS = ("88", "82", "91", "80", "86", "79")


#: A contest of its own with four judges, twelve entries for each, and a PDF of three pages in every entry.
SEED = """
import hashlib
from datetime import timedelta
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from judging.models import Assignment
from portal import clock
from portal.accounts.actions import give_consents
from portal.accounts.consents import required
from submissions.actions.inspecting import make_inspection
from submissions.models import Inspection, Upload, VersionFile
from tests.competition.factories import make_contest, make_wanted_file
from tests.judging.factories import make_entry, make_panel
from tests.journeys.papers import three_pages

now = clock.now()
panel = make_panel(
    experts=4, entries=0, publish=False, seats=4, weights=(25, 20, 25, 15, 10, 5),
    contest=make_contest(name="键盘大赛", short_name="键盘大赛", is_published=True),
    opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=1),
)
names = ("数据要素价值", "先进性与创新", "应用实效", "示范推广", "安全合规", "材料质量")
for criterion, name in zip(panel.rubric.criteria.order_by("position"), names):
    criterion.name = name
    criterion.anchors = [["优", 90, 100, "常态应用，有佐证"], ["良", 75, 89, "已上线"], ["中", 60, 74, "试用"], ["差", 0, 59, "未应用"]]
    criterion.save()
wanted = make_wanted_file(panel.contest, label="佐证材料")
text = "汇聚航道、港口、船舶和货物四类数据，联合优化泊位计划与航道调度。" * 8
parts = [(part, [{"key": part, "label": part, "kind": "long_text", "value": text}]) for part in ("项目概述", "数据基础", "技术路线", "应用成效")]
sections = [{"task": "application", "title": title, "answers": answers} for title, answers in parts]
for place in range(12):
    entry = make_entry(panel.track, title=f"长江航运数据融合与调度{place + 1}", sections=sections)
    content = three_pages(place)
    digest = hashlib.sha256(content).hexdigest()
    inspection = Inspection.objects.create(sha256=digest, kind="pdf", size=len(content))
    upload = Upload.objects.create(entry=entry, wanted=wanted, name="a.pdf", kind="pdf", size=len(content), sha256=digest, inspection=inspection, uploaded_at=now)
    default_storage.save(upload.storage_path, ContentFile(content))
    make_inspection(pk=inspection.pk, now=now)
    VersionFile.objects.create(version=entry.current_version, upload=upload, label="佐证材料", name="a.pdf", size=len(content), sha256=digest)
panel.publish(now=now)
for expert in panel.experts:
    give_consents(actor=expert.user, texts=required(), now=now)
print("JUDGES", *[expert.email for expert in panel.experts])
"""


@pytest.fixture(scope="module")
def judges(site: LivingSite) -> list[str]:
    """The addresses of four judges of one panel."""
    return re.search(r"JUDGES (.*)", site.manage("shell", "-c", SEED)).group(1).split()


@pytest.fixture
def judge(visitor: Callable[..., BrowserContext], site: LivingSite, judges: list[str]) -> Callable[..., Person]:
    """One of them, signed in, in front of a screen of this width."""

    def sit_down(number: int, width: int = 1440) -> Person:
        person = Person(site, visitor(width=width), judges[number])
        person.sign_in(PASSWORD)
        return person

    return sit_down


def open_desk(person: Person) -> Page:
    """From “my work” to the first entry that is not scored."""
    page = person.go("/my/")
    page.locator("main a[href*='/judging/stages/']").first.click()
    page.locator("main a.btn-primary").first.click()
    expect(page.locator(".cw-score")).to_be_visible()
    return page


def scored(page: Page) -> int:
    return int(re.search(r"\d+", page.locator("[data-tally]").text_content()).group())


def test_ten_entries_are_judged_by_keyboard_alone(judge: Callable[..., Person], album: Callable[..., None]) -> None:
    page = open_desk(judge(0))
    album(page, "desk-01")
    for turn in range(TEN):
        before = scored(page)
        expect(page.locator(".cw-mark").first).to_be_focused()
        for mark in MARKS:
            page.keyboard.type(mark)
            page.keyboard.press("Tab")
        expect(page.locator("[data-total]").first).not_to_have_text("—")
        page.keyboard.type(f"第{turn + 1}件：数据来源清楚，成效有据可查。jk?[]")
        expect(page.locator("[data-status]")).to_contain_text("已保存")
        album(page, f"desk-{turn + 2:02}")
        address = page.url
        page.keyboard.press("Control+Enter")
        page.wait_for_url(lambda url, left=address: url != left)
        assert scored(page) == before + 1
    page.keyboard.press("k")
    page.wait_for_url(address)
    expect(page.locator("[data-status]")).to_contain_text("已保存")
    expect(page.locator(".cw-mark").first).to_have_value(MARKS[0])


def test_keys_turn_pages_open_the_help_and_can_be_switched_off(judge: Callable[..., Person]) -> None:
    page = open_desk(judge(1))
    where = page.locator("[data-where]")
    expect(where).to_contain_text("1 /")
    page.keyboard.press("]")
    expect(where).to_contain_text("2 /")
    page.keyboard.press("[")
    expect(where).to_contain_text("1 /")
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    expect(page.locator(".cw-mark").nth(2)).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("#desk-help")).to_be_visible()
    page.locator("[data-single-keys]").uncheck()
    page.keyboard.press("Escape")
    address = page.url
    page.locator(".cw-doc-well").first.focus()
    page.keyboard.press("j")
    page.keyboard.press("2")
    expect(page.locator(".cw-mark").nth(1)).not_to_be_focused()
    assert page.url == address
    page.locator("[data-help]").click()
    page.locator("[data-single-keys]").check()


def test_two_tabs_are_shown_both_values_and_the_person_chooses(judge: Callable[..., Person]) -> None:
    person = judge(2)
    page = open_desk(person)
    other = person.context.new_page()
    other.goto(page.url)
    page.locator(".cw-mark").first.fill("71")
    page.keyboard.press("Tab")
    expect(page.locator("[data-status]")).to_contain_text("已保存")
    other.locator(".cw-mark").first.fill("72")
    other.keyboard.press("Tab")
    expect(other.locator("[data-choice]")).to_be_visible()
    expect(other.locator(".cw-elsewhere").first).to_contain_text("71")
    other.locator("[data-take=mine]").click()
    expect(other.locator("[data-status]")).to_contain_text("已保存")
    page.reload()
    expect(page.locator(".cw-mark").first).to_have_value("72")


def test_entries_are_judged_on_a_telephone_and_sealed(judge: Callable[..., Person], album: Callable[..., None]) -> None:
    page = open_desk(judge(3, width=375))
    for turn in range(TEN):
        album(page, f"phone-{turn + 1:02}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"
        for box, mark in zip(page.locator(".cw-mark").all(), MARKS, strict=True):
            assert box.bounding_box()["height"] >= 44
            box.fill(mark)
        page.locator("#id_comment").fill("材料完整，建议补充第三方佐证。")
        expect(page.locator("[data-status]")).to_contain_text("已保存")
        address = page.url
        page.locator(".cw-foot-next").click()
        page.wait_for_url(lambda url, left=address: url != left)
    page.locator(".cw-queue-head a").click()
    page.locator("main a[href$='/seal/']").first.click()
    page.fill("[name=signature]", page.locator("#signature-help").inner_text().split("“")[1].split("”")[0])
    page.locator("main form button.btn-primary").first.click()
    expect(page.locator("form[action$='/undo/']")).to_be_visible()
    album(page, "phone-sealed")
