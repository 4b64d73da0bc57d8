"""Another topic for a team that has one."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from competition.models import Topic
from portal.accounts.models import User
from portal.journal.recording import record
from portal.refusals import Refusal, Stale
from submissions import events, notices
from submissions.actions.locking import lock_entry, lock_team, touch_draft
from submissions.actions.submission import next_number
from submissions.models import Entry, Membership, scope_key
from submissions.permissions import may_change_topic
from submissions.rechoosing import OtherTeams, members_elsewhere


@transaction.atomic
def change_topic(*, actor: User, entry: Entry, topic: Topic, seen: str, now: datetime) -> Entry:
    """The draft goes over to another topic of the contest; answers and files stay, and every member is told.

    `seen` is the public id of the topic that the page compared with: Stale when it is no longer the entry's. Raises
    OtherTeams when a member is in another team of the new scope. An entry that had a number gets the next one of its new
    track, because a number names its track.
    """
    entry = lock_entry(lock_team(entry))
    may_change_topic(actor, entry, now).require()
    before = entry.topic
    if before.public_id != seen:
        raise Stale(_("The topic was changed meanwhile. Look at it again, then decide."))
    if topic.pk == before.pk:
        raise Refusal(_("This is the topic already."), code="same_topic")
    if topic.track.contest_id != entry.contest_id:
        raise Refusal(_("Choose a topic of this contest."), code="other_contest")
    _move_members(entry, topic)
    number = entry.number
    if number and topic.track_id != before.track_id:
        number = next_number(entry.contest, topic.track)
    Entry.objects.filter(pk=entry.pk).update(topic=topic, number=number)
    entry.topic, entry.number = topic, number
    touch_draft(entry)
    event = record(
        events.TOPIC_CHANGED,
        actor=actor,
        now=now,
        contest=entry.contest,
        subject=entry,
        before=before.public_id,
        topic=topic.public_id,
        title=topic.title,
        number=number,
    )
    notices.tell_topic(entry=entry, before=before, by=actor, event=event, now=now)
    return entry


def _move_members(entry: Entry, topic: Topic) -> None:
    """Every membership goes to the scope of the new topic; the database refuses a second team of one scope."""
    members = Membership.objects.filter(team=entry.team_id)
    try:
        with transaction.atomic():
            members.update(scope_key=scope_key(entry.contest, topic))
    except IntegrityError as error:
        raise OtherTeams(members_elsewhere(entry, topic), entry.contest) from error
