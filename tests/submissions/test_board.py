"""The pictures on the board: what is counted on which day, where the lines go, and which topics have nothing yet."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from submissions import board
from submissions.actions import withdraw_entry
from tests.competition.factories import NOW, make_contest, make_role, make_topic, make_track
from tests.submissions.factories import (
    make_complete_entry,
    make_entry,
    make_extension,
    make_open_contest,
    make_person,
    make_submitted_entry,
    submit,
)
from tests.submissions.test_submission import change

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def contest():
    """Open from the day before to three days after."""
    return make_open_contest()


@pytest.fixture
def topics(contest):
    track = make_track(contest, name="交通运输")
    return [make_topic(track) for _ in range(3)]


@pytest.fixture(autouse=True)
def chinese():
    with translation.override("zh-hans"):
        yield


def curve_of(contest, now=NOW):
    return board.read_curve(contest, contest.stages.get(kind="submission"), now)


class TestTheCurve:
    def test_counts_each_day_in_beijing_and_the_sums(self, contest, topics):
        make_submitted_entry(topics[0], now=NOW - DAY)
        make_submitted_entry(topics[0], now=NOW)
        make_entry(topics[0], now=NOW)
        days = curve_of(contest).days
        assert [(day.on, day.new, day.submitted, day.registered) for day in days] == [
            (date(2024, 7, 16), 1, 1, 1),
            (date(2024, 7, 17), 1, 2, 3),
        ]

    def test_an_evening_in_london_is_the_next_day_here(self, contest, topics):
        make_submitted_entry(topics[0], now=NOW.replace(hour=17))
        (_yesterday, _today, tomorrow) = curve_of(contest, NOW + DAY).days
        assert (tomorrow.on, tomorrow.new) == (date(2024, 7, 18), 1)

    def test_counts_an_entry_once_on_the_day_of_its_first_version(self, contest, topics):
        entry = make_submitted_entry(topics[0], now=NOW - DAY)
        change(entry)
        submit(entry, now=NOW)
        assert [day.submitted for day in curve_of(contest).days] == [1, 1]

    def test_leaves_out_what_was_withdrawn(self, contest, topics):
        entry = make_submitted_entry(topics[0])
        withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
        assert [day.submitted for day in curve_of(contest).days] == [0, 0]

    def test_stands_between_the_first_day_and_the_deadline(self, contest, topics):
        make_submitted_entry(topics[0])
        curve = curve_of(contest)
        assert (curve.first, curve.today, curve.deadline) == (date(2024, 7, 16), "40.00", "100.00")
        assert curve.ticks == [4, 3, 2, 1, 0]
        assert curve.submitted == "M0 100 L20.00 100.00 L40.00 75.00"

    def test_goes_on_to_the_last_submission_where_a_team_has_more_time(self, contest, topics):
        entry = make_complete_entry(topics[0])
        make_extension(entry, until=NOW + 5 * DAY)
        submit(entry, now=NOW + 4 * DAY)
        curve = curve_of(contest, NOW + 6 * DAY)
        assert curve.days[-1].on == date(2024, 7, 21)
        assert (curve.today, curve.deadline) == ("", "83.33")

    def test_is_not_drawn_before_anybody_registered(self, contest):
        assert curve_of(contest) is None

    @pytest.mark.parametrize(("most", "top"), [(0, 4), (4, 4), (5, 8), (25, 40), (41, 80), (2318, 4000)])
    def test_its_axis_ends_on_a_round_number(self, most, top):
        assert board._top(most) == top


class TestCoverage:
    def test_names_the_topics_that_have_no_entry(self, contest, topics):
        make_submitted_entry(topics[1])
        make_entry(topics[0])
        (track,) = board.read_coverage(contest)
        assert (track.number, track.total, track.note) == (1, 1, "赛题1、3尚无提交")
        assert [bar.is_empty for bar in track.bars] == [True, False, True]
        assert track.spoken == "赛题1 0、赛题2 1、赛题3 0"

    def test_says_so_where_a_whole_track_is_empty(self, contest, topics):
        (track,) = board.read_coverage(contest)
        assert track.note == "尚无作品提交"

    def test_is_silent_where_every_topic_is_entered(self, contest, topics):
        for topic in topics:
            make_submitted_entry(topic)
        (track,) = board.read_coverage(contest)
        assert track.note == ""


def test_the_board_draws_both_without_a_style_of_its_own(client, clock, contest, topics):
    make_submitted_entry(topics[0])
    organiser = make_person()
    make_role(organiser, contest, "organiser")
    client.force_login(organiser)
    page = client.get(reverse("workspace", args=[contest.slug])).content.decode()
    assert "提交进度" in page
    assert "3 道赛题中 1 道有作品提交" in page
    assert not re.search(r"<[^>]+ style=|<style", page)


def test_a_contest_without_tracks_has_no_pictures():
    assert board.panels(make_person(), make_contest(), NOW) == []
