"""What an organiser sees before and after drafting an assignment."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competition.models import Stage, Track
from judging.assignment import REASONS
from judging.models import Assignment, AssignmentPlan, Expert
from judging.reading.eligible import tracks_with_entries
from judging.reading.figures import two_places
from submissions.models import Entry

PAGE = 50


@dataclass(frozen=True)
class TrackNumbers:
    """What a track needs and has; `judges` are the accepted experts who are qualified for it."""

    number: int
    name: str
    entries: int
    judges: int
    needed: int
    filled: int
    seats: int
    why_not: str

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.filled)

    @property
    def note(self) -> str:
        """Why this track cannot be planned, or not in full; empty where nothing stands in the way."""
        if self.why_not:
            return self.why_not
        if not self.judges:
            return _("Cannot be assigned yet: no expert who accepted is qualified for this track.")
        if self.judges < self.seats:
            sentence = ngettext(
                "Each entry needs {seats} judges, and {n} is qualified: seats will stay empty.",
                "Each entry needs {seats} judges, and {n} are qualified: seats will stay empty.",
                self.judges,
            )
            return sentence.format(seats=self.seats, n=self.judges)
        return ""

    @property
    def load(self) -> str:
        """How many seats each judge of the track would have on average, were they only in this one."""
        return two_places(Fraction(self.needed, self.judges)) if self.judges and self.needed else ""


@dataclass(frozen=True)
class StageNumbers:
    """The numbers on the page of plans."""

    entries: int
    experts: int
    seats: int
    filled: int
    tracks: list[TrackNumbers]

    @property
    def missing(self) -> int:
        return max(0, self.seats - self.filled)


def stage_numbers(stage: Stage) -> StageNumbers:
    """Counts alone: three queries, however many rows."""
    found = tracks_with_entries(stage.contest_id)
    held = Assignment.objects.active().filter(stage=stage).values("entry__topic__track").annotate(count=Count("pk"))
    filled = dict(held.order_by().values_list("entry__topic__track", "count"))
    qualified: dict[int, set[int]] = defaultdict(set)
    parents: dict[int, int | None] = {}
    rows = Track.objects.filter(contest=stage.contest_id).values_list(
        "pk", "parent_id", "experts__expert_id", "experts__expert__status"
    )
    for pk, parent, expert, status in rows.order_by("number"):
        parents[pk] = parent
        if status == Expert.Status.ACCEPTED:
            qualified[pk].add(expert)
    numbers = [
        TrackNumbers(
            number=track.number,
            name=track.name,
            entries=track.passed,
            judges=len(qualified[track.pk] | qualified.get(parents[track.pk] or 0, set())),
            needed=track.passed * stage.seats,
            filled=filled.get(track.pk, 0),
            seats=stage.seats,
            why_not=track.note,
        )
        for track in found
    ]
    experts = len({expert for found in qualified.values() for expert in found})
    return StageNumbers(
        sum(row.entries for row in numbers),
        experts,
        sum(row.needed for row in numbers),
        sum(row.filled for row in numbers),
        numbers,
    )


@dataclass(frozen=True)
class PlanEntry:
    """An entry with its judges in the plan; `missing` seats stay empty."""

    code: str
    number: str
    title: str
    track: int
    judges: list[tuple[str, str]]
    missing: int


@dataclass(frozen=True)
class PlanJudge:
    """A judge with the load that the plan gives."""

    code: str
    name: str
    organisation: str
    new: int
    load: int


@dataclass(frozen=True)
class Slice:
    """Part of a list that lies in memory, with the places where the next and the previous part begin."""

    rows: list[Any]
    total: int
    start: int

    @property
    def next_start(self) -> int | None:
        return self.start + PAGE if self.start + PAGE < self.total else None

    @property
    def previous_start(self) -> int | None:
        return max(0, self.start - PAGE) if self.start else None


def plan_entries(plan: AssignmentPlan, start: int) -> Slice:
    """Entries of the plan by number, those with empty seats first: two queries for the page."""
    judges: dict[str, list[str]] = defaultdict(list)
    for entry, judge in plan.seats:
        judges[entry].append(judge)
    unfilled: Mapping[str, int] = plan.result.get("unfilled", {})
    codes = sorted(dict.fromkeys([*unfilled, *judges]), key=lambda code: -unfilled.get(code, 0))  # stable: by number
    page = codes[start : start + PAGE]
    rows = Entry.objects.filter(contest=plan.contest_id, public_id__in=page).values_list(
        "public_id", "number", "title", "topic__track__number"
    )
    known = {code: (number, title, track) for code, number, title, track in rows}
    names = dict(
        Expert.objects.filter(
            contest=plan.contest_id, code__in={judge for code in page for judge in judges[code]}
        ).values_list("code", "name")
    )
    return Slice(
        [
            PlanEntry(
                code,
                *known[code],
                [(judge, names.get(judge, "")) for judge in sorted(judges[code])],
                unfilled.get(code, 0),
            )
            for code in page
            if code in known
        ],
        len(codes),
        start,
    )


def plan_judges(plan: AssignmentPlan, start: int) -> Slice:
    """Judges by load, highest first: one query for the page."""
    loads: Mapping[str, int] = plan.result.get("loads", {})
    fresh: Mapping[str, int] = plan.result.get("new_loads", {})
    codes = sorted(loads, key=lambda code: (-loads[code], code))
    page = codes[start : start + PAGE]
    rows = Expert.objects.filter(contest=plan.contest_id, code__in=page).values_list(
        "code", "name", "organisation__name"
    )
    known = {code: (name, organisation) for code, name, organisation in rows}
    return Slice(
        [PlanJudge(code, *known.get(code, ("", "")), fresh.get(code, 0), loads[code]) for code in page],
        len(codes),
        start,
    )


def load_histogram(plan: AssignmentPlan) -> list[tuple[int, int]]:
    """(load, how many judges have it), by load."""
    return sorted(Counter(plan.result.get("loads", {}).values()).items())


def reasons_of(plan: AssignmentPlan) -> list[str]:
    """The solver's sentences in the reader's language, entries under their numbers: one query when entries are named."""
    reasons = plan.result.get("reasons", [])
    named = {reason["figures"]["entry"] for reason in reasons if "entry" in reason["figures"]}
    numbers = dict(Entry.objects.filter(public_id__in=named).values_list("public_id", "number")) if named else {}
    sentences = []
    for reason in reasons:
        figures = dict(reason["figures"])
        if "entry" in figures:
            figures["entry"] = numbers.get(figures["entry"], figures["entry"])
        sentences.append(_(REASONS[reason["code"]]).format(**figures) if reason["code"] in REASONS else reason["code"])
    return sentences
