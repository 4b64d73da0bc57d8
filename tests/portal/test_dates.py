"""Instants as people read them: Beijing time, exclusive bounds as 24:00, in both languages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import translation

from portal.web import dates

CLOSES = datetime(2024, 7, 20, 16, tzinfo=UTC)  # 21 July 00:00 in Beijing
AFTERNOON = datetime(2024, 7, 16, 8, 20, 5, tzinfo=UTC)  # 16:20:05 in Beijing
JUNE = datetime(2024, 5, 31, 16, tzinfo=UTC)  # 1 June 00:00 in Beijing


def beijing_midnight(month: int, day: int, year: int = 2024) -> datetime:
    return datetime(year, month, day, tzinfo=dates.BEIJING)


@pytest.mark.parametrize(
    ("language", "written", "expected"),
    [
        ("zh-hans", lambda: dates.deadline(CLOSES), "2024年7月20日 24:00（北京时间）"),
        ("en", lambda: dates.deadline(CLOSES), "20 July 2024, 24:00 (Beijing time)"),
        ("zh-hans", lambda: dates.deadline(CLOSES, year=False), "7月20日 24:00（北京时间）"),
        ("zh-hans", lambda: dates.until(CLOSES + timedelta(hours=17)), "2024年7月21日 17:00"),
        ("zh-hans", lambda: dates.until(CLOSES + timedelta(seconds=1)), "2024年7月21日 00:00"),
        ("zh-hans", lambda: dates.deadline(beijing_midnight(1, 1, 2025)), "2024年12月31日 24:00（北京时间）"),
        ("en", lambda: dates.until(CLOSES, year=False), "20 July, 24:00"),
        ("zh-hans", lambda: dates.moment(AFTERNOON), "2024年7月16日 16:20"),
        ("zh-hans", lambda: dates.moment(AFTERNOON, seconds=True), "2024年7月16日 16:20:05"),
        ("zh-hans", lambda: dates.moment(AFTERNOON, year=False), "7月16日 16:20"),
        ("en", lambda: dates.moment(AFTERNOON), "16 July 2024, 16:20"),
        ("en", lambda: dates.moment(AFTERNOON, year=False, seconds=True), "16 July, 16:20:05"),
        ("en", lambda: dates.clock(AFTERNOON), "16:20:05"),
        ("zh-hans", lambda: dates.day(CLOSES), "2024年7月21日"),
        ("zh-hans", lambda: dates.day(date(2024, 6, 1)), "2024年6月1日"),
        ("en", lambda: dates.day(date(2024, 6, 1), year=False), "1 June"),
    ],
)
def test_writes_an_instant_as_a_notice_would(language, written, expected):
    with translation.override(language):
        assert written() == expected


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "year", "chinese", "english"),
    [
        (JUNE, CLOSES, False, "6月1日 – 7月20日", "1 June – 20 July"),
        (JUNE, CLOSES, True, "2024年6月1日 – 7月20日", "1 June – 20 July 2024"),
        (beijing_midnight(8, 18), beijing_midnight(8, 23), False, "8月18日 – 22日", "18 – 22 August"),
        (None, beijing_midnight(7, 28), False, "至 7月27日", "until 27 July"),
        (beijing_midnight(7, 28), None, False, "7月28日起", "from 28 July"),
        (beijing_midnight(7, 28), beijing_midnight(7, 29), False, "7月28日", "28 July"),
        (
            beijing_midnight(12, 20),
            beijing_midnight(1, 6, 2025),
            True,
            "2024年12月20日 – 2025年1月5日",
            "20 December 2024 – 5 January 2025",
        ),
        (None, None, False, "", ""),
    ],
)
def test_writes_a_stage_in_days(opens_at, closes_at, year, chinese, english):
    with translation.override("zh-hans"):
        assert dates.period(opens_at, closes_at, year=year) == chinese
    with translation.override("en"):
        assert dates.period(opens_at, closes_at, year=year) == english


def test_counts_down_to_the_bound_and_is_over_on_it():
    left = dates.remaining(CLOSES, now=CLOSES - timedelta(days=3, hours=9, minutes=56, seconds=7))
    assert (left.days, left.hours, left.minutes, left.seconds, left.over) == (3, 9, 56, 7, False)
    assert not dates.remaining(CLOSES, now=CLOSES - timedelta(microseconds=1)).over
    assert dates.remaining(CLOSES, now=CLOSES).over


def test_never_counts_below_nothing():
    left = dates.remaining(CLOSES, now=CLOSES + timedelta(days=2))
    assert (left.days, left.hours, left.minutes, left.seconds) == (0, 0, 0, 0)
