"""The organisers' workspace: the board of the day, and taking over a topic guide."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateformat import format as format_in_language
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition import guide as guides
from competition.actions import import_guide
from competition.course import standing, steps
from competition.forms import GuideConfirmForm, GuideUploadForm, confirm_form
from competition.guide import Guide
from competition.import_plan import ImportPlan, faults, plan_import, relied_on
from competition.models import Contest, Topic
from competition.permissions import may_organise, may_see_board
from competition.reading import read_surroundings
from competition.views.base import contest_or_404
from portal.refusals import Refusal
from portal.slots import workspace_figures, workspace_panels, workspace_queues
from portal.web.dates import local
from portal.web.requests import now_of


@login_required
@never_cache
@require_safe
def workspace(request: HttpRequest, slug: str) -> HttpResponse:
    """The day, the course of the contest, its numbers, and what waits for somebody."""
    contest = contest_or_404(request, slug)
    may_see_board(request.user, contest).require()
    now = now_of(request)
    around = read_surroundings(contest, "stages", now=now)
    user: Any = request.user
    figures = [figure for part in workspace_figures for figure in part(user, contest, now)]
    queues = [queue for part in workspace_queues for queue in part(user, contest, now)]
    panels = [panel for part in workspace_panels for panel in part(user, contest, now)]
    context = {
        "contest": contest,
        "workspace_here": "board",
        "today": now,
        "weekday": format_in_language(local(now), "l"),
        "standing": standing(around.stages, now=now),
        "steps": steps(around.stages, now=now),
        "figures": figures,
        "queues": queues,
        "panels": panels,
    }
    return render(request, "competition/board.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def import_topics(request: HttpRequest, slug: str) -> HttpResponse:
    """Upload a guide, look at what it would change and at the lines that cannot be used, then import it."""
    contest = contest_or_404(request, slug)
    may_organise(request.user, contest).require()
    now = now_of(request)
    read_surroundings(contest, "stages", now=now)
    if request.method == "POST" and "seen" in request.POST:
        return _confirm(request, contest)
    upload = GuideUploadForm(request.POST, request.FILES) if request.method == "POST" else GuideUploadForm()
    context = _context(contest, upload)
    if upload.is_valid():
        context |= _preview(contest, upload.cleaned_data["file"])
    return render(request, "competition/import_topics.html", context)


def _context(contest: Contest, upload: GuideUploadForm) -> dict[str, Any]:
    return {"contest": contest, "workspace_here": "guide", "form": upload}


def _preview(contest: Contest, text: str, refusal: Refusal | None = None) -> dict[str, Any]:
    guide = guides.parse(text)
    plan = plan_import(contest, guide)
    hindrances = _hindrances(plan)
    return {
        "guide": guide,
        "plan": plan,
        "counts": _counts(guide),
        "problems": [(problem.line, problem.text, _(problem.message)) for problem in guide.problems],
        "hindrances": hindrances,
        "refusal": refusal,
        "confirm": confirm_form(text, plan.fingerprint()) if plan and not hindrances else None,
    }


def _hindrances(plan: ImportPlan) -> list[str]:
    """Why the action would refuse, said before the button is offered."""
    lines = [f"{change.ref} {change.name}: {fault}" for change, fault in faults(plan)]
    topics = [change for change in plan.changes if change.kind == "topic_changed" and isinstance(change.row, Topic)]
    entered = relied_on([change.row for change in topics if isinstance(change.row, Topic)])
    sentence = _("{ref} {name}: teams have entered this topic, so its words stay as they are.")
    lines += [sentence.format(ref=change.ref, name=change.name) for change in topics if change.row.pk in entered]
    return lines


def _counts(guide: Guide) -> str:
    tracks, topics = len(guide.tracks), guide.topic_count
    return _("%(tracks)s, %(topics)s") % {
        "tracks": ngettext("%(number)d track", "%(number)d tracks", tracks) % {"number": tracks},
        "topics": ngettext("%(number)d topic", "%(number)d topics", topics) % {"number": topics},
    }


def _confirm(request: HttpRequest, contest: Contest) -> HttpResponse:
    form = GuideConfirmForm(request.POST)
    if not form.is_valid():
        return render(request, "competition/import_topics.html", _context(contest, GuideUploadForm()), status=400)
    try:
        plan = import_guide(
            actor=request.user,
            contest=contest,
            guide=form.guide(),
            seen=form.cleaned_data["seen"],
            now=now_of(request),
        )
    except Refusal as refusal:
        context = _context(contest, GuideUploadForm()) | _preview(contest, form.cleaned_data["text"], refusal)
        return render(request, "competition/import_topics.html", context, status=refusal.status)
    number = len(plan.changes)
    sentence = ngettext("The guide was imported: %(n)d change.", "The guide was imported: %(n)d changes.", number)
    messages.success(request, sentence % {"n": number})
    return redirect("tracks", contest.slug)
