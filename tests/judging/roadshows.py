"""A roadshow in a few lines: a stage of its kind, a panel, teams, the order drawn; and the host's presses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from competition.models import Contest, Role, Stage, Track
from judging.actions import (
    Schedule,
    announce_lots,
    call_team,
    close_slot,
    draw_lots,
    plan_roadshow,
    reveal_score,
    submit_live,
)
from judging.models import Assignment, Expert, Roadshow, ScoreSheet, Slot
from portal.accounts.models import User
from submissions.models import Entry
from tests.competition.factories import make_contest, make_role, make_rubric, make_stage, make_track
from tests.judging.factories import NOW, make_entry, make_expert, sign_pledges
from tests.portal.factories import make_user


@dataclass
class Show:
    """A roadshow and everybody in the hall; the host and the panel act at NOW unless told otherwise."""

    contest: Contest
    stage: Stage
    track: Track
    host: User
    experts: list[Expert] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    roadshow: Roadshow = None  # type: ignore[assignment]

    def again(self) -> Roadshow:
        self.roadshow = Roadshow.objects.select_related("stage__contest", "stage__rubric").get(pk=self.roadshow.pk)
        return self.roadshow

    def slots(self) -> list[Slot]:
        return list(Slot.objects.filter(roadshow=self.roadshow).select_related("entry").order_by("position"))

    def press(self, action: Any, *, now: Any = NOW, **arguments: Any) -> Any:
        """What the host presses, with the revision that stands now."""
        return action(actor=self.host, roadshow=self.again(), seen=self.roadshow.revision, now=now, **arguments)

    def call(self) -> Slot:
        slot: Slot = self.press(call_team, slot=None)
        return slot

    def seat(self, expert: Expert, entry: Entry) -> Assignment:
        related = ("stage__contest", "stage__rubric", "entry", "expert__user")
        seats = Assignment.objects.select_related(*related).filter(stage=self.stage, expert=expert, entry=entry)
        return seats.order_by("status", "pk")[0]  # the active one, where another was withdrawn

    def submit(self, expert: Expert, entry: Entry, mark: Any, *, now: Any = NOW) -> ScoreSheet:
        """The same mark for both criteria, so that the total is the mark."""
        value = Decimal(str(mark))
        return submit_live(
            actor=expert.user,
            assignment=self.seat(expert, entry),
            revision=0,
            marks={"C1": value, "C2": value},
            comment="答辩清楚",
            now=now,
        )

    def perform(self, *marks: Any) -> Slot:
        """One team's whole turn; a mark of None is a judge who does not submit."""
        slot = self.call()
        for expert, mark in zip(self.experts, marks, strict=False):
            if mark is not None:
                self.submit(expert, slot.entry, mark)
        closed: Slot = self.press(close_slot, without_missing=True)
        if self.again().reveal == Roadshow.Reveal.EACH:
            self.press(reveal_score)
        return closed


def make_show(
    *,
    experts: int = 5,
    entries: int = 3,
    reveal: str = "each",
    drawn: bool = True,
    make: Callable[[Track], Entry] = make_entry,
    **schedule: Any,
) -> Show:
    contest = make_contest()
    stage = make_stage(
        contest,
        Stage.Kind.ROADSHOW,
        opens_at=NOW - timedelta(days=1),
        closes_at=NOW + timedelta(days=2),
        seats=max(experts, 1),
        rubric=make_rubric(contest, weights=(40, 60)),
    )
    track = make_track(contest)
    host = make_user(name="主持人")
    make_role(host, contest, Role.Name.ORGANISER)
    show = Show(contest, stage, track, host)
    show.experts = [make_expert(contest, track) for _ in range(experts)]
    show.entries = [make(track) for _ in range(entries)]
    show.roadshow = plan(show, reveal=reveal, **schedule)
    if drawn:
        show.roadshow = announce_lots(actor=host, roadshow=show.roadshow, source="8月9日福彩3D第209期", now=NOW)
        show.roadshow = draw_lots(actor=host, roadshow=show.roadshow, number="3 7 1", now=NOW)
    return show


def plan(show: Show, *, entries: Any = None, judges: Any = None, actor: Any = None, **schedule: Any) -> Roadshow:
    given: dict[str, Any] = {
        "name": "第一会场",
        "place": "武汉光谷会议中心",
        "starts_at": NOW,
        "presentation_seconds": 480,
        "question_seconds": 420,
        "scoring_seconds": 120,
        "reveal": "each",
    }
    planned = plan_roadshow(
        actor=actor or show.host,
        stage=show.stage,
        schedule=Schedule(**given | schedule),
        entries=[entry.number for entry in show.entries] if entries is None else entries,
        judges=[expert.code for expert in show.experts] if judges is None else judges,
        now=NOW,
    )
    sign_pledges(show.stage)
    return planned
