"""How tracks, topics and contests are named."""

import re

import pytest
from django.utils import translation

from competition.templatetags.contest import file_kind, squares, with_times
from competition.words import enumeration, numeral, place, title_of, topic_label, track_label


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "一"), (8, "八"), (10, "十"), (12, "十二"), (20, "二十"), (47, "四十七"), (99, "九十九"), (100, "100")],
)
def test_counts_in_chinese_numerals(number, words):
    with translation.override("zh-hans"):
        assert numeral(number) == words
    with translation.override("en"):
        assert numeral(number) == str(number)


def test_names_tracks_and_topics_in_the_readers_language():
    with translation.override("zh-hans"):
        assert (track_label(3), topic_label(1), enumeration(["甲", "乙"])) == ("赛道三", "赛题1", "甲、乙")
        assert [
            place(*row) for row in (("national", "", "x"), ("provincial", "42", "x"), ("city", "42", "武汉初赛"))
        ] == [
            "全国",
            "湖北",
            "武汉初赛",
        ]
    with translation.override("en"):
        assert (track_label(3), topic_label(1), enumeration(["a", "b"])) == ("Track 3", "Topic 1", "a, b")


@pytest.mark.parametrize(
    ("name", "year", "lines"),
    [
        ("2024年“数据要素×”大赛湖北分赛", "2024年", ("“数据要素×”大赛", "湖北分赛")),
        ("2024年“数据要素×”大赛", "2024年", ("“数据要素×”大赛",)),
        ("气象行业赛", "", ("气象行业赛",)),
        ("2025年", "2025年", ("2025年",)),
    ],
)
def test_cuts_a_title_where_a_poster_would(name, year, lines):
    title = title_of(name)
    assert (title.year, title.lines) == (year, lines)


def test_draws_every_times_sign_and_escapes_the_rest():
    html = with_times("<b>数据要素×</b>大赛×")
    assert html.count("<svg") == 2
    assert "&lt;b&gt;" in html


def test_a_quoted_name_with_its_times_sign_stands_on_one_line():
    html = with_times("2024年“数据要素×”大赛湖北分赛")
    before, name, between, contest, after = re.split('<span class="cs-nowrap">|</span>', html)
    assert (before, between, contest, after) == ("2024年", "", "大赛", "湖北分赛")
    assert name.startswith("“数据要素<svg")
    assert name.endswith("</svg>”")
    assert "cs-nowrap" not in with_times("数据要素×交通运输")
    assert with_times("气象大赛") == "气象大赛"


def test_squares_say_in_words_what_they_show():
    with translation.override("zh-hans"):
        html = squares(["same", "near", "new"])
    assert 'aria-label="一致 1 道、改编 1 道、新增 1 道"' in html
    assert 'width="44"' in html
    assert squares([]) == ""


def test_a_files_kind_is_what_its_name_ends_in():
    assert (file_kind("downloads/a.b.docx"), file_kind("downloads/a")) == ("DOCX", "")
