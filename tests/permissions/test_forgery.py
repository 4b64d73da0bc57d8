"""A form that another site makes a browser send carries no token of ours: it does nothing."""

from http.cookies import SimpleCookie

import pytest
from django.test import Client

from tests.permissions.addresses import Address
from tests.permissions.policy import policy
from tests.permissions.visiting import Visitors, keeping_as_it_is

pytestmark = pytest.mark.django_db  # creates the database; the world's own transaction keeps it as it is


POLICY = policy()
GETS_THROUGH = {"yes", "ok", "go"}


def test_whatever_is_posted_without_our_token_is_refused(visitors: Visitors, site: dict[str, Address]):
    client = Client(enforce_csrf_checks=True)
    let_through, tried = [], 0
    for address, rows in POLICY.items():
        role = next((role for role, word in rows["POST"].items() if word in GETS_THROUGH), "")
        if role:
            client.cookies = SimpleCookie(visitors.cookies[role])
            with keeping_as_it_is():
                response = client.post(site[address].url, site[address].post())
            tried += 1
            if response.status_code != 403:
                let_through.append(f"{address} by {role}: {response.status_code}")
    assert not let_through, "\n".join(let_through)
    assert tried > 100
