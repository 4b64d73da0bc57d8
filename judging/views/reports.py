"""Reports: a judge says that material cannot be opened or that an entry should not be here; organisers answer."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from judging.actions import answer_report, report_entry
from judging.forms.desk import AnswerForm, ReportForm
from judging.models import Report
from judging.permissions import may_answer_report, may_organise, may_report
from judging.views.base import own_assignment_or_404, workspace_contest
from portal.refusals import Refusal
from portal.web.chips import Chip
from portal.web.forms import show_refusal
from portal.web.keyset import paginate
from portal.web.requests import now_of

KINDS = {"cannot-open": Report.Kind.CANNOT_OPEN, "eligibility": Report.Kind.ELIGIBILITY}


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, assignment_id: str, kind: str) -> HttpResponse:
    """Say what is wrong with an entry, and read what was answered before."""
    if kind not in KINDS:
        raise Http404
    assignment = own_assignment_or_404(request, assignment_id)
    may_report(request.user, assignment).require()
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            report_entry(
                actor=request.user,
                assignment=assignment,
                kind=KINDS[kind],
                text=form.cleaned_data["text"],
                now=now_of(request),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The organisers have been told. You hear of their answer by mail."))
            return redirect("desk", assignment.public_id)
    context = {
        "assignment": assignment,
        "contest": assignment.stage.contest,
        "stage": assignment.stage,
        "form": form,
        "kind": KINDS[kind],
        "earlier": list(Report.objects.filter(assignment=assignment, kind=KINDS[kind])[:10]),
    }
    return render(request, "judging/report.html", context)


@login_required
@never_cache
@require_safe
def judge_reports(request: HttpRequest, slug: str) -> HttpResponse:
    """What judges reported in a contest, the open ones first."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    found = Report.objects.filter(assignment__stage__contest=contest).select_related(
        "assignment__stage", "assignment__expert", "assignment__entry"
    )
    is_open = request.GET.get("state") != "answered"
    rows = found.filter(answered_at__isnull=is_open).order_by("-pk")
    context = {
        "contest": contest,
        "workspace_here": "progress",
        "page": paginate(rows, request.GET, order=("-pk",)),
        "form": AnswerForm(),
        "filters": [
            Chip(_("Awaiting an answer"), "?", current=is_open),
            Chip(_("Answered"), "?state=answered", current=not is_open),
        ],
    }
    return render(request, "judging/reports.html", context)


@login_required
@require_POST
def report_answer(request: HttpRequest, slug: str, report_id: str) -> HttpResponse:
    """Answer one; what was typed stays where it is refused."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    rows = Report.objects.select_related("assignment__stage__contest", "assignment__expert", "assignment__entry")
    found = get_object_or_404(rows, public_id=report_id, assignment__stage__contest=contest)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_report(actor=request.user, report=found, answer=form.cleaned_data["answer"], now=now_of(request))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The judge has been told."))
            return redirect("judge_reports", contest.slug)
    context = {
        "contest": contest,
        "workspace_here": "progress",
        "report": found,
        "form": form,
        "may_answer": may_answer_report(request.user, found),
    }
    return render(request, "judging/report_answer.html", context, status=409)
