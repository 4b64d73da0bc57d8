"""Which topics a text is nearest to, and the phrases that show it: counted here, nothing is asked of anybody outside.

Vocabulary. A *run* is a stretch of letters and digits between punctuation; a *gram* is two or three neighbouring
characters of a run. Chinese needs no dictionary that way: 航道 is a gram wherever it stands. A gram's *weight* is the
smaller, the more topics have it, so that 数据 says little and 航道 much.

Method. The cosine between the weighted sets of grams of the text and of each topic's title and description, between 0
and 1. The *phrases* are the longest runs of characters that stand in both, those with the most weight first.

Invariants. A text equal to a topic's own is at distance nothing from it: no topic scores higher. A phrase stands in the
text and in the topic. The answer does not depend on the order in which the topics are given, but for equal scores.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

LIMIT = 3
MOST_PHRASES = 5
COMMON = 0.4  # of the weight of the rarest: a pair of characters that weighs less says too little to be shown
SIZES = (2, 3)
RUN = re.compile(r"[^\W_]+")
#: What every summary says, and characters that join words: a phrase does not begin or end with them.
FILLERS = frozenset(
    ["提供", "利用", "通过", "进行", "实现", "我们", "提升", "促进", "推动", "加强", "支持", "基于", "开展", "围绕"]
)
PARTICLES = "的和与及或等在了对为以由从将并其之而于把被向"


@dataclass(frozen=True)
class Near:
    """A topic, by its place among those given; `score` lies above 0 and at most at 1."""

    place: int
    score: float
    phrases: tuple[str, ...]


def nearest(text: str, topics: Sequence[str], *, limit: int = LIMIT) -> list[Near]:
    """The topics nearest to the text, best first; those that share nothing worth naming are left away."""
    bags = [grams_of(topic) for topic in topics]
    weights = _weights(bags)
    asked = grams_of(text)
    scored = [(_cosine(asked, bag, weights), place) for place, bag in enumerate(bags)]
    found = []
    for score, place in sorted(scored, key=lambda pair: (-pair[0], pair[1])):
        if len(found) == limit or score <= 0:
            break
        if phrases := common_phrases(text, topics[place], weights):
            found.append(Near(place, min(score, 1.0), phrases))
    return found


def normal(text: str) -> str:
    """Full-width and half-width, capital and small letters are the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def grams_of(text: str) -> frozenset[str]:
    return frozenset(gram for run in RUN.findall(normal(text)) for gram in _grams(run))


def _grams(run: str) -> Iterable[str]:
    for size in SIZES:
        for start in range(len(run) - size + 1):
            yield run[start : start + size]


def _weights(bags: Sequence[frozenset[str]]) -> dict[str, float]:
    """Gram → its weight: nothing for what every topic has, where there are several."""
    having = Counter(gram for bag in bags for gram in bag)
    return {gram: math.log((1 + len(bags)) / count) for gram, count in having.items()}


def _cosine(asked: frozenset[str], bag: frozenset[str], weights: dict[str, float]) -> float:
    """Grams that no topic has count in the text as one that a single topic has: they are what it is about, too."""
    rare = math.log(1 + len(weights)) if not weights else max(weights.values())
    shared = sum(weights[gram] ** 2 for gram in asked & bag)
    if not shared:
        return 0.0
    length = math.sqrt(sum(weights.get(gram, rare) ** 2 for gram in asked))
    return shared / (length * math.sqrt(sum(weights[gram] ** 2 for gram in bag)))


def common_phrases(text: str, topic: str, weights: dict[str, float]) -> tuple[str, ...]:
    """What stands in both, weightiest first; no phrase is a part of another."""
    ground = "\n".join(RUN.findall(normal(topic)))
    common = COMMON * max(weights.values(), default=0.0)
    pieces = (piece for run in RUN.findall(normal(text)) for piece in _shared(run, ground))
    found = {phrase for piece in pieces if len(phrase := _without_common_ends(piece, weights, common)) > 1}
    ranked = sorted(found, key=lambda phrase: (-_worth(phrase, weights), -len(phrase), phrase))
    chosen: list[str] = []
    for phrase in ranked:
        if not any(phrase in other or other in phrase for other in chosen):
            chosen.append(phrase)
        if len(chosen) == MOST_PHRASES:
            break
    return tuple(chosen)


def _shared(run: str, ground: str) -> Iterable[str]:
    """The longest pieces of the run that stand in the ground, from left to right, cut to whole words of Latin script."""
    ends = []
    for start in range(len(run)):
        end = max(start, ends[-1] if ends else 0)
        while end < len(run) and run[start : end + 1] in ground:
            end += 1
        ends.append(end)
    for start, end in enumerate(ends):
        contained = start > 0 and ends[start - 1] >= end
        piece = run[start:end].strip(PARTICLES)
        if not contained and _is_phrase(piece, run, ground):
            yield piece


def _without_common_ends(piece: str, weights: dict[str, float], common: float) -> str:
    """提供智 and 户提供 are no phrases: what many topics say is cut off at both ends, and what is left may be nothing."""

    if piece.isascii():
        return piece

    def says_little(pair: str) -> bool:
        return pair in FILLERS or weights.get(pair, 0.0) < common

    while len(piece) > 1 and says_little(piece[:2]):
        piece = piece[2:]
    while len(piece) > 1 and says_little(piece[-2:]):
        piece = piece[:-2]
    return piece.strip(PARTICLES)


def _is_phrase(piece: str, run: str, ground: str) -> bool:
    """At least two characters; of Latin words, whole ones."""
    if len(piece) < 2:
        return False
    return not piece.isascii() or all(
        re.search(rf"(?<![0-9a-z]){re.escape(piece)}(?![0-9a-z])", where) for where in (run, ground)
    )


def _worth(phrase: str, weights: dict[str, float]) -> float:
    """What its pairs of neighbours weigh together: long and rare phrases first."""
    return sum(weights.get(left + right, 0.0) for left, right in pairwise(phrase))
