"""What visitors see of contests, and what they do not see yet."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from competition.models import Contest, Organiser, Role, Stage, TopicLink
from tests.competition import factories
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db
NOW = factories.NOW
BACKEND = "django.contrib.auth.backends.ModelBackend"
PAGES = ["contest", "tracks", "schedule", "announcements", "downloads", "questions"]


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def contest():
    return factories.make_contest(slug="hb", name="2024年“数据要素×”大赛湖北分赛", short_name="湖北分赛", region="42")


def text_of(client, url, **options):
    response = client.get(url, **options)
    assert response.status_code == 200
    return response.content.decode()


class TestUnpublished:
    @pytest.fixture
    def hidden(self):
        return factories.make_contest(is_published=False)

    @pytest.mark.parametrize("page", PAGES)
    def test_contests_are_not_there_for_visitors(self, client, hidden, page):
        assert client.get(reverse(page, args=[hidden.slug])).status_code == 404

    def test_rows_below_are_not_there_either(self, client, hidden):
        topic = factories.make_topic(factories.make_track(hidden))
        download = factories.make_download(hidden)
        announcement = factories.make_announcement(hidden)
        urls = [topic.get_absolute_url(), topic.track.get_absolute_url(), announcement.get_absolute_url()]
        for url in [*urls, reverse("download", args=[hidden.slug, download.public_id])]:
            assert client.get(url).status_code == 404

    def test_contests_are_not_there_for_people_with_a_role_elsewhere(self, client, hidden):
        person = make_user()
        factories.make_role(person, factories.make_contest())
        client.force_login(person, backend=BACKEND)
        assert client.get(hidden.get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("role", Role.Name.values)
    def test_contests_are_shown_to_those_with_a_role_in_them(self, client, hidden, role):
        person = make_user()
        factories.make_role(person, hidden, role)
        client.force_login(person, backend=BACKEND)
        assert client.get(hidden.get_absolute_url()).status_code == 200

    def test_contests_are_missing_from_the_front_page_and_the_level_switch(self, client, contest, hidden):
        hidden.parent, hidden.short_name = contest, "未公布的初赛"
        hidden.save()
        shown = factories.make_contest(parent=contest, short_name="已公布的初赛")
        page = text_of(client, contest.get_absolute_url())
        assert "已公布的初赛" in page
        assert shown.get_absolute_url() in page
        assert "未公布的初赛" not in page
        assert hidden.name not in text_of(client, reverse("home"))

    def test_topics_below_are_not_named_beside_the_topic_they_took_up(self, client, contest, hidden):
        topic = factories.make_topic(factories.make_track(contest))
        factories.make_link(factories.make_topic(factories.make_track(hidden), title="下级的机密赛题"), topic)
        assert "下级的机密赛题" not in text_of(client, topic.get_absolute_url())


class TestFrontPage:
    def test_shows_the_contest_that_teams_may_enter_before_one_that_is_being_judged(self, client):
        judged = factories.make_contest(name="评审中的大赛")
        factories.make_stage(judged, Stage.Kind.REVIEW, closes_at=NOW + timedelta(hours=1))
        entered = factories.make_contest(name="报名中的大赛")
        factories.make_stage(entered)
        page = client.get(reverse("home"))
        assert page.context["featured"].contest == entered
        assert [row.contest for row in page.context["running"]] == [judged]

    def test_keeps_archives_by_edition(self, client):
        for edition in (2023, 2024):
            ended = factories.make_contest(name=f"{edition}年的大赛", edition=edition)
            factories.make_stage(ended, now=NOW - timedelta(days=365))
        assert "2024年的大赛" in text_of(client, reverse("home"))
        older = client.get(reverse("home"), {"edition": "2023"})
        assert [row.contest.edition for row in older.context["archive"]] == [2023]
        for nonsense in ("1999", "x", "-1", "9" * 40):
            assert client.get(reverse("home"), {"edition": nonsense}).context["edition"] == 2024

    def test_says_so_when_nothing_is_published(self, client):
        assert "还没有发布的赛事" in text_of(client, reverse("home"))


class TestContestPage:
    @pytest.mark.parametrize(
        ("days", "phase", "word"), [(-10, "over", "已结束"), (0, "running", "进行中"), (10, "upcoming", "未开始")]
    )
    def test_says_where_the_contest_stands(self, client, contest, days, phase, word):
        factories.make_stage(contest, now=NOW + timedelta(days=days))
        response = client.get(contest.get_absolute_url())
        assert response.context["standing"].phase == phase
        assert word in response.content.decode()

    def test_counts_down_to_the_exclusive_bound_by_the_servers_clock(self, client, contest):
        stage = factories.make_stage(contest)
        page = text_of(client, contest.get_absolute_url())
        assert f'data-until="{int(stage.closes_at.timestamp() * 1000)}"' in page
        assert f'data-now="{int(NOW.timestamp() * 1000)}"' in page

    def test_is_open_in_the_last_instant_and_closed_at_the_bound(self, client, contest, clock):
        stage = factories.make_stage(contest)
        clock.move_to(stage.closes_at - timedelta(microseconds=1), tick=False)
        assert client.get(contest.get_absolute_url()).context["standing"].phase == "running"
        clock.move_to(stage.closes_at, tick=False)
        assert client.get(contest.get_absolute_url()).context["standing"].phase == "over"

    def test_calls_for_entries_until_registration_closes(self, client, contest, clock):
        stage = factories.make_stage(contest, Stage.Kind.SUBMISSION)
        announcements = f"{contest.get_absolute_url()}announcements/"
        assert "btn-frame" in text_of(client, announcements)
        clock.move_to(stage.closes_at, tick=False)
        assert "btn-frame" not in text_of(client, announcements)

    def test_names_organisers_in_their_order(self, client, contest):
        for position, part in enumerate([Organiser.Part.CARRIER, Organiser.Part.HOST, Organiser.Part.GUIDE]):
            Organiser.objects.create(contest=contest, part=part, name=f"单位{part}", position=position)
        parts = client.get(contest.get_absolute_url()).context["organiser_parts"]
        assert [label for label, _rows in parts] == ["指导单位", "主办单位", "承办单位"]

    def test_draws_a_square_for_each_topic(self, client, contest):
        above = factories.make_contest(level="national")
        parent = factories.make_topic(factories.make_track(above))
        track = factories.make_track(contest)
        for kind in (TopicLink.Kind.IDENTICAL, TopicLink.Kind.RETITLED):
            factories.make_link(factories.make_topic(track), parent, kind)
        factories.make_link(factories.make_topic(track))
        response = client.get(contest.get_absolute_url())
        assert response.context["marks"] == {"same": 1, "near": 1, "new": 1}
        assert "一致 1 道、改编 1 道、新增 1 道" in response.content.decode()

    def test_keeps_the_language_of_the_contest_on_english_pages(self, client, contest):
        url = contest.get_absolute_url()
        page = text_of(client, f"/en{url}")
        assert '<html lang="en"' in page
        assert '<h1 lang="zh-Hans">' in page
        assert 'lang="zh-Hans"' not in text_of(client, url).split("<main", 1)[1]


class TestTopics:
    @pytest.fixture
    def topic(self, contest):
        return factories.make_topic(factories.make_track(contest, number=3, name="交通运输"), title="提升货运效能")

    def test_unknown_numbers_are_not_there(self, client, contest, topic):
        for track, number in ((3, 9), (9, 1), (3, 10**30), (10**30, 1)):
            assert client.get(reverse("topic", args=[contest.slug, track, number])).status_code == 404
        assert client.get(reverse("track", args=[contest.slug, 10**30])).status_code == 404

    def test_an_open_door_leads_to_registration(self, client, contest, topic):
        factories.make_stage(contest)
        page = text_of(client, topic.get_absolute_url())
        assert reverse("register", args=[contest.slug, 3, 1]) in page
        assert "我要报名" in page.split("<main", 1)[1]

    def test_a_closed_door_says_since_when(self, client, contest, topic):
        factories.make_stage(contest, opens_at=NOW - timedelta(days=9), closes_at=NOW - timedelta(hours=14, minutes=3))
        page = text_of(client, topic.get_absolute_url()).split("<main", 1)[1]
        assert "报名已截止" in page
        assert "2024年7月16日 24:00" in page
        assert reverse("register", args=[contest.slug, 3, 1]) not in page

    def test_a_door_that_is_not_open_yet_says_from_when(self, client, contest, topic):
        factories.make_stage(contest, now=NOW + timedelta(days=2))
        page = text_of(client, topic.get_absolute_url()).split("<main", 1)[1]
        assert "报名尚未开始" in page
        assert "2024年7月18日 14:03" in page

    def test_no_stage_at_all_says_so(self, client, topic):
        assert "报名时间尚未确定" in text_of(client, topic.get_absolute_url())

    def test_shows_whose_words_are_whose_and_what_was_left_out(self, client, contest, topic):
        above = factories.make_contest(level="national", short_name="全国大赛")
        first = factories.make_topic(factories.make_track(above), description="融合地理空间数据，提升运输效能。")
        topic.description = "融合地理空间数据，保障作业安全。"
        topic.save()
        factories.make_link(topic, first)
        response = client.get(topic.get_absolute_url())
        descent = response.context["descent"]
        assert "".join(piece.text for piece in descent.pieces) == topic.description
        assert {piece.tag for piece in descent.pieces} == {"全国1", "新增"}
        assert sum(fill.count for fill in descent.fills) == len(topic.description)
        assert "提升运输效能" in descent.left_out
        assert "由全国赛道1赛题1修改而成" in response.content.decode()
        assert first.get_absolute_url() in response.content.decode()

    def test_says_the_rules_that_registration_enforces(self, client, contest, topic):
        contest.team_max, contest.lead_in_region = 7, True
        contest.save()
        factories.make_wanted_file(contest, label="路演视频", kinds=["mp4"], max_mb=300, required=False)
        page = text_of(client, topic.get_absolute_url())
        assert "不超过 7 人" in page
        assert "在湖北注册的法人单位" in page
        assert "路演视频（MP4，不超过 300\N{NO-BREAK SPACE}MB；选填）" in page

    def test_says_so_when_a_lead_enters_alone_with_a_team_of_a_least_size(self, client, contest, topic):
        contest.team_min, contest.team_max, contest.partners_max = 2, 5, 0
        contest.save()
        page = text_of(client, topic.get_absolute_url())
        assert "2 至 5 人" in page
        assert "由牵头单位单独参赛" in page

    def test_a_track_without_topics_is_listed_all_the_same(self, client, contest, topic):
        factories.make_track(contest, name="还没有赛题的赛道")
        assert "还没有赛题的赛道" in text_of(client, f"/contests/{contest.slug}/tracks/")

    def test_a_contest_that_there_is_not_is_not_found(self, client, contest):
        assert client.get("/contests/none-of-ours/").status_code == 404


class TestFilters:
    @pytest.fixture
    def topics(self, contest):
        track, other = factories.make_track(contest, name="交通"), factories.make_track(contest, name="医疗")
        above = factories.make_topic(factories.make_track(factories.make_contest()))
        rows = [
            factories.make_topic(track, title="港口航道", description="船舶协同"),
            factories.make_topic(track, title="自驾出行", description="道路数据"),
            factories.make_topic(other, title="诊疗便捷", description="互认协同"),
        ]
        factories.make_link(rows[0], above, TopicLink.Kind.IDENTICAL)
        factories.make_link(rows[1], above)
        factories.make_link(rows[2])
        return rows

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ({"q": "协同"}, ["港口航道", "诊疗便捷"]),
            ({"q": "协同 船舶"}, ["港口航道"]),
            ({"q": "没有这个词"}, []),
            ({"track": "1"}, ["港口航道", "自驾出行"]),
            ({"origin": "same"}, ["港口航道"]),
            ({"origin": "near"}, ["自驾出行"]),
            ({"origin": "new", "track": "2"}, ["诊疗便捷"]),
            ({"track": "99999999999999999999"}, []),
            ({"track": "x"}, []),
            ({"origin": "nonsense"}, []),
        ],
    )
    def test_find_topics_by_word_track_and_origin(self, client, contest, topics, query, titles):
        response = client.get(reverse("tracks", args=[contest.slug]), query)
        assert response.status_code == 200
        assert [topic.title for track in response.context["tracks"] for topic in track.topics] == titles

    def test_leave_the_counts_of_the_whole_contest(self, client, contest, topics):
        page = text_of(client, reverse("tracks", args=[contest.slug]), query_params={"q": "船舶"})
        assert "共<b>2</b>个赛道、<b>3</b>道赛题" in page
        assert "找到 1 道赛题" in page

    def test_write_what_was_typed_as_text(self, client, contest, topics):
        page = text_of(
            client, reverse("tracks", args=[contest.slug]), query_params={"q": '"><script>alert(1)</script>'}
        )
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


class TestAnnouncements:
    def test_drafts_and_those_dated_ahead_are_not_there(self, client, contest):
        draft = factories.make_announcement(contest, title="草稿", published_at=None)
        ahead = factories.make_announcement(contest, title="明天才发", published_at=NOW + timedelta(seconds=1))
        shown = factories.make_announcement(contest, title="今天已发", published_at=NOW)
        for url in (contest.get_absolute_url(), reverse("announcements", args=[contest.slug])):
            page = text_of(client, url)
            assert "今天已发" in page
            assert "草稿" not in page
            assert "明天才发" not in page
        assert client.get(shown.get_absolute_url()).status_code == 200
        assert [client.get(row.get_absolute_url()).status_code for row in (draft, ahead)] == [404, 404]

    def test_one_of_another_contest_is_not_there(self, client, contest):
        other = factories.make_announcement(factories.make_contest())
        assert client.get(reverse("announcement", args=[contest.slug, other.public_id])).status_code == 404

    def test_a_long_list_has_pages(self, client, contest):
        for day in range(60):
            factories.make_announcement(contest, title=f"第{day}天", published_at=NOW - timedelta(days=day))
        url = reverse("announcements", args=[contest.slug])
        first = client.get(url)
        assert len(first.context["announcements"]) == 50
        second = client.get(url + first.context["page"].next_url)
        assert [row.title for row in second.context["announcements"]] == [f"第{day}天" for day in range(50, 60)]


class TestDownloads:
    def test_come_as_attachments_under_their_title(self, client, contest):
        row = factories.make_download(contest, name="guide.pdf", content=b"%PDF-1.7", title="赛题指南")
        response = client.get(reverse("download", args=[contest.slug, row.public_id]))
        assert b"".join(response.streaming_content) == b"%PDF-1.7"
        assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E8%B5%9B")
        assert response["Content-Disposition"].endswith(".pdf")
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "public" in response["Cache-Control"]

    def test_are_not_sent_again_unchanged(self, client, contest):
        row = factories.make_download(contest)
        url = reverse("download", args=[contest.slug, row.public_id])
        first = client.get(url)
        assert b"".join(first.streaming_content) == b"guide"
        again = client.get(url, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_a_file_that_is_lost_is_not_there(self, client, contest):
        row = factories.make_download(contest)
        row.file.storage.delete(row.file.name)
        assert client.get(reverse("download", args=[contest.slug, row.public_id])).status_code == 404

    def test_one_of_another_contest_is_not_there(self, client, contest):
        other = factories.make_download(factories.make_contest())
        assert client.get(reverse("download", args=[contest.slug, other.public_id])).status_code == 404


class TestCaching:
    def test_an_unchanged_page_is_not_sent_again(self, client, contest):
        url = contest.get_absolute_url()
        client.get(url)
        first = client.get(url)
        again = client.get(url, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")

    def test_a_changed_page_is(self, client, contest):
        url = contest.get_absolute_url()
        client.get(url)
        first = client.get(url)
        contest.theme = "数据赋能"
        contest.save()
        assert client.get(url, headers={"if-none-match": first["ETag"]}).status_code == 200

    def test_a_countdown_is_never_shown_from_yesterday(self, client, contest, clock):
        factories.make_stage(contest)
        url = contest.get_absolute_url()
        client.get(url)
        first = client.get(url)
        clock.move_to(NOW + timedelta(minutes=1), tick=False)
        assert client.get(url, headers={"if-none-match": first["ETag"]}).status_code == 200

    def test_another_visitor_is_not_told_that_nothing_changed(self, client, contest):
        url = contest.get_absolute_url()
        first = client.get(url)
        client.cookies.clear()
        assert client.get(url, headers={"if-none-match": first["ETag"]}).status_code == 200

    def test_no_shared_cache_may_keep_a_page(self, client, contest):
        assert "private" in client.get(contest.get_absolute_url())["Cache-Control"]
        client.force_login(make_user(), backend=BACKEND)
        response = client.get(contest.get_absolute_url())
        assert "private" in response["Cache-Control"]
        assert "ETag" not in response


def test_pages_answer_to_get_alone(client, contest):
    for page in PAGES:
        assert client.post(reverse(page, args=[contest.slug])).status_code == 405


def test_every_page_keeps_the_strict_policy(client, contest):
    factories.make_announcement(contest)
    for page in PAGES:
        response = client.get(reverse(page, args=[contest.slug]))
        assert "unsafe-inline" not in response["Content-Security-Policy"]
        body = response.content.decode()
        assert " style=" not in body
        assert "<script>" not in body


def test_a_national_contest_shows_who_took_its_topics_up(client, contest):
    above = factories.make_contest(level=Contest.Level.NATIONAL)
    topic = factories.make_topic(factories.make_track(above))
    child = factories.make_topic(factories.make_track(contest), title="湖北的赛题")
    factories.make_link(child, topic)
    assert child.get_absolute_url() in text_of(client, topic.get_absolute_url())


def test_the_seeded_contests_show_the_lineage_of_the_published_guides(client):
    call_command("seed", verbosity=0)
    page = client.get(reverse("contest", args=["hubei-2024"]))
    assert page.context["marks"] == {"same": 16, "near": 14, "new": 5}
    assert (len(page.context["tracks"]), page.context["topic_count"]) == (8, 35)
    assert len(page.content) < 100 * 1024
    topic = client.get(reverse("topic", args=["hubei-2024", 3, 1])).context
    assert [(fill.letter, fill.count) for fill in topic["descent"].fills] == [("a", 84), ("b", 66), ("n", 23)]
    assert topic["summary"] == "由全国交通运输赛题1、6合并而成"
    nation = client.get(reverse("tracks", args=["national-2024"]))
    assert (len(nation.context["tracks"]), nation.context["topic_count"]) == (12, 47)
    assert len(nation.content) < 100 * 1024


class TestNearestTopics:
    @pytest.fixture
    def topic(self, contest):
        factories.make_topic(factories.make_track(contest), title="便民服务", description="一网通办。")
        track = factories.make_track(contest, name="交通运输")
        return factories.make_topic(track, title="提升港口航道数智服务水平", description="利用船舶与航道水位数据。")

    def test_are_found_from_the_list_of_topics_with_the_phrases_that_matched(self, client, contest, topic):
        url = reverse("nearest_topics", args=[contest.slug])
        assert f'action="{url}"' in text_of(client, reverse("tracks", args=[contest.slug]))
        answer = client.post(url, {"summary": "长江航道水位与船舶调度"})
        text = answer.content.decode()
        assert topic.get_absolute_url() in text
        assert "<mark>航道水位</mark>" in text
        assert "便民服务" not in text
        assert "长江航道水位与船舶调度" in text

    @pytest.mark.parametrize(
        ("summary", "sentence"),
        [("", "请粘贴项目摘要"), ("数" * 2001, "2000"), ("火星移民", "没有找到与这段文字相近的赛题")],
    )
    def test_say_what_to_do_when_nothing_can_be_found(self, client, contest, topic, summary, sentence):
        answer = client.post(reverse("nearest_topics", args=[contest.slug]), {"summary": summary})
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
