"""The desk: one entry, its material, and the score card; and leaving the entry because of a conflict of interest.

A save answers a script with JSON and a plain form with a redirect. When something is refused nothing has changed: the page
comes back with the sentence, and with everything that was typed. After a conflict between two tabs it also shows what the
other one saved, and saving again is then a choice.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.models import Criterion, Rubric
from judging.actions import recuse_judge, save_sheet
from judging.desktime import opened_mark, spent
from judging.forms.desk import RecusalForm, ScoreForm
from judging.marks import NOT_APPLICABLE, GivenMarks, field_name, plain
from judging.models import Assignment, ScoreSheet
from judging.permissions import may_read_entry, may_recuse, may_score
from judging.reading.desk import (
    band_names,
    criterion_rows,
    distribution,
    own_totals,
    queue_around,
    running_total,
    seen_entry,
)
from judging.reading.figures import two_places
from judging.reading.queue import next_unscored, queue_of, tally_of
from judging.scoring import criteria_of, marks_of
from judging.views.base import own_assignment_or_404, sheet_of
from portal.decisions import Decision
from portal.refusals import Refusal
from portal.web.dates import clock, deadline, moment, zone
from portal.web.forms import show_refusal
from portal.web.requests import now_of
from portal.web.sentences import instruction

JSON = "application/json"


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: HttpRequest, assignment_id: str) -> HttpResponse:
    """Read the entry and score it."""
    assignment = own_assignment_or_404(request, assignment_id)
    if not (reading := may_read_entry(request.user, assignment)):
        return _left(request, assignment, reading)
    if request.method == "POST":
        return _save(request, assignment)
    sheet = sheet_of(assignment)
    marks = marks_of([sheet.pk])[sheet.pk] if sheet else {}
    form = ScoreForm(criteria=_criteria(assignment), initial=score_initial(sheet, marks))
    return render(request, "judging/desk.html", _context(request, assignment, sheet, form, marks))


def _save(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    form = ScoreForm(request.POST, criteria=_criteria(assignment))
    wants_json = request.headers.get("Accept") == JSON
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            sheet = save_sheet(
                actor=request.user,
                assignment=assignment,
                revision=form.cleaned_data["revision"],
                marks=form.given_marks(),
                comment=form.cleaned_data["comment"],
                now=now_of(request),
                spent=spent(assignment, request.POST.get("opened", ""), form.told_seconds()),
            )
        except Refusal as found:
            refusal = found
            show_refusal(form, found)
        else:
            return _saved_json(sheet) if wants_json else _onward(request, assignment, sheet)
    if wants_json:
        return _refused_json(assignment, form, refusal)
    return _shown_again(request, assignment, form, refusal)


def _onward(request: HttpRequest, assignment: Assignment, sheet: ScoreSheet) -> HttpResponse:
    """Where the button that was pressed leads: the next unscored entry, or back to this one.

    A judge who has given every mark but not the comment that they call for stays, and is told so beside the comment.
    """
    if "next" not in request.POST or lacks_comment(sheet):
        return redirect("desk", assignment.public_id)
    following = next_unscored(assignment, request.user)
    return redirect("desk", following) if following else redirect("seal_sheets", assignment.stage.public_id)


def lacks_comment(sheet: ScoreSheet | None) -> bool:
    """All marks are given, and only the comment keeps the sheet from being ready."""
    return sheet is not None and sheet.state == ScoreSheet.State.DRAFT and bool(sheet.total)


def _saved_json(sheet: ScoreSheet) -> JsonResponse:
    return JsonResponse(
        {
            "revision": sheet.revision,
            "savedAt": clock(sheet.saved_at),
            "total": two_places(sheet.total),
            "isScored": sheet.state in ScoreSheet.SCORED,
        }
    )


def _refused_json(assignment: Assignment, form: ScoreForm, refusal: Refusal | None) -> JsonResponse:
    fields = {name: [instruction(text) for text in errors] for name, errors in form.errors.items()}
    general = " ".join(fields.pop("__all__", []) + fields.pop("revision", []))
    if refusal is not None and (since := since_when(refusal)):
        general = f"{general} {since}"
    body: dict[str, Any] = {"message": general, "fields": fields, "code": refusal.code if refusal else "invalid"}
    if refusal is not None and refusal.code == "stale":
        body["elsewhere"] = _stored_json(assignment)
    return JsonResponse(body, status=refusal.status if refusal else 422)


def _stored_json(assignment: Assignment) -> dict[str, Any]:
    """What another tab saved meanwhile, so that the page can show both and the person can choose."""
    sheet = ScoreSheet.objects.filter(assignment=assignment).first()
    marks = marks_of([sheet.pk])[sheet.pk] if sheet else {}
    return {
        "revision": sheet.revision if sheet else 0,
        "savedAt": clock(sheet.saved_at) if sheet else "",
        "comment": sheet.comment if sheet else "",
        "marks": {
            code: NOT_APPLICABLE if value == NOT_APPLICABLE else plain(value)  # type: ignore[arg-type]
            for code, value in marks.items()
        },
    }


def _shown_again(
    request: HttpRequest, assignment: Assignment, form: ScoreForm, refusal: Refusal | None
) -> HttpResponse:
    sheet = ScoreSheet.objects.filter(assignment=assignment).first()
    marks = form.given_marks()
    elsewhere: GivenMarks | None = None
    if refusal is not None and refusal.code == "stale":
        elsewhere = marks_of([sheet.pk])[sheet.pk] if sheet else {}  # type: ignore[assignment]
        # The person now sees both: saving again is a decision about what is in force.
        form.data = request.POST.copy()
        form.data["revision"] = str(sheet.revision if sheet else 0)
    context = _context(request, assignment, sheet, form, marks, elsewhere=elsewhere)
    context["refusal_since"] = since_when(refusal) if refusal else ""
    return render(request, "judging/desk.html", context, status=refusal.status if refusal else 200)


def since_when(refusal: Refusal) -> str:
    """Of a door that is not open: since when, or from when."""
    if closed_at := getattr(refusal, "closed_at", None):
        return _("Closed since {at}.").format(at=deadline(closed_at))
    if opens_at := getattr(refusal, "opens_at", None):
        return _("It opens on {at}.").format(at=moment(opens_at) + zone())
    return ""


def _criteria(assignment: Assignment) -> list[Criterion]:
    return criteria_of(_rubric(assignment))


def _rubric(assignment: Assignment) -> Rubric:
    assert assignment.stage.rubric is not None, "publication requires a rubric and fixes it"  # noqa: S101
    return assignment.stage.rubric


def score_initial(sheet: ScoreSheet | None, marks: Mapping[str, Any]) -> dict[str, Any]:
    initial: dict[str, Any] = {"revision": sheet.revision if sheet else 0, "comment": sheet.comment if sheet else ""}
    for code, value in marks.items():
        if value == NOT_APPLICABLE:
            initial[f"na_{code}"] = True
        else:
            initial[field_name(code)] = plain(value)
    return initial


def _context(
    request: HttpRequest,
    assignment: Assignment,
    sheet: ScoreSheet | None,
    form: ScoreForm,
    marks: Any,
    *,
    elsewhere: GivenMarks | None = None,
) -> dict[str, Any]:
    """Everything that the page shows, as plain values."""
    stage, rubric, user, now = assignment.stage, _rubric(assignment), request.user, now_of(request)
    criteria = criteria_of(rubric)
    tally = tally_of(queue_of(user, stage))
    queue = queue_around(assignment, user, length=tally.seats + tally.left)
    scoring: Decision = may_score(user, assignment, sheet, now)
    total = running_total(criteria, marks, below=rubric.comment_below, above=rubric.comment_from)
    here = next((place for place, row in enumerate(queue) if row.pk == assignment.pk), 0)
    rows = criterion_rows(
        criteria,
        marks,
        typed=form.typed_marks() if form.is_bound else None,
        errors={name: list(map(str, errors)) for name, errors in form.errors.items()} if form.is_bound else None,
        elsewhere=elsewhere,
    )
    return {
        "assignment": assignment,
        "contest": stage.contest,
        "stage": stage,
        "entry": seen_entry(assignment),
        "sheet": sheet,
        "form": form,
        "rows": rows,
        # What is wrong comes first, then what is empty.
        "current": min(rows, key=lambda row: (not row.errors, not row.is_empty)).code if rows else "",
        "bands": band_names(criteria),
        "total": total,
        "own": distribution(own_totals(user, stage, without=assignment), this=total.value),
        "tally": tally,
        "queue": queue,
        "previous": queue[here - 1] if here else None,
        "following": queue[here + 1] if here + 1 < len(queue) else None,
        "opened": opened_mark(assignment, now),
        "scoring": scoring,
        "scoring_since": since_when(scoring.refusal) if scoring.refusal else "",
        "may_recuse": may_recuse(user, assignment, sheet, now),
        "rubric": rubric,
        "comment_below": plain(rubric.comment_below),
        "comment_from": plain(rubric.comment_from),
        "elsewhere": elsewhere is not None,
        "lacks_comment": not form.is_bound and lacks_comment(sheet),
    }


def _left(request: HttpRequest, assignment: Assignment, reading: Decision) -> HttpResponse:
    """An entry that is no longer the judge's: why, since when, and where to go on."""
    if request.method == "POST":
        reading.require()
    if reading.refusal is not None and reading.refusal.code == "no_pledge":
        return redirect("pledge", assignment.stage.public_id)
    context = {
        "assignment": assignment,
        "contest": assignment.stage.contest,
        "stage": assignment.stage,
        "reason": reading.reason,
    }
    return render(request, "judging/left.html", context, status=403)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def recuse(request: HttpRequest, assignment_id: str) -> HttpResponse:
    """Leave the entry, with the reason."""
    assignment = own_assignment_or_404(request, assignment_id)
    sheet, now = sheet_of(assignment), now_of(request)
    form = RecusalForm(request.POST or None)
    if request.method == "GET" and not (decision := may_recuse(request.user, assignment, sheet, now)):
        return _left(request, assignment, decision)
    if request.method == "POST" and form.is_valid():
        try:
            recuse_judge(actor=request.user, assignment=assignment, reason=form.cleaned_data["reason"], now=now)
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(
                request, _("You have recused yourself from {number}.").format(number=assignment.entry.number)
            )
            following = next_unscored(assignment, request.user)
            return redirect("desk", following) if following else redirect("judge_queue", assignment.stage.public_id)
    context = {"assignment": assignment, "contest": assignment.stage.contest, "stage": assignment.stage, "form": form}
    return render(request, "judging/recuse.html", context)
