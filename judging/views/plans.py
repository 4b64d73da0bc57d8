"""Planning who judges what: the numbers of a stage, asking for a plan, one plan in detail, two side by side."""

import secrets

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.reading import read_surroundings
from judging.actions import begin_plan, discard_plan, publish_plan, revert_plan
from judging.actions.plans import FAILURES
from judging.forms.plans import DraftPlanForm, RevertForm
from judging.models import AssignmentPlan
from judging.models.assignment import PLAN_STATES
from judging.permissions import may_organise
from judging.reading.comparing import compare
from judging.reading.planning import load_histogram, plan_entries, plan_judges, reasons_of, stage_numbers
from judging.reading.standard import plan_warnings
from judging.views.base import JUDGED, number_from, workspace_contest
from portal.refusals import NotAllowed, Refusal
from portal.states import State
from portal.web.chips import Chip
from portal.web.forms import show_refusal
from portal.web.requests import now_of

PLANS_SHOWN = 20
REFRESH = 3  # seconds
STEPS = {
    "reading": lambda: _("reading entries, experts and recusals"),
    "levelling": lambda: _("finding the most even loads"),
    "weakest": lambda: _("raising the weakest match"),
    "pairs": lambda: _("weighing the pairs"),
    "proving": lambda: _("proving that nothing is better"),
    "explaining": lambda: _("writing down what is missing, and alternates"),
}


