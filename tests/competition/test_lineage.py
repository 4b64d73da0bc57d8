"""Lineage counted from the texts: known answers from the published guides, and what holds for any text."""

import csv
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from competition import guide
from competition.lineage import PUNCTUATION, Comparison, Segment, compare

GUIDES = Path(guide.__file__).parent / "guides"


def descriptions(name: str) -> dict[tuple[int, int], str]:
    result = guide.parse(guide.read(GUIDES / name))
    return {(track.number, topic.number): topic.description for track in result.tracks for topic in track.topics}


NATIONAL = descriptions("2024-national-topic-guide.txt")
HUBEI = descriptions("2024-hubei-topics.txt")


def lineage() -> list[dict[str, str]]:
    with (GUIDES / "topic-lineage.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def sources(result: Comparison) -> list[int | None]:
    return [segment.source for segment in result.segments]


class TestATopicMergedFromTwo:
    """赛道三赛题1 of Hubei joins topics 1 and 6 of the national track of transport.

    The whole of topic 1 is there (84 characters), cut open once for an insertion. Of topic 6, 66 of 108 characters are
    there, in two blocks that now stand side by side. The insertion is the rest: 173 − 84 − 66 = 23 characters, two
    clauses with their commas. One comma is in the text twice and in topic 1 once: it counts for topic 1 once.
    """

    result = compare(HUBEI[3, 1], [NATIONAL[4, 1], NATIONAL[4, 6]])

    def test_is_counted_to_the_character(self) -> None:
        assert [(share.taken, share.total) for share in self.result.parents] == [(84, 84), (66, 108)]
        assert (self.result.new, self.result.total) == (23, 173)

    def test_is_cut_where_the_source_changes(self) -> None:
        assert self.result.segments == (
            Segment("融合地理空间、卫星遥感、北斗定位导航、气象等数据提升运输和贸易效能，", 0),
            Segment("提升物流运输效能和水平，保障物流运输作业安全，", None),
            Segment(
                "降低处理复杂度和操作成本，提升运营效率；推进物流、结算、保险等货物贸易数据共享互认，促进贸易便利化。",
                0,
            ),
            Segment(
                "打造数据、服务、算法为一体的数据大脑，实现港口、航道、船舶等要素和业务协同，"
                "推动国际贸易、航道信息、航运信息等商贸增值和定制化服务。",
                1,
            ),
        )

    def test_names_what_was_added_and_what_was_left_out(self) -> None:
        assert self.result.added == ("提升物流运输效能和水平", "保障物流运输作业安全")
        assert self.result.parents[0].left_out == ()
        assert self.result.parents[1].left_out == (
            "加快电子航道图建设和应用", "建设智能感知网络和数字孪生平台", "提升主要作业单证电子化率",
        )  # fmt: skip

    def test_shows_each_parent_with_its_gaps(self) -> None:
        first, second = self.result.parents
        assert first.whole
        assert not second.whole
        assert [segment.taken for segment in first.segments] == [True]
        assert [segment.taken for segment in second.segments] == [False, True, False, True]


def test_every_topic_called_identical_is_one_segment_taken_whole() -> None:
    rows = [row for row in lineage() if row["kind"] == "identical"]
    assert len(rows) == 16
    for row in rows:
        child = HUBEI[int(row["hubei_track"]), int(row["hubei_topic"])]
        result = compare(child, [NATIONAL[int(row["national_track"]), int(row["national_topic"])]])
        assert sources(result) == [0]
        assert result.parents[0].whole
        assert (result.new, result.added) == (0, ())


def test_no_topic_called_edited_is_identical() -> None:
    for row in lineage():
        if row["kind"] == "edited":
            child = HUBEI[int(row["hubei_track"]), int(row["hubei_topic"])]
            result = compare(child, [NATIONAL[int(row["national_track"]), int(row["national_topic"])]])
            assert result.new > 0 or not result.parents[0].whole
            assert result.parents[0].taken > 0


def test_one_word_put_in_the_place_of_another_is_seen() -> None:
    result = compare(HUBEI[5, 3], [NATIONAL[7, 1]])
    assert sources(result) == [0, None, 0]
    assert (result.added, result.parents[0].left_out) == (("湖北",), ("中国",))


def test_a_topic_without_parents_is_all_new() -> None:
    result = compare("提升多式联运效能。", [])
    assert result.segments == (Segment("提升多式联运效能。", None),)
    assert (result.new, result.added, result.parents) == (9, ("提升多式联运效能",), ())


def test_words_told_in_another_order_are_still_taken() -> None:
    result = compare("乙乙乙乙乙。甲甲甲甲甲。", ["甲甲甲甲甲。乙乙乙乙乙。"])
    assert result.parents[0].whole
    assert result.new == 0


def test_a_few_characters_in_common_are_a_coincidence() -> None:
    assert compare("各类数据，好", ["这些数据，坏"]).new == 6
    assert compare("甲、乙、丙、", ["甲、乙、丙、"]).new == 6
    assert compare("融合数据，好", ["融合数据，坏"]).new == 1


def test_the_first_parent_is_named_where_two_say_the_same() -> None:
    result = compare("提升运营效率", ["提升运营效率", "提升运营效率"])
    assert [share.taken for share in result.parents] == [6, 0]


def test_a_phrase_is_not_taken_twice_from_one_that_says_it_once() -> None:
    result = compare("提升运营效率；提升运营效率", ["提升运营效率"])
    assert result.parents[0].taken == 6
    assert result.new == 7


def test_changed_punctuation_is_drawn_with_the_words_before_it_and_counted_as_new() -> None:
    result = compare("提升运营效率。降低运营成本", ["提升运营效率；降低运营成本"])
    assert sources(result) == [0]
    assert (result.new, result.added) == (1, ())


def test_empty_texts_are_compared() -> None:
    assert compare("", ["甲乙丙丁"]).segments == ()
    assert compare("甲乙丙丁", [""]).parents[0].whole


texts = st.text(alphabet="甲乙丙丁，。", max_size=40)


@given(texts, st.lists(texts, max_size=3))
def test_nothing_is_lost_or_counted_twice(text: str, parents: list[str]) -> None:
    result = compare(text, parents)
    assert "".join(segment.text for segment in result.segments) == text
    assert result.new + sum(share.taken for share in result.parents) == result.total == len(text)
    for share, parent in zip(result.parents, parents, strict=True):
        assert "".join(segment.text for segment in share.segments) == parent
        assert 0 <= share.taken <= share.total == len(parent)


@given(texts, texts)
def test_neighbours_differ_and_no_segment_begins_with_a_comma_but_the_first(text: str, parent: str) -> None:
    result = compare(text, [parent])
    for before, after in zip(result.segments, result.segments[1:], strict=False):
        assert before.source != after.source
        assert after.text[0] not in PUNCTUATION


@given(texts.filter(lambda text: sum(character.isalnum() for character in text) >= 4))
def test_a_copy_is_always_whole(text: str) -> None:
    assert compare(text, [text]).parents[0].whole
