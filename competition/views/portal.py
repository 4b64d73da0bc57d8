"""The portal's front page: the contest that matters most now, the others that run, and the archives by edition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from competition.course import PHASE_STATES, Phase, Standing, standing
from competition.models import Contest, Stage, Topic, Track
from competition.reading import read_surroundings
from competition.views.base import show
from competition.views.home import grid, hero
from portal.states import State
from portal.web.chips import Chip, choice_chips
from portal.web.requests import now_of

# Doors that a visitor comes for, the most wanted first.
WANTED = (Stage.Kind.REGISTRATION, Stage.Kind.SUBMISSION)
LEVELS = {level: place for place, level in enumerate(Contest.Level.values)}


@dataclass
class Row:
    """A contest in a list."""

    contest: Contest
    phase: Phase
    size: str
    standing: Standing | None = None

    @property
    def state(self) -> State:
        return PHASE_STATES[self.phase]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Four queries, however many contests there were: contests, their stages, what stands around one, its tracks."""
    now = now_of(request)
    rows = _read_rows(now)
    edition = _edition(request.GET, rows)
    archive = [row for row in rows if row.phase == "over" and row.contest.edition == edition]
    current = [row for row in rows if row.phase != "over"]
    _read_standings(current, now)
    featured = _featured(current) or next(iter(archive), None)
    context = {
        "nav_here": "portal",
        "featured": featured,
        "running": [row for row in current if row.phase == "running" and row is not featured],
        "upcoming": [row for row in current if row.phase != "running" and row is not featured],
        "archive": archive,
        "editions": _edition_chips(request.GET, rows, edition),
        "edition": edition,
    }
    if featured is not None:
        around = read_surroundings(featured.contest, "stages", "wanted_files", now=now)
        context |= hero(featured.contest, around, now=now) | grid(featured.contest)
    return show(request, "competition/home.html", context)


def _count(rows: QuerySet, contest: str) -> Coalesce:
    """How many of the rows belong to each contest, as a subquery: a join would multiply the rows."""
    counted = rows.filter(**{contest: OuterRef("pk")}).order_by().values(contest).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _read_rows(now: datetime) -> list[Row]:
    """Every published contest with its phase and size, the newest edition and the highest level first."""
    contests = Contest.objects.published().annotate(
        first_at=Min("stages__opens_at"),
        last_at=Max("stages__closes_at"),
        track_count=_count(Track.objects.all(), "contest"),
        topic_count=_count(Topic.objects.all(), "track__contest"),
    )
    rows = [
        Row(contest, _phase(contest, now), _words(contest.track_count, contest.topic_count))
        for contest in contests.order_by("-edition", "name", "pk")
    ]
    return sorted(rows, key=lambda row: (-row.contest.edition, LEVELS[row.contest.level]))


def _phase(contest: Contest, now: datetime) -> Phase:
    first, last = contest.first_at, contest.last_at  # type: ignore[attr-defined]
    if first is None:
        return "unplanned"
    if now < first:
        return "upcoming"
    return "running" if now < last else "over"


def _read_standings(rows: Sequence[Row], now: datetime) -> None:
    """Between two stages a contest runs as well: its standing is then the next stage."""
    stages: dict[int, list[Stage]] = {row.contest.pk: [] for row in rows}
    for stage in Stage.objects.filter(contest__in=list(stages)).order_by("position", "opens_at", "pk"):
        stages[stage.contest_id].append(stage)
    for row in rows:
        row.standing = standing(stages[row.contest.pk], now=now)


def _featured(rows: Sequence[Row]) -> Row | None:
    """The running contest whose door of entry is open and closes first; else the nearest date of any."""

    def rank(row: Row) -> tuple[int, int, float]:
        stage = row.standing.stage if row.standing else None
        if stage is None:
            return (3, 0, 0.0)
        open_stages = (stage, *row.standing.also_open) if row.standing else ()
        entered = row.phase == "running" and any(other.kind in WANTED for other in open_stages)
        instant = stage.closes_at if row.phase == "running" else stage.opens_at
        return (0 if entered else 1 if row.phase == "running" else 2, LEVELS[row.contest.level], instant.timestamp())

    return min(rows, key=rank, default=None)


def _words(tracks: int, topics: int) -> str:
    return _("%(tracks)s, %(topics)s") % {
        "tracks": ngettext("%(number)d track", "%(number)d tracks", tracks) % {"number": tracks},
        "topics": ngettext("%(number)d topic", "%(number)d topics", topics) % {"number": topics},
    }


def _edition(query: QueryDict, rows: Sequence[Row]) -> int | None:
    """The edition asked for, if there is one; else the newest that has ended."""
    editions = [row.contest.edition for row in rows if row.phase == "over"]
    asked = query.get("edition", "")
    if asked.isdecimal() and int(asked) in editions:
        return int(asked)
    return max(editions, default=None)


def _edition_chips(query: QueryDict, rows: Sequence[Row], edition: int | None) -> list[Chip]:
    editions = sorted({row.contest.edition for row in rows if row.phase == "over"}, reverse=True)
    if len(editions) < 2:
        return []
    chips = choice_chips(query, "edition", [(str(year), str(year)) for year in editions], everything="")
    return [Chip(chip.label, f"{chip.url}#archive", str(chip.label) == str(edition)) for chip in chips[1:]]
