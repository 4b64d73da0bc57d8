"""Every test of signing in starts with fresh rate limits, and can read the codes in the mails."""

import re

import pytest
from django.core import mail
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _fresh_limits():
    cache.clear()


@pytest.fixture
def code():
    """The code in the newest mail."""

    def newest() -> str:
        found = re.search(r"^([0-9]{4}-[0-9]{4})$", mail.outbox[-1].body, re.MULTILINE)
        assert found, mail.outbox[-1].body
        return found.group(1)

    return newest
