"""Tracks with their topics, and where each topic came from, as a page shows them.

An *origin* is one line of the lineage: the topic above and the kind of relation. A topic's *mark* is the shape of its
square on the track grid: same (identical above), near (adapted in any way), new, or none where a contest has no lineage.
The three marks are the words of lists, filters and legends; how a topic was adapted is told by the page of the topic.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Literal

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from competition.models import Contest, TopicLink, Track
from competition.words import enumeration, place, topic_label, track_label
from portal.states import State

Mark = Literal["same", "near", "new", ""]
Kind = TopicLink.Kind

MARK_STATES: dict[str, State] = {
    "same": State(_("Identical"), "neutral", "equal"),
    "near": State(_("Adapted"), "blue", "pencil"),
    "new": State(_("New"), "green", "plus"),
}
MARKS: dict[str, Mark] = {Kind.IDENTICAL: "same", Kind.NEW: "new", "": ""}

COLUMNS = (
    "pk",
    "number",
    "name",
    "icon",
    "parent__name",
    "topics__pk",
    "topics__number",
    "topics__title",
    "topics__links_up__kind",
    "topics__links_up__parent__number",
    "topics__links_up__parent__track__number",
    "topics__links_up__parent__track__name",
    "topics__links_up__parent__track__contest__level",
    "topics__links_up__parent__track__contest__region",
    "topics__links_up__parent__track__contest__short_name",
    "topics__links_up__parent__track__contest__is_published",
)


@dataclass(frozen=True)
class Origin:
    """One line of a topic's lineage; without a topic above for kind `new`. Of a contest not yet published no names."""

    kind: str
    place: str = ""
    track: int = 0
    topic: int = 0
    track_name: str = ""


@dataclass
class TopicRow:
    """A topic in a list."""

    pk: int
    number: int
    title: str
    url: str
    track: str
    description: str = ""
    origins: list[Origin] = field(default_factory=list)

    @property
    def label(self) -> str:
        return topic_label(self.number)

    @property
    def kind(self) -> str:
        """The kind to show: several topics above, not merely retitled or near in theme, make a merged one."""
        kinds = {origin.kind for origin in self.origins}
        if len(self.origins) > 1 and kinds & {Kind.IDENTICAL, Kind.EDITED}:
            return "merged"
        return self.origins[0].kind if self.origins else ""

    @property
    def state(self) -> State | None:
        return MARK_STATES.get(self.mark)

    @property
    def mark(self) -> Mark:
        return MARKS.get(self.kind, "near")

    @property
    def origin_words(self) -> str:
        """“National 1, 6”; the track above is named where it has another name than the topic's own: 全国·现代农业 1."""
        words, before = [], ""
        above = [origin for origin in self.origins if origin.topic]
        for (where, _number, name), same_track in groupby(above, lambda row: (row.place, row.track, row.track_name)):
            head = [where if where != before else "", name if name != self.track else ""]
            numbers = enumeration([str(origin.topic) for origin in same_track])
            words.append(" ".join(part for part in ("·".join(part for part in head if part), numbers) if part))
            before = where
        return enumeration(words)


@dataclass
class TrackRow:
    """A track with its topics."""

    number: int
    name: str
    icon: str
    url: str
    direction_of: str
    topics: list[TopicRow] = field(default_factory=list)

    @property
    def label(self) -> str:
        return track_label(self.number)

    @property
    def marks(self) -> list[Mark]:
        return [topic.mark for topic in self.topics if topic.mark]


def read_tracks(contest: Contest, *, number: int | None = None, texts: bool = False) -> list[TrackRow]:
    """All tracks of the contest (or the one with this number) with their topics, in one query; texts where wanted."""
    rows: QuerySet = Track.objects.filter(contest=contest)
    if number is not None:
        rows = rows.filter(number=number)
    rows = rows.order_by("number", "topics__number", "topics__links_up__parent__number", "topics__links_up__pk")
    tracks: dict[int, TrackRow] = {}
    topics: dict[int, TopicRow] = {}
    base = reverse("tracks", args=[contest.slug])  # addresses are built from it: one `reverse` a page, not one a row
    for row in rows.values(*COLUMNS, *(["topics__description"] if texts else [])):
        track = tracks.get(row["pk"])
        if track is None:
            url = f"{base}{row['number']}/"
            track = TrackRow(row["number"], row["name"], row["icon"], url, row["parent__name"] or "")
            tracks[row["pk"]] = track
        if row["topics__pk"] is None:
            continue
        topic = topics.get(row["topics__pk"])
        if topic is None:
            url = f"{track.url}topics/{row['topics__number']}/"
            text = row.get("topics__description", "")
            topic = TopicRow(row["topics__pk"], row["topics__number"], row["topics__title"], url, track.name, text)
            topics[topic.pk] = topic
            track.topics.append(topic)
        if row["topics__links_up__kind"]:
            topic.origins.append(_origin(row))
    return list(tracks.values())


def _origin(row: dict[str, Any]) -> Origin:
    above = "topics__links_up__parent__"
    if row[f"{above}number"] is None:
        return Origin(row["topics__links_up__kind"])
    contest = f"{above}track__contest__"
    where = place(row[f"{contest}level"], row[f"{contest}region"], row[f"{contest}short_name"])
    name = row[f"{above}track__name"] if row[f"{contest}is_published"] else ""
    return Origin(row["topics__links_up__kind"], where, row[f"{above}track__number"], row[f"{above}number"], name)


def count_marks(tracks: Iterable[TrackRow]) -> Counter[str]:
    """How many topics have each mark; empty for a contest without lineage."""
    return Counter(mark for track in tracks for mark in track.marks)
