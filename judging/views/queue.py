"""A judge's queue, and sealing what is scored."""

from collections import Counter
from fractions import Fraction

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from competition.models import Stage
from judging.actions import SeenSheet, seal_sheets, undo_seals
from judging.doors import open_seats
from judging.models import Assignment, Roadshow, ScoreSheet
from judging.reading.desk import distribution, own_totals
from judging.reading.figures import two_places
from judging.reading.queue import as_rows, page_of, queue_of, tally_of
from judging.reading.seals import recent_seals
from judging.views.base import own_stage_or_404
from judging.views.desk import since_when
from portal.refusals import NotAllowed, Refusal
from portal.web.requests import now_of, user_of

LISTED = 100
NAME_MAX = 60


@login_required
@never_cache
@require_safe
def judge_queue(request: HttpRequest, stage_id: str) -> HttpResponse:
    """What is assigned to this judge in a stage, in pages, with the way to the next unscored entry."""
    stage = own_stage_or_404(request, stage_id)
    mine = queue_of(request.user, stage)
    if mine.filter(status=Assignment.Status.ACTIVE, pledged_at__isnull=True).exists():
        return redirect("pledge", stage.public_id)
    door, open_now = open_seats(mine.filter(status=Assignment.Status.ACTIVE), stage, now_of(request))
    waiting = open_now.exclude(sheet__state__in=ScoreSheet.SCORED)
    context = {
        "contest": stage.contest,
        "stage": stage,
        "tally": tally_of(mine),
        "page": page_of(mine, request.GET),
        "halls": _halls(request, stage),
        "next_unscored": waiting.values_list("public_id", flat=True).first(),
        "door": door,
        "since": since_when(door.refusal) if door.refusal else "",
    }
    return render(request, "judging/queue.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def seal(request: HttpRequest, stage_id: str) -> HttpResponse:
    """Look over one's own sheets and seal those that are complete."""
    stage = own_stage_or_404(request, stage_id)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            sealed = seal_sheets(
                actor=request.user,
                stage=stage,
                seen=_seen(request),
                signature=request.POST.get("signature", "")[:NAME_MAX],
                now=now_of(request),
            )
        except NotAllowed:
            raise
        except Refusal as found:
            refusal = found
        else:
            text = ngettext("{count} score sheet is sealed.", "{count} score sheets are sealed.", len(sealed))
            messages.success(
                request,
                text.format(count=len(sealed))
                + " "
                + _("The receipt is in your inbox and your mail. You can take it back for ten minutes."),
            )
            return redirect("seal_sheets", stage.public_id)
    mine = queue_of(request.user, stage).filter(status=Assignment.Status.ACTIVE)
    totals = own_totals(request.user, stage)
    door, open_now = open_seats(mine, stage, now_of(request))
    context = {
        "contest": stage.contest,
        "stage": stage,
        "tally": tally_of(mine),
        "ready": as_rows(open_now.filter(sheet__state=ScoreSheet.State.READY)[:LISTED]),
        "unfinished": as_rows(mine.exclude(sheet__state__in=ScoreSheet.SCORED)[:LISTED]),
        "own": distribution(totals),
        "ties": _ties(totals),
        "recent": recent_seals(request.user, stage, now_of(request)),
        "name": mine.values_list("expert__name", flat=True).first() or "",
        "typed": request.POST.get("signature", "")[:NAME_MAX],
        "door": door,
        "refusal": refusal,
        "refusal_since": since_when(refusal) if refusal else "",
        "has_errors": refusal is not None,
    }
    return render(request, "judging/seal.html", context, status=refusal.status if refusal else 200)


@login_required
@require_POST
def undo(request: HttpRequest, stage_id: str) -> HttpResponse:
    """Take seals back, within ten minutes."""
    stage = own_stage_or_404(request, stage_id)
    opened = undo_seals(
        actor=request.user, stage=stage, seals=request.POST.getlist("seal")[:LISTED], now=now_of(request)
    )
    text = ngettext(
        "{count} score sheet is open again: it no longer counts until you seal it anew.",
        "{count} score sheets are open again: they no longer count until you seal them anew.",
        len(opened),
    )
    messages.success(request, text.format(count=len(opened)))
    return redirect("seal_sheets", stage.public_id)


def _halls(request: HttpRequest, stage: Stage) -> list[Roadshow]:
    """The roadshows of the stage on whose panel the judge sits: there the entries are scored, each when it is called."""
    if stage.kind != Stage.Kind.ROADSHOW:
        return []
    here = Roadshow.objects.filter(stage=stage, panel__user=user_of(request))
    return list(here.exclude(status=Roadshow.Status.CALLED_OFF))


def _seen(request: HttpRequest) -> list[SeenSheet]:
    """The sheets that were ticked, each with the revision that was shown; a value that cannot be read is stale."""
    found = []
    for text in request.POST.getlist("sheet")[:LISTED]:
        assignment, _colon, revision = text.partition(":")
        found.append(
            SeenSheet(
                assignment, int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 9 else -1
            )
        )
    return found


def _ties(totals: list[Fraction]) -> list[tuple[str, int]]:
    """Totals that one's own finished sheets share: (total, how many), highest first."""
    return [(two_places(total), count) for total, count in sorted(Counter(totals).items(), reverse=True) if count > 1]
