"""A roadshow in real browsers at once: the host's console, two judges' tablets, the wall in the hall."""

import json
import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys.people import Person
from tests.living_site import LivingSite

#: The demonstration's roadshow lies weeks ahead: it is moved to now, and one entry of track 3 goes on stage.
MOVE = """
import json
from datetime import timedelta
from django.utils import timezone
from competition.models import Stage
from judging.models import Assignment, Expert
stage = Stage.objects.get(contest__slug="demo", kind="roadshow")
now = timezone.now()
Stage.objects.filter(pk=stage.pk).update(opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=2))
seat = Assignment.objects.filter(stage__contest__slug="demo", expert__user__email="judge1@demo.example").first()
judges = Expert.objects.filter(contest__slug="demo", user__email__in=["judge1@demo.example", "judge2@demo.example"])
print(json.dumps({
    "stage": stage.public_id, "number": seat.entry.number, "title": seat.entry.title,
    "judges": [judge.code for judge in judges.order_by("user__email")],
}))
"""
#: The pledge has its own journey.
PLEDGE = """
from django.utils import timezone
from judging.models import Assignment
Assignment.objects.filter(stage__kind="roadshow", pledged_at=None).update(pledged_at=timezone.now())
"""


def test_a_team_is_called_scored_and_shown(site: LivingSite, visitor: Callable, album: Callable[..., None]) -> None:
    password = re.search(r"password\s+(\w+)", site.manage("demo", "--accounts")).group(1)
    scene = json.loads(site.manage("shell", "--verbosity", "0", "-c", MOVE).strip().splitlines()[-1])
    host = Person(site, visitor(), "organiser@demo.example")
    host.sign_in(password)
    page = host.go(f"/contests/demo/judging/{scene['stage']}/roadshows/")
    page.fill("[name=name]", "第一会场")
    page.fill("[name=starts_at_0]", "2030-08-20")
    page.fill("[name=starts_at_1]", "09:00")
    page.fill("[name=judges]", " ".join(scene["judges"]))
    page.fill("[name=entries]", scene["number"])
    host.press("安排路演")
    page.fill("[name=source]", "8月20日福彩3D开奖号码")
    host.press("公布抽签依据")
    page.fill("[name=number]", "371")
    host.press("抽取出场顺序")
    roadshow = page.url.rstrip("/").rpartition("/")[2]
    site.manage("shell", "--verbosity", "0", "-c", PLEDGE)

    wall = visitor(width=1600).new_page()
    wall.goto(f"/live/{roadshow}/")
    expect(wall.get_by_role("heading", level=1)).to_have_text("第一会场")
    judges = [Person(site, visitor(width=width), f"judge{n}@demo.example") for n, width in ((1, 820), (2, 375))]
    for judge in judges:
        judge.sign_in(password)
        judge.go(f"/judging/roadshows/{roadshow}/")
        expect(judge.page.get_by_text("台上没有队伍")).to_be_visible()

    host.press("请下一队上台")
    expect(wall.get_by_role("heading", level=1)).to_have_text(scene["title"])
    host.press("开始计时")
    expect(wall.locator("[data-clock][data-running]")).to_be_visible()
    for judge, mark in zip(judges, ("91", "84"), strict=True):
        card = judge.page
        expect(card.locator(".cw-tablet")).to_be_visible()  # it came by itself
        for box in card.locator(".cw-mark").all():
            box.fill(mark)
        card.fill("[name=comment]", "答辩清楚")
        album(card, f"roadshow-tablet-{mark}")
        card.locator(".cw-tablet button").click()
        expect(card.get_by_text("您的评分单已封存")).to_be_visible()
    expect(wall.locator(".cw-wall-score strong")).to_have_text("2 / 2")
    expect(wall.get_by_text("91.00")).to_have_count(0)
    album(wall, "roadshow-wall-hidden")
    expect(page.locator(".cw-console-score strong")).to_have_text("87.50")
    album(page, "roadshow-console")
    host.press("结束评分")
    expect(wall.get_by_text("87.50")).to_have_count(0)
    page.get_by_role("button", name="公布").click()
    expect(wall.locator(".cw-wall-score strong")).to_have_text("87.50")
    expect(wall.locator(".cw-wall-judges")).to_contain_text("91.00")
    album(wall, "roadshow-wall")
