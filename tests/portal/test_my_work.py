"""“My work” gathers what the apps register, and says what to do when there is nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.slots import Slot, WorkItem, WorkSection
from portal.states import State
from portal.web import my_work
from tests.notices.factories import make_inbox_notice
from tests.portal.factories import NOW, make_superuser, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def sections(monkeypatch):
    slot = Slot("work")
    monkeypatch.setattr(my_work, "work_sections", slot)
    return slot


@pytest.fixture
def person(client):
    user = make_user(name="周敏")
    client.force_login(user)
    return user


def test_each_role_has_its_section_with_states_and_deadlines(client, person, sections, time_machine):
    time_machine.move_to(NOW, tick=False)
    item = WorkItem(
        "长江中游航道",
        "/entries/1/",
        meta="交通运输",
        state=State("待补正", "amber", "undo-2"),
        due_at=NOW + timedelta(days=3),
    )
    past = WorkItem("旧作品", "/entries/2/", due_at=NOW)
    sections.register(lambda user, now: [WorkSection("entries", "我的作品", [item, past], more_url="/all/")])
    sections.register(lambda user, now: [WorkSection("judging", "评审", [])])
    page = client.get(reverse("my_work")).content.decode()
    for words in (
        "我的作品",
        "长江中游航道",
        "交通运输",
        "待补正",
        "cs-is-amber",
        "7月20日 14:03",
        "已截止",
        'href="/all/"',
    ):
        assert words in page
    assert "评审" not in page


def test_nothing_to_do_says_what_to_do(client, person, sections):
    page = client.get(reverse("my_work")).content.decode()
    assert "cs-empty" in page
    assert f'href="{reverse("home")}"' in page


def test_missing_details_and_unread_notices_are_shown(client, person, sections):
    make_inbox_notice(person)
    page = client.get(reverse("my_work")).content.decode()
    assert "有 1 条通知未读" in page
    assert "完善个人信息" in page
    person.phone = "13800001111"
    person.save()
    assert "完善个人信息" not in client.get(reverse("my_work")).content.decode()


@pytest.mark.parametrize("make", [make_user, make_superuser])
def test_the_page_itself_asks_few_questions(client, sections, make, django_assert_max_num_queries):
    client.force_login(make())
    with django_assert_max_num_queries(4):
        assert client.get(reverse("my_work")).status_code == 200


def test_the_page_with_all_apps_keeps_its_budget(client, person, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        assert client.get(reverse("my_work")).status_code == 200


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password"])
def test_the_doors_ask_hardly_anything(client, name, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        assert client.get(reverse(name)).status_code == 200
