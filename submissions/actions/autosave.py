"""Saving one answer while it is typed.

The same rule as for a whole page (`submissions.actions.answers`), at the least cost: nothing is written where nothing
changed; otherwise the entry is marked as changed and the answer set by its revision, two guarded statements in one short
transaction. The first of them holds the entry's row, as every action's lock does, and does nothing where the entry may no
longer change; the second does nothing where somebody else was faster. Then everything is undone and Stale raised: read
again, and it is a conflict or a refusal.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.journal.recording import record
from portal.refusals import Stale
from submissions import events
from submissions.actions.answers import AnswerPlace, Conflict, Place, TitlePlace, Typed, conflict_of, is_change
from submissions.items import of_question
from submissions.models import Entry
from submissions.permissions import may_edit_draft
from submissions.spot import Spot
from submissions.values import seen_mark

#: A person who goes on with an answer within this time is still at it: the journal hears of the first save alone.
SITTING = timedelta(minutes=10)


@dataclass(frozen=True)
class Kept:
    """What became of one answer: saved, the same as before, or a conflict; `seen` is the mark of what stands there now."""

    seen: str
    is_saved: bool = False
    conflict: Conflict | None = None


def autosave_answer(*, actor: User, spot: Spot, typed: Typed, now: datetime) -> Kept:
    """Keep what was typed at this spot. Writes one journal event per person, answer and sitting."""
    question = spot.question.field if spot.question else None
    section = question.section if question else None
    may_edit_draft(actor, spot.entry, now, of_question(question), section=section).require()
    place = (
        AnswerPlace(spot.entry, spot.question.field, spot.question.answer) if spot.question else TitlePlace(spot.entry)
    )
    if conflict := conflict_of(typed, place):
        return Kept(place.seen, conflict=conflict)
    if not is_change(typed, place):
        return Kept(place.seen)
    try:
        with transaction.atomic():
            _save(actor, spot, place, typed, now)
    except IntegrityError as error:  # somebody else gave the first answer at this instant
        raise Stale from error
    return Kept(seen_mark(place.revision + 1, typed.value), is_saved=True)


def _save(actor: User, spot: Spot, place: Place, typed: Typed, now: datetime) -> None:
    if not Entry.objects.alive().filter(pk=spot.entry.pk).update(revision=F("revision") + 1):
        raise Stale
    place.save(typed, actor, now)
    if place.saved_by_id == actor.pk and place.saved_at and now - place.saved_at < SITTING:
        return
    record(
        events.ANSWERS_SAVED,
        actor=actor,
        now=now,
        contest=spot.entry.contest,
        subject=spot.entry,
        section=spot.question.field.section.title if spot.question else _("Project name"),
        fields=[typed.key],
    )
