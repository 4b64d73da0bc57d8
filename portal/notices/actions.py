"""What people do with notices: read them, or have a mail sent again."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.journal.recording import record
from portal.notices import events
from portal.notices.models import Notice
from portal.notices.outbox import enqueue
from portal.notices.permissions import may_read, may_send_again


@transaction.atomic
def mark_read(*, actor: User, notice: Notice, now: datetime) -> Notice:
    """The person has seen it; the first time counts."""
    may_read(actor, notice).require()
    Notice.objects.filter(pk=notice.pk).unread().update(read_at=now)
    notice.refresh_from_db()
    return notice


@transaction.atomic
def mark_all_read(*, actor: User, newest: Notice, now: datetime) -> int:
    """Everything in the inbox up to the newest notice that the person saw; returns how many."""
    may_read(actor, newest).require()
    seen = Notice.objects.inbox_of(actor).unread().order_by().filter(created_at__lte=newest.created_at)
    return seen.update(read_at=now)


@transaction.atomic
def send_again(*, actor: User, notice: Notice, now: datetime) -> Notice:
    """Queue a mail again that failed or is uncertain, with its old Message-ID; the journal says who did it."""
    notice = Notice.objects.lock(pk=notice.pk)
    may_send_again(actor, notice).require()
    record(events.SENT_AGAIN, actor=actor, subject=notice, now=now, state=notice.state, notice=notice.kind)
    notice.state = Notice.State.QUEUED
    notice.attempts = 0
    notice.next_attempt_at = now
    notice.last_error = ""
    notice.save(update_fields=["state", "attempts", "next_attempt_at", "last_error"])
    transaction.on_commit(lambda: enqueue([notice.pk]), robust=True)
    return notice
