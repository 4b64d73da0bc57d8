"""More time for one team: asked for, granted, declined.

The lock is the entry's, which a submission takes too: at the same second one comes first, and the other finds what it left.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.journal.kinds import EventKind
from portal.journal.models import Event
from portal.journal.recording import record, stamp
from portal.refusals import Refusal, Stale
from portal.web.dates import deadline
from submissions import events, notices
from submissions.actions.locking import lock_entry
from submissions.doors import ordinary_term
from submissions.models import Entry, Extension
from submissions.permissions import may_ask_extension, may_extend

#: Requests that one team may make; organisers may still grant time unasked.
MOST_REQUESTS = 3

Status = Extension.Status


@transaction.atomic
def ask_extension(*, actor: User, entry: Entry, reason: str, now: datetime) -> Extension:
    """The captain asks for more time, and the organisers are told. One request is open at a time."""
    entry = lock_entry(entry)
    may_ask_extension(actor, entry, now).require()
    if not reason:
        raise Refusal(_("Say why the team needs more time."), code="no_reason", field="reason")
    asked = list(entry.extensions.filter(asked_at__isnull=False).values_list("status", flat=True))
    if Status.ASKED in asked:
        raise Refusal(_("Your team has asked already. The organisers will answer."), code="asked_already")
    if len(asked) >= MOST_REQUESTS:
        raise Refusal(
            _("Your team has asked %(most)d times. Contact the organisers instead.") % {"most": MOST_REQUESTS},
            code="too_many",
        )
    extension = Extension.objects.create(entry=entry, reason=reason, asked_by=actor, asked_at=now)
    event = _note(events.EXTENSION_ASKED, extension, entry, actor, now)
    notices.tell_extension_asked(entry=entry, extension=extension, event=event, now=now)
    return extension


@transaction.atomic
def grant_extension(
    *, actor: User, entry: Entry, request: Extension | None, until: datetime, note: str, now: datetime
) -> Extension:
    """Open the door for this team alone until then; `request` is the one that is answered, None for time given unasked.

    `until` is an exclusive bound, later than the team's deadline so far: nobody's time is cut.
    """
    entry = lock_entry(entry)
    may_extend(actor, entry).require()
    _refuse_wrong_end(entry, until, now)
    decision: dict[str, Any] = {
        "status": Status.GRANTED, "until": until, "note": note, "decided_by": actor, "decided_at": now,
    }  # fmt: skip
    if request is not None:
        extension = _decide(entry, request, decision)
    elif entry.extensions.filter(status=Status.ASKED).exists():
        raise Stale(_("The team has asked for more time meanwhile. Read its reason first."))
    else:
        extension = Extension.objects.create(entry=entry, **decision)
    Entry.objects.filter(pk=entry.pk).update(extension=extension)
    event = _note(events.EXTENSION_GRANTED, extension, entry, actor, now)
    notices.tell_extension_granted(entry=entry, extension=extension, event=event, now=now)
    return extension


@transaction.atomic
def decline_extension(*, actor: User, request: Extension, note: str, now: datetime) -> Extension:
    """Say no, and why: the team reads it."""
    entry = lock_entry(request.entry)
    may_extend(actor, entry).require()
    if not note:
        raise Refusal(_("Say why you decline: the team reads it."), code="no_note", field="note")
    decision = {"status": Status.DECLINED, "note": note, "decided_by": actor, "decided_at": now}
    extension = _decide(entry, request, decision)
    event = _note(events.EXTENSION_DECLINED, extension, entry, actor, now)
    notices.tell_extension_declined(entry=entry, extension=extension, event=event, now=now)
    return extension


def _decide(entry: Entry, request: Extension, decision: dict[str, Any]) -> Extension:
    """The open request becomes decided, once."""
    open_request = Extension.objects.filter(pk=request.pk, entry=entry, status=Status.ASKED)
    if not open_request.update(**decision):
        raise Stale(_("Somebody else has answered this request meanwhile. Read their answer first."))
    return request.refreshed()


def _note(kind: EventKind, extension: Extension, entry: Entry, actor: User, now: datetime) -> Event:
    until = {"until": stamp(extension.until)} if extension.until else {}
    return record(
        kind, actor=actor, now=now, contest=entry.contest, subject=entry, extension=extension.public_id, **until
    )


def _refuse_wrong_end(entry: Entry, until: datetime, now: datetime) -> None:
    term = ordinary_term(entry)
    if term is None:
        raise Refusal(_("This contest names no dates of submission yet: there is nothing to extend."), code="no_stage")
    if until <= now:
        raise Refusal(_("Choose a time that lies ahead."), code="past", field="until_on")
    if until <= term.closes_at:
        raise Refusal(
            _("The team has until %(date)s already: choose a later time.") % {"date": deadline(term.closes_at)},
            code="no_gain",
            field="until_on",
        )
