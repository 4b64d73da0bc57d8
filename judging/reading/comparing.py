"""Two plans of one stage side by side."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from competition.models import Track
from judging.models import AssignmentPlan


@dataclass(frozen=True)
class Line:
    """One figure of both plans; `better` is 1 or 2 where one of them is better."""

    word: str
    first: str
    second: str
    better: int = 0


@dataclass(frozen=True)
class TrackLine:
    """A track in both plans: mean affinity, weakest pair, groups that cannot be compared."""

    number: str
    name: str
    first: dict[str, Any]
    second: dict[str, Any]


@dataclass(frozen=True)
class Bar:
    """How many judges have so many entries, in both plans; shares of the tallest bar in percent."""

    load: int
    first: int
    second: int
    first_share: int
    second_share: int


@dataclass(frozen=True)
class Comparison:
    """What the page shows."""

    lines: list[Line]
    tracks: list[TrackLine]
    bars: list[Bar]
    same: int
    only_first: int
    only_second: int


def compare(first: AssignmentPlan, second: AssignmentPlan) -> Comparison:
    """Two plans by what was kept with them: one query, for the names of tracks."""
    one, two = first.result, second.result
    seats = [{tuple(seat) for seat in plan.seats} for plan in (first, second)]
    names = dict(Track.objects.filter(contest=first.contest_id).values_list("number", "name"))
    numbers = sorted({*one.get("tracks", {}), *two.get("tracks", {})}, key=lambda number: (len(number), number))
    tracks = [
        TrackLine(number, names.get(int(number), ""), _track(one, number), _track(two, number)) for number in numbers
    ]
    return Comparison(
        _lines(one, two),
        tracks,
        _bars(one, two),
        len(seats[0] & seats[1]),
        len(seats[0] - seats[1]),
        len(seats[1] - seats[0]),
    )


def _lines(one: dict[str, Any], two: dict[str, Any]) -> list[Line]:
    loads = [list(result.get("loads", {}).values()) for result in (one, two)]
    rows: list[tuple[str, list[Any], int]] = [
        (_("Seats in this plan"), [one.get("new_seats"), two.get("new_seats")], 1),
        (_("Seats left empty"), [sum(result.get("unfilled", {}).values()) for result in (one, two)], -1),
        (_("Weakest match"), [one.get("weakest"), two.get("weakest")], 1),
        (_("Total of all matches"), [one.get("total"), two.get("total")], 1),
        (_("Most entries of one judge"), [max(own, default=0) for own in loads], -1),
        (_("Fewest entries of one judge"), [min(own, default=0) for own in loads], 1),
        (_("Separate groups beyond one per track"), [_apart(result) for result in (one, two)], -1),
    ]
    return [Line(word, _text(values[0]), _text(values[1]), _better(values, sign)) for word, values, sign in rows]


def _better(values: list[Any], sign: int) -> int:
    if None in values or values[0] == values[1]:
        return 0
    return 1 if (values[0] - values[1]) * sign > 0 else 2


def _text(value: Any) -> str:
    return "–" if value is None else str(value)


def _apart(result: dict[str, Any]) -> int:
    return sum(groups - 1 for groups in result.get("components", {}).values())


def _track(result: dict[str, Any], number: str) -> dict[str, Any]:
    own = result.get("tracks", {}).get(number)
    if not own:
        return {"seats": 0, "weakest": "–", "mean": "–", "groups": 0}
    mean = f"{own['total'] / own['seats']:.2f}" if own["seats"] else "–"
    return {
        "seats": own["seats"],
        "weakest": own["weakest"],
        "mean": mean,
        "groups": result.get("components", {}).get(number, 0),
    }


def _bars(one: dict[str, Any], two: dict[str, Any]) -> list[Bar]:
    counts = [Counter(result.get("loads", {}).values()) for result in (one, two)]
    tallest = max([*counts[0].values(), *counts[1].values()], default=1)
    return [
        Bar(
            load,
            counts[0][load],
            counts[1][load],
            round(counts[0][load] * 100 / tallest),
            round(counts[1][load] * 100 / tallest),
        )
        for load in sorted({*counts[0], *counts[1]})
    ]
