"""Windows of time: whether a door is open at an instant, how long it stays so, and what its dates mean in Beijing.

Vocabulary. A *window* is [opens_at, closes_at): open at its first instant, closed at its last. A deadline that is
said as “7月20日 24:00” is therefore the instant 21 July 00:00, Beijing time, and is kept as that. `now` is always
given, never read from a clock here.

Invariants. All instants are aware; a naive one raises ValueError, because nobody can know what it means.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol, TypeVar
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")

State = Literal["before", "open", "closed"]


class Window(Protocol):
    """Anything with two bounds: a row of the table of stages, or a Span."""

    @property
    def opens_at(self) -> datetime: ...

    @property
    def closes_at(self) -> datetime: ...


WindowT = TypeVar("WindowT", bound=Window)


@dataclass(frozen=True)
class Span:
    """A window without a row behind it."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Remaining:
    """Time left, in whole minutes rounded down: a countdown never promises more than there is."""

    days: int
    hours: int
    minutes: int


def _aware(*instants: datetime) -> None:
    for instant in instants:
        if instant.tzinfo is None or instant.utcoffset() is None:
            raise ValueError(f"an instant without a time zone: {instant.isoformat()}")


def window_state(window: Window, *, now: datetime) -> State:
    """Where `now` stands to the window; the bound `closes_at` itself is closed."""
    _aware(window.opens_at, window.closes_at, now)
    if now < window.opens_at:
        return "before"
    return "open" if now < window.closes_at else "closed"


def remaining(until: datetime, *, now: datetime) -> Remaining | None:
    """Time left until an exclusive bound; None once it is reached."""
    _aware(until, now)
    if now >= until:
        return None
    minutes = (until - now) // timedelta(minutes=1)
    return Remaining(days=minutes // 1440, hours=minutes // 60 % 24, minutes=minutes % 60)


def starts_on(day: date) -> datetime:
    """The instant at which a day begins in Beijing: the bound of a window that opens on it."""
    return datetime.combine(day, time.min, tzinfo=BEIJING)


def ends_on(day: date) -> datetime:
    """The exclusive bound of a window whose last day is this one: its 24:00 in Beijing."""
    return starts_on(day + timedelta(days=1))


def span(first: date, last: date) -> Span:
    """The window from the beginning of one day to the end of another, in Beijing."""
    if last < first:
        raise ValueError(f"the last day {last} lies before the first {first}")
    return Span(starts_on(first), ends_on(last))


def last_day(closes_at: datetime) -> date:
    """The last day in Beijing that an exclusive bound leaves open: 20 July for 21 July 00:00."""
    _aware(closes_at)
    return (closes_at - timedelta(microseconds=1)).astimezone(BEIJING).date()


def open_windows(windows: Iterable[WindowT], *, now: datetime) -> list[WindowT]:
    """Those that are open, the nearest deadline first: stages may overlap."""
    found = [window for window in windows if window_state(window, now=now) == "open"]
    return sorted(found, key=lambda window: window.closes_at)


def leading_window(windows: Iterable[WindowT], *, now: datetime) -> WindowT | None:
    """The one to show a visitor: the open one that closes first, else the next to open, else the last that closed."""
    known = list(windows)
    if running := open_windows(known, now=now):
        return running[0]
    if ahead := [window for window in known if window_state(window, now=now) == "before"]:
        return min(ahead, key=lambda window: window.opens_at)
    return max(known, key=lambda window: window.closes_at, default=None)
