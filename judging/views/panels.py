"""The judges of one entry in a plan, changed by hand: in a draft at will, in a published plan with a reason."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.reading import read_surroundings
from judging.actions import edit_plan, give_seat
from judging.forms.plans import SeatForm
from judging.models import AssignmentPlan
from judging.reading.panels import panel_of
from judging.views.plans import find_plan, state_of
from portal.refusals import NotAllowed, Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of

CHANGEABLE = {AssignmentPlan.Status.DRAFT, AssignmentPlan.Status.PUBLISHED}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def plan_entry(request: HttpRequest, slug: str, plan_id: str, entry_id: str) -> HttpResponse:
    """One entry of a plan: its judges, its alternates and who else could sit there; a POST changes a seat."""
    plan = find_plan(request, slug, plan_id)
    status = AssignmentPlan.Status(plan.status)
    if status not in CHANGEABLE:
        raise Http404
    is_draft = status == AssignmentPlan.Status.DRAFT
    form = SeatForm(request.POST or None, initial={"revision": plan.revision}, is_draft=is_draft)
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, plan, entry_id, form, is_draft=is_draft)
        except NotAllowed:
            raise
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("plan_entry", slug, plan_id, entry_id)
    panel = panel_of(plan, entry_id)
    if panel is None:
        raise Http404
    read_surroundings(plan.contest, "stages", now=now_of(request))
    context = {
        "contest": plan.contest,
        "workspace_here": "plans",
        "plan": plan,
        "stage": plan.stage,
        "state": state_of(plan),
        "is_draft": is_draft,
        "panel": panel,
        "form": form,
        "chosen": form.data.get("judge", "") if form.is_bound else "",
        "instead": form.data.get("instead", "") if form.is_bound else "",
    }
    return render(request, "judging/plan_entry.html", context)


def _change(request: HttpRequest, plan: AssignmentPlan, entry: str, form: SeatForm, *, is_draft: bool) -> None:
    given, now = form.cleaned_data, now_of(request)
    judge = "" if "remove" in request.POST else given["judge"]
    if is_draft:
        revision = given["revision"] if given["revision"] is not None else -1
        edit_plan(
            actor=request.user, plan=plan, revision=revision, entry=entry, remove=given["instead"], add=judge, now=now
        )
        messages.success(request, _("The draft is changed."))
        return
    if not judge:
        raise Refusal(_("Choose a judge."), code="nothing", field="judge")
    give_seat(
        actor=request.user,
        plan=plan,
        entry=entry,
        judge=judge,
        instead=given["instead"],
        reason=given["reason"],
        now=now,
    )
    messages.success(request, _("The seat is given. Both judges get a message."))
