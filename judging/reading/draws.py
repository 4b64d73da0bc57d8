"""A draw as its pages show it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from judging import draw as core
from judging.models import Draw, Expert
from judging.models.expert import STATES
from judging.papers.minutes import rule_lines, source_lines, stratum_names
from judging.reading.drawn import changes_of
from portal.states import State


@dataclass(frozen=True)
class DrawnRow:
    """Somebody who is drawn now; names stand there for organisers alone."""

    place: int
    code: str
    name: str
    organisation: str
    state: State | None
    may_invite: bool


@dataclass(frozen=True)
class PanelOfStratum:
    """A stratum's outcome."""

    name: str
    seats: int
    rows: list[DrawnRow]
    substitutes: list[str]

    @property
    def short(self) -> int:
        return max(0, self.seats - len(self.rows))


@dataclass(frozen=True)
class StratumNumbers:
    """What a stratum asks for, and how many it has."""

    name: str
    seats: int
    candidates: int
    organisations: int

    @property
    def is_short(self) -> bool:
        return self.candidates < self.seats


def rule_rows(draw: Draw) -> list[tuple[str, str]]:
    """The rule in words: one query."""
    names = stratum_names(draw)
    seats = " · ".join(
        _("%(stratum)s: %(seats)s") % {"stratum": names.get(row["key"], row["key"]), "seats": row["seats"]}
        for row in draw.rule["strata"]
    )
    return [(_("How many"), seats), *rule_lines(draw), *source_lines(draw)]


def pool_numbers(draw: Draw, pool: Sequence[core.Candidate]) -> list[StratumNumbers]:
    """Is the pool large enough? One query."""
    names = stratum_names(draw)
    found = []
    for row in draw.rule["strata"]:
        here = [one for one in pool if row["key"] in one.strata]
        found.append(
            StratumNumbers(
                names.get(row["key"], row["key"]), row["seats"], len(here), len({one.organisation for one in here})
            )
        )
    return found


def stratum_panels(draw: Draw, *, with_names: bool = True) -> list[PanelOfStratum]:
    """Who is drawn now, after every change, and who would move up next: at most three queries."""
    if draw.status != Draw.Status.DRAWN:
        return []
    outcome, changes = core.read_outcome(draw.result), changes_of(draw)
    panels = core.panels_after(outcome, changes)
    here = {code for panel in panels for code in panel}
    gone = {left for left, _came in changes}
    known = {}
    if with_names:
        rows = Expert.objects.filter(contest=draw.contest_id, code__in=here).select_related("organisation")
        known = {expert.code: expert for expert in rows}
    names = stratum_names(draw)
    return [
        PanelOfStratum(
            names.get(one.stratum, one.stratum),
            one.seats,
            [_row(place, code, known.get(code)) for place, code in enumerate(panel, 1)],
            [code for code in one.substitutes if code not in here and code not in gone],
        )
        for one, panel in zip(outcome, panels, strict=True)
    ]


def _row(place: int, code: str, expert: Expert | None) -> DrawnRow:
    if expert is None:
        return DrawnRow(place, code, "", "", None, may_invite=False)
    return DrawnRow(
        place,
        code,
        expert.name,
        expert.organisation.name,
        STATES[Expert.Status(expert.status)],
        may_invite=expert.status == Expert.Status.LISTED,
    )
