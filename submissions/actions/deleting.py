"""Deleting a draft that was never submitted: the one thing of a team that can go at once and whole.

What was submitted stays: versions, their files and the journal are the contest's record.
"""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.journal.recording import record
from submissions import events, notices
from submissions.actions.locking import lock_entry, lock_team
from submissions.models import Entry, Team
from submissions.permissions import may_delete_draft, members_of


@transaction.atomic
def delete_draft(*, actor: User, entry: Entry, now: datetime) -> None:
    """The team with its draft, answers, uploads, members and invitations; every member is told.

    The bytes of its files go later (`actions.clearing`): others may have handed in the same bytes at this very moment.
    """
    lock_team(entry)
    entry = lock_entry(entry)
    may_delete_draft(actor, entry).require()
    members = members_of(entry.team)
    event = record(events.DRAFT_DELETED, actor=actor, now=now, contest=entry.contest, subject=entry)
    notices.tell_deleted(entry=entry, members=members, by=actor, event=event, now=now)
    Team.objects.filter(pk=entry.team_id).delete()
