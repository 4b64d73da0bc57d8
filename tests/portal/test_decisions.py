"""A decision is yes, or no with the sentence that the person reads."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import RequestFactory

from portal.decisions import ALLOWED, Decision, hidden, refused
from portal.refusals import Closed, NotAllowed, Refusal, RefusalMiddleware, Stale


def test_an_allowed_decision_is_true_and_requires_nothing():
    assert ALLOWED
    assert ALLOWED.reason == ""
    assert ALLOWED.require() is None


def test_a_refused_decision_is_false_and_raises_its_sentence():
    decision = refused("Ask the captain.", code="not_captain", field="title")
    assert not decision
    assert decision.reason == "Ask the captain."
    with pytest.raises(Refusal, match="Ask the captain") as caught:
        decision.require()
    assert (caught.value.code, caught.value.field) == ("not_captain", "title")


def test_the_first_refusal_of_two_decisions_counts():
    first, second = refused("one", code="1"), refused("two", code="2")
    assert ALLOWED.and_then(second) is second
    assert first.and_then(second) is first
    assert ALLOWED.and_then(ALLOWED)


@pytest.fixture
def request_() -> HttpRequest:
    request = RequestFactory().get("/somewhere/")
    request.user = AnonymousUser()
    return request


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Refusal("Do this instead.", code="x"), 409),
        (Stale(), 409),
        (Closed("The door closed."), 403),
        (NotAllowed(), 404),
    ],
)
def test_a_refusal_that_no_view_caught_becomes_a_designed_page(client, request_, refusal, status):
    request_.session = client.session
    answer = RefusalMiddleware(lambda request: None).process_exception(request_, refusal)
    assert answer.status_code == status
    if status != 404:
        assert str(refusal) in answer.content.decode()


def test_another_exception_is_left_to_django(request_):
    assert RefusalMiddleware(lambda request: None).process_exception(request_, KeyError("x")) is None


def test_hidden_things_are_not_found():
    assert isinstance(hidden().refusal, NotAllowed)
    assert isinstance(Decision(Stale()).refusal, Stale)
