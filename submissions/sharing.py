"""Which part of one entry's texts stands in another's, by letters and digits, not counting what too many entries carry.

One measure for the strength of a sign, the list of cases and the page that shows two entries beside each other. `common`
are the samples (`likeness.py`) of what too many entries carry: a passage that holds nothing else counts in no share.
"""

from collections.abc import Collection, Mapping, Sequence

from submissions.likeness import Span, passages, samples, share

#: Page, its title, and the question.
Key = tuple[str, str, str]
Texts = Mapping[Key, str]


def spans_of(texts: Texts, others: Texts) -> dict[Key, list[Span]]:
    """The passages of each text that stand in the others, wherever they stand there."""
    return dict(zip(texts, passages(list(texts.values()), others.values()), strict=True))


def holds_only_common(passage: str, common: Collection[str]) -> bool:
    """Is it, as far as it was sampled, what too many entries carry?"""
    inside = samples([passage])
    return bool(inside) and all(sample in common for sample in inside)


def own_spans(text: str, spans: Sequence[Span], common: Collection[str]) -> list[Span]:
    """The passages without those that too many entries carry."""
    return [(start, end) for start, end in spans if not holds_only_common(text[start:end], common)]


def own_percent(texts: Texts, spans: Mapping[Key, list[Span]], common: Collection[str]) -> int:
    """How much of the texts the passages are, leaving out what is common from both; 0 to 100."""
    own = [own_spans(text, spans[key], common) for key, text in texts.items()]
    others = [[span for span in spans[key] if span not in mine] for key, mine in zip(texts, own, strict=True)]
    rest = 1 - share(list(texts.values()), others)
    return round(share(list(texts.values()), own) / rest * 100) if rest else 0


def shares(one: Texts, other: Texts, common: Collection[str]) -> tuple[int, int]:
    """How much of each stands in the other, in percent."""
    return own_percent(one, spans_of(one, other), common), own_percent(other, spans_of(other, one), common)
