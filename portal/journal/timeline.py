"""The journal as people read it: one sentence per event, with who did it and when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.db import Identified
from portal.journal.kinds import find_kind
from portal.journal.models import Event
from portal.journal.recording import events_of

LINES = 50


@dataclass(frozen=True)
class Line:
    """One event in the reader's language; `who` is empty for what the system did."""

    sequence: int
    at: datetime
    who: str
    text: str

    @property
    def row(self) -> tuple[datetime, str]:
        """As `{% log rows %}` wants it."""
        return self.at, f"{self.who} {self.text}".strip()


def describe(event: Event) -> str:
    """The sentence of an event whose body is loaded; one whose body was erased says so."""
    body = getattr(event, "body", None)
    return find_kind(event.kind).describe(body.payload) if body else _("(erased)")


def timeline(subject: Identified, *, limit: int = LINES) -> list[Line]:
    """What happened to one subject, newest first: two queries."""
    return lines(events_of(subject)[:limit])


def lines(events: Iterable[Event]) -> list[Line]:
    """Events with their bodies, as lines; the names are asked for all at once."""
    found = list(events)
    ids = {event.body.actor for event in found if hasattr(event, "body") and event.body.actor}
    names = {
        user.public_id: str(user) for user in User.objects.filter(public_id__in=ids).only("public_id", "name", "email")
    }
    return [
        Line(
            event.sequence, event.at, names.get(event.body.actor, "") if hasattr(event, "body") else "", describe(event)
        )
        for event in found
    ]


def events_about(person: User) -> list[int]:
    """Sequences of what the person did and what was done to their account, for erasing when they ask to be forgotten.

    Events about entries and marks tell of others as well: whoever erases chooses what the law asks for.
    """
    kind, public_id = person.reference
    about = Q(body__actor=person.public_id) | Q(body__subject_type=kind, body__subject_id=public_id)
    return list(Event.objects.filter(about).order_by("sequence").values_list("sequence", flat=True))
