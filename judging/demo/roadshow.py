"""The demonstration's roadshows: one with its order drawn, one that was called off and the one planned in its place, and one
that is under way.

On the stage of the last stands a team of judge 4, who has the score card open. One judge has submitted, and the paper of
another was keyed twice and differs.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from competition.models import Contest, Stage
from judging.actions import (
    Schedule,
    announce_lots,
    call_off_roadshow,
    call_team,
    draw_lots,
    key_paper,
    next_phase,
    plan_roadshow,
    run_clock,
    submit_live,
)
from judging.demo.pool import CROWD
from judging.demo.scores import DONE, even_marks, sign_pledges
from judging.models import Assignment, Expert, Roadshow
from portal.accounts.models import User
from portal.demo import Demonstration
from submissions.models import Entry

#: Which tracks present where, how many entries and judges, and what decided the running order.
DRAWN_TRACKS, CALLED_OFF_TRACKS, LIVE_TRACKS = (1, 2), (4, 5), (7, 8)
MOST_SHOWN, PANEL = 5, 7
LOTS = "路演前一日福彩3D开奖号码"
#: With this number an entry of track 7, which judge 4 may judge, is the first on the small scale.
LIVE_NUMBER = "6 1 4"
WHY_OFF = "原定会场临时停电，本场另行安排。"
SPOKEN = "答辩清楚，数据来源说明充分。"


def plan_roadshows(demonstration: Demonstration, contest: Contest, at: datetime) -> None:
    """All of them, where there are entries and judges for each."""
    stage = contest.stages.filter(kind=Stage.Kind.ROADSHOW).first()
    if stage is None:
        return
    organiser = demonstration.people["organiser"]
    day = stage.closes_at - timedelta(days=1, hours=15)  # nine in the morning
    if drawn := _plan(organiser, stage, "第一会场", day, DRAWN_TRACKS, at):
        _draw(organiser, drawn, "0 8 5", at)
    if off := _plan(organiser, stage, "第二会场", day, CALLED_OFF_TRACKS, at):
        off = _draw(organiser, off, "3 1 6", at)
        later = at + timedelta(hours=9)
        call_off_roadshow(actor=organiser, roadshow=off, reason=WHY_OFF, seen=off.revision, now=later)
        _plan(organiser, stage, "第三会场", day + timedelta(hours=5), CALLED_OFF_TRACKS, later + timedelta(hours=1))
    soon = demonstration.now - timedelta(minutes=30)
    if live := _plan(organiser, stage, "第四会场", demonstration.now, LIVE_TRACKS, at, first=DONE):
        live = _draw(organiser, live, LIVE_NUMBER, at)
        sign_pledges(stage, soon)
        _begin(demonstration, live, soon)


def _plan(
    organiser: User,
    stage: Stage,
    name: str,
    starts_at: datetime,
    tracks: Iterable[int],
    at: datetime,
    *,
    first: str = "",
) -> Roadshow | None:
    """The first entries of these tracks before invented judges who know one of them, and the judge with the address `first`."""
    shown = Entry.objects.filter(contest=stage.contest_id, topic__track__number__in=tracks).passed_check()
    entries = sorted(shown.values_list("number", flat=True))[:MOST_SHOWN]
    judges = Expert.objects.accepted().filter(contest=stage.contest_id, tracks__track__number__in=tracks).distinct()
    crowd = judges.filter(email__endswith=f"@{CROWD}").order_by("code").values_list("code", flat=True)[:PANEL]
    panel = [*judges.filter(email=first).values_list("code", flat=True), *crowd]
    if not entries or not panel:
        return None
    schedule = Schedule(
        name=name,
        place="示范市会议中心三楼",
        starts_at=starts_at,
        presentation_seconds=8 * 60,
        question_seconds=7 * 60,
        scoring_seconds=2 * 60,
        reveal=Roadshow.Reveal.EACH,
    )
    return plan_roadshow(actor=organiser, stage=stage, schedule=schedule, entries=entries, judges=panel, now=at)


def _draw(organiser: User, roadshow: Roadshow, number: str, at: datetime) -> Roadshow:
    announced = announce_lots(actor=organiser, roadshow=roadshow, source=LOTS, now=at + timedelta(minutes=10))
    return draw_lots(actor=organiser, roadshow=announced, number=number, now=at + timedelta(hours=8))


def _begin(demonstration: Demonstration, roadshow: Roadshow, at: datetime) -> None:
    """The first team has spoken and answered; the host holds the clock while the judges score."""
    people = demonstration.people
    turn: dict[str, Any] = {"actor": people["organiser"], "roadshow": roadshow}

    def seen() -> int:
        return roadshow.refreshed().revision

    called = call_team(**turn, slot=None, seen=seen(), now=at)
    for minutes in (8, 15):
        next_phase(**turn, seen=seen(), now=at + timedelta(minutes=minutes))
    scoring = at + timedelta(minutes=16)
    run_clock(**turn, running=False, seen=seen(), now=scoring)
    seats = (
        Assignment.objects.active().filter(stage=roadshow.stage_id, entry=called.entry_id).exclude(expert__email=DONE)
    )
    related = ("stage__contest", "stage__rubric", "entry", "expert__user")
    first, second = seats.select_related(*related).order_by("expert__code")[:2]
    criteria = list(first.stage.rubric.criteria.order_by("position")) if first.stage.rubric else []
    submit_live(
        actor=first.expert.user,
        assignment=first,
        revision=0,
        marks=even_marks(criteria, 88),
        comment=SPOKEN,
        now=scoring,
    )
    read = even_marks(criteria, 86)
    key_paper(actor=people["organiser"], assignment=second, marks=read, comment=SPOKEN, now=scoring)
    misread = read | even_marks(criteria[:1], 68)
    key_paper(actor=people["administrator"], assignment=second, marks=misread, comment=SPOKEN, now=scoring)
