"""The way of one entry from registration to the results, as far as its team may know it.

Past steps say when, the present one what is going on, those ahead when they come: in the order of their dates and all in
days, because the hours that matter stand in the countdown; only the grace of a file names its hour. It is told from the entry, the last verdict of its version and
the contest's dates: nothing of what judges do, not even whether they have begun, beyond that the entry is frozen for them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext as _

from competition.models import Stage
from portal.web.dates import day, deadline, last_day, local, period
from submissions.doors import Grace, ordinary_door, ordinary_term
from submissions.models import Entry, Screening


class Phase(StrEnum):
    DONE = "done"
    NOW = "now"
    AHEAD = "ahead"
    STOPPED = "stopped"


@dataclass(frozen=True)
class WayStep:
    """`spoken` says the phase to those who do not see the dots."""

    phase: Phase
    name: str
    when: str
    note: str = ""

    @property
    def spoken(self) -> str:
        words = {
            Phase.DONE: _("Done"),
            Phase.NOW: _("Now"),
            Phase.AHEAD: _("Ahead"),
            Phase.STOPPED: _("Stopped"),
        }
        return words[self.phase]


LATER = (Stage.Kind.REVIEW, Stage.Kind.ROADSHOW, Stage.Kind.PUBLICITY)


def way_of(
    entry: Entry,
    stages: Iterable[Stage],
    *,
    verdict: str | None,
    verdict_at: datetime | None,
    grace: Grace | None,
    now: datetime,
) -> list[WayStep]:
    """In order; after a step that stopped the entry nothing follows but a way back. `verdict` is the last on the version that
    counts; in its `grace` an entry that was not submitted is not stopped yet.
    """
    rows = list(stages)
    by_kind = {stage.kind: stage for stage in rows}
    dates = Dates.of(entry, rows, now)
    steps = [
        WayStep(Phase.DONE, _("Team registered"), dates.on(entry.created_at)),
        _submission(entry, by_kind.get(Stage.Kind.SUBMISSION), dates, grace, now),
    ]
    if steps[-1].phase != Phase.STOPPED and (screening := by_kind.get(Stage.Kind.SCREENING)):
        steps += _screening(entry, screening, verdict, verdict_at, dates, grace, now)
    if any(step.phase == Phase.STOPPED for step in steps):
        return steps
    later = sorted(
        (stage for stage in rows if stage.kind in LATER), key=lambda stage: (stage.closes_at, stage.opens_at)
    )
    return [*steps, *(_later(entry, stage, dates, now) for stage in later)]


@dataclass(frozen=True)
class Dates:
    """Days as this list writes them: with the year throughout as soon as one of them is not of this year."""

    year: bool

    @classmethod
    def of(cls, entry: Entry, stages: Iterable[Stage], now: datetime) -> "Dates":
        found = (entry.created_at, *(stage.closes_at for stage in stages))
        return cls(year=any(local(at).year != local(now).year for at in found))

    def on(self, at: datetime) -> str:
        return day(at, year=self.year)

    def between(self, opens_at: datetime | None, closes_at: datetime) -> str:
        return period(opens_at, closes_at, year=self.year)


def _submission(entry: Entry, stage: Stage | None, dates: Dates, grace: Grace | None, now: datetime) -> WayStep:
    version, at, term = entry.current_version, entry.submitted_at, ordinary_term(entry)
    if entry.status == Entry.Status.DISQUALIFIED:
        at = entry.disqualification.decided_at if entry.disqualification else None
        return WayStep(
            Phase.STOPPED, _("Disqualified"), dates.on(at) if at else "", _("The entry takes no further part.")
        )
    if version and at and entry.status != Entry.Status.WITHDRAWN:
        return WayStep(Phase.DONE, _("Version %(number)d submitted") % {"number": version.number}, dates.on(at))
    name = _("Entry withdrawn") if entry.status == Entry.Status.WITHDRAWN else _("Entry not submitted yet")
    if term is None or now < term.closes_at:
        own = dates.between(max(stage.opens_at, entry.created_at), term.closes_at) if stage and term else ""
        return WayStep(Phase.NOW, name, own)
    if grace:
        return WayStep(Phase.NOW, name, dates.on(grace.closed_at), _of_grace(grace))
    note = "" if version else _("Submission closed before the entry was submitted.")
    return WayStep(Phase.STOPPED, name, day(last_day(term.closes_at), year=dates.year), note)


def _of_grace(grace: Grace) -> str:
    """The one place with an hour: the countdown of the page has run out by then."""
    sentence = (
        _("A file begun in time has arrived; the entry can be submitted until %(date)s.")
        if grace.has_arrived
        else _("A file begun in time is still arriving; the entry can be submitted with it until %(date)s.")
    )
    return sentence % {"date": deadline(grace.until, year=False)}


def _screening(
    entry: Entry,
    stage: Stage,
    verdict: str | None,
    verdict_at: datetime | None,
    dates: Dates,
    grace: Grace | None,
    now: datetime,
) -> Iterator[WayStep]:
    name, is_in = str(stage.label), entry.status == Entry.Status.SUBMITTED
    if is_in and verdict_at and verdict == Screening.Verdict.PASSED:
        yield WayStep(Phase.DONE, name, dates.on(verdict_at), _("Passed"))
    elif is_in and verdict_at and verdict == Screening.Verdict.FAILED:
        yield WayStep(Phase.STOPPED, name, dates.on(verdict_at), _("Not passed"))
        if (term := ordinary_term(entry)) and ordinary_door(entry, now):
            yield WayStep(Phase.NOW, _("Correct and submit again"), dates.between(verdict_at, term.closes_at))
    elif entry.status == Entry.Status.RETURNED and entry.correction and entry.correction.until:
        correction = entry.correction
        yield WayStep(
            Phase.NOW,
            name,
            dates.between(correction.screened_at, correction.until),  # type: ignore[arg-type]  # asked above
            _of_grace(grace) if grace else _("Returned for correction"),
        )
    else:
        is_waiting = is_in and entry.frozen_at is None
        note = _("Waiting to be checked") if is_waiting else ""
        when = dates.between(stage.opens_at, stage.closes_at)
        yield WayStep(Phase.NOW if is_waiting else Phase.AHEAD, name, when, note)


def _later(entry: Entry, stage: Stage, dates: Dates, now: datetime) -> WayStep:
    name, when = str(stage.label), dates.between(stage.opens_at, stage.closes_at)
    if stage.closes_at <= now:
        return WayStep(Phase.DONE, name, when, _("Over; what concerns you is mailed to every member."))
    if stage.kind == Stage.Kind.ROADSHOW:
        return WayStep(
            Phase.AHEAD, name, when, _("For those on the shortlist; time and order follow in a separate notice.")
        )
    is_under_way = stage.opens_at <= now and (stage.kind != Stage.Kind.REVIEW or entry.frozen_at is not None)
    return WayStep(Phase.NOW if is_under_way else Phase.AHEAD, name, when)
