"""The copy of one's own data: a ZIP that is made while it is sent, of what each app keeps of the person.

An app fills the slot `personal_data`; a part is a path in the archive and bytes that are fetched when its turn comes, so
that the copy of a person with large files needs no more memory than that of another.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from zipstream import ZipStream

from portal.accounts.models import User
from portal.journal.models import Event
from portal.journal.recording import stamp
from portal.journal.timeline import events_about
from portal.slots import PersonalPart, personal_data


def archive_of(user: User) -> ZipStream:
    """Everything, in the language in use; nothing is read before the first byte is asked for."""
    language = translation.get_language() or "en"
    archive = ZipStream()
    parts = (part for collect in [_own_parts, *personal_data] for part in collect(user))
    for part in parts:
        archive.add(_in_language(part, language), part.path)
    return archive


def json_bytes(value: Any) -> bytes:
    """As people and programs can both read it."""
    return json.dumps(value, ensure_ascii=False, indent=2).encode()


def _in_language(part: PersonalPart, language: str) -> Iterator[bytes]:
    """What is sent after the page was answered is still in the reader's language."""
    with translation.override(language):
        content = part.content()
    yield from content


def _own_parts(user: User) -> Iterator[PersonalPart]:
    yield PersonalPart("README.txt", lambda: [_readme().encode()])
    yield PersonalPart("account.json", lambda: [json_bytes(_account(user))])
    yield PersonalPart("journal.json", lambda: _lines(_journal(user)))


def _readme() -> str:
    text = _(
        "This is a copy of what this portal keeps of you: your account, the activity log of your account, the"
        " entries of the teams that you are in, with their files, and what you gave as a judge. Times are in UTC. The SHA-256 of a version's content.json"
        " is the fingerprint on its receipt."
    )
    return f"{text}\n"


def _account(user: User) -> dict[str, Any]:
    return {
        "email": user.email,
        "addresses": list(user.emailaddress_set.values("email", "verified", "primary")),  # type: ignore[attr-defined]
        "name": user.name,
        "phone": user.phone,
        "language": user.locale,
        "joined_at": stamp(user.date_joined),
        "consents": [
            {
                "purpose": consent.purpose,
                "version": consent.text_version,
                "given_at": stamp(consent.given_at),
                "withdrawn_at": stamp(consent.withdrawn_at) if consent.withdrawn_at else None,
            }
            for consent in user.consents.all()
        ],
    }


def _journal(user: User) -> Iterator[dict[str, Any]]:
    events = Event.objects.filter(pk__in=events_about(user), body__isnull=False).select_related("body")
    for event in events.order_by("sequence").iterator(chunk_size=500):
        body = event.body
        yield {
            "at": stamp(event.at),
            "kind": event.kind,
            "by_you": body.actor == user.public_id,
            "subject": [body.subject_type, body.subject_id],
            "payload": body.payload,
        }


def _lines(rows: Iterable[Any]) -> Iterator[bytes]:
    """A JSON list of which no more than one row is in memory."""
    before = b"[\n"
    for row in rows:
        yield before + json.dumps(row, ensure_ascii=False).encode()
        before = b",\n"
    yield (b"[" if before == b"[\n" else b"") + b"\n]\n"
