"""Tracks and topics: all of them with filters, one track, one topic with its lineage."""

from dataclasses import replace
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competition.course import standing
from competition.descent import summary, trace
from competition.doors import registration_door
from competition.entry_rules import entry_rules
from competition.filters import ORIGINS, TopicFilter
from competition.forms import SummaryForm
from competition.models import Contest, Topic, TopicLink
from competition.permissions import is_staff_of
from competition.reading import read_surroundings
from competition.topics import TopicRow, TrackRow, count_marks, read_tracks
from competition.views.base import contest_or_404, show
from portal.web.chips import choice_chips
from portal.web.requests import now_of


@require_safe
def tracks(request: HttpRequest, slug: str) -> HttpResponse:
    """All topics by track; filters in the address."""
    contest = contest_or_404(request, slug)
    read_surroundings(contest, now=now_of(request))
    rows = read_tracks(contest)
    topics = TopicFilter(request.GET, queryset=Topic.objects.filter(track__contest=contest))
    shown = _matching(rows, topics) if any(request.GET.get(name) for name in topics.filters) else rows
    marks = count_marks(rows)
    track_choices = [(str(row.number), f"{row.label} {row.name}") for row in rows]
    context = {
        "contest": contest,
        "nav_here": "tracks",
        "crumbs": [(_("Home"), contest.get_absolute_url()), (_("Tracks and topics"), None)],
        "tracks": shown,
        "shown_count": sum(len(row.topics) for row in shown),
        "topic_count": sum(len(row.topics) for row in rows),
        "track_count": len(rows),
        "summary_form": SummaryForm(),
        "query": request.GET.get("q", ""),
        "kept": [(name, request.GET[name]) for name in ("track", "origin") if request.GET.get(name)],
        "marks": marks,
        "track_chips": choice_chips(
            request.GET,
            "track",
            track_choices,
            everything=_("All tracks"),
            counts={str(row.number): len(row.topics) for row in rows},
        ),
        "origin_chips": choice_chips(request.GET, "origin", ORIGINS, everything=_("All topics"), counts=marks)
        if marks
        else [],
    }
    return show(request, "competition/tracks.html", context)


def _matching(rows: list[TrackRow], topics: TopicFilter) -> list[TrackRow]:
    """The tracks with the topics that match; tracks without any are left away."""
    wanted = set(topics.qs.order_by().values_list("pk", flat=True)) if topics.is_valid() else set()
    found = [replace(row, topics=[topic for topic in row.topics if topic.pk in wanted]) for row in rows]
    return [row for row in found if row.topics]


@require_safe
def track(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """One track with its topics."""
    contest = contest_or_404(request, slug)
    around = read_surroundings(contest, "stages", "wanted_files", now=now_of(request))
    row = _only(read_tracks(contest, number=number, texts=True))
    context = {
        **_frame(contest, row.label),
        "track": row,
        "marks": count_marks([row]),
        "standing": standing(around.stages, now=now_of(request)),
        "door": registration_door(contest, now_of(request)),
        "entry_rules": entry_rules(contest, around.wanted_files),
    }
    return show(request, "competition/track.html", context)


@require_safe
def topic(request: HttpRequest, slug: str, track: int, number: int) -> HttpResponse:
    """One topic: its text with the words of each source, what was taken and what not, the door of entry, the rules."""
    contest = contest_or_404(request, slug)
    now = now_of(request)
    around = read_surroundings(contest, "stages", "wanted_files", now=now)
    row = _only(read_tracks(contest, number=track, texts=True))
    here = next((topic for topic in row.topics if topic.number == number), None)
    if here is None:
        raise Http404
    found = Topic(pk=here.pk, number=here.number, title=here.title, description=here.description)
    parents, children = _relatives(found, user=request.user)
    context = {
        **_frame(contest, row.label, row.url),
        "track": row,
        "topic": here,
        "here_pk": here.pk,
        "summary": summary(here),
        "descent": trace(found, parents),
        "children": children,
        "standing": standing(around.stages, now=now),
        "door": registration_door(contest, now),
        "register_url": _register_url(contest, row, here),
        "entry_rules": entry_rules(contest, around.wanted_files),
    }
    return show(request, "competition/topic.html", context)


def _only(rows: list[TrackRow]) -> TrackRow:
    if not rows:
        raise Http404
    return rows[0]


def _frame(contest: Contest, label: str, url: str | None = None) -> dict[str, Any]:
    tracks_url = reverse("tracks", args=[contest.slug])
    return {
        "contest": contest,
        "nav_here": "tracks",
        "crumbs": [(_("Home"), contest.get_absolute_url()), (_("Tracks and topics"), tracks_url), (label, url)],
    }


def _relatives(topic: Topic, *, user: Any) -> tuple[list[Topic], list[Topic]]:
    """Topics above and below that the person may see, each with its track and contest, in one query."""
    links = (
        TopicLink.objects.filter(Q(child=topic.pk) | Q(parent=topic.pk), parent__isnull=False)
        .select_related("parent__track__contest", "child__track__contest")
        .order_by("parent__track__number", "parent__number", "child__track__number", "child__number")
    )
    parents = [link.parent for link in links if link.child_id == topic.pk and link.parent is not None]
    children = [link.child for link in links if link.parent_id == topic.pk]
    return _visible(parents, user), _visible(children, user)


def _visible(topics: list[Topic], user: Any) -> list[Topic]:
    return [topic for topic in topics if topic.track.contest.is_published or is_staff_of(user, topic.track.contest)]


def _register_url(contest: Contest, track: TrackRow, topic: TopicRow) -> str:
    try:
        return reverse("register", args=[contest.slug, track.number, topic.number])
    except NoReverseMatch:
        return ""
