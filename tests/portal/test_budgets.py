"""What the portal's own pages may cost, short and long."""

import pytest
from django.urls import reverse

from competition.models import Role
from tests.budgets import check_list, check_page
from tests.competition.factories import make_contest, make_role, make_stage
from tests.notices.factories import make_inbox_notice
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = make_user()
    client.force_login(user)
    return user


@pytest.mark.parametrize(("name", "page"), [("sign_in", "account_login"), ("sign_up", "account_signup")])
def test_the_doors_keep_their_budget(client, name, page):
    check_page(client, reverse(page), name)


def test_the_profile_keeps_its_budget(client, person):
    check_page(client, reverse("profile"), "profile")


def test_the_inbox_keeps_its_budget_at_any_length(client, person):
    notice = make_inbox_notice(person)
    check_list(client, reverse("inbox"), "inbox", lambda: [make_inbox_notice(person) for _ in range(50)])
    check_page(client, reverse("notice", args=[notice.public_id]), "notice")


def test_my_work_keeps_its_budget(client, person):
    check_page(client, reverse("my_work"), "my_work")


def test_an_organisers_work_keeps_its_budget_with_one_contest_and_with_thirty(client, person):
    def organise():
        contest = make_contest()
        make_stage(contest)
        make_role(person, contest, Role.Name.ORGANISER)

    organise()
    check_list(client, reverse("my_work"), "my_work_of_an_organiser", lambda: [organise() for _ in range(30)])
