"""What the statistics found is said in words: of whom, how much, and what is not known is left out."""

import pytest
from django.utils import translation

from judging.reading.explaining import entry_words, judge_flag, refusal_words
from judging.statistics.flags import Kind, Level

NAMES = {"J1": "王评委", "J2": "李评委"}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def flag(kind, figure, **more):
    return {"kind": kind.value, "level": Level.RED.value, "judge": "J1", "figure": figure, "later": None} | more


@pytest.mark.parametrize(
    ("found", "seen"),
    [
        (flag(Kind.LENIENT, 4.25), "Gives 4.2 points more"),
        (flag(Kind.SEVERE, -4.25), "Gives 4.2 points less"),
        (flag(Kind.INCONSISTENT, -0.3), "correlation −0.30"),
        (flag(Kind.SAME_MARK, 0.5), "scatter by 0.50 points"),
        (flag(Kind.TOO_FAST, 0.17), "Spends 17% of the time"),
        (
            flag(Kind.COPYING, 0.97, other="J2", shared=12),
            "as J2 李评委 on the 12 entries they share: correlation 0.97.",
        ),
    ],
)
def test_every_kind_of_flag_says_what_was_seen_and_what_it_may_mean(found, seen):
    explained = judge_flag(found, NAMES)
    assert seen in explained.seen
    assert "Sealed later" not in explained.seen
    assert explained.who == "J1 王评委"
    assert explained.meaning


def test_who_sealed_later_is_said_where_it_is_known_and_none_is_known_too():
    for later in (9, 0):
        found = flag(Kind.COPYING, 0.97, other="J2", shared=12, later=later)
        assert judge_flag(found, NAMES).seen.endswith(f"Sealed later on {later} of them.")


@pytest.mark.parametrize(
    ("wide", "disagrees", "words"),
    [
        (True, False, "range 25.50"),
        (False, True, "the judges disagree more than chance explains"),
        (True, True, "range 25.50; the judges disagree more than chance explains"),
    ],
)
def test_an_entry_is_flagged_for_its_range_or_for_disagreement_or_both(wide, disagrees, words):
    assert entry_words({"wide": wide, "range": 25.5, "disagrees": disagrees}) == words


def test_many_groups_without_a_common_judge_are_counted_and_the_first_six_named():
    def words(parts):
        return refusal_words({"code": "apart", "parts": [[size, 3] for size in range(1, parts + 1)]})

    assert "into 7 groups (1, 2, 3, 4, 5, 6… entries)" in words(7)
    assert "into 6 groups (1, 2, 3, 4, 5, 6 entries)" in words(6)
