"""The one thing that can be done to the journal besides adding to it: forgetting what some events said.

The event with its hash stays, so the tree stands; the body that the hash was made from goes, and with it everything that
pointed to a person. Each erasure is itself a row that stays, and an event.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from portal.journal import events
from portal.journal.models import Erasure, EventBody
from portal.journal.permissions import may_erase
from portal.journal.recording import record


@transaction.atomic
def erase(*, actor: Any, sequences: Iterable[int], reason: str, now: datetime) -> list[Erasure]:
    """Remove the bodies of these events; those without one already are passed over. Returns the new erasures."""
    may_erase(actor, reason).require()
    bodies = EventBody.objects.filter(event_id__in=list(sequences)).select_for_update()
    wanted = sorted(bodies.values_list("event_id", flat=True))
    if not wanted:
        return []
    erasures = Erasure.objects.bulk_create(
        Erasure(event_id=sequence, reason=reason.strip(), actor=actor.public_id, at=now) for sequence in wanted
    )
    EventBody.objects.filter(event_id__in=wanted).delete()
    record(events.ERASED, actor=actor, now=now, number=len(wanted), sequences=wanted, reason=reason.strip())
    return erasures
