"""How instants are written: always Beijing time, in the words of the reader's language.

An *instant* is an aware datetime. A *bound* is an exclusive end: the entry door that closes at 00:00 on 21 July is
written as 24:00 on 20 July, because that is how notices say it. Chinese sets digits and Han characters tight
(7月20日); English puts the day before the month. The zone is named wherever something closes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_in_language
from django.utils.translation import get_language, gettext, ngettext

BEIJING = ZoneInfo("Asia/Shanghai")
NBSP = "\N{NO-BREAK SPACE}"
MIDNIGHT_BEFORE = timedelta(days=1)


def local(instant: datetime) -> datetime:
    """The same instant on a clock in Beijing."""
    return instant.astimezone(BEIJING)


def is_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def day(value: date, *, year: bool = True, short: bool = False) -> str:
    """2024年7月20日 · 20 July 2024; without the year 7月20日 · 20 July; short 20 Jul."""
    if isinstance(value, datetime):
        value = local(value).date()
    if is_chinese():
        return f"{value.year}年{value.month}月{value.day}日" if year else f"{value.month}月{value.day}日"
    month = "M" if short else "F"
    return format_in_language(value, f"j {month} Y" if year else f"j {month}")


def moment(instant: datetime, *, year: bool = True, seconds: bool = False) -> str:
    """2024年7月16日 16:20 · 16 July 2024, 16:20."""
    here = local(instant)
    clock = here.strftime("%H:%M:%S" if seconds else "%H:%M")
    return _join(day(here.date(), year=year), clock)


def clock(instant: datetime) -> str:
    """14:03:22, for “saved at”."""
    return local(instant).strftime("%H:%M:%S")


def zone() -> str:
    """The name of the zone, as it stands behind a deadline."""
    return "（北京时间）" if is_chinese() else " (Beijing time)"


def last_day(bound: datetime) -> date:
    """The last day that lies before an exclusive bound, even partly."""
    here = local(bound)
    return (here - MIDNIGHT_BEFORE).date() if _is_midnight(here) else here.date()


def until(bound: datetime, *, year: bool = True) -> str:
    """An exclusive bound without its zone: 7月20日 24:00; 17:00 stays 17:00."""
    here = local(bound)
    hours = "24:00" if _is_midnight(here) else here.strftime("%H:%M")
    return _join(day(last_day(bound), year=year), hours)


def deadline(bound: datetime, *, year: bool = True) -> str:
    """An exclusive bound with its zone: 2024年7月20日 24:00（北京时间） · 20 July 2024, 24:00 (Beijing time)."""
    return until(bound, year=year) + zone()


def period(opens_at: datetime | None, closes_at: datetime | None, *, year: bool = False, short: bool = False) -> str:
    """A stage in days: 6月1日 – 7月20日 · 8月18日 – 22日 (18 – 22 August) · 至 7月27日 · 7月28日起. Ends are exclusive bounds.

    `short` is for narrow columns: 18 – 22 Aug, which breaks behind the dash and nowhere else.
    """
    text = _period(opens_at, closes_at, year=year, day=partial(day, short=short))
    return text.replace(" ", NBSP).replace(f"–{NBSP}", "– ") if short else text


def _period(opens_at: datetime | None, closes_at: datetime | None, *, year: bool, day: Callable[..., str]) -> str:
    if opens_at is None and closes_at is None:
        return ""
    if opens_at is None:
        last = day(last_day(closes_at), year=year)  # type: ignore[arg-type]
        return f"至 {last}" if is_chinese() else f"until {last}"
    first = local(opens_at).date()
    if closes_at is None:
        return f"{day(first, year=year)}起" if is_chinese() else f"from {day(first, year=year)}"
    last_on = last_day(closes_at)
    if last_on <= first:
        return day(first, year=year)
    same_month = (first.year, first.month) == (last_on.year, last_on.month)
    if is_chinese():
        end = f"{last_on.day}日" if same_month else day(last_on, year=year and first.year != last_on.year)
        return f"{day(first, year=year)} – {end}"
    if same_month:
        return f"{first.day} – {day(last_on, year=year)}"
    return f"{day(first, year=year and first.year != last_on.year)} – {day(last_on, year=year)}"


@dataclass(frozen=True)
class Remaining:
    """What is left until an instant, cut into days, hours, minutes and seconds; never negative."""

    days: int
    hours: int
    minutes: int
    seconds: int
    over: bool


def remaining(instant: datetime, *, now: datetime) -> Remaining:
    """How long until `instant`; `over` from the instant itself on, because bounds are exclusive."""
    left = max(instant - now, timedelta())
    minutes, seconds = divmod(left.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return Remaining(left.days, hours, minutes, seconds, over=now >= instant)


def span(length: timedelta) -> str:
    """How long, in its two largest units: 3 分 20 秒 · 3 min 20 s; less than a second is said to be that."""
    seconds = int(length.total_seconds())
    if seconds < 1:
        return gettext("less than a second")
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = [
        ngettext("%(number)d day", "%(number)d days", days) % {"number": days} if days else "",
        gettext("%(number)d h") % {"number": hours} if hours else "",
        gettext("%(number)d min") % {"number": minutes} if minutes else "",
        gettext("%(number)d s") % {"number": rest} if rest else "",
    ]
    return " ".join([part for part in parts if part][:2])


def _is_midnight(here: datetime) -> bool:
    return (here.hour, here.minute, here.second, here.microsecond) == (0, 0, 0, 0)


def _join(date_part: str, clock_part: str) -> str:
    return f"{date_part} {clock_part}" if is_chinese() else f"{date_part}, {clock_part}"
