"""How far judging is: per track, per judge and per entry; and reminding those who are late, after a look at the mail."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.doors import judging_door
from competition.models import Stage
from judging.actions import chase_judges
from judging.permissions import may_organise
from judging.reading.chasing import preview, to_chase
from judging.reading.progress import (
    ENTRY_ORDER,
    entries_in,
    entry_rows,
    is_late,
    judge_rows,
    judges_in,
    tracks_in,
    unfinished,
    waiting_entries,
)
from judging.views.results import overseen_stage
from portal.refusals import NotAllowed, Refusal
from portal.web.chips import choice_chips
from portal.web.keyset import Page, paginate
from portal.web.requests import now_of

BY_ENTRY, OPEN = "entries", "1"


@login_required
@never_cache
@require_safe
def progress(request: HttpRequest, slug: str, stage_id: str) -> HttpResponse:
    """Sealed and scored sheets per track, and per judge or per entry; counts alone, never a mark."""
    stage, now = overseen_stage(request, slug, stage_id), now_of(request)
    tracks = tracks_in(stage)
    by_entry, only_open = request.GET.get("by") == BY_ENTRY, request.GET.get("open") == OPEN
    page = _entries(request, stage, only_open) if by_entry else _judges(request, stage, only_open)
    seats, sealed = sum(track.seats for track in tracks), sum(track.sealed for track in tracks)
    organises = may_organise(request.user, stage.contest)
    context = {
        "contest": stage.contest,
        "workspace_here": "progress",
        "stage": stage,
        "tracks": tracks,
        "seats": seats,
        "scored": sum(track.scored for track in tracks),
        "sealed": sealed,
        "page": page,
        "by_entry": by_entry,
        "views": choice_chips(request.GET, "by", [(BY_ENTRY, _("By entry"))], everything=_("By judge")),
        "filters": choice_chips(request.GET, "open", [(OPEN, _("Not done yet"))], everything=_("All")),
        "any_recused": not by_entry and any(judge.recused for judge in page.rows),
        "tracks_seated": sum(1 for track in tracks if track.seats),
        "is_late": is_late(seats=seats, sealed=sealed, stage=stage, now=now),
        "may_organise": organises,
        "may_chase": organises and sealed < seats and judging_door(stage, now),
    }
    return render(request, "judging/progress.html", context)


def _judges(request: HttpRequest, stage: Stage, only_open: bool) -> Page:
    found = judges_in(stage)
    page = paginate(unfinished(found) if only_open else found, request.GET, order=("code", "pk"))
    return replace(page, rows=judge_rows(page.rows, stage, now_of(request)))


def _entries(request: HttpRequest, stage: Stage, only_open: bool) -> Page:
    found = entries_in(stage)
    page = paginate(waiting_entries(found) if only_open else found, request.GET, order=ENTRY_ORDER)
    return replace(page, rows=entry_rows(page.rows))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def chase(request: HttpRequest, slug: str, stage_id: str) -> HttpResponse:
    """The judges who can be reminded, ticked, and the mail as they will read it; a POST sends it."""
    stage, now = overseen_stage(request, slug, stage_id), now_of(request)
    may_organise(request.user, stage.contest).require()
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            told = chase_judges(actor=request.user, stage=stage, experts=request.POST.getlist("judge"), now=now)
        except NotAllowed:
            raise
        except Refusal as found:
            refusal = found
        else:
            text = ngettext("{n} judge has been reminded.", "{n} judges have been reminded.", len(told))
            messages.success(request, text.format(n=len(told)))
            return redirect("progress", slug, stage_id)
    chosen = set(request.POST.getlist("judge") or request.GET.getlist("judge"))
    return render(request, "judging/chase.html", _chase_context(stage, chosen, refusal, now), status=_status(refusal))


def _chase_context(stage: Stage, chosen: set[str], refusal: Refusal | None, now: Any) -> dict[str, Any]:
    rows = to_chase(stage, chosen, now)
    first = next((row for row in rows if row.is_chosen), rows[0] if rows else None)
    return {
        "contest": stage.contest,
        "workspace_here": "progress",
        "stage": stage,
        "rows": rows,
        "chosen": sum(row.is_chosen for row in rows),
        "mail": preview(stage, first, now) if first else None,
        "mail_for": first,
        "door": judging_door(stage, now),
        "refusal": refusal,
        "has_errors": refusal is not None,
    }


def _status(refusal: Refusal | None) -> int:
    return refusal.status if refusal else 200
