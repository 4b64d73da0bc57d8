"""Writing to the journal: `record()` stands in the same transaction as the change it tells of."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from portal.db import Identified
from portal.journal.kinds import EventKind
from portal.journal.models import Event, EventBody
from portal.journal.tree import leaf_hash

SALT_BYTES = 16


def record(
    kind: EventKind,
    *,
    actor: Any,
    now: datetime,
    contest: Identified | None = None,
    subject: Identified | None = None,
    **payload: Any,
) -> Event:
    """Append one event. `actor` is a user or None for the system; `payload` holds JSON values without floats.

    Raises TransactionManagementError outside a transaction: an event without its change would be a lie.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(
            "an event is recorded in the transaction of the change it tells of"
        )
    contest_type, contest_id = contest.reference if contest else ("", "")
    subject_type, subject_id = subject.reference if subject else ("", "")
    event = Event(kind=kind.key, at=now)
    body = EventBody(
        event=event,
        salt=secrets.token_hex(SALT_BYTES),
        actor=getattr(actor, "public_id", "") or "",
        contest_type=contest_type,
        contest_id=contest_id,
        subject_type=subject_type,
        subject_id=subject_id,
        payload=payload,
    )
    event.leaf_hash = leaf_hash(parts_of(event, body))
    event.save(force_insert=True)
    body.save(force_insert=True)
    return event


def stamp(instant: datetime) -> str:
    """An instant as the journal hashes it: UTC with microseconds, the finest that both databases keep."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def events_of(subject: Identified) -> Any:
    """Events of one subject with their bodies, newest first."""
    subject_type, subject_id = subject.reference
    return (
        Event.objects.filter(body__subject_type=subject_type, body__subject_id=subject_id)
        .select_related("body")
        .order_by("-sequence")
    )


def tampered() -> Iterator[str]:
    """The invariant: each body still gives its event's hash; the earliest event that does not comes first."""
    for event in Event.objects.select_related("body", "erasure").order_by("sequence").iterator(chunk_size=2000):
        body = getattr(event, "body", None)
        if body is None:
            if not hasattr(event, "erasure"):
                yield f"event {event.sequence} has lost its body without an erasure"
            continue
        if leaf_hash(parts_of(event, body)) != event.leaf_hash:
            yield f"event {event.sequence} does not match its hash"


def parts_of(event: Event, body: EventBody) -> dict[str, Any]:
    """What an event's hash is made of."""
    return {
        "salt": body.salt,
        "kind": event.kind,
        "at": stamp(event.at),
        "actor": body.actor,
        "contest": [body.contest_type, body.contest_id],
        "subject": [body.subject_type, body.subject_id],
        "payload": body.payload,
    }
