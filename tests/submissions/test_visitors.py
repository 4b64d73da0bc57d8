"""Registering before signing in: what was typed waits in the session, bounded, for two hours, and nothing else does."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from competition.models import Stage
from portal.accounts.models import Organisation
from submissions.kept_registration import KEPT_FOR, KEY
from submissions.models import Entry
from tests.competition.factories import NOW
from tests.portal.factories import make_organisation, make_uscc
from tests.submissions.factories import make_entry, make_open_contest, make_open_topic, make_person
from tests.submissions.test_pages import page, register_url, registration

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def topic():
    return make_open_topic()


def sign_in_by_code(client, person, where):
    """From the sign-in page to where the person was going."""
    client.post(reverse("account_request_login_code"), {"email": person.email, "next": where})
    code = next(word for word in mail.outbox[-1].body.split() if len(word) == 9 and word[4] == "-")
    return client.post(reverse("account_confirm_login_code"), {"code": code, "next": where})


def test_a_visitor_fills_in_the_form_signs_in_by_code_and_finds_everything_there(client, topic):
    url, typed = register_url(topic), registration(post="总工程师")
    assert "登录并报名" in page(client.get(url))
    answer = client.post(url, typed)
    assert answer.url == f"{reverse('account_login')}?next={url}"
    assert not Entry.objects.exists()
    person = make_person()
    assert sign_in_by_code(client, person, url).url == url
    back = client.get(url)
    assert "您填写的内容均已保留" in page(back)
    for value in (typed["uscc"], typed["name"], "总工程师"):
        assert f'value="{value}"' in back.content.decode()
    assert back.context["form"]["consent"].value() == "on"
    assert client.post(url, typed).status_code == 302
    assert Entry.objects.get().team.captain == person
    assert KEY not in client.session


def test_a_mistake_is_said_before_signing_in_and_nothing_is_kept(client, topic):
    answer = client.post(register_url(topic), registration(post="总工程师", uscc="91420100MA0000000X"))
    assert "统一社会信用代码" in page(answer)
    assert "总工程师" in answer.content.decode()
    assert KEY not in client.session


def test_an_organisation_that_may_not_lead_is_refused_before_signing_in(client):
    topic = make_open_topic(lead_in_region=True, region="42")
    text = page(client.post(register_url(topic), registration(region="31")))
    assert "湖北" in text
    assert KEY not in client.session
    assert not Organisation.objects.exists()


def test_a_visitor_does_not_learn_whether_an_organisation_is_known(client, topic):
    known = make_organisation(name="秘密示例单位")
    answer = client.post(register_url(topic), registration(uscc=known.uscc, name="别的名字"))
    assert answer.status_code == 302
    assert known.name not in answer.content.decode()


def test_only_the_fields_of_the_form_are_kept_and_of_one_registration(client, topic):
    another = make_open_topic()
    client.post(register_url(topic), registration(captain_name="某人", extra="x" * 10_000))
    assert set(client.session[KEY]["typed"]) == {"uscc", "name", "kind", "region", "post", "consent"}
    client.post(register_url(another), registration())
    assert client.session[KEY]["topic"] == another.public_id
    assert client.get(register_url(topic)).context["form"].initial == {}


def test_what_was_typed_is_gone_after_two_hours(client, topic, clock):
    client.post(register_url(topic), registration(post="总工程师"))
    clock.move_to(NOW + KEPT_FOR - timedelta(seconds=1))
    assert "总工程师" in client.get(register_url(topic)).content.decode()
    clock.move_to(NOW + KEPT_FOR)
    assert "总工程师" not in client.get(register_url(topic)).content.decode()
    assert KEY not in client.session


def test_who_turns_out_to_be_in_a_team_is_led_to_it(client):
    entry = make_entry()
    url = register_url(entry.topic)
    client.post(url, registration(uscc=make_uscc()))
    client.force_login(entry.team.captain)
    assert "一人只能参加一支队伍" in page(client.get(url), 409)


def test_a_closed_door_is_said_before_anything_is_typed(client, topic, clock):
    clock.move_to(topic.track.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at)
    assert "7月20日 14:03" in page(client.get(register_url(topic)), 403)


def test_an_unpublished_contest_is_not_there(client):
    assert client.get(register_url(make_open_topic(is_published=False))).status_code == 404
    assert make_open_contest().is_published
