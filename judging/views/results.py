"""The official ranking, for those who organise and those who oversee."""

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from competition.models import Stage
from competition.reading import read_surroundings
from judging.events import RANKING_EXPORTED
from judging.exports import ranking_workbook
from judging.permissions import may_oversee_judging
from judging.reading.results import RankedTrack, read_ranking, tie_rule, tracks_and_criteria
from judging.reading.standard import form_name, score_rule
from judging.views.base import number_from, stage_or_404
from portal.journal.recording import record
from portal.web.chips import Chip
from portal.web.requests import now_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def overseen_stage(request: HttpRequest, slug: str, stage_id: str, *, framed: bool = True) -> Stage:
    """The stage of the address for somebody who may oversee its judging; `framed` reads what the workspace shows."""
    stage = stage_or_404(slug, stage_id)
    may_oversee_judging(request.user, stage.contest).require()
    if framed:
        read_surroundings(stage.contest, "stages", now=now_of(request))
    return stage


@login_required
@never_cache
@require_safe
def ranking(request: HttpRequest, slug: str, stage_id: str) -> HttpResponse:
    """The official ranking of one track."""
    stage = overseen_stage(request, slug, stage_id)
    tracks, criteria = tracks_and_criteria(stage)
    track = chosen_track(request, tracks)
    found = read_ranking(stage, track.pk, criteria, start=number_from(request, "start")) if track and criteria else None
    context = {
        "contest": stage.contest,
        "workspace_here": "ranking",
        "stage": stage,
        "track": track,
        "tracks": [
            Chip(f"{one.number} {one.name}", f"?track={one.number}", current=one == track, count=one.entries)
            for one in tracks
        ],
        "track_query": f"track={track.number}&" if track else "",
        "ranking": found,
        "is_provisional": now_of(request) < stage.closes_at,
        "score_rule": score_rule(stage),
        "score_name": form_name(is_standard=found is not None and found.is_standard),
        "ties": _(", ").join(tie_rule(stage, criteria)) if criteria else "",
    }
    return render(request, "judging/ranking.html", context)


def chosen_track(request: HttpRequest, tracks: list[RankedTrack]) -> RankedTrack | None:
    """The track of the address, else the first with entries."""
    if "track" in request.GET:
        number = number_from(request, "track")
        found = next((track for track in tracks if track.number == number), None)
        if found is None:
            raise Http404
        return found
    return next((track for track in tracks if track.entries), tracks[0] if tracks else None)


@login_required
@never_cache
@require_POST
def ranking_export(request: HttpRequest, slug: str, stage_id: str) -> HttpResponse:
    """The ranking of every track as a workbook, exact fractions beside the rounded scores; the journal notes who took it."""
    stage = overseen_stage(request, slug, stage_id, framed=False)
    if stage.rubric is None:
        raise Http404
    workbook = ranking_workbook(stage, *tracks_and_criteria(stage))
    with transaction.atomic():
        record(
            RANKING_EXPORTED,
            actor=request.user,
            now=now_of(request),
            contest=stage.contest,
            subject=stage,
            stage=str(stage.label),
        )
    response = HttpResponse(workbook, content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{stage.contest.slug}-{stage.kind}-ranking.xlsx"'
    return response
