"""What importing a topic guide would do to a contest, before anything is done.

A guide and a contest meet by number: track 3 of the guide is track 3 of the contest, topic 3.1 is its topic 1. What the
contest has and the guide does not is kept: an import never deletes. `plan_import` only reads; the action `import_guide`
carries the plan out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from competition.guide import Guide
from competition.guide import Topic as TopicText
from competition.icons import track_icon
from competition.models import Contest, Topic, TopicLink, Track
from portal.canonical import digest

Kind = Literal["track_added", "track_renamed", "topic_added", "topic_changed", "kept"]

WORDS: dict[Kind, Promise] = {
    "track_added": _("Track {ref} added: {name}"),
    "track_renamed": _("Track {ref} renamed: {name}"),
    "topic_added": _("Topic {ref} added: {name}"),
    "topic_changed": _("Topic {ref} changed: {name}"),
    "kept": _("Not in the guide, left as it is: {ref} {name}"),
}


@dataclass(frozen=True)
class Change:
    """One row that the import writes (or keeps); `ref` is its number in the guide's words: “3” or “3.1”."""

    kind: Kind
    ref: str
    name: str
    row: Track | Topic

    def __str__(self) -> str:
        return str(WORDS[self.kind]).format(ref=self.ref, name=self.name)


@dataclass(frozen=True)
class ImportPlan:
    """Changes in the order of the guide, tracks before their topics, and what is kept."""

    changes: tuple[Change, ...]
    kept: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.changes)

    def counts(self) -> dict[str, int]:
        """How many changes there are of each kind."""
        return {kind: sum(change.kind == kind for change in self.changes) for kind in WORDS if kind != "kept"}

    def fingerprint(self) -> str:
        """The same for the same changes: by it a confirmation is held to what the person was shown."""
        texts = [getattr(change.row, "description", "") for change in self.changes]
        return digest(
            [[change.kind, change.ref, change.name, text] for change, text in zip(self.changes, texts, strict=True)]
        )


def plan_import(contest: Contest, guide: Guide) -> ImportPlan:
    """Compare the guide with the contest in two queries; the rows of the plan carry the new words and are not saved."""
    tracks = {track.number: track for track in contest.tracks.all()}
    topics = {
        (topic.track.number, topic.number): topic
        for topic in Topic.objects.filter(track__contest=contest).select_related("track")
    }
    changes: list[Change] = []
    for track_text in guide.tracks:
        number, name = track_text.number, track_text.name
        track = tracks.pop(number, None)
        if track is None:
            track = Track(contest=contest, number=number, name=name, icon=track_icon(name))
            changes.append(Change("track_added", str(number), name, track))
        elif track.name != name:
            track.name = name
            changes.append(Change("track_renamed", str(number), name, track))
        for text in track_text.topics:
            changes += _topic_change(track, topics.pop((number, text.number), None), text)
    kept = [Change("kept", str(track.number), track.name, track) for track in tracks.values()]
    kept += [Change("kept", f"{ref[0]}.{ref[1]}", topic.title, topic) for ref, topic in topics.items()]
    return ImportPlan(tuple(changes), tuple(kept))


def _topic_change(track: Track, topic: Topic | None, text: TopicText) -> Iterator[Change]:
    ref = f"{track.number}.{text.number}"
    if topic is None:
        row = Topic(track=track, number=text.number, title=text.title, description=text.description)
        yield Change("topic_added", ref, text.title, row)
    elif (topic.title, topic.description) != (text.title, text.description):
        topic.title, topic.description = text.title, text.description
        yield Change("topic_changed", ref, text.title, topic)


def relied_on(topics: list[Topic]) -> set[int]:
    """Ids of the topics that something forbids to delete, so that their words are no longer free to change.

    Who relies on a topic (an entry does) stands in apps above this one; the database's own relations name them.
    Lineage is of this app and follows the words.
    """
    ids = [topic.pk for topic in topics if topic.pk]
    found: set[int] = set()
    for relation in Topic._meta.related_objects:
        if relation.on_delete is models.PROTECT and relation.related_model is not TopicLink:
            name = relation.field.name
            rows = relation.related_model._base_manager.filter(Q(**{f"{name}__in": ids}))
            found |= set(rows.values_list(name, flat=True).distinct())
    return found


def faults(plan: ImportPlan) -> Iterator[tuple[Change, str]]:
    """Changes whose words do not fit the contest's fields, with the sentence that says so."""
    for change in plan.changes:
        try:
            change.row.clean_fields(exclude=["contest", "track"])
        except ValidationError as error:
            yield change, " ".join(error.messages)
