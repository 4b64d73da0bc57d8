"""Reminders: at stated hours before the team's own deadline, each occasion once, in each member's language."""

from datetime import timedelta

import pytest
import time_machine

from competition.models import Stage
from portal.notices.models import Notice
from portal.notices.rendering import words
from submissions import tasks
from submissions.actions import freeze_entries, withdraw_entry
from submissions.actions.reminding import remind_teams
from submissions.completeness import complete_among
from submissions.doors import term_of
from submissions.draft import load_draft
from submissions.items import TITLE
from submissions.models import Answer, Entry, Membership, Reminder, Upload
from submissions.readiness import missing_in
from tests.competition.factories import NOW, make_field, make_topic, make_track
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_correction,
    make_entry,
    make_extension,
    make_member,
    make_open_contest,
    make_person,
    make_submitted_entry,
)

pytestmark = pytest.mark.django_db
MICROSECOND, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
CLOSES = NOW + 10 * DAY


@pytest.fixture
def topic():
    contest = make_open_contest()
    contest.stages.filter(kind=Stage.Kind.SUBMISSION).update(closes_at=CLOSES)
    return make_topic(make_track(contest))


def kinds():
    """Which mails went out, by kind."""
    sent = Notice.objects.filter(channel="mail", kind__in=REMINDERS).order_by("pk")
    return [notice.kind.removeprefix("submissions.") for notice in sent]


REMINDERS = ["submissions.draft_complete", "submissions.draft_incomplete", "submissions.correction_near"]


def test_four_occasions_each_once_however_often_the_timetable_comes(topic):
    entry = make_complete_entry(topic)
    for ahead in (7 * DAY, 3 * DAY, DAY, 2 * HOUR):
        assert remind_teams(now=CLOSES - ahead - MICROSECOND) == 0
        assert remind_teams(now=CLOSES - ahead) == 1
        assert remind_teams(now=CLOSES - ahead + HOUR) == 0
    assert remind_teams(now=CLOSES) == 0
    assert kinds() == ["draft_complete"] * 4
    assert set(Reminder.objects.values_list("entry", "hours")) == {(entry.pk, hours) for hours in (168, 72, 24, 2)}


def test_a_timetable_that_was_away_catches_up_with_one_mail(topic):
    make_complete_entry(topic)
    assert remind_teams(now=CLOSES - HOUR) == 1
    assert list(Reminder.objects.values_list("hours", flat=True)) == [2]


def test_teams_that_are_not_complete_read_another_text(topic):
    make_entry(topic)
    remind_teams(now=CLOSES - DAY)
    assert kinds() == ["draft_incomplete"]


def test_teams_that_submitted_withdrew_or_are_frozen_hear_nothing(topic):
    make_submitted_entry(topic)
    withdrawn = make_submitted_entry(topic)
    withdraw_entry(actor=withdrawn.team.captain, entry=withdrawn, now=NOW)
    freeze_entries(actor=None, entries=[make_submitted_entry(topic)], now=NOW)
    assert remind_teams(now=CLOSES - DAY) == 0


def test_an_extension_counts_and_what_lies_before_it_does_not(topic):
    entry = make_complete_entry(topic)
    remind_teams(now=CLOSES - HOUR)
    until = CLOSES + 2 * DAY
    make_extension(entry, until=until, now=CLOSES - HOUR)
    assert remind_teams(now=CLOSES - HOUR) == 0  # three days before the new deadline lie in the past
    assert remind_teams(now=until - DAY) == 1
    assert Reminder.objects.latest("pk").closes_at == until


def test_a_team_that_registers_late_is_not_reminded_of_what_passed_before(topic):
    make_entry(topic, now=CLOSES - 2 * DAY)
    assert remind_teams(now=CLOSES - 2 * DAY) == 0
    assert remind_teams(now=CLOSES - DAY) == 1


def test_a_returned_entry_is_reminded_a_day_and_two_hours_before_its_own_date(topic):
    entry = make_submitted_entry(topic)
    topic.track.contest.stages.filter(kind=Stage.Kind.SUBMISSION).update(closes_at=NOW + MICROSECOND)
    make_correction(fresh(entry), items=[TITLE], until=NOW + 2 * DAY)
    assert [remind_teams(now=NOW + at) for at in (HOUR, DAY, 25 * HOUR, 46 * HOUR, 47 * HOUR)] == [0, 1, 0, 1, 0]
    assert kinds() == ["correction_near"] * 2


