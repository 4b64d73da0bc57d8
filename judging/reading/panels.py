"""One entry of a plan: its judges, and who else could sit there."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from judging.assignment.legality import OBSTACLES, Table
from judging.models import Assignment, AssignmentPlan, Expert, ExpertTrack
from judging.planned import rules_of
from judging.problem import EntryRow, Situation, read_situation
from portal.states import State

CANDIDATES = 30


@dataclass(frozen=True)
class Seat:
    """A judge of the entry; `fixed` says why the seat cannot be changed here."""

    code: str
    name: str
    organisation: str
    level: str
    load: int
    fixed: str
    state: State | None = None


@dataclass(frozen=True)
class Candidate:
    """Somebody who could take a seat; `obstacle` says what stands in the way, `reserve` who was named as alternate."""

    code: str
    name: str
    organisation: str
    level: str
    load: int
    obstacle: str
    reserve: bool


@dataclass(frozen=True)
class Panel:
    """What the page of one entry shows."""

    entry: EntryRow
    seats: list[Seat]
    missing: int
    candidates: list[Candidate]
    others: int


def plan_of(stage: Any, entry: Any) -> QuerySet:
    """The public id of the published plan through which an entry of the stage got its first seat, where there is one."""
    seats = Assignment.objects.filter(stage=stage, entry=entry, plan__status=AssignmentPlan.Status.PUBLISHED)
    return seats.order_by("pk").values_list("plan__public_id", flat=True)[:1]


def panel_of(plan: AssignmentPlan, code: str) -> Panel | None:
    """The entry with this public id as the plan has it; None where it is not part of the stage."""
    seats = [(one, judge) for one, judge in plan.seats] if plan.status == AssignmentPlan.Status.DRAFT else []
    situation = read_situation(plan.stage, plan.seed, rules=rules_of(plan.rules), only=code, beside=seats)
    if code not in situation.entries:
        return None
    own = [judge for one, judge in seats if one == code]
    table = Table(situation.problem, [(code, judge) for judge in own])
    loads = Counter(situation.held) + Counter(judge for _one, judge in seats)
    held = sorted(judge for _one, judge in situation.problem.pinned)
    reserve = plan.alternates.get(code, [])
    asked = situation.in_order(code, reserve, loads)
    rows = {judge: situation.worth(code, judge) for judge in asked}
    free = [judge for judge in asked if judge not in held and judge not in own]
    free.sort(key=lambda judge: _blocked(table, code, judge, held, own))
    shown = free[:CANDIDATES]
    known = _names(plan, situation, [*held, *own, *shown])
    sealed = {judge for one, judge in situation.sealed if one == code}
    seated = [_seat(one, known, rows, loads, "", sealed, draft=True) for one in sorted(own)]
    seated += [_seat(one, known, rows, loads, plan.status, sealed, draft=False) for one in held]
    wanted = situation.problem.entries[0].seats
    return Panel(
        situation.entries[code],
        seated,
        max(0, wanted - len(seated)),
        [
            Candidate(
                one,
                *known.get(one, ("", "")),
                _word(rows[one]),
                loads[one],
                _why(table, code, one, held, own),
                one in reserve,
            )
            for one in shown
        ],
        len(free) - len(shown),
    )


def _seat(
    code: str,
    known: dict[str, tuple[str, str]],
    rows: dict[str, int],
    loads: Counter[str],
    status: str,
    sealed: set[str],
    *,
    draft: bool,
) -> Seat:
    fixed = ""
    if not draft:
        if code in sealed:
            fixed = _("The score sheet is sealed.")
        elif status == AssignmentPlan.Status.DRAFT:
            fixed = _("Published before: this seat stays.")
    return Seat(code, *known.get(code, ("", "")), _word(rows.get(code, 0)), loads[code], fixed)


def _names(plan: AssignmentPlan, situation: Situation, codes: list[str]) -> dict[str, tuple[str, str]]:
    """Name and organisation of judges; who sits in an old draft and is not part of the stage any more is looked up."""
    found = {one: situation.experts[one] for one in codes if one in situation.experts}
    if gone := [one for one in codes if one not in found]:
        rows = Expert.objects.filter(contest=plan.contest_id, code__in=gone).select_related("organisation")
        found |= {expert.code: expert for expert in rows}
    return {code: (expert.name, expert.organisation.name) for code, expert in found.items()}


def _obstacle(table: Table, entry: str, judge: str, held: list[str], own: list[str]) -> str:
    """What stands in the way even when somebody else leaves: a full panel or a colleague does not, if that one goes."""
    obstacle = table.obstacle(entry, judge)
    if obstacle in {"full", "organisation", "region"} and (held or own):
        return "organisation" if obstacle == "organisation" else ""
    return obstacle


def _blocked(table: Table, entry: str, judge: str, held: list[str], own: list[str]) -> bool:
    return bool(_obstacle(table, entry, judge, held, own))


def _why(table: Table, entry: str, judge: str, held: list[str], own: list[str]) -> str:
    obstacle = _obstacle(table, entry, judge, held, own)
    return _(OBSTACLES[obstacle]) if obstacle else ""


def _word(level: int) -> str:
    return str(dict(ExpertTrack.Level.choices).get(level, "")) if level else ""
