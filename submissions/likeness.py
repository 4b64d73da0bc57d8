"""How alike texts are, and which passages stand in both: counted here, without a framework.

Vocabulary. A text is *squeezed* to its letters and digits, full and half width, capital and small being the same, so that
punctuation, blanks and line breaks hide nothing. A *shingle* is a stretch of SHINGLE neighbouring characters of it. A
*sample* is a shingle whose hash falls among one in SAMPLED: which ones those are depends on the shingle alone, so that
two texts that share a shingle either both sample it or both do not. A *passage* is a stretch of shingles that stand in
the other text too, of at least SHORTEST characters.

Method. Sampling shingles by their hash is Manber's (“Finding similar files in a large file system”, USENIX 1994); that
the share of common samples estimates the share of common text is Broder's (“On the resemblance and containment of
documents”, 1997). An index of all samples, exact and in the database, then stands in for the comparison of every pair.
MinHash with LSH bands (the package `datasketch`) would need numpy and scipy, finds a half copied text only by chance, and
cannot tell in how many texts a passage stands, which is what separates a template from a copy.

Invariants. What is shared is symmetric, and depends neither on the order of texts nor on that of paragraphs. Whether it
is enough to be looked at is said in `signs.py`.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from zlib import crc32

from competition.nearest import RUN, normal

SHINGLE = 10
SAMPLED = 32
SHORTEST = 16
_WIDTH = 4  # bytes of a character in UTF-32
_LIMIT = (1 << 32) // SAMPLED

Span = tuple[int, int]


def squeezed(text: str) -> str:
    """Letters and digits alone."""
    return "".join(RUN.findall(normal(text)))


def samples(texts: Iterable[str]) -> frozenset[str]:
    """The sampled shingles of texts of which none runs into the next."""
    found: set[str] = set()
    size = SHINGLE * _WIDTH
    for text in texts:
        letters = squeezed(text).encode("utf-32-le")
        found.update(
            piece.decode("utf-32-le")
            for start in range(0, len(letters) - size + 1, _WIDTH)
            if crc32(piece := letters[start : start + size]) < _LIMIT
        )
    return frozenset(found)


def passages(texts: Sequence[str], others: Iterable[str]) -> list[list[Span]]:
    """Of each text the stretches [start, end) that stand in the others too, from left to right."""
    ground = {shingle for other in others for shingle in _shingles(squeezed(other))}
    return [_passages(text, ground) for text in texts]


def share(texts: Sequence[str], found: Sequence[Sequence[Span]]) -> float:
    """Which part of the texts these passages are, by letters and digits; 0 of nothing."""
    whole = sum(len(squeezed(text)) for text in texts)
    inside = sum(
        len(squeezed(text[start:end])) for text, spans in zip(texts, found, strict=True) for start, end in spans
    )
    return inside / whole if whole else 0.0


def _shingles(letters: str) -> Iterable[str]:
    return (letters[start : start + SHINGLE] for start in range(len(letters) - SHINGLE + 1))


def _passages(text: str, ground: set[str]) -> list[Span]:
    letters, places = _spread(text)
    stretches: list[list[int]] = []
    for start, shingle in enumerate(_shingles(letters)):
        if shingle not in ground:
            continue
        if stretches and start < stretches[-1][1]:  # what only touches came from two places
            stretches[-1][1] = start + SHINGLE
        else:
            stretches.append([start, start + SHINGLE])
    return [(places[start], places[end - 1] + 1) for start, end in stretches if end - start >= SHORTEST]


def _spread(text: str) -> tuple[str, list[int]]:
    """The squeezed text, and for each of its characters the place in the text that it came from."""
    letters, places = [], []
    for place, character in enumerate(text):
        kept = _letters_of(character)
        letters.append(kept)
        places += [place] * len(kept)
    return "".join(letters), places


@lru_cache(maxsize=8192)
def _letters_of(character: str) -> str:
    return squeezed(character)
