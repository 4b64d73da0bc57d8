"""Where an entry stands, in one word for lists and pages, and what comes next with dates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competition.models import Stage
from portal.refusals import Text
from portal.states import State
from portal.web.dates import local, period
from submissions.models import Entry, Screening
from submissions.models.entry import STATES
from submissions.models.screening import AWAITING_CHECK
from submissions.models.screening import STATES as VERDICTS

IN_JUDGING = State(gettext_lazy("Being judged"), "violet", "scale")


def state_of(status: str, *, verdict: str | None, frozen: bool) -> State:
    """The one word for an entry; `verdict` is the last of its current version."""
    if status != Entry.Status.SUBMITTED:
        return STATES[Entry.Status(status)]
    if frozen:
        return IN_JUDGING
    return VERDICTS[Screening.Verdict(verdict)] if verdict else AWAITING_CHECK


@dataclass(frozen=True)
class NextStep:
    """One stage that lies ahead or is under way."""

    when: str
    name: Text
    note: str
    is_soon: bool


AHEAD = (Stage.Kind.SCREENING, Stage.Kind.REVIEW, Stage.Kind.ROADSHOW, Stage.Kind.PUBLICITY)


def next_steps(stages: Iterable[Stage], now: datetime, *, verdict: str | None = None) -> list[NextStep]:
    """What happens after submission: the stages that are not over, in the order in which they end.

    After a verdict the formal check is over for this entry, and where it was not passed, nothing comes.
    """
    if verdict == Screening.Verdict.FAILED:
        return []
    kinds = [kind for kind in AHEAD if kind != Stage.Kind.SCREENING or not verdict]
    ahead = [stage for stage in stages if stage.kind in kinds and stage.closes_at > now]
    ahead.sort(key=lambda stage: (stage.closes_at, stage.opens_at))
    with_year = any(local(stage.closes_at).year != local(now).year for stage in ahead)
    return [
        NextStep(
            when=period(stage.opens_at, stage.closes_at, year=with_year),
            name=stage.label,
            note=_note(stage.kind),
            is_soon=place == 0,
        )
        for place, stage in enumerate(ahead)
    ]


def _note(kind: str) -> str:
    notes = {
        Stage.Kind.SCREENING: _("Passed or not, every member gets a mail that says why."),
        Stage.Kind.REVIEW: _("Judges read the entry and score it one by one."),
        Stage.Kind.ROADSHOW: _("For those on the shortlist; time and order follow in a separate notice."),
        Stage.Kind.PUBLICITY: _("Objections can be made in writing while the results are on public notice."),
    }
    return notes[Stage.Kind(kind)]
