"""The frame of every page: languages, themes, the strict content policy, and the designed dead ends."""

from datetime import UTC, datetime

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from portal.refusals import Closed, RefusalMiddleware, Stale
from portal.web.context import Frame
from portal.web.errors import server_error
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db
PUBLIC = "account_login"


def page(client: Client, language: str = "en", name: str = PUBLIC, **kwargs) -> HttpResponse:
    with translation.override(language):
        address = reverse(name)
    return client.get(address, **kwargs)


def text(response: HttpResponse) -> str:
    return response.content.decode()


def test_chinese_has_no_prefix_and_english_lives_under_en(client):
    assert '<html lang="zh-Hans"' in text(page(client, "zh-hans"))
    assert '<html lang="en"' in text(page(client, "en"))


@pytest.mark.parametrize(
    ("language", "path", "other"),
    [
        ("zh-hans", "/tracks/?q=1", "/en/tracks/?q=1"),
        ("zh-hans", "/", "/en/"),
        ("en", "/en/tracks/?q=1", "/tracks/?q=1"),
        ("en", "/en/", "/"),
    ],
)
def test_leads_to_the_same_page_in_the_other_language(language, path, other):
    with translation.override(language):
        assert Frame(RequestFactory().get(path)).other_url == other


def test_the_content_policy_allows_no_inline_script_or_style(client):
    policy = page(client)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


def test_follows_the_system_until_a_theme_is_chosen(client):
    assert "data-bs-theme" not in text(page(client)).split(">", 2)[1]
    client.post(reverse("preferences"), {"theme": "dark", "next": "/en/"})
    assert 'data-bs-theme="dark"' in text(page(client))
    client.post(reverse("preferences"), {"theme": "auto"})
    assert "data-bs-theme" not in text(page(client)).split(">", 2)[1]


def test_ignores_a_theme_that_does_not_exist(client):
    client.cookies["theme"] = '"><script>'
    assert "data-bs-theme" not in text(page(client)).split(">", 2)[1]
    assert "theme" not in client.post(reverse("preferences"), {"theme": "pink"}).cookies


def test_larger_text_is_switched_on_and_off(client):
    client.post(reverse("preferences"), {"care": "on"})
    assert 'class="cs-care"' in text(page(client))
    client.post(reverse("preferences"), {"care": "off"})
    assert "cs-care" not in text(page(client))


def test_preferences_go_back_to_the_page_and_nowhere_else(client):
    assert client.post(reverse("preferences"), {"theme": "dark", "next": "/en/tracks/?q=1"}).url == "/en/tracks/?q=1"
    for outside in ("https://example.com/", "//example.com", "javascript:alert(1)", ""):
        assert client.post(reverse("preferences"), {"theme": "dark", "next": outside}).url == "/"


def test_a_preference_is_never_set_by_a_link(client):
    assert client.get(reverse("preferences"), {"theme": "dark"}).status_code == 405


def test_a_preference_needs_the_token(client):
    careful = Client(enforce_csrf_checks=True)
    response = careful.post(reverse("preferences"), {"theme": "dark"})
    assert response.status_code == 403
    assert "theme" not in response.cookies


def test_the_numbers_at_the_foot_are_hidden_when_empty(client, monkeypatch):
    assert "Website code" not in text(page(client))
    monkeypatch.setattr(Frame, "icp", "鄂ICP备00000000号")
    monkeypatch.setattr(Frame, "site_code", "4200000000")
    drawn = text(page(client))
    assert "鄂ICP备00000000号" in drawn
    assert "Website code 4200000000" in drawn


def test_a_page_for_a_visitor_asks_the_database_nothing(client, django_assert_num_queries):
    page(client)
    with django_assert_num_queries(0):
        client.get("/en/nowhere/")


@pytest.mark.parametrize(("language", "address"), [("zh-Hans", "/nowhere/"), ("en", "/en/nowhere/")])
def test_a_missing_page_is_designed(client, language, address):
    response = client.get(address)
    assert response.status_code == 404
    assert f'<html lang="{language}"' in text(response)
    assert 'class="cs-stop"' in text(response)
    assert "Content-Security-Policy" in response


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do():
    careful = Client(enforce_csrf_checks=True)
    careful.cookies["csrftoken"] = "a" * 32
    response = careful.post("/en/accounts/login/", {})
    assert response.status_code == 403
    assert "reload the page and send the form again" in text(response)


def test_a_browser_without_cookies_is_told_so():
    response = Client(enforce_csrf_checks=True).post("/en/accounts/login/", {})
    assert "Allow cookies for this site" in text(response)


@pytest.mark.parametrize(("address", "words"), [("/x", "系统出错了"), ("/en/x", "Something went wrong")])
def test_the_page_for_our_own_faults_needs_no_database(address, words, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = server_error(RequestFactory().get(address))
    assert response.status_code == 500
    assert words in text(response)


def refuse(exception: Exception, method: str = "get") -> HttpResponse:
    request = getattr(RequestFactory(), method)("/en/enter/")
    request.user = type("Visitor", (), {"is_authenticated": False})()
    request.now = datetime(2024, 7, 22, tzinfo=UTC)
    with translation.override("en"):
        return RefusalMiddleware(lambda _request: HttpResponse()).process_exception(request, exception)


def test_a_closed_door_says_since_when():
    response = refuse(Closed("Entries are no longer taken.", closed_at=datetime(2024, 7, 20, 16, tzinfo=UTC)))
    assert response.status_code == 403
    assert "Entries are no longer taken." in text(response)
    assert "Closed since 20 July 2024, 24:00 (Beijing time)." in text(response)


def test_a_door_not_yet_open_says_when_it_opens():
    response = refuse(Closed("Not yet.", opens_at=datetime(2024, 7, 27, 16, tzinfo=UTC)))
    assert "Opens on 28 July 2024, 00:00 (Beijing time)." in text(response)


def test_a_stale_form_leads_back_to_the_page():
    response = refuse(Stale(), "post")
    assert response.status_code == 409
    assert "Nothing was overwritten" in text(response)
    assert 'href="/en/enter/">Back to the page</a>' in text(response)


def test_a_page_is_light(client):
    assert len(page(client, "zh-hans").content) < 20_000


@pytest.mark.parametrize("has_errors", [True, False])
def test_the_title_says_that_there_are_errors(client, has_errors):
    request = RequestFactory().get("/en/")
    request.user = type("Visitor", (), {"is_authenticated": False})()
    with translation.override("en"):
        drawn = render_to_string("portal/layouts/base.html", {"has_errors": has_errors}, request)
    assert ("<title>Error: " in drawn) is has_errors


def test_a_person_finds_work_inbox_and_the_way_out(client):
    client.force_login(make_user(name="周敏"), backend="django.contrib.auth.backends.ModelBackend")
    drawn = text(client.get("/en/nowhere/"))
    assert "周敏" in drawn
    assert f'action="{reverse("account_logout")}"' in drawn or "/en/accounts/logout/" in drawn


def test_a_request_for_another_host_gets_a_designed_page(client):
    response = client.get("/en/", headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert "Nothing was changed" in text(response)
    assert 'class="cs-stop"' in text(response)


def test_the_unread_count_costs_one_query(client, django_assert_num_queries):
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    client.get("/en/nowhere/")
    with django_assert_num_queries(3):  # session, person, count
        client.get("/en/nowhere/")
