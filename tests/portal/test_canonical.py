"""One value has one byte string."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.canonical import canonical_json, digest

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_bytes_read_back_as_the_same_value(value):
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(st.text(), st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(value):
    assert canonical_json(dict(reversed(value.items()))) == canonical_json(value)


def test_chinese_is_written_as_itself_and_without_white_space():
    assert canonical_json({"赛题": [1, "数据×"]}) == '{"赛题":[1,"数据×"]}'.encode()


def test_the_digest_is_the_sha256_of_the_bytes():
    assert digest({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, float("nan"), {1: "a"}])
def test_floats_and_keys_that_are_not_text_have_no_canonical_form(value):
    with pytest.raises(ValueError, match=r"float|strings"):
        canonical_json(value)
