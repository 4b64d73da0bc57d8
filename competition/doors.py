"""Which door of a contest is open: asked of its stage rows and the instant of the request, never of a flag.

A door that is closed says why and since when, or from when on. Who may go through it is asked in `permissions.py`.
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from competition.models import Contest, Stage
from portal.decisions import ALLOWED, Decision
from portal.refusals import Closed, Text


def find_stage(contest: Contest, kind: str) -> Stage | None:
    """The contest's stage of this kind, if it has one; the stages of a contest are read once per contest object."""
    stages: list[Stage] | None = contest.__dict__.get("_stages")
    if stages is None:
        stages = contest.__dict__["_stages"] = list(contest.stages.all())
    return next((stage for stage in stages if stage.kind == kind), None)


def door(stage: Stage | None, now: datetime, *, absent: Text, early: Text, late: Text) -> Decision:
    """Open while the stage holds `now`; otherwise closed, with the sentence for why and the instants."""
    if stage is None:
        return Decision(Closed(absent, code="no_stage"))
    if now < stage.opens_at:
        return Decision(Closed(early, code="not_open_yet", opens_at=stage.opens_at))
    if now >= stage.closes_at:
        return Decision(Closed(late, code="closed", closed_at=stage.closes_at))
    return ALLOWED


def registration_door(contest: Contest, now: datetime) -> Decision:
    """May teams form? Its own stage where the contest has one, else the stage of submission."""
    return door(
        find_stage(contest, Stage.Kind.REGISTRATION) or find_stage(contest, Stage.Kind.SUBMISSION),
        now,
        absent=_("Registration is not planned yet. The organisers will announce the dates."),
        early=_("Registration has not opened yet."),
        late=_("Registration has closed."),
    )


def submission_door(contest: Contest, now: datetime) -> Decision:
    """May entries be changed and submitted?"""
    return door(
        find_stage(contest, Stage.Kind.SUBMISSION),
        now,
        absent=_("Submission is not planned yet. The organisers will announce the dates."),
        early=_("Submission has not opened yet."),
        late=_("Submission has closed. Your draft and files can still be read."),
    )


def screening_door(contest: Contest, now: datetime) -> Decision:
    """May entries be checked?"""
    return door(
        find_stage(contest, Stage.Kind.SCREENING),
        now,
        absent=_("This contest has no stage of formal check. Add one in the administration."),
        early=_("The formal check has not opened yet."),
        late=_("The formal check has closed."),
    )


def judging_door(stage: Stage, now: datetime) -> Decision:
    """May judges score in this stage?"""
    return door(
        stage,
        now,
        absent=_("This contest has no stage of judging."),
        early=_("Judging has not opened yet."),
        late=_("Judging has closed. Your score sheets can still be read."),
    )
