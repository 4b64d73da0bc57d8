"""What is sealed: the judge's own sheets as a PDF, and for the organisers the sealed sheets of a stage and opening one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from judging.actions import reopen_sheet
from judging.forms.desk import ReopenForm
from judging.models import ScoreSheet
from judging.papers.sheets import sheets_pdf
from judging.permissions import may_organise, may_reopen
from judging.reading.figures import two_places
from judging.reading.seals import history_of, seals_in_force
from judging.scoring import criteria_of
from judging.views.base import own_stage_or_404, stage_or_404, workspace_contest
from portal.refusals import Refusal
from portal.web.forms import show_refusal
from portal.web.keyset import paginate
from portal.web.requests import now_of

LONGEST_QUERY = 40


@login_required
@never_cache
@require_safe
def sheets_paper(request: HttpRequest, stage_id: str) -> HttpResponse:
    """The judge's own sealed sheets of a stage, signed, as a PDF."""
    stage = own_stage_or_404(request, stage_id)
    seals = list(
        seals_in_force(request.user, stage)
        .select_related("sheet__assignment__entry", "sheet__assignment__expert")
        .order_by("sheet__assignment__position")
    )
    if not seals or stage.rubric is None:
        raise Http404
    pdf = sheets_pdf(stage, criteria_of(stage.rubric), seals)
    code = seals[0].sheet.assignment.expert.code
    response = HttpResponse(pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{stage.contest.slug}-{stage.kind}-{code}.pdf"'
    return response


@login_required
@never_cache
@require_safe
def sealed_sheets(request: HttpRequest, slug: str, stage_id: str) -> HttpResponse:
    """The sealed sheets of a stage, found by judge or entry number."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    stage = stage_or_404(slug, stage_id)
    query = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    rows = ScoreSheet.objects.filter(assignment__stage=stage, state=ScoreSheet.State.SEALED)
    if query:
        rows = rows.filter(Q(assignment__expert__code__iexact=query) | Q(assignment__entry__number__icontains=query))
    page = paginate(
        rows.order_by("-sealed_at", "-pk").values(
            "pk",
            "public_id",
            "total",
            "sealed_at",
            "assignment__expert__code",
            "assignment__entry__number",
            "assignment__title",
            "assignment__status",
        ),
        request.GET,
        order=("-sealed_at", "-pk"),
    )
    for row in page.rows:
        row["shown"] = two_places(row["total"])
    context = {"contest": contest, "workspace_here": "progress", "stage": stage, "page": page, "query": query}
    return render(request, "judging/sealed_sheets.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sealed_sheet(request: HttpRequest, slug: str, stage_id: str, sheet_id: str) -> HttpResponse:
    """One sheet as it was sealed, every time, and opening it with a reason."""
    contest = workspace_contest(request, slug)
    may_organise(request.user, contest).require()
    stage = stage_or_404(slug, stage_id)
    sheets = ScoreSheet.objects.filter(assignment__stage=stage, seals__isnull=False).distinct()
    sheet = get_object_or_404(
        sheets.select_related("assignment__stage__contest", "assignment__expert", "assignment__entry"),
        public_id=sheet_id,
    )
    form = ReopenForm(request.POST or None, initial={"revision": sheet.revision})
    if request.method == "POST" and form.is_valid():
        try:
            reopen_sheet(
                actor=request.user,
                sheet=sheet,
                revision=form.cleaned_data["revision"],
                reason=form.cleaned_data["reason"],
                now=now_of(request),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The sheet is open again, and its judge has been told."))
            return redirect("sealed_sheet", slug, stage.public_id, sheet.public_id)
    criteria = criteria_of(stage.rubric) if stage.rubric else []
    context = {
        "contest": contest,
        "workspace_here": "progress",
        "stage": stage,
        "sheet": sheet,
        "seat": sheet.assignment,
        "history": history_of(sheet, criteria),
        "form": form,
        "may_reopen": may_reopen(request.user, sheet.assignment, sheet, now_of(request)),
    }
    return render(request, "judging/sealed_sheet.html", context)
