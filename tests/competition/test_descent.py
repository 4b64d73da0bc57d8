"""A topic beside its sources, as it is drawn."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from competition.descent import summary, trace
from competition.models import Contest, Topic, Track
from competition.topics import MARK_STATES, Origin, TopicRow

NATION = Contest(pk=1, slug="n", level="national", short_name="全国大赛")
TRACK = Track(pk=1, contest=NATION, number=4, name="交通运输")
OTHER = Track(pk=2, contest=NATION, number=5, name="金融服务")


def topic(text, number=1, track=TRACK):
    return Topic(track=track, number=number, title=f"题{number}", description=text)


def above(kind, number):
    return Origin(kind, "全国", 4, number, "交通运输")


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@given(st.text("甲乙丙丁，。", max_size=60), st.lists(st.text("甲乙丙丁，。", max_size=60), max_size=4))
def test_the_words_joined_are_the_text_and_the_bar_adds_up(text, parents):
    descent = trace(topic(text), [topic(words, number) for number, words in enumerate(parents, 1)])
    assert "".join(piece.text for piece in descent.pieces) == text
    assert sum(fill.count for fill in descent.fills) == len(text)
    for source, words in zip(descent.sources, parents, strict=True):
        assert "".join(piece.text for piece in source.pieces) == words
    if descent.fills:
        last = descent.fills[-1]
        assert float(last.x) + float(last.width) == pytest.approx(100, abs=0.1)


def test_tags_name_the_track_where_sources_stand_in_several():
    text = "加快电子航道图建设和应用。提升信贷服务能力水平。"
    one, two = topic("加快电子航道图建设和应用。", 1), topic("提升信贷服务能力水平。", 2, OTHER)
    assert [piece.tag for piece in trace(topic(text), [one, two]).pieces] == ["全国4-1", "全国5-2"]
    assert [piece.tag for piece in trace(topic(text), [one]).pieces] == ["全国1", "新增"]


def test_says_how_much_of_a_source_was_taken():
    sources = [topic("加快电子航道图建设和应用。", 1), topic("提升信贷服务能力水平。", 2)]
    verdicts = [source.verdict for source in trace(topic("加快电子航道图建设和应用。"), sources).sources]
    assert verdicts == ["全文承接", "文字未承接"]


@pytest.mark.parametrize(
    ("origins", "kind", "sentence"),
    [
        ([above("identical", 1)], "identical", "与全国交通运输赛题1一致"),
        ([above("edited", 1)], "edited", "由全国交通运输赛题1修改而成"),
        ([above("edited", 1), above("edited", 6)], "merged", "由全国交通运输赛题1、6合并而成"),
        ([above("retitled", 1), above("retitled", 2)], "retitled", "由全国交通运输赛题1、2改题而成"),
        ([above("thematic", 1)], "thematic", "与全国交通运输赛题1主题相近"),
        ([above("edited", 1), Origin("edited", "全国", 5, 2)], "merged", "由全国交通运输赛题1、全国赛题2合并而成"),
        ([Origin("new")], "new", "本赛新增赛题，上级赛事无对应赛题"),
        ([], "", ""),
    ],
)
def test_one_sentence_says_where_a_topic_comes_from(origins, kind, sentence):
    row = TopicRow(pk=1, number=1, title="题", url="/", track="交通运输", origins=origins)
    assert row.kind == kind
    assert summary(row) == sentence
    assert bool(row.state) == bool(kind)
    assert row.state == MARK_STATES.get(row.mark)


def test_a_sentence_in_english_counts_the_topics_before_it_names_the_track():
    origins = [Origin("edited", "National", 4, number, "交通运输") for number in (1, 6)]
    row = TopicRow(pk=1, number=1, title="题", url="/", track="交通运输", origins=origins)
    with translation.override("en"):
        assert summary(row) == "Merged from National topics 1 and 6 (交通运输)"


@pytest.mark.parametrize(
    ("track", "origins", "words"),
    [
        ("交通运输", [above("edited", 1), above("edited", 6)], "全国 1、6"),
        ("智慧物流", [above("edited", 1), above("edited", 6)], "全国·交通运输 1、6"),
        ("交通运输", [above("edited", 1), Origin("edited", "全国", 5, 2, "金融服务")], "全国 1、金融服务 2"),
        ("交通运输", [Origin("new")], ""),
    ],
)
def test_a_list_names_the_track_above_where_it_has_another_name(track, origins, words):
    assert TopicRow(1, 1, "题", "/", track, origins=origins).origin_words == words
