"""The demonstration's roadshow."""

from datetime import datetime, timedelta

from competition.models import Contest, Stage
from judging.actions import Schedule, announce_lots, draw_lots, plan_roadshow
from judging.demo.pool import CROWD
from judging.models import EntryScore, Expert, Roadshow
from portal.accounts.models import User

#: Which tracks, how many entries and judges, and what decided the running order.
SHOWN_TRACKS, MOST_SHOWN, PANEL = (1, 2), 5, 7
LOTS = "路演前一日福彩3D开奖号码"


def plan_a_roadshow(contest: Contest, organiser: User, at: datetime) -> None:
    """Entries of two tracks that have a score, before a panel of invented judges; the running order is drawn."""
    stage = contest.stages.filter(kind=Stage.Kind.ROADSHOW).first()
    scored = EntryScore.objects.filter(stage__contest=contest, track__number__in=SHOWN_TRACKS, score__gt="")
    entries = sorted(scored.values_list("entry__number", flat=True))[:MOST_SHOWN]
    qualified = Expert.objects.filter(contest=contest, status=Expert.Status.ACCEPTED, email__endswith=f"@{CROWD}")
    panel = list(qualified.order_by("code").values_list("code", flat=True)[:PANEL])
    if stage is None or not entries or not panel:
        return
    schedule = Schedule(
        name="第一会场",
        place="示范市会议中心三楼",
        starts_at=stage.opens_at + timedelta(hours=9),
        presentation_seconds=8 * 60,
        question_seconds=7 * 60,
        scoring_seconds=2 * 60,
        reveal=Roadshow.Reveal.EACH,
    )
    made = plan_roadshow(actor=organiser, stage=stage, schedule=schedule, entries=entries, judges=panel, now=at)
    made = announce_lots(actor=organiser, roadshow=made, source=LOTS, now=at + timedelta(minutes=10))
    draw_lots(actor=organiser, roadshow=made, number="0 8 5", now=at + timedelta(hours=8))
