"""Taking the locks of a team and its entry, always in this order, and marking the draft as changed."""

from django.db.models import F

from submissions.models import Entry, Team

RELATED = (
    "team__captain",
    "team__lead_organisation",
    "contest",
    "topic__track__parent",
    "current_version",
    "extension",
    "correction",
    "disqualification",
)


def lock_entry(entry: Entry) -> Entry:
    """The entry, fresh and locked, with what its permissions look at."""
    return Entry.objects.select_related(*RELATED).lock(pk=entry.pk)


def lock_team(entry: Entry) -> Entry:
    """The entry, fresh, with its team locked: who is in the team changes under this lock alone."""
    Team.objects.lock(pk=entry.team_id)
    return Entry.objects.select_related(*RELATED).get(pk=entry.pk)


def touch_draft(entry: Entry) -> None:
    """The draft is no longer what somebody may have checked."""
    Entry.objects.filter(pk=entry.pk).update(revision=F("revision") + 1)
    entry.revision += 1
