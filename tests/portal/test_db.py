"""Public ids, locks and compare-and-set."""

import pytest
from django.db import connection, transaction

from portal.accounts.models import Organisation
from portal.db import ALPHABET, PUBLIC_ID_LENGTH, new_public_id
from portal.slots import Slot


@pytest.fixture
def organisation(db):
    return Organisation.objects.create(
        name="武汉示例数据有限公司", uscc="91429900000000001P", region="42", kind="enterprise"
    )


def test_public_ids_are_long_enough_not_to_be_guessed_and_can_be_read_out():
    ids = {new_public_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert all(len(public_id) == PUBLIC_ID_LENGTH and set(public_id) <= set(ALPHABET) for public_id in ids)
    assert not set("ilou") & set(ALPHABET)


def test_a_reference_names_the_row_without_its_primary_key(organisation):
    assert organisation.reference == ("accounts.organisation", organisation.public_id)


def test_a_lock_returns_the_row_and_needs_a_transaction_on_postgresql(organisation):
    with transaction.atomic():
        assert Organisation.objects.lock(pk=organisation.pk) == organisation
    if connection.vendor == "postgresql":
        assert connection.features.has_select_for_update


def test_a_slot_keeps_its_parts_in_order_and_once():
    slot = Slot("a test")
    first, second = object(), object()
    for part in (first, second, first):
        assert slot.register(part) is part
    assert list(slot) == [first, second]
