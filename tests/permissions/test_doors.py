"""Whoever knocks gets the answer that the policy names; nothing is written unless it says so; and no answer, file, mail or
notice tells its reader what is not theirs, or shows them a door that is shut to them.
"""

import pytest

from tests.permissions.addresses import Address
from tests.permissions.offers import Offers, route_of
from tests.permissions.policy import METHODS, policy, served_routes
from tests.permissions.secrets import Secrets, unlisted
from tests.permissions.visiting import Visitors
from tests.world import World
from tests.world.site import ROLES

pytestmark = pytest.mark.django_db


POLICY = policy()
#: Django's ways to what we serve ourselves or not at all: the address before them answers.
SHADOWED = {"admin/r/<path:content_type_id>/<path:object_id>/"}


@pytest.mark.parametrize("address", POLICY)
def test_each_role_gets_the_answer_of_the_policy_and_nothing_else(
    visitors: Visitors, site: dict[str, Address], secrets: Secrets, offers: Offers, address: str
):
    door = site[address]
    wrong, leaks, shut = [], [], []
    for method in METHODS:
        for role in ROLES:
            answer = visitors.knock(role, method, door.url, door.post)
            expected, who = POLICY[address][method][role], f"{method} by {role}"
            if answer.outcome != expected:
                wrong.append(f"{who}: {answer.outcome}, not {expected} {sorted(answer.changed)}")
            leaks += [f"{who} reads {secret}" for secret in secrets.met(role, address, answer.words)]
            for email, words in answer.told.items():
                leaks += [f"{who} tells {email} {secret}" for secret in secrets.met_by(email, address, words, by=role)]
            shut += [f"{who} is offered {way} {url}" for way, url in answer.offers if offers.shut(role, way, url)]
    assert not wrong, "\n".join(wrong)
    assert not leaks, "\n".join(leaks)
    assert not shut, "\n".join(shut)


def test_every_address_has_its_rows_and_every_row_an_address(site: dict[str, Address]):
    assert set(POLICY) == set(site)
    assert [address for address, rows in POLICY.items() if set(rows) != set(METHODS)] == []
    visited = {route_of(address.url) for address in site.values()}
    assert served_routes() - visited == SHADOWED
    assert visited <= served_routes()


def test_every_word_of_a_contest_has_its_readers(world: World):
    assert unlisted(world.ours) == set()
