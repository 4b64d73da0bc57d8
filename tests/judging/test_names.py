"""Names of organisations that differ in form, and names that only look alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.names import Name, NameIndex, alike, core, initials, normal, shortens, split_aliases

HUST = Name("华中科技大学", ("华科", "Huazhong University of Science and Technology"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华为技术有限公司", "华为技术"),
        ("烽火通信科技股份有限公司", "烽火通信科技有限责任公司"),
        ("东风（武汉）数据有限公司", "东风(武汉)数据有限公司"),
        ("ＡＢＣ 数据 有限公司", "abc数据有限公司"),
        ("湖北烽火通信科技有限公司", "烽火通信科技有限公司"),
        ("湖北省烽火通信科技有限公司", "湖北烽火通信科技股份有限公司"),
        ("Beta Data Co., Ltd.", "BETA DATA CO LTD"),
        ("长江数据集团有限公司", "长江数据集团"),
    ],
)
def test_one_name_in_another_form_is_the_same(one, other):
    assert alike(Name(one), Name(other)) == "form"


@pytest.mark.parametrize("written", ["华科", "ＨＵＳＴ", "hust", "Huazhong University of Science & Technology"])
def test_an_alias_or_its_initials_name_the_organisation(written):
    assert alike(HUST, Name(written)) == "alias"


@pytest.mark.parametrize("short", ["华科", "华科大", "华中科大", "华中大"])
def test_a_short_name_is_known_without_any_alias(short):
    assert alike(Name("华中科技大学"), Name(short)) == "short"


def test_a_short_name_may_leave_the_region_out():
    assert shortens("人医", "湖北省人民医院")
    assert shortens("武大", "武汉大学")


@pytest.mark.parametrize(
    "unit", ["华中科技大学同济医学院", "华中科技大学同济医学院附属协和医院", "华中科技大学（深圳）研究院"]
)
def test_a_unit_belongs_to_its_whole(unit):
    assert alike(Name("华中科技大学"), Name(unit)) == "part"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("武汉大学", "武汉理工大学"),
        ("华中科技大学", "华中师范大学"),
        ("湖北数据有限公司", "湖南数据有限公司"),
        ("湖北省人民医院", "湖南省人民医院"),
        ("中国移动通信集团湖北有限公司", "中国联合网络通信集团有限公司"),
        ("长江证券", "长江大学"),
        ("大学", "武汉大学"),
        ("武大", "武汉理工大学出版社"),
    ],
)
def test_different_organisations_stay_apart(one, other):
    assert alike(Name(one), Name(other)) is None


def test_a_company_named_by_its_region_and_suffix_alone_keeps_its_name():
    assert core("湖北有限公司") == "湖北"


def test_aliases_are_typed_in_one_line():
    assert split_aliases("华科、HUST， 华中科大；\n 喻家山") == ("华科", "HUST", "华中科大", "喻家山")
    assert split_aliases("  ") == ()


def test_two_words_have_no_initials():
    assert initials("Beta Data") == ""
    assert initials("National Data Bureau of China") == "ndbc"


PIECES = [
    "华",
    "中",
    "科技",
    "大学",
    "湖北",
    "省",
    "武汉",
    "数据",
    "有限公司",
    "集团",
    "（",
    "）",
    "研究院",
    "HUST",
    " ",
    "医院",
    "Ltd",
]
texts = st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join)
names = st.builds(Name, texts, st.lists(texts, max_size=2).map(tuple))


@given(names, names)
def test_likeness_is_symmetric(one, other):
    assert alike(one, other) == alike(other, one)


@given(st.text(max_size=30))
def test_writing_a_name_normally_twice_changes_nothing(text):
    assert normal(normal(text)) == normal(text)
    assert core(text) or not normal(text)


@given(names)
def test_every_name_is_like_itself(name):
    assert alike(name, name) == "form" or not normal(name.text)


@given(st.lists(names, max_size=8), names)
def test_the_index_finds_what_comparing_one_by_one_finds(known, wanted):
    index = NameIndex((name, place) for place, name in enumerate(known))
    found = dict(index.find(wanted))
    assert found == {place: how for place, name in enumerate(known) if (how := alike(wanted, name)) is not None}
