"""Characters are counted as people count them, here and in the browser by the same three lists."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from portal import counting
from portal.counting import count_text

CASES = json.loads((Path(__file__).parent / "counting.json").read_text(encoding="utf-8"))
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF))
WORD = st.text(st.sampled_from("abcXYZ019-."), min_size=1)


@pytest.mark.parametrize(("text", "count"), CASES)
def test_a_text_is_counted_as_people_count_it(text, count):
    assert count_text(text) == count


@pytest.mark.parametrize("name", ["INVISIBLE", "SPACES", "SINGLE"])
def test_the_browser_counts_by_the_same_lists(name):
    script = (settings.BASE_DIR / "static/portal/counter.js").read_text(encoding="utf-8")
    declared = re.search(rf"const {name} =\s*((?:\"[^\"]*\"[\s+]*)+);", script)
    assert declared
    assert "".join(re.findall(r'"([^"]*)"', declared.group(1))) == getattr(counting, name)


@given(HAN, HAN)
def test_chinese_texts_add_up(first, second):
    assert count_text(first + second) == len(first) + len(second)


@given(st.lists(WORD))
def test_a_run_of_latin_letters_and_figures_is_one(words):
    assert count_text(" ".join(words)) == len(words)


@given(st.text())
def test_white_space_between_nothing_counts_nothing(text):
    assert count_text(f"\n {text}\t　") == count_text(text)
    assert 0 <= count_text(text) <= len(text)
