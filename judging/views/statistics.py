"""What the statistics of a judged stage say, for those who organise and those who oversee."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from judging.reading.results import tracks_and_criteria
from judging.reading.standard import form_name
from judging.reading.statistics import read_panel
from judging.views.base import number_from
from judging.views.results import chosen_track, overseen_stage
from portal.web.chips import Chip


@login_required
@never_cache
@require_safe
def statistics(request: HttpRequest, slug: str, stage_id: str) -> HttpResponse:
    """One track: official ranking and cut line, advisory ranking, reliability, judges, flags, where extra judges pay."""
    stage = overseen_stage(request, slug, stage_id)
    tracks, criteria = tracks_and_criteria(stage)
    track = chosen_track(request, tracks)
    top = number_from(request, "top")
    panel = None
    if track and criteria:
        panel = read_panel(stage, track.pk, criteria, top=top, start=number_from(request, "start"))
    kept = f"&top={panel.top}" if panel and top else ""
    context = {
        "contest": stage.contest,
        "workspace_here": "ranking",
        "stage": stage,
        "track": track,
        "tracks": [
            Chip(f"{one.number} {one.name}", f"?track={one.number}", current=one == track, count=one.entries)
            for one in tracks
        ],
        "extra": f"track={track.number}{kept}&" if track else "",
        "panel": panel,
        "score_name": form_name(is_standard=panel is not None and panel.is_standard),
    }
    return render(request, "judging/statistics.html", context)
