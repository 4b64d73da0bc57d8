"""The front page of each contest, with what the portal's own front page shows of it."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competition.course import Standing, standing, steps
from competition.doors import registration_door
from competition.models import Contest, Organiser
from competition.reading import Surroundings, read_surroundings
from competition.topics import count_marks, read_tracks
from competition.views.base import contest_or_404, show
from competition.words import enumeration, title_of
from portal.web import dates
from portal.web.requests import now_of


@dataclass(frozen=True)
class Fact:
    """A line of the box that says where the contest stands; `strong` is drawn before `text`."""

    label: str
    text: str
    strong: str = ""


@require_safe
def contest(request: HttpRequest, slug: str) -> HttpResponse:
    """Title, where it stands, its course, tracks, announcements, downloads, organisers."""
    found = contest_or_404(request, slug)
    now = now_of(request)
    around = read_surroundings(found, "stages", "announcements", "downloads", "wanted_files", now=now)
    context = {
        **hero(found, around, now=now),
        **grid(found),
        "contest": found,
        "nav_here": "home",
        "announcements": around.announcements,
        "downloads": around.downloads,
        "organiser_parts": by_part(around.organisers),
    }
    return show(request, "competition/contest.html", context)


def hero(contest: Contest, around: Surroundings, *, now: datetime) -> dict[str, Any]:
    """What the large head of a contest shows: title, who stands behind it, where it stands, its course."""
    where = standing(around.stages, now=now)
    return {
        "title": title_of(contest.name),
        "behind": behind(around.organisers),
        "standing": where,
        "facts": facts(where, around),
        "steps": steps(around.stages, now=now),
        "door": registration_door(contest, now),
    }


def grid(contest: Contest) -> dict[str, Any]:
    """The tracks with the squares of their topics, and what the squares mean here."""
    tracks = read_tracks(contest)
    above = {origin.place for track in tracks for topic in track.topics for origin in topic.origins if origin.place}
    return {
        "tracks": tracks,
        "topic_count": sum(len(track.topics) for track in tracks),
        "promoted": contest.promotion_quota * len(tracks) if contest.parent_id else 0,
        "marks": count_marks(tracks),
        "above_place": enumeration(sorted(above)),
    }


def by_part(organisers: list[Organiser]) -> list[tuple[str, list[Organiser]]]:
    """Organisers under the word for their part, in the order guided, hosted, carried out, supported."""
    order = {part: place for place, part in enumerate(Organiser.Part.values)}
    ranked = sorted(organisers, key=lambda row: order[row.part])
    return [(str(Organiser.Part(part).label), list(rows)) for part, rows in groupby(ranked, key=lambda row: row.part)]


def behind(organisers: list[Organiser]) -> list[str]:
    """国家数据局指导 and 湖北省数据局主办, for the line above the title."""
    sentences = {
        Organiser.Part.GUIDE: _("Guided by %(names)s"),
        Organiser.Part.HOST: _("Hosted by %(names)s"),
    }
    named = {part: [row.name for row in organisers if row.part == part] for part in sentences}
    return [sentence % {"names": enumeration(named[part])} for part, sentence in sentences.items() if named[part]]


def facts(where: Standing, around: Surroundings) -> list[Fact]:
    """The dates and papers that a team needs to know now."""
    stage = where.stage
    if stage is None:
        return []
    to_prepare = Fact(
        _("To prepare"), enumeration([_("Application form"), *(row.label for row in around.wanted_files)])
    )
    if where.phase == "upcoming":
        return [Fact(_("Opens"), dates.zone(), strong=dates.moment(stage.opens_at)), to_prepare]
    if where.phase == "over":
        return [Fact(_("Ended on"), "", strong=dates.day(dates.last_day(stage.closes_at)))]
    rows = [Fact(_("Closes"), dates.zone(), strong=dates.until(stage.closes_at, year=False))]
    rows += [Fact(other.label, dates.period(None, other.closes_at)) for other in where.also_open]
    if not where.also_open and where.next is not None:
        rows.append(Fact(where.next.label, dates.period(where.next.opens_at, where.next.closes_at)))
    return [*rows, to_prepare]
