"""The hall: the wall for everybody, a judge's tablet, and how pages hear that something has changed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from judging import streams
from judging.actions import submit_live
from judging.forms.desk import ScoreForm
from judging.models import Assignment, Roadshow
from judging.permissions import may_organise, may_score
from judging.reading.desk import band_names, criterion_rows, running_total
from judging.reading.live import read_live, versions
from judging.scoring import criteria_of, marks_of
from judging.views.base import sheet_of
from judging.views.desk import score_initial
from portal.refusals import Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of

OPEN = (Roadshow.Status.DRAWN, Roadshow.Status.LIVE, Roadshow.Status.OVER)


def shown_roadshow_or_404(request: HttpRequest, roadshow_id: str) -> Roadshow:
    """A roadshow that may be looked at: by everybody once its order is drawn, in a contest that is public."""
    found = get_object_or_404(Roadshow.objects.select_related("stage__contest", "stage__rubric"), public_id=roadshow_id)
    is_announced = found.status in OPEN or (found.is_called_off and found.drawn_at is not None)
    is_public = is_announced and found.stage.contest.is_published
    if not is_public and not may_organise(request.user, found.stage.contest):
        raise Http404
    return found


@never_cache
@require_safe
def wall(request: HttpRequest, roadshow_id: str) -> HttpResponse:
    """The big screen: the team, the clock, who has submitted; the score once the host shows it."""
    roadshow = shown_roadshow_or_404(request, roadshow_id)
    live = read_live(roadshow, now_of(request), sees_totals=False)
    turn = live.now_on
    context = {
        "roadshow": roadshow,
        "stage": roadshow.stage,
        "contest": roadshow.stage.contest,
        "live": live,
        "turn": turn,
        "is_live": roadshow.status == Roadshow.Status.LIVE,
        "waits_for_end": roadshow.reveal == Roadshow.Reveal.END,
    }
    name = "judging/roadshow/parts/wall.html" if "part" in request.GET else "judging/roadshow/wall.html"
    return render(request, name, context)


@never_cache
@require_safe
def live_state(request: HttpRequest, roadshow_id: str) -> HttpResponse:
    """The version of what is shown, with an ETag: a page that knows it already gets 304. One query."""
    version = versions([roadshow_id]).get(roadshow_id)
    if version is None:
        raise Http404
    etag = f'"{version}"'
    response: HttpResponse = (
        HttpResponseNotModified()
        if request.headers.get("If-None-Match") == etag
        else JsonResponse({"version": version})
    )
    response.headers["ETag"] = etag
    return response


@never_cache
@require_safe
def live_events(request: HttpRequest, roadshow_id: str) -> HttpResponseBase:
    """Versions as server-sent events; 204 where no stream is free, and the page polls."""
    version = versions([roadshow_id]).get(roadshow_id)
    if version is None:
        raise Http404
    if isinstance(request, ASGIRequest):
        content: Any = streams.stream_async(roadshow_id, version)
    elif streams.take_place():
        content = streams.Stream(roadshow_id, version)
        if not connection.in_atomic_block:
            connection.close()  # nothing is asked here any more: the watcher asks for all
    else:
        return HttpResponse(status=204)
    response = StreamingHttpResponse(content, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def live_desk(request: HttpRequest, roadshow_id: str) -> HttpResponse:
    """A judge's tablet: the team on stage and the score card; a POST submits, and the sheet is sealed."""
    roadshow = get_object_or_404(Roadshow.objects.select_related("stage__contest"), public_id=roadshow_id)
    if roadshow.is_called_off:
        return _called_off(request, roadshow)
    mine = (
        Assignment.objects.of_judge(request.user)
        .active()
        .filter(stage=roadshow.stage_id, entry__slots__roadshow=roadshow)
        .select_related("stage__contest", "stage__rubric", "entry", "expert", "sheet")
    )
    live = read_live(roadshow, now_of(request), sees_totals=False, scores=False)
    wanted = request.POST.get("assignment", "")
    on = live.now_on if live.now_on and live.now_on.is_on_stage else None
    seat = (
        mine.filter(public_id=wanted).first()
        if wanted
        else mine.filter(entry__number=on.number).first()
        if on
        else None
    )
    if seat is None and (wanted or not mine.exists()):
        raise Http404
    form = None
    if request.method == "POST":
        if seat is None:
            return redirect("live_desk", roadshow_id)
        form = ScoreForm(request.POST, criteria=_criteria(seat), whole=True)
        if _submit(request, seat, form):
            return redirect("live_desk", roadshow_id)
    return render(request, "judging/roadshow/desk.html", _desk(request, roadshow, live, seat, form))


def _called_off(request: HttpRequest, roadshow: Roadshow) -> HttpResponse:
    """What the panel reads of a roadshow that does not take place; nothing is submitted there."""
    get_object_or_404(roadshow.panel, user=request.user)
    live = read_live(roadshow, now_of(request), sees_totals=False, scores=False)
    return render(request, "judging/roadshow/desk.html", _desk(request, roadshow, live, None, None))


def _submit(request: HttpRequest, seat: Assignment, form: ScoreForm) -> bool:
    if not form.is_valid():
        return False
    try:
        submit_live(
            actor=request.user,
            assignment=seat,
            revision=form.cleaned_data["revision"],
            marks=form.given_marks(),
            comment=form.cleaned_data["comment"],
            now=now_of(request),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(request, _("Your score sheet for {number} is sealed.").format(number=seat.entry.number))
    return True


def _desk(
    request: HttpRequest, roadshow: Roadshow, live: Any, seat: Assignment | None, form: ScoreForm | None
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "roadshow": roadshow,
        "stage": roadshow.stage,
        "contest": roadshow.stage.contest,
        "live": live,
        "turn": live.now_on,
        "blind_title": _blind_title(seat, live.now_on),
        "seat": seat,
        "form": form,
    }
    if seat is None:
        return context
    criteria, sheet = _criteria(seat), sheet_of(seat)
    stored: Any = marks_of([sheet.pk])[sheet.pk] if sheet else {}
    form = form or ScoreForm(criteria=criteria, initial=score_initial(sheet, stored))
    marks = form.given_marks() if form.is_bound else stored
    rubric = seat.stage.rubric
    assert rubric is not None, "a published assignment has a rubric"  # noqa: S101
    total = running_total(criteria, marks, below=rubric.comment_below, above=rubric.comment_from)
    scoring = may_score(request.user, seat, sheet, now_of(request))
    return context | {
        "form": form,
        "sheet": sheet,
        "is_sealed": sheet is not None and sheet.sealed_at is not None,
        "scoring": scoring,
        "rows": criterion_rows(
            criteria,
            marks,
            typed=form.typed_marks() if form.is_bound else None,
            errors={name: list(map(str, errors)) for name, errors in form.errors.items()} if form.is_bound else None,
        ),
        "bands": band_names(criteria),
        "total": total,
        "rubric": rubric,
        "has_errors": bool(form.errors),
    }


def _blind_title(seat: Assignment | None, turn: Any) -> str:
    """What the tablet calls the team on stage: as its judges read it, and by its number for who has no seat on it."""
    if turn is None:
        return ""
    return (seat.title if seat is not None and seat.entry.number == turn.number else "") or turn.number


def _criteria(seat: Assignment) -> Any:
    assert seat.stage.rubric is not None, "a published assignment has a rubric"  # noqa: S101
    return criteria_of(seat.stage.rubric)
