"""Taking an entry out of the contest, and letting it back in; both are said to its team with the reason.

The lock is the entry's, which submitting and withdrawing take too: at the same second one comes first, and the other finds
what it left. What was judged stays as it is: who is not in the contest has no place in the ranking, and has it again when
the entry is let in again.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.journal.models import Event
from portal.journal.recording import record
from portal.refusals import Refusal, Stale
from portal.slots import Slot
from submissions import events, notices
from submissions.actions.locking import lock_entry
from submissions.actions.submission import move
from submissions.models import Disqualification, Entry
from submissions.permissions import may_disqualify, may_reinstate

#: Besides the team: called with the entry as it is now, the event and its instant, in the transaction of the action.
others_told: Slot[Callable[[Entry, Event, datetime], None]] = Slot("who hears that an entry left or came back")


@transaction.atomic
def disqualify_entry(*, actor: User, entry: Entry, seen: int, reason: str, now: datetime) -> Disqualification:
    """The entry takes no further part, and its team reads why. `seen` is the number of the version that the person saw."""
    entry = lock_entry(entry)
    may_disqualify(actor, entry, now).require()
    version = entry.current_version
    if version is None or version.number != seen:
        raise Stale(_("The team has submitted a newer version meanwhile. Look at that one first."))
    if not reason:
        raise Refusal(_("Say why the entry is disqualified: the team reads it."), code="no_reason", field="reason")
    row = Disqualification.objects.create(
        entry=entry, version=version, correction=entry.correction, reason=reason, decided_by=actor, decided_at=now
    )
    move(entry, Entry.Status.DISQUALIFIED, disqualification=row)
    event = record(
        events.DISQUALIFIED,
        actor=actor,
        now=now,
        contest=entry.contest,
        subject=entry,
        number=entry.number,
        version=version.number,
        disqualification=row.public_id,
    )
    notices.tell_disqualified(entry=entry, row=row, event=event, now=now)
    _tell_others(entry, event, now)
    return row


@transaction.atomic
def reinstate_entry(*, actor: User, row: Disqualification, reason: str, now: datetime) -> Disqualification:
    """The entry is where it was before, with the correction that it was in, and its team reads why."""
    entry = lock_entry(row.entry)
    may_reinstate(actor, entry, now).require()
    if entry.disqualification_id != row.pk:
        raise Stale(_("This was lifted meanwhile, and the entry was disqualified anew. Read the new reason first."))
    if not reason:
        raise Refusal(_("Say why the entry is let in again: the team reads it."), code="no_reason", field="reason")
    Disqualification.objects.filter(pk=row.pk).update(lifted_reason=reason, lifted_by=actor, lifted_at=now)
    row = row.refreshed()
    before = Entry.Status.RETURNED if row.correction else Entry.Status.SUBMITTED
    move(entry, before, correction=row.correction)
    event = record(
        events.REINSTATED,
        actor=actor,
        now=now,
        contest=entry.contest,
        subject=entry,
        number=entry.number,
        disqualification=row.public_id,
    )
    notices.tell_reinstated(entry=entry, row=row, event=event, now=now)
    _tell_others(entry, event, now)
    return row


def _tell_others(entry: Entry, event: Event, now: datetime) -> None:
    for tell in others_told:
        tell(entry, event, now)
