"""The demonstration: a contest with people in every role, for looking around on one's own machine.

Its accounts have addresses under one reserved domain and share a password that every installation makes for itself from
its secret key. They exist only while the site is bound to loopback: `manage.py up` and `check --deploy` refuse otherwise.
What the demonstration does goes through the same actions as anybody's work; `remove()` therefore closes the accounts and
hides the contest, while the append-only records stay.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.core.checks import Error, Tags, register
from django.db import DatabaseError, transaction
from django.utils.crypto import salted_hmac

from portal.accounts import consents
from portal.accounts.actions import welcome
from portal.accounts.erasing import ask_erasure
from portal.accounts.models import User
from portal.journal.checkpoints import make_checkpoint
from portal.slots import demo_removals, demo_steps

DOMAIN = "demo.example"
SLUG = "demo"
CLOSED = "!"  # a hash that no password has
#: The named people had their accounts, and had agreed to what everybody agrees to, before anything else was done.
SINCE = timedelta(days=30)

#: (part of the address, name, what the person does)
CAST = (
    ("organiser", "方静", "organiser"),
    ("screener", "罗宁", "screener"),
    ("supervisor", "沈确", "supervisor"),
    ("captain", "周敏", "captain"),
    ("member", "陈立", "member"),
    ("judge1", "顾评", "judge"),
    ("judge2", "程衡", "judge"),
    ("judge3", "严正", "judge"),
    ("judge4", "柳平", "judge"),
    ("judge5", "钟实", "judge"),
    ("expert", "白桦", "expert"),
    ("administrator", "江宁", "administrator"),
)


@dataclass(frozen=True)
class Scale:
    """How much is made besides the named people."""

    name: str
    entries: int
    experts: int


SCALES = {
    "small": Scale("small", 24, 12),
    "province": Scale("province", 2_000, 180),
    "nation": Scale("nation", 25_000, 1_000),
}


@dataclass
class Demonstration:
    """What the steps hand on to each other, in the order of the apps."""

    now: datetime
    scale: Scale
    say: Callable[[str], None]
    people: dict[str, User]
    contest: Any = None
    facts: dict[str, Any] = field(default_factory=dict)


def password() -> str:
    """The demonstration's password on this installation: twelve letters and digits, the same at every call."""
    return salted_hmac("portal.demo", "password", algorithm="sha256").hexdigest()[:12]


def accounts() -> list[tuple[str, str, str]]:
    """(e-mail, name, part) of the demonstration accounts that can sign in now; empty when there are none."""
    parts = {f"{address}@{DOMAIN}": part for address, _name, part in CAST}
    rows = User.objects.filter(email__in=parts, is_active=True).values_list("email", "name")
    order = list(parts)
    return sorted(((email, name, parts[email]) for email, name in rows), key=lambda row: order.index(row[0]))


def exists() -> bool:
    """Can anybody sign in with a demonstration account?"""
    return User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).exists()


def build(*, scale: str, now: datetime, say: Callable[[str], None]) -> Demonstration:
    """Make the demonstration or bring it up to date; every app adds its part."""
    demonstration = Demonstration(now=now, scale=SCALES[scale], say=say, people=_people(now))
    _somebody_who_leaves(now)
    for step in demo_steps:
        step(demonstration)
    make_checkpoint(now=now)
    return demonstration


@transaction.atomic
def remove(*, now: datetime) -> int:
    """Hide what the apps made and close the accounts; returns how many accounts were closed."""
    for step in demo_removals:
        step(now)
    people = User.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True)
    return people.update(is_active=False, is_staff=False, is_superuser=False, password=CLOSED)


def invented_person(*, email: str, name: str, now: datetime) -> User:
    """An account of nobody: it has agreed to what everybody agrees to, and no password."""
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, None, name=name)
        welcome(user=user, texts=consents.required(), now=now)
    return user


@transaction.atomic
def _people(now: datetime) -> dict[str, User]:
    people = {}
    for address, name, part in CAST:
        email = f"{address}@{DOMAIN}"
        user = invented_person(email=email, name=name, now=now - SINCE)
        user.name, user.is_active, user.is_superuser = name, True, part == "administrator"
        user.is_staff = part in {"organiser", "administrator"}
        if not user.check_password(password()):
            user.set_password(password())
        user.save()
        EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
        people[address] = user
    return people


def _somebody_who_leaves(now: datetime) -> None:
    """One who asks to be forgotten, so that the administrators' page shows what is decided there."""
    person = invented_person(email=f"leaving@people.{DOMAIN}", name="石磊", now=now)
    if not person.erasure_requests.exists():
        ask_erasure(actor=person, reason="不再参加比赛，请注销账号并删除个人信息。", now=now)


@register(Tags.security, deploy=True)
def no_demonstration_in_public(app_configs: Any, **_kwargs: Any) -> list[Error]:
    """`check --deploy`: a public site has no demonstration accounts."""
    try:
        found = exists()
    except DatabaseError:  # not migrated yet: then there are no accounts either
        return []
    if not found:
        return []
    return [
        Error(
            "The demonstration accounts of this site can sign in.",
            hint="Run `manage.py demo --remove` before the site is opened to others.",
            id="portal.E001",
        )
    ]