def state_of(plan: AssignmentPlan) -> State:
    return PLAN_STATES[AssignmentPlan.Status(plan.status)]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest, slug: str) -> HttpResponse:
    """The numbers of a judged stage and its plans; a POST asks for another one."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    stages = list(JUDGED.filter(contest=contest).select_related("rubric").order_by("position", "opens_at", "pk"))
    wanted = request.POST.get("stage") or request.GET.get("stage") or (stages[0].public_id if stages else "")
    stage = next((one for one in stages if one.public_id == wanted), None)
    if stages and stage is None:
        raise Http404
    form = DraftPlanForm(request.POST or None, initial={"seed": secrets.token_hex(8)})
    if request.method == "POST" and stage is not None and form.is_valid():
        stage.contest = contest
        try:
            begun = begin_plan(
                actor=request.user,
                stage=stage,
                seed=form.cleaned_data["seed"],
                objective=form.cleaned_data["objective"],
                rules=form.rules,
                now=now_of(request),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("plan", contest.slug, begun.public_id)
    made = AssignmentPlan.objects.filter(stage=stage).select_related("created_by").defer("seats", "alternates")
    latest = list(made[:PLANS_SHOWN]) if stage else []
    context = {
        "contest": contest,
        "workspace_here": "plans",
        "stage": stage,
        "stages": [Chip(one.label, f"?stage={one.public_id}", current=one == stage) for one in stages],
        "numbers": stage_numbers(stage) if stage else None,
        "plans": [(plan, state_of(plan)) for plan in latest],
        "comparable": [plan for plan in latest if plan.result],
        "form": form,
    }
    return render(request, "judging/plans.html", context)


def find_plan(request: HttpRequest, slug: str, plan_id: str) -> AssignmentPlan:
    """The plan of the address, for organisers of its contest."""
    found = get_object_or_404(
        AssignmentPlan.objects.select_related("contest__parent", "stage", "created_by"),
        contest__slug=slug,
        public_id=plan_id,
    )
    may_organise(request.user, found.contest).require()
    found.stage.contest = found.contest
    return found


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, slug: str, plan_id: str) -> HttpResponse:
    """One plan: how far it is, loads, what is missing and why, its seats; a POST publishes, discards or takes it back."""
    found = find_plan(request, slug, plan_id)
    form = RevertForm(request.POST if "revert" in request.POST else None)
    if request.method == "POST" and (answer := _decide(request, found, form)):
        return answer
    read_surroundings(found.contest, "stages", now=now_of(request))
    status = AssignmentPlan.Status(found.status)
    frame = {
        "contest": found.contest,
        "workspace_here": "plans",
        "plan": found,
        "stage": found.stage,
        "state": state_of(found),
        "form": form,
    }
    if status == AssignmentPlan.Status.SOLVING:
        step = STEPS.get(found.step, lambda: _("waiting for the worker"))()
        return render(request, "judging/plan_waiting.html", frame | {"step": step, "refresh": REFRESH})
    if not found.result:
        why = FAILURES.get(found.refusal, lambda: _("The computation was cancelled."))()
        return render(request, "judging/plan_waiting.html", frame | {"why": why})
    by_judge = request.GET.get("view") == "judges"
    here = reverse("plan", args=[slug, plan_id])
    histogram = load_histogram(found)
    tallest = max((count for _load, count in histogram), default=1)
    context = frame | {
        "result": found.result,
        "is_draft": status == AssignmentPlan.Status.DRAFT,
        "is_published": status == AssignmentPlan.Status.PUBLISHED,
        "reasons": reasons_of(found),
        "missing": sum(found.result.get("unfilled", {}).values()),
        "histogram": [(load, count, round(count * 100 / tallest)) for load, count in histogram],
        "separate": [(track, groups) for track, groups in found.result.get("components", {}).items() if groups > 1],
        "plain_tracks": plan_warnings(found.stage, found.result),
        "by_judge": by_judge,
        "chips": [
            Chip(_("By entry"), here, current=not by_judge),
            Chip(_("By judge"), f"{here}?view=judges", current=by_judge),
        ],
        "slice": (plan_judges if by_judge else plan_entries)(found, number_from(request, "start")),
        "view_query": "view=judges&" if by_judge else "",
    }
    return render(request, "judging/plan.html", context)


def _decide(request: HttpRequest, found: AssignmentPlan, form: RevertForm) -> HttpResponse | None:
    """What the button asks for; None where the page is shown again with what was typed."""
    now = now_of(request)
    try:
        if "discard" in request.POST:
            discard_plan(actor=request.user, plan=found, now=now)
            messages.success(request, _("The plan is discarded."))
            return redirect(f"{reverse('plans', args=[found.contest.slug])}?stage={found.stage.public_id}")
        if "publish" in request.POST:
            seen = request.POST.get("revision", "")
            revision = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else None
            publish_plan(actor=request.user, plan=found, now=now, revision=revision)
            messages.success(request, _("The assignment is published. Every judge concerned gets one message."))
        if "revert" in request.POST:
            if not form.is_valid():
                return None
            revert_plan(actor=request.user, plan=found, reason=form.cleaned_data["reason"], now=now)
            messages.success(request, _("The assignment is taken back. Every judge concerned gets one message."))
    except NotAllowed:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("plan", found.contest.slug, found.public_id)


@login_required
@never_cache
@require_safe
def compare_plans(request: HttpRequest, slug: str) -> HttpResponse:
    """Two plans of one stage side by side."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    asked = [request.GET.get("first", ""), request.GET.get("second", "")]
    found = {
        plan.public_id: plan
        for plan in AssignmentPlan.objects.filter(contest=contest, public_id__in=asked).select_related(
            "stage", "created_by"
        )
        if plan.result
    }
    if len(found) < len(set(asked)):
        raise Http404
    first, second = (found[one] for one in asked)
    if first.stage_id != second.stage_id:
        raise Http404
    made = AssignmentPlan.objects.filter(stage=first.stage).defer("seats", "alternates", "result")
    context = {
        "contest": contest,
        "workspace_here": "plans",
        "stage": first.stage,
        "first": first,
        "second": second,
        "first_state": state_of(first),
        "second_state": state_of(second),
        "comparison": compare(first, second),
        "choices": list(made.exclude(result={})[:PLANS_SHOWN]),
    }
    return render(request, "judging/compare_plans.html", context)
