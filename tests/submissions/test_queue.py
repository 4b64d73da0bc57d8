"""The queue and the page of the formal check."""

from datetime import timedelta

import pytest
from django.urls import reverse

from submissions.models import Screening
from tests.competition.factories import NOW, make_role, make_topic, make_track
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_member,
    make_open_contest,
    make_person,
    make_submitted_entry,
    submit,
)
from tests.submissions.test_pages import page
from tests.submissions.test_submission import change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def contest():
    return make_open_contest()


@pytest.fixture
def topics(contest):
    return [make_topic(make_track(contest, name=name)) for name in ("交通运输", "医疗健康")]


def person_in(contest, role):
    person = make_person()
    make_role(person, contest, role)
    return person


def rows_of(response):
    heads = [row[0] for row in response.context["rows"]]
    return [head[0] if isinstance(head, tuple) else str(getattr(head, "label", head)) for head in heads]


# ── The queue ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def screener(client, contest):
    person = person_in(contest, "screener")
    client.force_login(person)
    return person


def queue(client, contest, query=""):
    return client.get(reverse("screening_queue", args=[contest.slug]) + query)


def test_who_waits_longest_stands_first(client, contest, topics, screener):
    late = make_submitted_entry(topics[0])
    early = make_complete_entry(topics[0])
    submit(early, now=NOW - timedelta(hours=1))
    assert rows_of(queue(client, contest)) == [fresh(early).number, late.number]


def test_the_queue_leaves_out_ones_own_team(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    make_member(entry, user=person_in(contest, "organiser"))
    other = make_member(make_submitted_entry(topics[0])).user
    make_role(other, contest, "screener")
    assert len(rows_of(queue(client, contest))) == 2
    client.force_login(other)
    assert rows_of(queue(client, contest)) == [entry.number]


def test_an_empty_queue_of_one_track_leads_to_all_tracks(client, contest, topics, screener):
    narrowed = page(queue(client, contest, "?track=2"))
    assert "该赛道没有符合条件的作品" in narrowed
    assert "查看全部赛道" in narrowed
    assert "没有待办作品" in page(queue(client, contest))


# ── One entry ──────────────────────────────────────────────────────────────────────────────────────────────────────
def screening_url(entry):
    return reverse("screening", args=[entry.contest.slug, entry.public_id])


def verdict(client, entry, verdict, *, seen=0, version=1, reason=""):
    data = {"verdict": verdict, "version": version, "seen": seen, "reason": reason}
    return client.post(screening_url(entry), data)


def test_the_page_shows_the_frozen_version_and_its_checklist(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    text = page(client.get(screening_url(entry)))
    for expected in (entry.title, "项目摘要的内容。", "材料.pdf", entry.team.lead_organisation.uscc, "已提交"):
        assert expected in text


def test_passing_leads_to_the_next_that_waits_and_then_to_the_queue(client, contest, topics, screener):
    first, second = make_submitted_entry(topics[0]), make_submitted_entry(topics[0])
    assert verdict(client, first, "passed").url == screening_url(second)
    assert verdict(client, second, "failed", reason="缺章").url == reverse("screening_queue", args=[contest.slug])
    assert [screening.verdict for screening in Screening.objects.order_by("pk")] == ["passed", "failed"]


def test_failing_without_a_reason_says_so_beside_the_field(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    response = verdict(client, entry, "failed")
    assert "请写明不通过的原因" in page(response, 409)
    assert not Screening.objects.exists()


def test_a_reason_that_is_too_long_is_kept_on_the_page(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    response = verdict(client, entry, "failed", reason="长" * 1001)
    assert "请删减 1 字" in page(response, 409)
    assert "长" * 1001 in response.content.decode()


def test_a_verdict_on_an_older_version_or_after_another_is_stale(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    submit(change(entry))
    assert "请审查新版本" in page(verdict(client, entry, "passed", version=1), 409)
    verdict(client, entry, "passed", version=2)
    assert "请先查看" in page(verdict(client, entry, "failed", version=2, reason="缺章"), 409)
    assert Screening.objects.count() == 1


@pytest.mark.parametrize(
    "data", [{}, {"verdict": "maybe", "version": 1, "seen": 0}, {"verdict": "passed", "version": "x"}]
)
def test_a_post_that_makes_no_sense_changes_nothing(client, contest, topics, screener, data):
    entry = make_submitted_entry(topics[0])
    assert client.post(screening_url(entry), data).status_code == 409
    assert not Screening.objects.exists()


def test_a_version_that_does_not_exist_changes_nothing(client, contest, topics, screener):
    entry = make_submitted_entry(topics[0])
    assert verdict(client, entry, "passed", version=7).status_code in {404, 409}
    assert not Screening.objects.exists()


def test_overseers_read_and_do_not_decide(client, contest, topics):
    entry = make_submitted_entry(topics[0])
    client.force_login(person_in(contest, "supervisor"))
    response = client.get(screening_url(entry))
    assert "项目摘要的内容。" in page(response)
    assert 'name="verdict"' not in response.content.decode()
    assert verdict(client, entry, "passed").status_code == 404
