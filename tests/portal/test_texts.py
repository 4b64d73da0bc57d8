"""Pasted text is cleaned and counted as people count."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.texts import clean_file_name, clean_line, clean_text, count_characters, without_marks


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("第一行\r\n第二行\r第三行\x0b第四行", "第一行\n第二行\n第三行\n第四行"),
        ("\uf0b7\t数据来源", "• 数据来源"),
        ("零\u200b宽\ufeff字\u00ad符", "零宽字符"),
        ("abc\u202egnp.exe", "abcgnp.exe"),
        ("响\x07铃\x1b[31m", "响铃[31m"),
        ("  两端  \n\n", "两端"),
        ("家庭👨\u200d👩\u200d👧", "家庭👨\u200d👩\u200d👧"),
        ("e\u0301", "é"),
        ("段一\n\n段二", "段一\n\n段二"),
    ],
)
def test_word_leaves_nothing_behind_that_nobody_typed(pasted, kept):
    assert clean_text(pasted) == kept


def test_a_line_has_no_line_ends():
    assert clean_line(" 项目\r\n名称  示例\t一 ") == "项目 名称 示例 一"


@pytest.mark.parametrize(("text", "count"), [("数据要素×", 5), ("一\r\n二", 3), ("", 0), ("a b", 3), ("𠮷野家", 3)])
def test_characters_are_counted_as_people_count(text, count):
    assert count_characters(text) == count


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text):
    once = clean_text(text)
    assert clean_text(once) == once
    assert not any(ord(character) < 32 and character != "\n" for character in once)


@given(st.text(), st.integers(min_value=8, max_value=200))
def test_a_file_name_fits_and_has_no_path(name, longest):
    cleaned = clean_file_name(name, longest=longest)
    assert len(cleaned) <= longest
    assert not set(cleaned) & set('/\\<>:"|?*\n\x00')


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\周敏\\申报书.pdf", "申报书.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("a" * 300 + ".pptx", "a" * 195 + ".pptx"),
        ("证明\u202efdp.exe", "证明fdp.exe"),
        (".hidden.pdf", "hidden.pdf"),
    ],
)
def test_a_file_keeps_its_name_and_extension(sent, kept):
    assert clean_file_name(sent, longest=200) == kept


def test_marks_go_and_lines_stay_where_they_are():
    assert without_marks("\ufeff\n赛道\u202e一\x07\r\n  赛题1：\x00") == "\n赛道一\r\n  赛题1："
