"""The topics of a contest that a team's own words are nearest to."""

from dataclasses import dataclass

from competition.models import Contest
from competition.nearest import nearest
from competition.topics import TopicRow, TrackRow, read_tracks


@dataclass(frozen=True)
class Suggestion:
    """A topic with the phrases that it shares with the text."""

    track: TrackRow
    topic: TopicRow
    phrases: tuple[str, ...]


def suggest_topics(contest: Contest, text: str) -> list[Suggestion]:
    """The nearest three at most, best first; one query."""
    rows = [(track, topic) for track in read_tracks(contest, texts=True) for topic in track.topics]
    found = nearest(text, [f"{topic.title}\n{topic.description}" for _track, topic in rows])
    return [Suggestion(*rows[near.place], near.phrases) for near in found]
