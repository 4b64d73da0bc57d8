"""What a topic took from the topics above it, found in the text itself.

Vocabulary. The *text* is that of a topic; its *parents* are the texts it may come from. A *block* is a run of
characters that stands in both; the text is cut into *segments*, each with its source: the index of a parent, or None
where the words are the topic's own. Of each parent we say what was *taken* and name what was *left out*.

Method. Again and again the longest common block between what is still free of the text and of any parent (greedy
string tiling, Wise 1993), so that a text merged from several parents, or told in another order, is recognised. A block
with fewer than MINIMUM characters besides punctuation is a coincidence of language and does not count. Equally long
blocks: the earlier parent, then the earlier place.

Invariants. The segments of a text, joined, are the text; those of a parent, joined, are the parent. The figures count
characters: those taken from the parents and the new ones add up to the text. In the segments, which are for the eye,
punctuation is drawn with the words before it, also where only the punctuation was changed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import TypeVar

Key = TypeVar("Key")

MINIMUM = 4
PUNCTUATION = "，、；。：！？,;:!?"
CLAUSE_END = re.compile(r"[，；。：！？,;:!?\n]+")


@dataclass(frozen=True)
class Segment:
    """A run of the topic's text; `source` is the index of the parent it was taken from, None where it is new."""

    text: str
    source: int | None


@dataclass(frozen=True)
class ParentSegment:
    """A run of a parent's text."""

    text: str
    taken: bool


@dataclass(frozen=True)
class ParentShare:
    """What became of one parent: how many of its `total` characters were `taken`, and which clauses were left out."""

    segments: tuple[ParentSegment, ...]
    taken: int
    total: int
    left_out: tuple[str, ...]

    @property
    def whole(self) -> bool:
        return self.taken == self.total


@dataclass(frozen=True)
class Comparison:
    """A topic's text beside its parents; `new` counts the characters from none of them, `added` names their clauses."""

    segments: tuple[Segment, ...]
    parents: tuple[ParentShare, ...]
    new: int
    added: tuple[str, ...]
    total: int


def weight(text: str) -> int:
    """How many characters a text has besides punctuation and blank space."""
    return sum(character.isalnum() for character in text)


def clauses(pieces: Iterable[str]) -> tuple[str, ...]:
    """The clauses in pieces of text, without their punctuation; a lone character says nothing and is left away."""
    parts = (part.strip(PUNCTUATION + " ") for piece in pieces for part in CLAUSE_END.split(piece))
    return tuple(part for part in parts if weight(part) > 1)


class _Tiling:
    """`here`: from which parent each character of the text is; `there`: which characters of each parent were taken."""

    def __init__(self, text: str, parents: Sequence[str]) -> None:
        self.text = text
        self.here: list[int | None] = [None] * len(text)
        self.there: list[list[bool]] = [[False] * len(parent) for parent in parents]
        self.matchers = [SequenceMatcher(None, parent, text, autojunk=False) for parent in parents]

    def longest(self) -> tuple[int, int, int, int] | None:
        """The longest block still free on both sides as (place, parent, place there, length); None when none counts."""
        best: tuple[int, int, int, int] | None = None
        here = _free([source is not None for source in self.here])
        for parent, matcher in enumerate(self.matchers):
            for low, high in _free(self.there[parent]):
                for left, right in here:
                    if best and min(high - low, right - left) < best[3]:
                        continue
                    other, place, length = matcher.find_longest_match(low, high, left, right)
                    better = best is None or (length, -parent, -place) > (best[3], -best[1], -best[0])
                    if better and weight(self.text[place : place + length]) >= MINIMUM:
                        best = (place, parent, other, length)
        return best

    def lay(self) -> None:
        """Take blocks until none is left that counts."""
        while block := self.longest():
            place, parent, other, length = block
            self.here[place : place + length] = [parent] * length
            self.there[parent][other : other + length] = [True] * length


def _free(taken: Sequence[bool]) -> list[tuple[int, int]]:
    """The runs of what is not taken, as half-open ranges."""
    runs, start = [], 0
    for used, group in groupby(taken):
        end = start + len(list(group))
        if not used:
            runs.append((start, end))
        start = end
    return runs


def _runs(text: str, keys: Sequence[Key]) -> list[tuple[str, Key]]:
    """The text cut where the key of its characters changes; punctuation goes with the words before it."""
    runs: list[tuple[str, Key]] = []
    for character, key in zip(text, keys, strict=True):
        if runs and (key == runs[-1][1] or character in PUNCTUATION):
            runs[-1] = (runs[-1][0] + character, runs[-1][1])
        else:
            runs.append((character, key))
    return runs


def compare(text: str, parents: Sequence[str]) -> Comparison:
    """Cut the text by its sources and each parent by what was taken from it."""
    tiling = _Tiling(text, parents)
    tiling.lay()
    segments = tuple(Segment(words, source) for words, source in _runs(text, tiling.here))
    shares = []
    for parent, cells in zip(parents, tiling.there, strict=True):
        runs = _runs(parent, cells)
        shares.append(
            ParentShare(
                segments=tuple(ParentSegment(words, taken) for words, taken in runs),
                taken=sum(cells),
                total=len(parent),
                left_out=clauses(words for words, taken in runs if not taken),
            )
        )
    return Comparison(
        segments=segments,
        parents=tuple(shares),
        new=tiling.here.count(None),
        added=clauses(segment.text for segment in segments if segment.source is None),
        total=len(text),
    )
