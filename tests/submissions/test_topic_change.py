"""Another topic for an entry: said before, done once, and never into a second team of one scope."""

import pytest
from django.urls import reverse

from competition.models import Contest, Stage
from portal.notices.models import Notice
from submissions.actions import change_topic, withdraw_entry
from submissions.draft import load_draft
from submissions.invariants import scopes_that_differ, teams_without_entry
from submissions.models import Answer, scope_key
from submissions.rechoosing import foresee
from tests.competition.factories import NOW, make_field, make_topic, make_track, make_wanted_file
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_entry,
    make_member,
    make_open_contest,
    make_submitted_entry,
    submit,
)
from tests.submissions.test_pages import page, url_of
from tests.submissions.test_teams import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def change(entry, topic, **values):
    entry = fresh(entry)
    given = {"actor": entry.team.captain, "entry": entry, "topic": topic, "seen": entry.topic.public_id, "now": NOW}
    return change_topic(**given | values)


@pytest.fixture
def contest():
    return make_open_contest()


@pytest.fixture
def entry(contest):
    return make_complete_entry(make_topic(make_track(contest)))


@pytest.fixture
def other(contest):
    """A topic of another track."""
    return make_topic(make_track(contest))


def test_a_draft_goes_over_with_all_it_has(entry, other):
    member = make_member(entry)
    answers = Answer.objects.filter(entry=entry).count()
    revision = fresh(entry).revision
    change(entry, other)
    entry = fresh(entry)
    assert (entry.topic, entry.revision) == (other, revision + 1)
    assert Answer.objects.filter(entry=entry).count() == answers
    assert {m.scope_key for m in entry.team.memberships.all()} == {scope_key(entry.contest, other)}
    assert Notice.objects.filter(recipient=member.user, kind="submissions.topic_changed").exists()
    assert [*scopes_that_differ(), *teams_without_entry()] == []


def test_questions_of_the_track_come_and_go_and_answers_wait(contest, entry, other):
    section = contest.form_sections.get(task="application")
    own = make_field(section, label="本赛道问题", track=entry.topic.track)
    new = make_field(section, label="新赛道问题", track=other.track)
    Answer.objects.create(entry=entry, field=own, value="已填", state="good", saved_at=NOW)
    seen = foresee(fresh(entry), other)
    assert (seen.added, seen.dropped, seen.answered) == ([new.label], [own.label], [own.label])
    change(entry, other)
    labels = [question.field.label for page in load_draft(fresh(entry)).pages for question in page.questions]
    assert new.label in labels
    assert own.label not in labels
    assert Answer.objects.get(entry=entry, field=own).value == "已填"


def test_files_of_the_track_come_and_go(contest, entry, other):
    make_wanted_file(contest, key="own", label="本赛道材料", track=entry.topic.track)
    make_wanted_file(contest, key="new", label="新赛道材料", track=other.track)
    seen = foresee(fresh(entry), other)
    assert (seen.added, seen.dropped) == (["新赛道材料"], ["本赛道材料"])


def test_what_is_submitted_is_withdrawn_first_and_then_numbered_anew(contest, other):
    entry = make_submitted_entry(make_topic(make_track(contest)))
    before = entry.number
    assert code_of(change, entry, other) == "submitted"
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    assert foresee(fresh(entry), other).new_number
    change(entry, other)
    assert fresh(entry).number == f"{contest.code}-{other.track.number:02d}-0001" != before
    submit(entry)
    version = fresh(entry).current_version
    assert (version.content["topic"]["public_id"], version.content["entry"]["number"]) == (
        other.public_id,
        fresh(entry).number,
    )


def test_within_its_track_an_entry_keeps_its_number(contest):
    track = make_track(contest)
    entry = make_submitted_entry(make_topic(track))
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    change(entry, make_topic(track))
    assert fresh(entry).number == entry.number


def test_a_member_of_another_team_of_the_new_topic_is_named_and_nothing_changes(entry, other):
    member = make_member(entry)
    make_member(make_entry(other), user=member.user)
    with pytest.raises(Exception, match=str(member.user)) as caught:
        change(entry, other)
    assert caught.value.code == "members_elsewhere"
    assert fresh(entry).topic == entry.topic
    assert list(scopes_that_differ()) == []


def test_in_a_contest_of_one_team_per_person_the_scope_stays():
    contest = make_open_contest(uniqueness_scope=Contest.UniquenessScope.CONTEST)
    entry, other = make_entry(make_topic(make_track(contest))), make_topic(make_track(contest))
    assert not foresee(entry, other).new_scope
    change(entry, other)
    assert list(scopes_that_differ()) == []


def test_a_page_that_showed_another_topic_changes_nothing(contest, entry, other):
    seen = entry.topic.public_id
    change(entry, other)
    assert code_of(change, entry, make_topic(make_track(contest)), seen=seen) == "stale"
    assert code_of(change, entry, other) == "same_topic"


def test_a_topic_of_another_contest_is_refused(entry):
    assert code_of(change, entry, make_topic()) == "other_contest"


def test_the_captain_alone_changes_the_topic_and_before_the_deadline(entry, other):
    member = make_member(entry)
    closes_at = entry.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at
    assert code_of(change, entry, other, actor=member.user) == "captain_only"
    assert code_of(change, entry, other, now=closes_at) == "closed"


def test_the_page_says_what_changes_before_the_button_does_it(client, entry, other):
    make_field(entry.contest.form_sections.get(task="application"), label="新赛道问题", track=other.track)
    client.force_login(entry.team.captain)
    assert url_of("entry_topic", entry) in client.get(url_of("entry", entry)).content.decode()
    url = reverse("confirm_topic", args=[entry.public_id, other.track.number, other.number])
    assert url in client.get(url_of("entry_topic", entry)).content.decode()
    text = page(client.get(url))
    assert "新赛道问题" in text
    assert "首次提交时生成" in text
    assert fresh(entry).topic == entry.topic
    answer = client.post(url, {"seen": entry.topic.public_id}, follow=True)
    assert answer.redirect_chain == [(url_of("entry", entry), 302)]
    assert fresh(entry).topic == other


def test_the_page_names_who_stands_in_the_way(client, entry, other):
    member = make_member(entry)
    make_member(make_entry(other), user=member.user)
    client.force_login(entry.team.captain)
    url = reverse("confirm_topic", args=[entry.public_id, other.track.number, other.number])
    assert str(member.user) in page(client.get(url))
    assert "确认更换" not in page(client.get(url))
    assert str(member.user) in page(client.post(url, {"seen": entry.topic.public_id}), 409)


def test_a_summary_leads_to_the_nearest_topic(client, contest, entry):
    near = make_topic(make_track(contest), title="提升港口航道数智服务水平", description="利用船舶与航道水位数据。")
    client.force_login(entry.team.captain)
    answer = client.post(url_of("entry_topic", entry), {"summary": "长江航道水位与船舶调度"})
    text = page(answer)
    assert "共同出现的词语" in text
    assert "航道水位" in text
    assert reverse("confirm_topic", args=[entry.public_id, near.track.number, near.number]) in answer.content.decode()
    assert "请粘贴项目摘要" in page(client.post(url_of("entry_topic", entry), {"summary": ""}))
