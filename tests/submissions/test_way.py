"""The way of an entry: what is behind, what is going on, what is ahead; and nothing of what judges do."""

from datetime import timedelta

import pytest
from django.utils import translation

from competition.models import Stage
from portal.web.dates import deadline
from submissions.actions import (
    ask_extension,
    begin_transfer,
    fail_check,
    freeze_entries,
    grant_extension,
    withdraw_entry,
)
from submissions.doors import grace_of
from submissions.way import Phase, way_of
from tests.competition.factories import NOW, make_role, make_stage
from tests.portal.factories import make_user
from tests.submissions.factories import fresh, make_complete_entry, make_entry, make_passed_entry, make_submitted_entry

pytestmark = pytest.mark.django_db
DONE, NOW_, AHEAD, STOPPED = Phase.DONE, Phase.NOW, Phase.AHEAD, Phase.STOPPED
DAY = timedelta(days=1)


def way(entry, *, now=NOW):
    entry = fresh(entry)
    last = entry.current_version.screenings.order_by("-number").first() if entry.current_version else None
    return way_of(
        entry,
        list(entry.contest.stages.order_by("position", "opens_at")),
        verdict=last.verdict if last else None,
        verdict_at=last.screened_at if last else None,
        grace=grace_of(entry, now),
        now=now,
    )


def phases(entry, **options):
    return [step.phase for step in way(entry, **options)]


def test_a_draft_is_on_its_way_until_submission_closes():
    entry = make_entry()
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    assert phases(entry) == [DONE, NOW_, AHEAD]
    assert phases(entry, now=closes_at) == [DONE, STOPPED]


def test_a_file_in_its_grace_keeps_the_way_of_a_draft_open_and_says_until_when():
    entry = make_complete_entry()
    entry.contest.stages.filter(kind="submission").update(grace_minutes=30)
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    there = entry.uploads.first()
    begin_transfer(
        actor=entry.team.captain,
        entry=fresh(entry),
        wanted=there.wanted,
        name="更好.pdf",
        size=1000,
        replaces=there.public_id,
        now=closes_at - timedelta(minutes=5),
    )
    step = way(entry, now=closes_at)[1]
    assert step.phase == NOW_
    assert deadline(closes_at + timedelta(minutes=30), year=False) in step.note
    assert way(entry, now=closes_at + timedelta(minutes=30))[1].phase == STOPPED


def test_a_submitted_entry_waits_for_its_check():
    assert phases(make_submitted_entry()) == [DONE, DONE, NOW_]


def test_a_withdrawn_entry_may_come_back_in_time():
    entry = make_submitted_entry()
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    assert phases(entry)[1] == NOW_


def test_after_a_failed_check_there_is_only_the_way_back_and_that_ends_with_submission():
    entry = make_submitted_entry()
    screener = make_user()
    make_role(screener, entry.contest, "screener")
    fail_check(actor=screener, version=entry.current_version, seen=0, reason="缺少盖章页", now=NOW)
    make_stage(entry.contest, Stage.Kind.PUBLICITY)
    assert phases(entry) == [DONE, DONE, STOPPED, NOW_]
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    assert phases(entry, now=closes_at) == [DONE, DONE, STOPPED]


def test_an_extension_keeps_the_way_of_a_draft_open():
    entry = make_entry()
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    organiser = make_user()
    make_role(organiser, entry.contest, "organiser")
    request = ask_extension(actor=entry.team.captain, entry=entry, reason="机房断电", now=NOW)
    grant_extension(actor=organiser, entry=entry, request=request, until=closes_at + DAY, note="", now=NOW)
    assert phases(entry, now=closes_at)[1] == NOW_


def test_what_lies_ahead_stands_in_the_order_of_its_dates_and_is_written_in_days():
    entry = make_entry()
    make_stage(entry.contest, Stage.Kind.PUBLICITY, opens_at=NOW + 40 * DAY, closes_at=NOW + 45 * DAY)
    make_stage(entry.contest, Stage.Kind.REVIEW, opens_at=NOW + 30 * DAY, closes_at=NOW + 35 * DAY)
    with translation.override("zh-hans"):
        steps = way(entry)
    assert [step.when for step in steps[-2:]] == ["8月16日 – 21日", "8月26日 – 31日"]
    assert not any(":" in step.when for step in steps)


def test_judging_shows_as_under_way_only_once_the_entry_is_frozen():
    entry = make_passed_entry()
    make_stage(entry.contest, Stage.Kind.REVIEW)
    assert phases(entry)[-1] == AHEAD
    freeze_entries(actor=None, entries=[entry], now=NOW)
    assert phases(entry)[-1] == NOW_


def test_what_is_over_says_only_that_it_is_over():
    entry = make_passed_entry()
    stage = make_stage(entry.contest, Stage.Kind.REVIEW)
    last = way(entry, now=stage.closes_at + DAY)[-1]
    assert (last.phase, last.note) == (DONE, "已结束；与您有关的结果会邮件通知每位成员。")