def test_a_returned_entry_with_a_longer_extension_is_reminded_of_that(topic):
    entry = make_submitted_entry(topic)
    make_extension(entry, until=CLOSES + 5 * DAY, now=NOW)
    make_correction(fresh(entry), items=[TITLE], until=NOW + 2 * DAY)
    assert term_of(fresh(entry)).closes_at == CLOSES + 5 * DAY
    assert [remind_teams(now=NOW + at) for at in (DAY, 46 * HOUR)] == [0, 0]
    end = CLOSES + 5 * DAY
    assert [remind_teams(now=end - at) for at in (DAY, 2 * HOUR)] == [1, 1]
    assert {reminder.closes_at for reminder in Reminder.objects.all()} == {end}


def test_a_correction_where_no_dates_of_submission_are_named_is_reminded_of_its_own(topic):
    make_correction(make_submitted_entry(topic), items=[TITLE], until=NOW + 2 * DAY)
    topic.track.contest.stages.filter(kind=Stage.Kind.SUBMISSION).delete()
    assert remind_teams(now=NOW + DAY) == 1


def test_every_member_is_told_in_their_language(topic):
    entry = make_complete_entry(topic)
    make_member(entry, user=make_person(locale="en"))
    remind_teams(now=CLOSES - DAY)
    sent = Notice.objects.filter(channel="mail", kind=REMINDERS[0])
    mails = {notice.language: words(notice, language=notice.language).text for notice in sent}
    assert "尚未提交" in mails["zh-hans"]
    assert "北京时间" in mails["zh-hans"]
    assert "not submitted" in mails["en"]


def test_the_task_asks_the_clock(topic):
    make_complete_entry(topic)
    with time_machine.travel(CLOSES - DAY, tick=False):
        tasks.remind()
    assert kinds() == ["draft_complete"]


def test_what_a_batch_asks_of_the_database_does_not_grow_with_the_teams(topic, django_assert_max_num_queries):
    for _turn in range(6):
        make_complete_entry(topic)
    entries = list(Entry.objects.select_related("topic__track", "team__lead_organisation"))
    with django_assert_max_num_queries(5):
        assert len(complete_among(topic.track.contest, entries)) == 6


def _nothing(entry):
    pass


def _no_title(entry):
    Entry.objects.filter(pk=entry.pk).update(title="")


def _wrong_answer(entry):
    Answer.objects.filter(entry=entry).update(state=Answer.State.WRONG, value="长" * 4000)


def _empty_answer(entry):
    Answer.objects.filter(entry=entry).update(state=Answer.State.EMPTY, value="")


def _no_file(entry):
    Upload.objects.filter(entry=entry).update(state=Upload.State.REMOVED)


def _nameless_member(entry):
    Membership.objects.filter(team=entry.team).update(employer="")


def _too_few(entry):
    entry.contest.team_min = 2
    entry.contest.save()


def _wrong_kind(entry):
    entry.contest.eligible_kinds = []
    entry.contest.save()


def _question_of_the_track(entry):
    make_field(entry.contest.form_sections.first(), track=entry.topic.track)


def _question_of_another_track(entry):
    make_field(entry.contest.form_sections.first(), track=make_track(entry.contest))


@pytest.mark.parametrize(
    "spoil",
    [
        _nothing,
        _no_title,
        _wrong_answer,
        _empty_answer,
        _no_file,
        _nameless_member,
        _too_few,
        _wrong_kind,
        _question_of_the_track,
        _question_of_another_track,
    ],
)
def test_a_batch_says_the_same_as_the_readiness_list(topic, spoil):
    spoil(make_complete_entry(topic))
    entry = fresh(Entry.objects.get())
    complete = entry.pk in complete_among(entry.contest, [entry])
    assert complete is (missing_in(load_draft(entry)) == [])
    assert complete is (spoil in (_nothing, _question_of_another_track))
