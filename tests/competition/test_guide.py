"""The guide parser: the two published guides to the character, and every way in which a guide can be off."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competition import guide
from competition.guide import Guide, Problem, Topic, Unreadable, decode, number_of, parse

GUIDES = Path(guide.__file__).parent / "guides"
NATIONAL = GUIDES / "2024-national-topic-guide.txt"
HUBEI = GUIDES / "2024-hubei-topics.txt"
CHINESE = "一二三四五六七八九十"

HEADED = """附件2

2024年“数据要素×”大赛某省分赛赛题
前言。

赛道一：数据要素×工业制造

赛题1：提升创新研发能力

第一段。

第二段。

赛题2：提升服务型制造能力
只有一段。
"""

ONE_LINE = """附件 1
某年大赛赛题指南
赛道一：数据要素×工业制造领域赛题指南
- 1· **提升创新研发能力**：数据驱动。
2.提升服务型制造能力:加强采集。
"""


def codes(result: Guide) -> list[tuple[int, str]]:
    return [(problem.line, problem.code) for problem in result.problems]


def topics(result: Guide) -> list[tuple[int, int, str, str]]:
    return [
        (track.number, topic.number, topic.title, topic.description)
        for track in result.tracks
        for topic in track.topics
    ]


def chinese(number: int) -> str:
    """The numeral of a number up to 99, written the other way round from how the parser reads it."""
    tens, units = divmod(number, 10)
    ten = ("" if tens == 1 else CHINESE[tens - 1]) + "十" if tens else ""
    return ten + (CHINESE[units - 1] if units else "")


class TestTheNationalGuide:
    """The published guide of 2024, with its marks of lists and emphasis strewn about."""

    result = parse(guide.read(NATIONAL))

    def test_has_twelve_tracks_and_forty_seven_topics_and_no_problem(self) -> None:
        assert [track.number for track in self.result.tracks] == list(range(1, 13))
        assert [len(track.topics) for track in self.result.tracks] == [4, 5, 3, 6, 4, 4, 4, 4, 3, 2, 4, 4]
        assert self.result.topic_count == 47
        assert self.result.problems == ()

    def test_is_titled_by_its_first_line_that_is_not_the_mark_of_an_attachment(self) -> None:
        assert self.result.title == "2024年“数据要素×”大赛赛题指南"

    def test_names_tracks_without_the_words_they_share(self) -> None:
        assert [track.name for track in self.result.tracks] == [
            "工业制造", "现代农业", "商贸流通", "交通运输", "金融服务", "科技创新",
            "文化旅游", "医疗健康", "应急管理", "气象服务", "城市治理", "绿色低碳",
        ]  # fmt: skip

    def test_equals_the_document_to_the_character(self) -> None:
        # An independent reading: take the marks away, keep what is left, and write the same lines from the result.
        lines = [line.replace("**", "").strip() for line in NATIONAL.read_text(encoding="utf-8").split("\n")]
        written = [re.sub(r"^(- )?\d[·.] ?", "", line) for line in lines[6:] if line and not line.startswith("赛道")]
        assert written == [f"{topic.title}：{topic.description}" for t in self.result.tracks for topic in t.topics]
        assert [line for line in lines if line.startswith("赛道")] == [
            f"赛道{chinese(track.number)}：数据要素×{track.name}领域赛题指南" for track in self.result.tracks
        ]

    def test_keeps_no_mark_of_emphasis_or_list(self) -> None:
        text = "".join(title + description for *_, title, description in topics(self.result))
        assert not set("*#·\n ") & set(text)


class TestTheHubeiGuide:
    """The provincial guide of 2024: a heading to a topic, its text below."""

    result = parse(guide.read(HUBEI))

    def test_has_eight_tracks_and_thirty_five_topics_and_no_problem(self) -> None:
        assert [len(track.topics) for track in self.result.tracks] == [4, 3, 5, 4, 5, 4, 5, 5]
        assert self.result.topic_count == 35
        assert self.result.problems == ()

    def test_equals_the_document_to_the_character(self) -> None:
        front = ["附件2", self.result.title]
        body = []
        for track in self.result.tracks:
            body.append(f"赛道{chinese(track.number)}：数据要素×{track.name}")
            for topic in track.topics:
                body += [f"赛题{topic.number}：{topic.title}", *topic.description.split("\n")]
        lines = [line for line in HUBEI.read_text(encoding="utf-8").split("\n") if line]
        assert lines[:2] == front
        assert lines[3:] == body


class TestHeadings:
    """The `赛题N：` form."""

    def test_join_further_lines_of_a_text_with_a_newline(self) -> None:
        assert topics(parse(HEADED)) == [
            (1, 1, "提升创新研发能力", "第一段。\n第二段。"),
            (1, 2, "提升服务型制造能力", "只有一段。"),
        ]
        assert parse(HEADED).problems == ()

    def test_take_numbered_lines_as_part_of_the_text(self) -> None:
        result = parse(HEADED.replace("第二段。", "1.采集数据：来自企业。"))
        assert topics(result)[0][3] == "第一段。\n1.采集数据：来自企业。"

    def test_end_the_title_at_its_first_colon(self) -> None:
        result = parse("赛道一：甲\n赛题1：标题:正文：其一\n其二\n")
        assert topics(result) == [(1, 1, "标题", "正文：其一\n其二")]

    def test_without_text_are_a_problem_and_are_not_emitted(self) -> None:
        result = parse(HEADED.replace("只有一段。", ""))
        assert len(topics(result)) == 1
        assert codes(result) == [(14, "topic_without_text")]
        assert result.problems[0].text == "赛题2：提升服务型制造能力"

    def test_that_cannot_be_read_do_not_join_the_topic_above(self) -> None:
        result = parse(HEADED.replace("赛题2：", "赛题二百："))
        assert topics(result) == [(1, 1, "提升创新研发能力", "第一段。\n第二段。")]
        assert codes(result) == [(14, "topic_heading"), (15, "not_understood")]

    def test_without_a_colon_do_not_join_the_topic_above(self) -> None:
        assert codes(parse(HEADED.replace("赛题2：", "赛题2 "))) == [(14, "topic_heading"), (15, "not_understood")]

    def test_without_a_title_are_a_problem(self) -> None:
        assert codes(parse("赛道一：甲\n赛题1：\n正文\n")) == [(2, "topic_without_title")]

    @pytest.mark.parametrize("heading", ["赛题１：", "赛题一：", "赛题 1 :", "**赛题1**：", "### 赛题1："])
    def test_may_be_written_in_other_ways(self, heading: str) -> None:
        assert topics(parse(f"赛道一：甲\n{heading}标题\n正文\n")) == [(1, 1, "标题", "正文")]


class TestOneLineTopics:
    """The form with a number, a title, a colon and the text on one line."""

    def test_are_read_with_either_colon(self) -> None:
        assert topics(parse(ONE_LINE)) == [
            (1, 1, "提升创新研发能力", "数据驱动。"),
            (1, 2, "提升服务型制造能力", "加强采集。"),
        ]

    @pytest.mark.parametrize("mark", ["1·", "1.", "１．", "1、", "一、", "- 1. ", "* 1 · ", "1）"])
    def test_may_be_numbered_in_other_ways(self, mark: str) -> None:
        assert topics(parse(f"赛道一：甲\n{mark}标题：正文")) == [(1, 1, "标题", "正文")]

    def test_keep_emphasis_wherever_it_stands_out_of_the_text(self) -> None:
        assert topics(parse("赛道一：甲\n- 1. 标题：**正文")) == [(1, 1, "标题", "正文")]

    def test_end_the_title_at_the_first_colon_and_keep_the_others(self) -> None:
        assert topics(parse("赛道一：甲\n1.标题：其一：乙；其二:丙")) == [(1, 1, "标题", "其一：乙；其二:丙")]

    def test_do_not_take_an_unnumbered_line_into_their_text(self) -> None:
        result = parse(ONE_LINE + "这一行没有编号。\n")
        assert topics(result)[1][3] == "加强采集。"
        assert result.problems == (Problem(6, "这一行没有编号。", "not_understood"),)

    def test_without_text_are_a_problem_and_are_not_emitted(self) -> None:
        result = parse(ONE_LINE + "3·提升协同\n4·提升协同：\n")
        assert len(topics(result)) == 2
        assert codes(result) == [(6, "topic_without_text"), (7, "topic_without_text")]

    @pytest.mark.parametrize("mark", ["0.", "十十、", "一二·"])
    def test_with_a_number_that_there_is_not_are_a_problem(self, mark: str) -> None:
        result = parse(f"赛道一：甲\n1.标题：正文\n{mark}另一标题：正文")
        assert topics(result) == [(1, 1, "标题", "正文")]
        assert codes(result) == [(3, "not_understood")]

    def test_do_not_mistake_a_decimal_for_a_number(self) -> None:
        assert codes(parse("赛道一：甲\n1.5亿元：预算")) == [(2, "not_understood")]

    def test_with_a_number_twice_keep_the_first(self) -> None:
        result = parse(ONE_LINE + "2.另一题：正文\n")
        assert topics(result)[1][2] == "提升服务型制造能力"
        assert codes(result) == [(6, "topic_repeated")]


class TestTracks:
    """Headings of tracks."""

    @pytest.mark.parametrize(
        "heading",
        [
            "赛道一：数据要素×工业制造", "赛道1:数据要素×工业制造领域赛题指南", "赛道１ ： “数据要素×”工业制造",
            "## 赛道一：数据要素 × 工业制造", "**赛道一：数据要素×工业制造**", "赛道一：工业制造",
            "\u3000赛道一：数据要素x工业制造",
        ],
    )  # fmt: skip
    def test_may_be_written_in_other_ways(self, heading: str) -> None:
        (track,) = parse(heading).tracks
        assert (track.number, track.name) == (1, "工业制造")

    def test_keep_names_as_written_apart_from_the_shared_words(self) -> None:
        assert [t.name for t in parse("赛道一：未来产业（人工智能）方向\n赛道二：数据要素×绿色低碳赛题").tracks] == [
            "未来产业（人工智能）方向", "绿色低碳赛题",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "heading", ["赛道二 工业制造", "赛道二：", "赛道一百：甲", "赛道0：甲", "赛道甲：乙", "赛道二：数据要素×"]
    )
    def test_that_cannot_be_read_keep_their_topics_out_of_the_track_above(self, heading: str) -> None:
        result = parse(ONE_LINE + heading + "\n1.标题：正文\n")
        assert len(result.tracks) == 1
        assert len(topics(result)) == 2
        assert codes(result) == [(6, "track_heading"), (7, "outside_track")]

    def test_with_a_number_taken_by_another_name_keep_their_topics_out(self) -> None:
        result = parse(ONE_LINE + "赛道一：商贸流通\n3.标题：正文\n")
        assert codes(result) == [(6, "track_repeated"), (7, "outside_track")]
        assert len(topics(result)) == 2

    def test_named_in_a_table_of_contents_first_still_get_their_topics(self) -> None:
        result = parse("目录\n赛道一：甲\n赛道二：乙\n赛道一：甲\n1.标题：正文\n赛道二：乙\n1.标题：正文\n")
        assert topics(result) == [(1, 1, "标题", "正文"), (2, 1, "标题", "正文")]
        assert codes(result) == [(4, "track_continued"), (6, "track_continued")]

    def test_may_have_no_topics_yet(self) -> None:
        assert parse("赛道一：甲").tracks[0].topics == ()


class TestFrontMatter:
    """What stands before the first track."""

    def test_is_never_a_problem(self) -> None:
        assert parse("赛道设置：共12个赛道。\n1.说明：略\n赛题1：略\n赛道一：甲\n1.标题：正文").problems == ()

    @pytest.mark.parametrize("mark", ["附件", "附件1", "附件 １", "附件二：", "附件1:\n"])
    def test_gives_the_title_after_the_mark_of_an_attachment(self, mark: str) -> None:
        assert parse(f"{mark}\n\n# 某省赛题\n前言\n赛道一：甲").title == "某省赛题"

    def test_gives_the_title_beside_the_mark_of_an_attachment(self) -> None:
        assert parse("附件2：某省赛题\n赛道一：甲").title == "某省赛题"

    def test_may_be_missing(self) -> None:
        assert parse("赛道一：甲").title == ""

    @pytest.mark.parametrize("text", ["", "\n\n", "一封信\n没有赛道。\n"])
    def test_alone_is_no_guide(self, text: str) -> None:
        result = parse(text)
        assert result.tracks == ()
        assert codes(result) == [(1, "no_track")]


class TestBytes:
    """What a file may look like before it is a text."""

    @pytest.mark.parametrize("text", [HEADED, ONE_LINE])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_do_not_change_what_the_guide_says(self, text: str, encoding: str, end: str) -> None:
        assert parse(decode(text.replace("\n", end).encode(encoding))) == parse(text)

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
            (b"PK\x03\x04 text", "binary"),
            ("赛道一：甲".encode("utf-16"), "binary"),
            (b"\xff\xff\xff", "encoding"),
            (b"a" * (2 * 1024 * 1024 + 1), "too_large"),
        ],
    )
    def test_that_are_no_text_are_refused_with_a_reason(self, data: bytes, code: str) -> None:
        with pytest.raises(Unreadable) as refused:
            decode(data)
        assert refused.value.code == code
        assert refused.value.message

    def test_of_a_folder_or_of_nothing_are_refused(self, tmp_path: Path) -> None:
        nameless = tmp_path / ("x" * 5000)  # longer than any file system allows
        for path, code in ((tmp_path, "directory"), (tmp_path / "none.txt", "missing"), (nameless, "unreadable")):
            with pytest.raises(Unreadable) as refused:
                guide.read(path)
            assert refused.value.code == code


class TestNumbers:
    """Arabic, full-width and Chinese numerals."""

    def test_are_read_up_to_ninety_nine(self) -> None:
        for number in range(1, 100):
            assert number_of(chinese(number)) == number
            assert number_of(str(number)) == number
            assert number_of("".join(chr(0xFF10 + int(digit)) for digit in str(number))) == number

    @pytest.mark.parametrize(
        "word", ["", "0", "〇", "零", "十十", "一二", "二十零", "零十", "1十", "百", "甲", "-1", "1.5"]
    )
    def test_are_nothing_else(self, word: str) -> None:
        assert number_of(word) is None


words = (
    st.text(alphabet="数据要素乘赛能提升，。；、（）“”AB12 ", min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda word: word and not re.match(r"^[\d(（]", word))
)


@given(st.lists(st.tuples(words, words), min_size=1, max_size=9), st.booleans())
def test_reads_back_what_was_written_in_either_shape(written: list[tuple[str, str]], headed: bool) -> None:
    shape = "赛题{}：{}\n\n{}\n" if headed else "- {}· **{}**：{}"
    lines = [shape.format(number, *topic) for number, topic in enumerate(written, 1)]
    result = parse("题目\n赛道一：数据要素×甲领域赛题指南\n" + "\n".join(lines))
    assert result.problems == ()
    assert result.tracks[0].topics == tuple(Topic(n, t, d) for n, (t, d) in enumerate(written, 1))


pieces = st.sampled_from(
    [
        "赛道一：甲",
        "赛道二：乙",
        "赛道三",
        "赛题1：子",
        "赛题2：丑",
        "赛题：寅",
        "1.卯：辰",
        "2·巳",
        "午",
        "",
        "- 3· **未**：申",
    ]
)


@given(st.lists(pieces, max_size=14))
def test_loses_no_line_silently(lines: list[str]) -> None:
    result = parse("赛道九：始\n" + "\n".join(lines))
    said = "".join(
        f"{track.name} {topic.title} {topic.description}" for track in result.tracks for topic in track.topics
    ) + "".join(track.name for track in result.tracks)
    named = {problem.line for problem in result.problems}
    heading = 0
    for number, line in enumerate(lines, 2):
        if not line:
            continue
        if line.startswith("赛"):
            heading = number
        last = re.split("：", line)[-1].replace("**", "")
        # A line below a heading that was refused is named by that heading.
        assert last in said or number in named or heading in named
