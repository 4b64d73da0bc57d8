"""The core that compares texts: copies are found, whatever was done to hide them, and unrelated texts are not."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from submissions.likeness import SHORTEST, passages, samples, share, squeezed
from tests.submissions.copying import CHARACTERS, paragraphs

TEXTS = st.lists(st.text(alphabet=CHARACTERS[:6] + "，。 \nAbＡ1１", max_size=120), max_size=4)


def likeness(one, other):
    """Shared samples over those of the shorter text."""
    first, second = samples(one), samples(other)
    return len(first & second) / min(len(first), len(second))


def test_punctuation_width_blanks_and_capitals_hide_nothing():
    plain = "基于北斗BDS与AIS数据2024年汇聚航道水位"
    dressed = "基于“北斗 ＢＤＳ”，与 ais 数据（２０２４年）\n汇聚航道——水位。"
    assert squeezed(dressed) == squeezed(plain)
    assert samples([dressed]) == samples([plain])


@given(TEXTS, TEXTS)
def test_what_is_shared_is_the_same_from_both_sides(one, other):
    ours, theirs = passages(one, other), passages(other, one)
    assert bool(any(ours)) == bool(any(theirs))
    assert samples(one) & samples(other) == samples(other) & samples(one)


@given(TEXTS, st.randoms())
def test_the_order_of_texts_does_not_matter(texts, chance):
    shuffled = chance.sample(texts, len(texts))
    assert samples(shuffled) == samples(texts)


@given(TEXTS)
def test_a_text_is_wholly_in_itself(texts):
    found = passages(texts, texts)
    long = [text for text in texts if len(squeezed(text)) >= SHORTEST]
    for text in long:
        assert share([text], passages([text], [text])) == 1.0
    assert sum(map(bool, found)) == len(long)


@given(TEXTS, TEXTS)
def test_every_passage_stands_in_the_other_text(one, other):
    ground = [squeezed(text) for text in other]
    for text, spans in zip(one, passages(one, other), strict=True):
        for start, end in spans:
            piece = squeezed(text[start:end])
            assert len(piece) >= SHORTEST
            assert all(any(piece[at : at + 10] in there for there in ground) for at in range(len(piece) - 9))


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_copies_are_found_whole_changed_shuffled_and_by_half(seed):
    original = paragraphs(seed)
    others = paragraphs(seed + 20_000)
    shuffled = random.Random(seed).sample(original, len(original))
    changed = [*original[:4], others[0], *original[5:]]
    half = [*original[:5], *others[:5]]
    assert likeness(original, ["\n".join(original)]) > 0.85  # only stretches across paragraphs are new
    assert likeness(original, shuffled) == 1.0
    assert likeness(original, changed) > 0.7
    assert 0.2 < likeness(original, half) < 0.8
    assert 0.45 < share(half, passages(half, original)) < 0.55


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_unrelated_texts_share_nothing(seed):
    one, other = paragraphs(f"{seed} one"), paragraphs(f"{seed} other")
    assert likeness(one, other) == 0.0
    assert not any(passages(one, other))


def test_a_short_text_inside_a_long_one_is_found():
    long = paragraphs("long", 40)
    short = long[17:20]
    assert likeness(short, long) == 1.0
    assert share(short, passages(short, long)) == 1.0
