"""The nearest topics: known answers from the published guides, and what holds for any text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from competition import guide
from competition.nearest import LIMIT, MOST_PHRASES, nearest, normal
from tests.competition.test_lineage import GUIDES


def topics_of(name: str) -> dict[tuple[int, int], tuple[str, str]]:
    tracks = guide.parse(guide.read(GUIDES / name)).tracks
    return {
        (track.number, topic.number): (topic.title, topic.description) for track in tracks for topic in track.topics
    }


HUBEI = topics_of("2024-hubei-topics.txt")
NATIONAL = topics_of("2024-national-topic-guide.txt")


def found(text: str, topics: dict[tuple[int, int], tuple[str, str]]) -> list[tuple[int, int]]:
    places = list(topics)
    return [places[near.place] for near in nearest(text, ["\n".join(both) for both in topics.values()])]


def test_every_topic_of_2024_is_nearest_to_its_own_description():
    for topics in (HUBEI, NATIONAL):
        for place, (_title, description) in topics.items():
            assert found(description, topics)[0] == place


def test_a_summary_in_a_teams_own_words_finds_its_field():
    ships = "我们利用北斗定位和航道水位数据，为长江船舶提供智能调度，降低港口等待时间。"
    farms = "利用卫星遥感和气象数据为水稻种植户提供病虫害预警和农业保险服务"
    assert found(ships, HUBEI)[0] == (3, 1)
    assert found(ships, NATIONAL)[:2] == [(4, 1), (4, 6)]
    assert found(farms, HUBEI)[0] == (8, 1)
    assert found("AI医疗影像辅助诊断，多家医院数据融合", HUBEI)[0] == (6, 4)


def test_the_phrases_are_words_of_the_field_and_not_of_every_summary():
    first = nearest(
        "我们利用北斗定位和航道水位数据，为长江船舶提供智能调度。", ["\n".join(both) for both in HUBEI.values()]
    )[0]
    assert first.phrases == ("北斗定位", "航道", "船舶")


def test_a_text_in_which_nothing_is_said_finds_nothing():
    for text in ("", "数据", "，。！", "提升服务", "flood warning"):
        assert found(text, HUBEI) == []


def test_wide_and_narrow_and_capital_letters_are_the_same():
    topics = ["ＡＩ 大模型训练", "港口调度"]
    assert [near.place for near in nearest("ai大模型", topics)] == [0]


def test_latin_words_count_whole():
    assert nearest("ship", ["shipping lines 航运", "港口 ship"])[0].place == 1
    assert all("ship" not in near.phrases for near in nearest("ship", ["shipping lines 航运", "城市治理"]))


ANY = st.text(alphabet="航道港口船舶数据的和提供ab1，。 ", max_size=60)


@settings(max_examples=60, deadline=None)
@given(text=ANY, topics=st.lists(ANY, max_size=8))
def test_phrases_stand_in_both_and_scores_fall(text: str, topics: list[str]):
    result = nearest(text, topics)
    assert len(result) <= LIMIT
    assert [near.score for near in result] == sorted((near.score for near in result), reverse=True)
    for near in result:
        assert 0 < near.score <= 1
        assert 0 < len(near.phrases) <= MOST_PHRASES
        for phrase in near.phrases:
            assert phrase in normal(text)
            assert phrase in normal(topics[near.place])


@settings(max_examples=60, deadline=None)
@given(topics=st.lists(ANY, min_size=1, max_size=8))
def test_no_topic_is_nearer_than_the_text_itself(topics: list[str]):
    scores = {near.place: near.score for near in nearest(topics[0], topics, limit=len(topics))}
    if 0 in scores:
        assert abs(max(scores.values()) - scores[0]) < 1e-9
