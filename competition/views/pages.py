"""What else visitors read of a contest: its schedule, announcements, downloads, questions and answers."""

from pathlib import PurePosixPath
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from competition.course import standing, steps
from competition.models import Contest, Download
from competition.reading import read_surroundings
from competition.views.base import contest_or_404, show
from portal.refusals import Text
from portal.web.keyset import paginate
from portal.web.requests import now_of

FRESH = 300  # seconds for which a shared cache may keep a published file


def _context(request: HttpRequest, slug: str, here: str, heading: Text, *parts: str) -> dict:
    contest = contest_or_404(request, slug)
    around = read_surroundings(contest, *parts, now=now_of(request))
    return {
        "contest": contest,
        "nav_here": here,
        "heading": heading,
        "crumbs": [(_("Home"), contest.get_absolute_url()), (heading, None)],
        "around": around,
    }


@require_safe
def schedule(request: HttpRequest, slug: str) -> HttpResponse:
    """Every stage with its dates and state."""
    context = _context(request, slug, "schedule", _("Schedule"), "stages")
    stages, now = context["around"].stages, now_of(request)
    context |= {"steps": steps(stages, now=now), "standing": standing(stages, now=now)}
    return show(request, "competition/schedule.html", context)


@require_safe
def announcements(request: HttpRequest, slug: str) -> HttpResponse:
    """The published announcements, newest first."""
    context = _context(request, slug, "announcements", _("Announcements"))
    rows = _published(context["contest"], request).defer("body")
    page = paginate(rows, request.GET, order=("-published_at", "-pk"))
    context |= {"page": page, "announcements": page.rows}
    return show(request, "competition/announcements.html", context)


@require_safe
def announcement(request: HttpRequest, slug: str, public_id: str) -> HttpResponse:
    """One announcement; a draft or one dated ahead is not there yet."""
    context = _context(request, slug, "announcements", _("Announcements"))
    found = get_object_or_404(_published(context["contest"], request), public_id=public_id)
    context |= {"announcement": found, "crumbs": _below(context, found.title)}
    return show(request, "competition/announcement.html", context)


def _published(contest: Contest, request: HttpRequest) -> QuerySet:
    return contest.announcements.filter(published_at__lte=now_of(request))


def _below(context: dict, title: str) -> list[tuple[Text, str | None]]:
    contest = context["contest"]
    home, (label, _url) = context["crumbs"]
    return [home, (label, f"{contest.get_absolute_url()}announcements/"), (title, None)]


@require_safe
def downloads(request: HttpRequest, slug: str) -> HttpResponse:
    """Files to take away."""
    context = _context(request, slug, "downloads", _("Downloads"), "downloads")
    context["makes_letter"] = context["contest"].wanted_files.filter(track=None).exclude(letter="").exists()
    return show(request, "competition/downloads.html", context)


@require_safe
def download(request: HttpRequest, slug: str, public_id: str) -> HttpResponseBase:
    """One file, always as an attachment, under the title that the page gives it."""
    contest = contest_or_404(request, slug)
    found = get_object_or_404(Download, contest=contest, public_id=public_id)
    name = str(found.file.name)
    try:
        changed = found.file.storage.get_modified_time(name)
        etag = f'"{found.public_id}-{found.size}-{changed.timestamp():.0f}"'
        response: Any = get_conditional_response(request, etag=etag)
        if response is None:
            title = f"{found.title}{PurePosixPath(name).suffix}"
            response = FileResponse(found.file.open("rb"), as_attachment=True, filename=title)
    except FileNotFoundError as error:
        raise Http404 from error
    response.headers["ETag"] = etag
    patch_cache_control(response, max_age=FRESH, **({"public": True} if contest.is_published else {"private": True}))
    return response


@require_safe
def questions(request: HttpRequest, slug: str) -> HttpResponse:
    """Questions with their answers, each with an anchor of its own."""
    context = _context(request, slug, "questions", _("Questions and answers"))
    context["questions"] = list(context["contest"].questions.all())
    return show(request, "competition/questions.html", context)
