"""Requests that are too large are refused before anything reads them."""

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from portal.web.bodies import BodyLimitMiddleware
from tests.competition.factories import NOW
from tests.submissions.sender import make_draft

pytestmark = pytest.mark.django_db
MIB = 1 << 20


class Unread:
    """A body that must not be touched."""

    def read(self, *_size):
        raise AssertionError("the body was read")

    readline = read


def post(client, url, length):
    told = {"CONTENT_LENGTH": str(length), "CONTENT_TYPE": "multipart/form-data; boundary=x", "wsgi.input": Unread()}
    return client.generic("POST", url, **told)


def test_a_page_without_files_takes_little(client):
    answer = post(client, reverse("account_login"), 26 * MIB)
    assert answer.status_code == 413
    assert answer.templates[0].name == "portal/refused.html"


def test_the_form_of_files_takes_what_the_contest_asks_for_and_no_more():
    entry = make_draft(NOW)
    entry.contest.wanted_files.update(max_mb=100)
    client = Client()
    client.force_login(entry.team.captain)
    assert post(client, reverse("entry_files", args=[entry.public_id]), 102 * MIB).status_code == 413
    with pytest.raises(AssertionError, match="the body was read"):
        post(client, reverse("entry_files", args=[entry.public_id]), 100 * MIB)


def test_strangers_bring_nothing_large():
    entry = make_draft(NOW)
    entry.contest.wanted_files.update(max_mb=100)
    assert post(Client(), reverse("entry_files", args=[entry.public_id]), 90 * MIB).status_code == 413


@pytest.mark.parametrize("length", ["", "-5", "x", "９"])
def test_a_length_that_is_no_number_is_none(length):
    request = RequestFactory().post("/", CONTENT_LENGTH=length)
    assert BodyLimitMiddleware(lambda _request: None).process_view(request, lambda: None, (), {}) is None
