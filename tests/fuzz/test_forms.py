"""Hostile values in every form: a sentence comes back, and nothing happens that was not asked for."""

import pytest

from tests.fuzz.attacks import Attacker
from tests.fuzz.forms import POLICY, Forms, wrong_bodies
from tests.permissions.visiting import Visitors

pytestmark = pytest.mark.django_db


POSTED = [key for key, rows in POLICY.items() if set(rows["POST"].values()) & {"yes", "ok", "go"}]


@pytest.mark.parametrize("key", POSTED)
def test_whatever_stands_in_it_a_form_answers_in_sentences(visitors: Visitors, forms: Forms, key: str):
    target = forms(key)
    if target is None:
        pytest.skip("only people beside the ordinary ones get through")
    attacker, wrong = Attacker(visitors), []
    for what, body in wrong_bodies(target):
        wrong += [f"{what}: {fault}" for fault in attacker.send(target.role, "POST", target.url, body)]
    assert not wrong, "\n".join(wrong)
