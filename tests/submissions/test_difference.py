"""The difference between two versions: complete, readable, and shown before it is submitted."""

import copy

import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions.actions import Typed, remove_member, save_answers
from submissions.difference import GAP, About, Kind, Run, changes, runs, shortened
from submissions.draft import load_draft
from submissions.values import seen_mark, shown_frozen
from tests.competition.factories import NOW
from tests.submissions.factories import fresh, make_complete_entry, make_member, make_submitted_entry, submit

CONTENT = {
    "entry": {"title": "长江中游航道与港口数据协同调度"},
    "topic": {"title": "提升货物运输贸易效能和便利性"},
    "lead_organisation": {"name": "武汉示例航运数据有限公司", "uscc": "91420100MA4K0AAA0X"},
    "partners": [],
    "members": [{"public_id": "m1", "name": "周敏", "employer": "示例公司", "post": "经理", "duty": ""}],
    "sections": [
        {
            "task": "overview",
            "title": "项目概述",
            "answers": [{"key": "summary", "label": "摘要", "kind": "long_text", "value": "每小时更新。"}],
        }
    ],
    "files": [{"key": "proof", "label": "佐证材料", "name": "证明.pdf", "sha256": "93ce445a" * 8}],
}
TEXTS = st.text(st.sampled_from("数据要素乘数效应，。\n ab12\U000f0000"), max_size=120)


def changed(**parts):
    return changes(CONTENT, copy.deepcopy(CONTENT) | parts, show=shown_frozen)


# ── The core ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_equal_has_no_difference():
    assert changed() == []


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_the_runs_are_both_texts(old, new):
    found = runs(old, new)
    assert "".join(run.text for run in found if run.kind != Kind.ADDED) == old
    assert "".join(run.text for run in found if run.kind != Kind.REMOVED) == new


def test_chinese_is_compared_by_characters_and_latin_words_whole():
    assert runs("每小时更新一次，用 Spark 计算", "每分钟更新一次，用 Flink 计算") == (
        Run(Kind.SAME, "每"),
        Run(Kind.REMOVED, "小时"),
        Run(Kind.ADDED, "分钟"),
        Run(Kind.SAME, "更新一次，用 "),
        Run(Kind.REMOVED, "Spark"),
        Run(Kind.ADDED, "Flink"),
        Run(Kind.SAME, " 计算"),
    )


def test_long_texts_are_shown_around_their_changes():
    found = shortened(runs("甲" * 400 + "旧" + "乙" * 400, "甲" * 400 + "新" + "乙" * 400))
    assert [run.kind for run in found] == [Kind.GAP, Kind.SAME, Kind.REMOVED, Kind.ADDED, Kind.SAME, Kind.GAP]
    assert found[0].text == GAP
    assert len("".join(run.text for run in found)) < 80


@pytest.mark.parametrize(
    ("parts", "about", "kind"),
    [
        ({"entry": {"title": "另一个名称"}}, About.TITLE, Kind.CHANGED),
        ({"topic": {"title": "另一道赛题"}}, About.TOPIC, Kind.CHANGED),
        ({"members": []}, About.MEMBER, Kind.REMOVED),
        ({"partners": [{"public_id": "p1", "name": "示例大学", "uscc": "X"}]}, About.PARTNER, Kind.ADDED),
        ({"files": [CONTENT["files"][0] | {"sha256": "0" * 64}]}, About.FILE, Kind.CHANGED),
        ({"files": []}, About.FILE, Kind.REMOVED),
        ({"sections": []}, About.ANSWER, Kind.REMOVED),
    ],
)
def test_everything_that_a_version_freezes_is_compared(parts, about, kind):
    (change,) = changed(**parts)
    assert (change.about, change.kind) == (about, kind)


# ── The pages ──────────────────────────────────────────────────────────────────────────────────────────────────────
def rewrite(entry, text):
    """The captain writes something else into the first answer."""
    question = load_draft(fresh(entry)).pages[0].questions[0]
    seen = seen_mark(question.revision, question.value)
    typed = Typed(question=question.field, value=text, is_good=True, seen=seen)
    save_answers(actor=entry.team.captain, entry=entry, section=None, typed=[typed], now=NOW)


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_captain_sees_what_submitting_again_would_change(client):
    entry = make_submitted_entry()
    client.force_login(entry.team.captain)
    url = reverse("entry_check", args=[entry.public_id])
    assert client.get(url).context["changes"] == []
    rewrite(entry, "<script>新的内容</script>")
    page = client.get(url)
    assert [change.label for change in page.context["changes"]] == ["项目摘要"]
    assert "&lt;script&gt;" in page.content.decode()
    assert "与第 1 版相比" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("clock")
def test_the_receipt_says_what_its_version_changed(client):
    entry = make_complete_entry()
    member = make_member(entry)
    submit(entry)
    remove_member(actor=entry.team.captain, member=member, now=NOW)
    rewrite(entry, "新的内容。")
    submit(entry)
    client.force_login(entry.team.captain)
    first, second = (client.get(reverse("receipt", args=[entry.public_id, number])) for number in (1, 2))
    assert first.context["changes"] == []
    assert [str(change.state.label) for change in second.context["changes"]] == ["已删除", "已修改"]
