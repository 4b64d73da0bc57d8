"""Chinese within a page in English says that it is Chinese; markup is left alone and everything else escaped."""

import pytest
from django.utils import translation
from django.utils.functional import lazy
from django.utils.html import format_html

from portal.web.languages import mark_chinese


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Upload the file “盖章承诺书”", 'Upload the file “<span lang="zh-Hans">盖章承诺书</span>”'),
        ("交通运输 · Topic 1", '<span lang="zh-Hans">交通运输</span> · Topic 1'),
        ("2026年“数据要素×”大赛", '2026<span lang="zh-Hans">年“数据要素×”大赛</span>'),
        ("请补正 1 项材料", '<span lang="zh-Hans">请补正 1 项材料</span>'),
        ("周敏 and 陈立", '<span lang="zh-Hans">周敏</span> and <span lang="zh-Hans">陈立</span>'),
        ("<b> & 名称", '&lt;b&gt; &amp; <span lang="zh-Hans">名称</span>'),
        (7, "7"),
    ],
)
def test_marks_each_stretch_of_chinese(text, expected):
    with translation.override("en"):
        assert mark_chinese(text) == expected


def test_a_chinese_page_needs_no_marks():
    with translation.override("zh-hans"):
        assert mark_chinese("名称 <b>") == "名称 &lt;b&gt;"


def test_markup_stays_as_it_is_also_when_it_is_translated_late():
    link = lazy(lambda: format_html('<a href="#">{}</a>', "名称"), str)()
    with translation.override("en"):
        assert mark_chinese(link) == '<a href="#">名称</a>'
