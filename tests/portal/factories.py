"""People and organisations, made in one line each; every value can be given, the rest is plausible."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from stdnum.cn import uscc

from portal.accounts.models import Organisation, User
from portal.accounts.regions import Region
from portal.journal.kinds import EventKind
from portal.journal.models import Event
from portal.journal.recording import record

NOW = datetime(2024, 7, 17, 6, 3, tzinfo=UTC)  # 14:03 in Beijing, the clock of the mock-ups
PASSWORD = "Rapeseed-flowers-7"
HAPPENED = EventKind("test.happened", "something happened")
_numbers = count(1)


def make_user(email: str = "", *, password: str | None = PASSWORD, verified: bool = True, **fields: Any) -> User:
    """A person who can sign in with the e-mail address, by code or with PASSWORD."""
    number = next(_numbers)
    user = User(email=(email or f"person-{number}@example.cn").lower(), **{"name": f"人员{number}"} | fields)
    user.set_password(password)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    return user


def make_superuser(email: str = "", **fields: Any) -> User:
    return make_user(email, **{"is_staff": True, "is_superuser": True} | fields)


def make_uscc(number: int | None = None, region: str = "420100") -> str:
    """A unified social credit code with a right check digit; each number gives another one."""
    stem = f"91{region}{'MA' + format(number if number is not None else next(_numbers), '07d')}"
    return stem + uscc.calc_check_digit(stem)


def make_organisation(**fields: Any) -> Organisation:
    number = next(_numbers)
    given = {
        "name": f"湖北示例数据{number}有限公司",
        "uscc": make_uscc(number),
        "region": Region.HUBEI,
        "kind": Organisation.Kind.ENTERPRISE,
    }
    return Organisation.objects.create(**given | fields)


def make_event(**payload: Any) -> Event:
    """One event of the journal, by nobody and about nothing."""
    with transaction.atomic():
        return record(HAPPENED, actor=None, now=NOW, **payload)
