"""Reading in several statements what has to fit together."""

import pytest
from django.db import DatabaseError, transaction

from portal.accounts.models import User
from portal.db import snapshot
from tests.portal.factories import make_user


@pytest.mark.django_db(transaction=True)
class TestASnapshot:
    def test_is_for_reading_alone(self):
        with pytest.raises(DatabaseError), snapshot():
            make_user()
        make_user()
        assert User.objects.count() == 1

    def test_that_writes_keeps_all_or_nothing(self):
        with snapshot(writing=True):
            make_user()
        with pytest.raises(LookupError), snapshot(writing=True):
            make_user()
            raise LookupError
        assert User.objects.count() == 1

    @pytest.mark.parametrize("writing", [False, True])
    def test_is_refused_inside_a_transaction_which_has_begun_at_another_instant(self, writing):
        with pytest.raises(RuntimeError), transaction.atomic(), snapshot(writing=writing):
            pass
