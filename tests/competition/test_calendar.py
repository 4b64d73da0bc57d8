"""Windows of time at their edges, and Beijing's days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from competition.calendar import (
    BEIJING,
    Remaining,
    Span,
    ends_on,
    last_day,
    leading_window,
    open_windows,
    remaining,
    span,
    starts_on,
    window_state,
)

SUBMISSION = span(date(2024, 6, 1), date(2024, 7, 20))
SCREENING = span(date(2024, 6, 1), date(2024, 7, 27))
REVIEW = span(date(2024, 7, 28), date(2024, 8, 8))
TICK = timedelta(microseconds=1)

dates = st.dates(min_value=date(1992, 1, 1), max_value=date(2200, 1, 1))
instants = st.datetimes(datetime(1992, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.lists(st.lists(dates, min_size=2, max_size=2).map(lambda days: span(*sorted(days))), min_size=1, max_size=6)


class TestAWindow:
    """[opens_at, closes_at)."""

    def test_is_open_from_its_first_instant(self) -> None:
        assert window_state(SUBMISSION, now=SUBMISSION.opens_at - TICK) == "before"
        assert window_state(SUBMISSION, now=SUBMISSION.opens_at) == "open"

    def test_is_closed_at_its_last(self) -> None:
        assert window_state(SUBMISSION, now=SUBMISSION.closes_at - TICK) == "open"
        assert window_state(SUBMISSION, now=SUBMISSION.closes_at) == "closed"

    def test_is_the_same_in_every_time_zone(self) -> None:
        elsewhere = SUBMISSION.closes_at.astimezone(timezone(timedelta(hours=-6)))
        assert window_state(SUBMISSION, now=elsewhere) == "closed"
        assert window_state(SUBMISSION, now=elsewhere - TICK) == "open"

    def test_refuses_an_instant_without_a_time_zone(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            window_state(SUBMISSION, now=datetime(2024, 7, 1))  # noqa: DTZ001


class TestDaysInBeijing:
    """A day said on paper becomes an instant."""

    def test_end_at_the_next_days_beginning(self) -> None:
        assert ends_on(date(2024, 7, 20)) == datetime(2024, 7, 20, 16, tzinfo=UTC)
        assert ends_on(date(2024, 7, 20)) == starts_on(date(2024, 7, 21))

    def test_cannot_run_backwards(self) -> None:
        with pytest.raises(ValueError, match="before"):
            span(date(2024, 7, 2), date(2024, 7, 1))

    @given(dates)
    def test_come_back_from_their_bound(self, day: date) -> None:
        assert last_day(ends_on(day)) == day
        assert ends_on(day) - starts_on(day) == timedelta(days=1)

    def test_of_a_bound_within_a_day_are_that_day(self) -> None:
        assert last_day(datetime(2024, 7, 20, 18, tzinfo=BEIJING)) == date(2024, 7, 20)


class TestTimeLeft:
    """The countdown."""

    def test_is_days_hours_and_minutes(self) -> None:
        now = datetime(2024, 7, 17, 14, 3, 20, tzinfo=BEIJING)
        assert remaining(SUBMISSION.closes_at, now=now) == Remaining(days=3, hours=9, minutes=56)

    def test_is_rounded_down(self) -> None:
        assert remaining(SUBMISSION.closes_at, now=SUBMISSION.closes_at - TICK) == Remaining(0, 0, 0)

    def test_is_none_once_the_bound_is_reached(self) -> None:
        assert remaining(SUBMISSION.closes_at, now=SUBMISSION.closes_at) is None

    @given(st.timedeltas(min_value=TICK, max_value=timedelta(days=400)))
    def test_never_promises_more_than_there_is(self, left: timedelta) -> None:
        shown = remaining(SUBMISSION.closes_at, now=SUBMISSION.closes_at - left)
        assert shown is not None
        promised = timedelta(days=shown.days, hours=shown.hours, minutes=shown.minutes)
        assert promised <= left < promised + timedelta(minutes=1)


class TestSeveralWindows:
    """Stages overlap."""

    stages = (REVIEW, SCREENING, SUBMISSION)

    def test_are_listed_by_their_nearest_deadline(self) -> None:
        now = datetime(2024, 7, 17, tzinfo=BEIJING)
        assert open_windows(self.stages, now=now) == [SUBMISSION, SCREENING]
        assert leading_window(self.stages, now=now) == SUBMISSION

    def test_lead_with_the_next_to_open_when_none_is(self) -> None:
        assert leading_window(self.stages, now=datetime(2024, 5, 1, tzinfo=BEIJING)) in (SUBMISSION, SCREENING)
        gap = (SUBMISSION, REVIEW)
        assert leading_window(gap, now=SUBMISSION.closes_at) == REVIEW

    def test_lead_with_the_last_to_close_when_all_is_over(self) -> None:
        assert leading_window(self.stages, now=datetime(2025, 1, 1, tzinfo=BEIJING)) == REVIEW

    @given(spans, instants)
    def test_are_open_exactly_where_one_is_led_by_what_closes_first(self, windows: list[Span], now: datetime) -> None:
        leading = leading_window(windows, now=now)
        among = open_windows(windows, now=now)
        assert sorted(among, key=str) == sorted(
            (window for window in windows if window.opens_at <= now < window.closes_at), key=str
        )
        assert leading in windows
        if among:
            assert leading is not None
            assert leading.closes_at == min(window.closes_at for window in among)

    @given(st.lists(dates, min_size=2, max_size=2).map(sorted), instants)
    def test_hold_the_days_they_name_and_no_instant_more(self, days: list[date], now: datetime) -> None:
        window = span(*days)
        today = now.astimezone(BEIJING).date()
        expected = "before" if today < days[0] else "closed" if today > days[1] else "open"
        assert window_state(window, now=now) == expected

    def test_may_be_none(self) -> None:
        none: list[Span] = []
        assert leading_window(none, now=datetime(2025, 1, 1, tzinfo=BEIJING)) is None
