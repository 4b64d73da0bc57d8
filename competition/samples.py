"""What contests show on the style page: stages, the door of entry, tracks and topics, the list of contests."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from competition.course import PHASE_STATES, STEP_STATES, standing, steps
from competition.doors import registration_door
from competition.models import Contest, Stage, TopicLink
from competition.topics import MARK_STATES, Origin, TopicRow, TrackRow
from portal.slots import Sample, SampleGroup

HERE = "#competition"
Kind = TopicLink.Kind


def competition_samples(now: datetime) -> SampleGroup:
    """Made in memory: nothing here is saved."""
    stages = _stages(now)
    where = standing(stages, now=now)
    doors = (
        (_("The door of entry, open"), timedelta()),
        (_("The door of entry, not open yet"), timedelta(days=30)),
        (_("The door of entry, closed"), timedelta(days=-60)),
    )
    return SampleGroup(
        key="competition",
        title=_("Contests"),
        sheets=("competition/competition.css", "competition/workspace.css"),
        states=[
            (_("A contest"), list(PHASE_STATES.values())),
            (_("A stage"), list(STEP_STATES.values())),
            (_("A topic against the one above"), list(MARK_STATES.values())),
        ],
        samples=[
            Sample(_("Where the contest stands"), "competition/parts/now.html", {"standing": where}),
            Sample(_("Course"), "competition/parts/strip.html", {"steps": steps(stages, now=now)}),
            *(Sample(name, "competition/parts/door.html", _door(now, moved)) for name, moved in doors),
            Sample(_("Squares"), "competition/style/squares.html"),
            Sample(_("Tracks"), "competition/parts/tracks.html", {"tracks": _tracks()}),
            Sample(_("Topics"), "competition/style/topics.html", {"topics": _tracks()[0].topics}),
        ],
    )


def _door(now: datetime, moved: timedelta) -> dict[str, object]:
    """The door of a contest whose stages are moved so far."""
    contest = Contest(slug="sample", name="2024年“数据要素×”大赛湖北分赛", short_name="湖北分赛", edition=2024)
    stages = contest.__dict__["_stages"] = _stages(now + moved)
    return {
        "contest": contest,
        "standing": standing(stages, now=now),
        "register_url": HERE,
        "door": registration_door(contest, now),
    }


def _stages(now: datetime) -> list[Stage]:
    """One that is over, one open, one ahead."""
    day = now.replace(hour=16, minute=0, second=0, microsecond=0)
    spans = (("release", -20, -12), ("submission", -12, 10), ("review", 12, 16))
    return [
        Stage(kind=kind, position=place, opens_at=day + timedelta(days=opens), closes_at=day + timedelta(days=closes))
        for place, (kind, opens, closes) in enumerate(spans)
    ]


def _tracks() -> list[TrackRow]:
    kinds = (Kind.IDENTICAL, Kind.EDITED, Kind.RETITLED, Kind.THEMATIC, Kind.NEW)
    titles = (
        "提升货物运输贸易效能和便利性",
        "提升多式联运效能",
        "提升交通运输安全",
        "自动驾驶创新发展",
        "提升自驾出行服务水平",
    )
    topics = [
        TopicRow(
            number,
            number,
            title,
            HERE,
            "交通运输",
            origins=[Origin(kind, "全国", 4, 0 if kind == Kind.NEW else number)],
        )
        for number, (kind, title) in enumerate(zip(kinds, titles, strict=True), 1)
    ]
    topics[1].origins.append(Origin(Kind.IDENTICAL, "全国", 4, 6))
    return [
        TrackRow(3, "交通运输", "ship", HERE, "", topics),
        TrackRow(8, "乡村振兴", "wheat", HERE, "", topics[:1]),
    ]
