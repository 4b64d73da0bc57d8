"""Somebody in every role."""

from dataclasses import dataclass, field
from typing import Any

from portal.accounts.actions import give_consents
from portal.accounts.consents import required
from portal.accounts.models import User
from tests.competition.factories import NOW
from tests.portal.factories import make_superuser
from tests.submissions.factories import make_person
from tests.world.markers import Marker


@dataclass
class People:
    """The persons of one side, by what they are there."""

    mark: Marker
    found: dict[str, User] = field(default_factory=dict)

    def add(self, part: str, **fields: Any) -> User:
        """A new person whose name and address are markers."""
        person = make_person(email=self.mark.email(f"{part}mail"), name=getattr(self.mark, f"{part}name"), **fields)
        self.found[part] = person
        return person

    def __getitem__(self, part: str) -> User:
        return self.found[part]


def make_administrator() -> User:
    """Who rules the machine."""
    administrator = make_superuser("administrator@example.cn", name="系统管理员")
    give_consents(actor=administrator, texts=required(), now=NOW)
    return administrator
