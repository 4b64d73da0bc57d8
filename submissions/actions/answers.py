"""Saving a page of the form: compare-and-set for every answer, so that nobody overwrites anybody.

A page carries, for each answer, the mark of what the person saw (`submissions.values.seen_mark`). An answer that changed
meanwhile is a *conflict*: it stays as it is, and both texts go back to the person to choose. An answer that the person
did not touch is never a conflict. What is too long or no number is kept in the draft and marked as wrong.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from competition.models import FormField, FormSection
from portal.accounts.models import User
from portal.journal.recording import record
from portal.refusals import Stale
from submissions import events, items
from submissions.actions.locking import lock_entry, touch_draft
from submissions.models import Answer, Entry
from submissions.permissions import may_edit_draft
from submissions.values import Value, empty_value, seen_mark, value_mark

#: The key of the project name; no slug of a question has a colon.
TITLE = ":title"


@dataclass(frozen=True)
class Typed:
    """One posted answer; `question` is None for the project name.

    `seen` is the mark of what the page showed. `choice` answers a conflict: "mine", "theirs", or nothing yet.
    """

    question: FormField | None
    value: Value
    is_good: bool
    seen: str
    was_compared: bool = False
    choice: str = ""

    @property
    def key(self) -> str:
        return self.question.key if self.question else TITLE


@dataclass(frozen=True)
class Conflict:
    """An answer that somebody else changed meanwhile: theirs stands, `seen` is its mark now."""

    key: str
    theirs: Value
    saved_by: User | None
    saved_at: datetime | None
    seen: str


@dataclass(frozen=True)
class Saved:
    """What became of a page: keys that were saved, and conflicts by key."""

    entry: Entry
    keys: list[str] = field(default_factory=list)
    conflicts: dict[str, Conflict] = field(default_factory=dict)


@transaction.atomic
def save_answers(*, actor: User, entry: Entry, section: FormSection | None, typed: list[Typed], now: datetime) -> Saved:
    """Save what was typed on one page; conflicts are returned, everything else is saved."""
    entry = lock_entry(entry)
    may_edit_draft(actor, entry, now).require()
    questions = [one.question for one in typed if one.question]
    answers = {
        answer.field_id: answer
        for answer in Answer.objects.filter(entry=entry, field__in=questions).select_related("saved_by")
    }
    saved = Saved(entry)
    for one in typed:
        place = AnswerPlace(entry, one.question, answers.get(one.question.pk)) if one.question else TitlePlace(entry)
        _save_one(saved, one, place, actor, now)
    if saved.keys:
        touch_draft(entry)
        record(
            events.ANSWERS_SAVED,
            actor=actor,
            now=now,
            contest=entry.contest,
            subject=entry,
            section=section.title if section else _("Project name"),
            fields=saved.keys,
        )
    return saved


def _save_one(saved: Saved, one: Typed, place: "Place", actor: User, now: datetime) -> None:
    """Save, leave alone, or report a conflict."""
    if conflict := conflict_of(one, place):
        saved.conflicts[one.key] = conflict
    elif is_change(one, place):
        item, of = items.of_question(one.question), one.question.section if one.question else None
        may_edit_draft(actor, saved.entry, now, item, section=of).require()
        place.save(one, actor, now)
        saved.keys.append(one.key)


def is_change(one: Typed, place: "Place") -> bool:
    """Is there anything to save? Not where the draft says the same, and not where the person leaves what others wrote."""
    return not (one.value == place.value or one.choice == "theirs" or (one.seen != place.seen and _is_untouched(one)))


def conflict_of(one: Typed, place: "Place") -> Conflict | None:
    """What somebody else wrote meanwhile, where saving would overwrite it and the person has not chosen yet."""
    if not is_change(one, place) or (one.seen == place.seen and (not one.was_compared or one.choice == "mine")):
        return None
    return Conflict(one.key, place.value, place.saved_by, place.saved_at, place.seen)


def _is_untouched(one: Typed) -> bool:
    """The person sent back what they were shown: what somebody else saved meanwhile may stay."""
    return not one.was_compared and one.seen.partition("-")[2] == value_mark(one.value)


class Place:
    """Where an answer is kept, with what stands there."""

    value: Value
    revision: int
    saved_at: datetime | None

    @property
    def saved_by(self) -> User | None:
        raise NotImplementedError

    @property
    def saved_by_id(self) -> int | None:
        raise NotImplementedError

    @property
    def seen(self) -> str:
        return seen_mark(self.revision, self.value)

    def save(self, one: Typed, actor: User, now: datetime) -> None:
        """Raises Stale where the place no longer holds what was read."""
        raise NotImplementedError


class AnswerPlace(Place):
    """The answer to a question."""

    def __init__(self, entry: Entry, question: FormField, answer: Answer | None) -> None:
        self.entry, self.question, self.answer = entry, question, answer
        self.value = answer.value if answer else empty_value(question)
        self.revision = answer.revision if answer else 0
        self.saved_at = answer.saved_at if answer else None

    @property
    def saved_by(self) -> User | None:
        return self.answer.saved_by if self.answer else None

    @property
    def saved_by_id(self) -> int | None:
        return self.answer.saved_by_id if self.answer else None

    def save(self, one: Typed, actor: User, now: datetime) -> None:
        state = Answer.State.EMPTY if not one.value else Answer.State.GOOD if one.is_good else Answer.State.WRONG
        changes: dict[str, Any] = {"value": one.value, "state": state, "saved_at": now, "saved_by": actor}
        if self.answer is None:
            Answer.objects.create(entry=self.entry, field=self.question, revision=1, **changes)
        else:
            Answer.objects.compare_and_set(pk=self.answer.pk, revision=self.revision, **changes)


class TitlePlace(Place):
    """The project name."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.value = entry.title
        self.revision = entry.title_revision
        self.saved_at = entry.title_saved_at

    @property
    def saved_by(self) -> User | None:
        return self.entry.title_saved_by

    @property
    def saved_by_id(self) -> int | None:
        return self.entry.title_saved_by_id

    def save(self, one: Typed, actor: User, now: datetime) -> None:
        changes = {
            "title": one.value,
            "title_revision": self.revision + 1,
            "title_saved_at": now,
            "title_saved_by": actor,
        }
        if not Entry.objects.filter(pk=self.entry.pk, title_revision=self.revision).update(**changes):
            raise Stale
