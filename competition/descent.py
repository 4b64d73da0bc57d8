"""A topic beside those it came from, ready to be drawn: which words are whose, how many, and what was left out.

A *source* is a topic above with a letter for its colour and line (a solid, b double, c dotted; n is what is new) and a
short tag that stands before its words. The comparison itself is the pure core `competition.lineage`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext, ngettext

from competition.lineage import Comparison, ParentShare, compare
from competition.models import Topic
from competition.topics import Origin, TopicRow
from competition.words import enumeration, place_of, series, topic_label
from portal.web.dates import is_chinese

LETTERS = "abc"  # no topic has more than three parents; a fourth would share the last
NEW = "n"
GAP = 0.4  # between the parts of the share bar, in hundredths of its width
HEIGHT, MIDDLE = 400, 200  # of the drawing of curves between the text and its sources


@dataclass(frozen=True)
class Piece:
    """A run of words with the letter of its source (empty: not taken over); `tag` stands before it."""

    text: str
    letter: str
    tag: str = ""


@dataclass(frozen=True)
class Source:
    """A topic above: what it is called, what was taken of it, and the curve that leads to it."""

    letter: str
    contest_name: str
    track_name: str
    label: str
    title: str
    url: str
    pieces: tuple[Piece, ...]
    verdict: str
    curve: str


@dataclass(frozen=True)
class Fill:
    """One part of the share bar; `x` and `width` are hundredths of its length."""

    letter: str
    x: str
    width: str
    count: int
    words: str

    @property
    def amount(self) -> str:
        return ngettext("%(number)d character", "%(number)d characters", self.count) % {"number": self.count}


@dataclass(frozen=True)
class Descent:
    """Everything that the lineage of one topic draws."""

    pieces: tuple[Piece, ...]
    sources: tuple[Source, ...]
    fills: tuple[Fill, ...]
    spoken: str
    added: str
    left_out: str


def trace(topic: Topic, parents: Sequence[Topic]) -> Descent:
    """Compare the topic with the topics above it, which carry their track and contest."""
    comparison = compare(topic.description, [parent.description for parent in parents])
    tags = _tags(parents)
    fills = _fills(comparison, parents)
    return Descent(
        pieces=tuple(
            Piece(segment.text, NEW, gettext("New"))
            if segment.source is None
            else Piece(segment.text, _letter(segment.source), tags[segment.source])
            for segment in comparison.segments
        ),
        sources=tuple(
            _source(parent, share, place, len(parents))
            for place, (parent, share) in enumerate(zip(parents, comparison.parents, strict=True))
        ),
        fills=fills,
        spoken=gettext("%(total)d characters in all: %(parts)s")
        % {"total": comparison.total, "parts": enumeration([f"{fill.words} {fill.amount}" for fill in fills])},
        added=_clauses(comparison.added),
        left_out=_clauses(clause for share in comparison.parents for clause in share.left_out),
    )


def summary(row: TopicRow) -> str:
    """One sentence: where the topic comes from. Empty where nothing is known."""
    if not row.origins:
        return ""
    sentences = {
        "identical": gettext("Taken over unchanged from %(topics)s"),
        "edited": gettext("Edited from %(topics)s"),
        "merged": gettext("Merged from %(topics)s"),
        "retitled": gettext("Retitled from %(topics)s"),
        "thematic": gettext("Near in theme to %(topics)s"),
        "new": gettext("New in this contest, without a topic of the level above"),
    }
    return sentences[row.kind] % {"topics": _topics(row.origins)}


def _topics(origins: Iterable[Origin]) -> str:
    """全国交通运输赛题1、6 · National topics 1 and 6 (交通运输)."""
    words = []
    for (where, _number, name), same_track in groupby(origins, lambda row: (row.place, row.track, row.track_name)):
        numbers = [str(origin.topic) for origin in same_track]
        sentence = (
            ngettext(
                "%(place)s topic %(numbers)s (%(track)s)", "%(place)s topics %(numbers)s (%(track)s)", len(numbers)
            )
            if name
            else ngettext("%(place)s topic %(numbers)s", "%(place)s topics %(numbers)s", len(numbers))
        )
        words.append(sentence % {"place": where, "track": name, "numbers": series(numbers)})
    return series(words)


def _letter(place: int) -> str:
    return LETTERS[min(place, len(LETTERS) - 1)]


def _tags(parents: Sequence[Topic]) -> list[str]:
    """全国1 · National 1, with the number of the track where the parents stand in several."""
    several = len({parent.track_id for parent in parents}) > 1
    numbers = [f"{parent.track.number}-{parent.number}" if several else str(parent.number) for parent in parents]
    space = "" if is_chinese() else " "
    return [place_of(parent.track.contest) + space + number for parent, number in zip(parents, numbers, strict=True)]


def _clauses(clauses: Iterable[str]) -> str:
    return ("；" if is_chinese() else "; ").join(clauses)


def _source(parent: Topic, share: ParentShare, place: int, of: int) -> Source:
    letter = _letter(place)
    height = HEIGHT * (2 * place + 1) // (2 * of)
    return Source(
        letter=letter,
        contest_name=parent.track.contest.short_name,
        track_name=parent.track.name,
        label=topic_label(parent.number),
        title=parent.title,
        url=parent.get_absolute_url(),
        pieces=tuple(Piece(segment.text, letter if segment.taken else "") for segment in share.segments),
        verdict=_verdict(share),
        curve=f"M72 {height} C28 {height} 40 {MIDDLE} 0 {MIDDLE}",
    )


def _verdict(share: ParentShare) -> str:
    if share.whole:
        return gettext("Taken over in full")
    if not share.taken:
        return gettext("No wording taken over")
    return gettext("%(taken)d of %(total)d characters taken over") % {"taken": share.taken, "total": share.total}


def _fills(comparison: Comparison, parents: Sequence[Topic]) -> tuple[Fill, ...]:
    """The share bar, counted from the text; parts of nothing are left away."""
    space = "" if is_chinese() else " "
    parts = [
        (
            _letter(place),
            share.taken,
            gettext("From %(source)s")
            % {"source": place_of(parent.track.contest) + space + topic_label(parent.number)},
        )
        for place, (parent, share) in enumerate(zip(parents, comparison.parents, strict=True))
    ]
    parts.append((NEW, comparison.new, gettext("New in this contest")))
    parts = [part for part in parts if part[1]]
    scale = (100 - GAP * (len(parts) - 1)) / max(comparison.total, 1)
    fills, x = [], 0.0
    for letter, count, words in parts:
        fills.append(Fill(letter, f"{x:.2f}", f"{count * scale:.2f}", count, words))
        x += count * scale + GAP
    return tuple(fills)
