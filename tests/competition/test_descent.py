"""A topic beside its sources, as it is drawn."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from competition.descent import summary, trace
from competition.models import Contest, Topic, Track
from competition.topics import MARK_STATES, Origin, TopicRow

NATION = Contest(pk=1, slug="n", level="national", short_name="全国大赛")
PROVINCE = Contest(pk=2, slug="p", level="provincial", region="42", short_name="湖北分赛")
TRACK = Track(pk=1, contest=NATION, number=4, name="交通运输")
OTHER = Track(pk=2, contest=NATION, number=5, name="金融服务")


def topic(text, number=1, track=TRACK):
    return Topic(track=track, number=number, title=f"题{number}", description=text)


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


@given(st.text("甲乙丙丁，。", max_size=60), st.lists(st.text("甲乙丙丁，。", max_size=60), max_size=4))
def test_the_words_joined_are_the_text_and_the_bar_adds_up(text, parents):
    descent = trace(PROVINCE, topic(text), [topic(words, number) for number, words in enumerate(parents, 1)])
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
    assert [piece.tag for piece in trace(PROVINCE, topic(text), [one, two]).pieces] == ["全国4-1", "全国5-2"]
    assert [piece.tag for piece in trace(PROVINCE, topic(text), [one]).pieces] == ["全国1", "湖北"]


def test_says_how_much_of_a_source_was_taken():
    sources = [topic("加快电子航道图建设和应用。", 1), topic("提升信贷服务能力水平。", 2)]
    verdicts = [source.verdict for source in trace(PROVINCE, topic("加快电子航道图建设和应用。"), sources).sources]
    assert verdicts == ["全文承接", "文字未承接"]


@pytest.mark.parametrize(
    ("origins", "kind", "sentence"),
    [
        ([Origin("identical", "全国", 4, 1)], "identical", "与全国交通运输赛题1一致"),
        ([Origin("edited", "全国", 4, 1)], "edited", "由全国交通运输赛题1修改而成"),
        (
            [Origin("edited", "全国", 4, 1), Origin("edited", "全国", 4, 6)],
            "merged",
            "由全国交通运输赛题1、赛题6合并而成",
        ),
        (
            [Origin("retitled", "全国", 4, 1), Origin("retitled", "全国", 4, 2)],
            "retitled",
            "由全国交通运输赛题1、赛题2改题而成",
        ),
        ([Origin("thematic", "全国", 4, 1)], "thematic", "与全国交通运输赛题1主题相近"),
        ([Origin("new")], "new", "湖北新增赛题，上级赛事无对应赛题"),
        ([], "", ""),
    ],
)
def test_one_sentence_says_where_a_topic_comes_from(origins, kind, sentence):
    row = TopicRow(pk=1, number=1, title="题", url="/", home="湖北", origins=origins)
    parents = [topic("", origin.topic) for origin in origins if origin.topic]
    assert row.kind == kind
    assert summary(row, parents) == sentence
    assert bool(row.state) == bool(kind)
    assert row.state == MARK_STATES.get(row.mark)
