"""The last evening: a captain and a member at once, on a desk and on a phone, while everything breaks and time runs out.

The line is lost, the server is killed, a session ends, and the deadline falls while one writes and the other uploads. What
was saved or sent in time is submitted to the byte; what came later is refused in words and still stands on the screen.
"""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from submissions.demo_content import pdf
from tests.journeys.people import Person
from tests.journeys.test_drafts import PATIENCE, SUMMARY, TITLE, go_to_form, is_saved, offline, status, write
from tests.journeys.test_uploading import grown, reaches, slow_down

pytestmark = [pytest.mark.browser, pytest.mark.processes]

#: The demonstration's draft, with nothing missing, in a contest whose uploads have an hour of grace.
COMPLETE = f"""
from django.utils import timezone
from submissions.models import Entry
from tests.submissions.factories import fill, fresh
entry = Entry.objects.get(team__captain__email="captain@demo.example", title="{TITLE}")
for member in entry.team.memberships.all():
    member.employer, member.post, member.duty, member.phone = "港航集团", "工程师", "研发", "13800000000"
    member.save()
fill(fresh(entry), title="{TITLE}", now=timezone.now())
entry.contest.stages.filter(kind="submission").update(grace_minutes=60)
"""
CLOSE = f"""
from django.utils import timezone
from submissions.models import Entry
Entry.objects.get(team__captain__email="captain@demo.example", title="{TITLE}").contest.stages.filter(kind="submission").update(closes_at=timezone.now())
"""
SUBMITTED = f"""
import json
from submissions.models import Entry
print(json.dumps(Entry.objects.get(team__captain__email="captain@demo.example", title="{TITLE}").current_version.content, ensure_ascii=False))
"""


@pytest.fixture(scope="module")
def password(site) -> str:
    site.manage("shell", "-c", COMPLETE)
    return re.search(r"password\s+(\w+)", site.manage("demo", "--accounts")).group(1)


def test_the_last_evening(site, visitor, password, album, tmp_path: Path) -> None:
    letter = tmp_path / "承诺书（最后一晚）.pdf"
    letter.write_bytes(grown(pdf("Letter of the last evening"), 19 << 20))
    captain = Person(site, visitor(may_lose_connection=True), "captain@demo.example")
    member = Person(site, visitor(width=375, may_lose_connection=True, may_be_late=True), "member@demo.example")
    for person in (captain, member):
        person.sign_in(password)
    go_to_form(member.page)

    # The captain uploads; the member writes; the line of the member is lost, and comes back.
    captain.page.locator("main a[href*='/entries/']", has_text=TITLE).first.click()
    hub = captain.page.url
    captain.go(f"{hub}commitment/")
    slow_down(captain, 3 << 19)
    captain.page.set_input_files("input[type=file]", letter)
    captain.page.locator("[data-upload-send]").click()  # a file stands there: replacing it takes a press
    with offline(member):
        write(member.page, "断网时写的")
        expect(status(member.page)).to_contain_text("没有网络连接", timeout=PATIENCE)
    is_saved(member.page)
    reaches(captain.page, 20)

    # The server is killed under both.
    assert site.kill("portal.supervisor.web")
    write(member.page, "截止前写完的摘要")
    site.wait_for(site.answers, "the site to be back", seconds=60)
    is_saved(member.page)
    reaches(captain.page, 40)

    # The captain's session ends; signing in beside the page lets the upload go on.
    captain.context.clear_cookies(name="sessionid")
    expect(captain.page.locator("[data-upload-error]")).to_contain_text("您已退出登录", timeout=PATIENCE)
    album(captain.page, "last-evening-signed-out")
    uploading, captain.page = captain.page, captain.context.new_page()
    captain.sign_in(password)

    # The deadline falls: the text comes too late, the upload goes on after it.
    site.manage("shell", "-c", CLOSE)
    write(member.page, "截止后才写的摘要")
    expect(status(member.page)).to_contain_text("截止", timeout=PATIENCE)
    expect(member.page.locator(".cs-asked", has=member.page.locator(SUMMARY))).to_contain_text("尚未保存")
    album(member.page, "last-evening-too-late-375")
    member.press("保存并继续")
    expect(member.page.locator("main")).to_contain_text("未保存")
    expect(member.page.locator(SUMMARY)).to_have_value("截止后才写的摘要")
    expect(member.page.locator(".cs-asked", has=member.page.locator(SUMMARY))).not_to_contain_text("已保存")
    album(member.page, "last-evening-not-saved-375")
    captain.go(hub)
    expect(captain.page.locator("main")).to_contain_text("文件仍在上传")
    album(captain.page, "last-evening-arriving")
    uploading.get_by_role("button", name="继续", exact=True).click()
    expect(uploading.get_by_role("link", name=letter.name)).to_be_visible(timeout=PATIENCE)

    # What was there in time, and the file that began in time, are submitted.
    captain.go(hub)
    expect(captain.page.locator("main")).to_contain_text("文件在截止后传完")
    album(captain.page, "last-evening-arrived")
    captain.go(f"{hub}check/")
    album(captain.page, "last-evening-check")
    captain.press("提交作品")
    expect(captain.page).to_have_url(re.compile("/versions/1/"))
    content = site.manage("shell", "-c", SUBMITTED)
    assert hashlib.sha256(letter.read_bytes()).hexdigest() in content
    assert "截止前写完的摘要" in content
    assert "截止后才写的摘要" not in content
