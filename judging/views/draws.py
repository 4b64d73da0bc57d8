"""Drawing experts: the list, a new rule, one draw through its states, its public page, its minutes and its file."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.models import Track
from competition.reading import read_surroundings
from competition.views.base import contest_or_404, show
from judging import draw as core
from judging.actions import commit_draw, invite_experts, prepare_draw, replace_drawn, reveal_draw, withdraw_draw
from judging.forms.pool import DrawForm, DrawReasonForm, RevealForm
from judging.models import Draw, Expert
from judging.papers.minutes import minutes_pdf
from judging.permissions import may_organise, may_see_draw
from judging.reading.drawn import export_of, read_pool
from judging.reading.draws import pool_numbers, rule_rows, stratum_panels
from judging.views.base import workspace_contest
from portal.decisions import hidden
from portal.refusals import NotAllowed, Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of
from submissions.views.papers import pdf_response

DRAWS_SHOWN = 50
JSON_FILE = {"ensure_ascii": False, "indent": 2}


@login_required
@never_cache
@require_safe
def draws(request: HttpRequest, slug: str) -> HttpResponse:
    """Every draw of the contest, the newest first."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    rows = Draw.objects.filter(contest=contest).defer("pool", "result").select_related("created_by")[:DRAWS_SHOWN]
    context = {
        "contest": contest,
        "workspace_here": "experts",
        "pool_here": "draws",
        "draws": [(one, one.state) for one in rows],
    }
    return render(request, "judging/draws.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start_draw(request: HttpRequest, slug: str) -> HttpResponse:
    """Write the rule down."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    tracks = list(Track.objects.filter(contest=contest).order_by("number").values_list("number", "name"))
    form = DrawForm(request.POST or None, tracks=tracks)
    if request.method == "POST" and form.is_valid():
        try:
            made = prepare_draw(
                actor=request.user,
                contest=contest,
                title=form.cleaned_data["title"],
                seats=form.seats,
                per_organisation=form.cleaned_data["per_organisation"],
                per_region=form.cleaned_data["per_region"],
                source=form.source_data,
                now=now_of(request),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("draw", slug, made.public_id)
    context = {
        "contest": contest,
        "workspace_here": "experts",
        "pool_here": "draws",
        "form": form,
        "has_errors": bool(form.errors),
    }
    return render(request, "judging/start_draw.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def draw(request: HttpRequest, slug: str, draw_id: str) -> HttpResponse:
    """One draw for organisers: the rule, then what can be done with it now."""
    found = _draw_or_404(slug, draw_id)
    may_organise(request.user, found.contest).require()
    reveal = RevealForm(request.POST if "reveal" in request.POST else None, source=found.source)
    reason = DrawReasonForm(request.POST if {"replace", "withdraw"} & request.POST.keys() else None)
    if request.method == "POST" and _act(request, found, reveal, reason):
        return redirect("draw", slug, draw_id)
    found.refresh_from_db(from_queryset=Draw.objects.select_related("contest__parent"))
    read_surroundings(found.contest, "stages", now=now_of(request))
    pool = read_pool(found.contest) if found.status == Draw.Status.DRAFT else core.read_pool(found.pool)
    panels = stratum_panels(found)
    context = {
        "contest": found.contest,
        "workspace_here": "experts",
        "pool_here": "draws",
        "draw": found,
        "rule_rows": rule_rows(found),
        "numbers": pool_numbers(found, pool),
        "pool_seen": core.pool_hash(pool) if found.status == Draw.Status.DRAFT else "",
        "pool_size": len(pool),
        "panels": panels,
        "invitable": sum(row.may_invite for panel in panels for row in panel.rows),
        "changes": found.changes.select_related("by").order_by("number"),
        "reveal": reveal,
        "reason": reason,
        "leaving": request.POST.get("replace", ""),
        "has_errors": bool(reveal.errors or reason.errors),
    }
    return render(request, "judging/draw.html", context)


def _act(request: HttpRequest, found: Draw, reveal: RevealForm, reason: DrawReasonForm) -> bool:
    """Do what the button says; False shows the page again with what was typed."""
    now = now_of(request)
    given: dict[str, Any] = {"actor": request.user, "draw": found}
    form: Any = reveal if "reveal" in request.POST else reason if reason.is_bound else None
    if form is not None and not form.is_valid():
        return False
    try:
        if "commit" in request.POST:
            commit_draw(**given, seen=request.POST.get("pool", ""), now=now)
            said = _("Committed. The page with the commitment is public now.")
        elif "reveal" in request.POST:
            reveal_draw(**given, revealed=reveal.revealed, now=now)
            said = _("Drawn.")
        elif "replace" in request.POST:
            leaving = request.POST["replace"]
            change = replace_drawn(**given, leaving=leaving, reason=reason.cleaned_data["reason"], now=now)
            moved = _("{left} left, {came} moved up.") if change.came else _("{left} left; no substitute is left.")
            said = moved.format(left=change.left, came=change.came)
        elif "withdraw" in request.POST:
            withdraw_draw(**given, reason=reason.cleaned_data["reason"], now=now)
            said = _("The draw is withdrawn. It stays on record.")
        elif "invite" in request.POST:
            said = _invite(request, found)
        else:
            return True
    except NotAllowed:
        raise
    except Refusal as refusal:
        if form is None:
            messages.error(request, str(refusal))
            return True
        show_refusal(form, refusal)
        return False
    messages.success(request, said)
    return True


def _invite(request: HttpRequest, found: Draw) -> str:
    """Everybody who is drawn now and was never invited."""
    codes = [row.code for panel in stratum_panels(found) for row in panel.rows if row.may_invite]
    chosen = Expert.objects.filter(contest=found.contest, code__in=codes).values_list("public_id", flat=True)
    invited = invite_experts(actor=request.user, contest=found.contest, experts=list(chosen), now=now_of(request))
    count = len(invited)
    return ngettext("{n} invitation is on its way.", "{n} invitations are on their way.", count).format(n=count)


@require_safe
def draw_notice(request: HttpRequest, slug: str, draw_id: str) -> HttpResponse:
    """What anybody may see: the commitment, what decides, and once drawn the codes and the file to repeat it with."""
    contest = contest_or_404(request, slug)
    found = _draw_or_404(slug, draw_id)
    found.contest = contest
    may_see_draw(request.user, found).require()
    read_surroundings(contest, "stages", now=now_of(request))
    context = {
        "contest": contest,
        "draw": found,
        "rule_rows": rule_rows(found),
        "is_drawn": found.status == Draw.Status.DRAWN,
        "panels": stratum_panels(found, with_names=False),
        "changes": list(found.changes.order_by("number").values_list("at", "left", "came")),
    }
    return show(request, "judging/draw_notice.html", context)


@never_cache
@require_safe
def draw_file(request: HttpRequest, slug: str, draw_id: str) -> HttpResponse:
    """The file from which anybody repeats the draw: codes, no names."""
    found = _draw_or_404(slug, draw_id)
    may_see_draw(request.user, found).require()
    _require_drawn(found)
    response = JsonResponse(export_of(found), json_dumps_params=JSON_FILE)
    response.headers["Content-Disposition"] = f'attachment; filename="draw-{found.public_id}.json"'
    return response


@login_required
@never_cache
@require_safe
def draw_minutes(request: HttpRequest, slug: str, draw_id: str) -> HttpResponse:
    """The minutes as a PDF, with names."""
    found = _draw_or_404(slug, draw_id)
    may_organise(request.user, found.contest).require()
    _require_drawn(found)
    return pdf_response(minutes_pdf(found), f"draw-{found.public_id}-minutes.pdf")


def _require_drawn(found: Draw) -> None:
    if found.status != Draw.Status.DRAWN:
        hidden().require()


def _draw_or_404(slug: str, draw_id: str) -> Draw:
    return get_object_or_404(Draw.objects.select_related("contest__parent"), contest__slug=slug, public_id=draw_id)
