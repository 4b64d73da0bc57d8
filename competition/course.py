"""The course of a contest as a visitor sees it: its stages in order, and where it stands now.

A *step* is a stage with its state at one instant. The *standing* names the stage to show large: the open one that
closes first, else the next to open, else the last that closed. Nothing here is stored; everything is asked of the rows
and the instant.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.translation import gettext_lazy as _

from competition.calendar import leading_window, window_state
from competition.models import Stage
from portal.states import State

Phase = Literal["running", "upcoming", "over", "unplanned"]

PHASE_STATES: dict[Phase, State] = {
    "running": State(_("Under way"), "live", "circle-dot"),
    "upcoming": State(_("Coming up"), "neutral", "calendar"),
    "over": State(_("Ended"), "neutral", "archive"),
    "unplanned": State(_("Dates to be announced"), "neutral", "calendar"),
}
STEP_STATES = {
    "done": State(_("Ended"), "neutral", "check"),
    "now": State(_("Under way"), "live", "circle-dot"),
    "ahead": State(_("Coming up"), "neutral", "calendar"),
}


@dataclass(frozen=True)
class Step:
    """A stage at an instant; `share` is how much of its time has passed, in hundredths, for the organisers' bar."""

    stage: Stage
    state: Literal["done", "now", "ahead"]
    share: int

    @property
    def badge(self) -> State:
        return STEP_STATES[self.state]


@dataclass(frozen=True)
class Standing:
    """Where a contest stands: its phase, the stage to show large, and the other stages that are open."""

    phase: Phase
    stage: Stage | None
    also_open: tuple[Stage, ...]
    next: Stage | None

    @property
    def state(self) -> State:
        return PHASE_STATES[self.phase]

    @property
    def running(self) -> bool:
        return self.phase == "running"


def steps(stages: Sequence[Stage], *, now: datetime) -> list[Step]:
    """Every stage in its order with its state."""
    return [_step(stage, now) for stage in stages]


def _step(stage: Stage, now: datetime) -> Step:
    state = window_state(stage, now=now)
    if state == "open":
        passed = (now - stage.opens_at) / (stage.closes_at - stage.opens_at)
        return Step(stage, "now", int(passed * 100))
    return Step(stage, "ahead", 0) if state == "before" else Step(stage, "done", 100)


def standing(stages: Sequence[Stage], *, now: datetime) -> Standing:
    """The contest's standing at the instant."""
    leading = leading_window(stages, now=now)
    if leading is None:
        return Standing("unplanned", None, (), None)
    open_now = tuple(stage for stage in stages if stage.is_open(now) and stage is not leading)
    ahead = [stage for stage in stages if now < stage.opens_at and stage is not leading]
    following = min(ahead, key=lambda stage: stage.opens_at, default=None)
    state = window_state(leading, now=now)
    phase: Phase = {"open": "running", "before": "upcoming", "closed": "over"}[state]  # type: ignore[assignment]
    return Standing(phase, leading, open_now, following)
