"""Marks in Excel, out and back in: a preview first, then all rows or none."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from competition.doors import judging_door
from competition.models import Criterion, Stage
from judging.actions import TableRow, import_marks
from judging.forms.desk import TABLE_BYTES, TableForm
from judging.marks import NOT_APPLICABLE, GivenMarks, plain
from judging.models import Assignment
from judging.reading.queue import queue_of, tally_of
from judging.scoring import criteria_of, marks_of
from judging.tables import Preview, Seat, marks_workbook, read_table
from judging.views.base import own_stage_or_404
from judging.views.desk import since_when
from portal.refusals import NotAllowed, Refusal
from portal.web.bodies import takes_bodies
from portal.web.forms import show_refusal
from portal.web.requests import now_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "judging.table"
SHOWN = 100


def largest_table(request: HttpRequest, stage_id: str) -> int:
    """What the form may bring: a table, or one that was looked at already, and the form around it."""
    return TABLE_BYTES + (1 << 20)


@takes_bodies(largest_table)
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def marks_table(request: HttpRequest, stage_id: str) -> HttpResponse:
    """Download, choose, look at what would change, and save."""
    stage = own_stage_or_404(request, stage_id)
    if stage.rubric is None:
        return redirect("judge_queue", stage.public_id)
    criteria = criteria_of(stage.rubric)
    form = TableForm(request.POST or None, request.FILES or None)
    preview: Preview | None = None
    refusal: Refusal | None = None
    if request.method == "POST" and "rows" in request.POST:
        try:
            return _import(request, stage, criteria)
        except NotAllowed:
            raise
        except Refusal as found:
            refusal, form = found, TableForm()
    elif request.method == "POST" and form.is_valid():
        try:
            preview = read_table(form.cleaned_data["table"].read(), seats_of(request.user, stage), criteria)
        except Refusal as found:
            refusal = found
            show_refusal(form, found)
    door, tally = judging_door(stage, now_of(request)), tally_of(queue_of(request.user, stage))
    context = {
        "contest": stage.contest,
        "stage": stage,
        "form": form,
        "preview": preview,
        "shown": preview.changed[:SHOWN] if preview else [],
        "rows": _packed(preview) if preview and not preview.wrong and preview.changed else "",
        "refusal": refusal if refusal and not form.is_bound else None,
        "has_errors": refusal is not None,
        "door": door,
        "is_done": bool(tally.seats) and tally.is_done,
        "since": since_when(door.refusal) if door.refusal else "",
    }
    return render(request, "judging/table.html", context, status=refusal.status if refusal else 200)


@login_required
@never_cache
@require_safe
def marks_table_file(request: HttpRequest, stage_id: str) -> HttpResponse:
    """One's own marks of a stage as a workbook."""
    stage = own_stage_or_404(request, stage_id)
    criteria = criteria_of(stage.rubric) if stage.rubric else []
    response = HttpResponse(marks_workbook(seats_of(request.user, stage), criteria), content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{stage.contest.slug}-{stage.kind}-my-marks.xlsx"'
    return response


def seats_of(user: Any, stage: Stage) -> list[Seat]:
    """The judge's active seats with what their sheets say: two queries."""
    rows = list(
        queue_of(user, stage)
        .filter(status=Assignment.Status.ACTIVE)
        .values_list(
            "public_id",
            "position",
            "entry__number",
            "title",
            "sheet__revision",
            "sheet__state",
            "sheet__comment",
            "sheet__total",
            "sheet__pk",
        )
    )
    marks: dict[int, Any] = marks_of(row[-1] for row in rows if row[-1] is not None)
    return [
        Seat(
            assignment=public_id,
            position=position,
            number=number,
            title=title,
            revision=revision or 0,
            state=state or "",
            marks=marks.get(sheet, {}),
            comment=comment or "",
            total=total or "",
        )
        for public_id, position, number, title, revision, state, comment, total, sheet in rows
    ]


def _import(request: HttpRequest, stage: Stage, criteria: list[Criterion]) -> HttpResponse:
    saved = import_marks(actor=request.user, stage=stage, rows=_unpacked(request, stage), now=now_of(request))
    text = ngettext("{count} score sheet was saved.", "{count} score sheets were saved.", len(saved))
    messages.success(request, text.format(count=len(saved)))
    return redirect("judge_queue", stage.public_id)


def _packed(preview: Preview) -> str:
    """What was looked at, signed, so that exactly that is saved."""
    rows = [
        [line.given.assignment, line.given.revision, _plain(line.given.marks), line.given.comment]
        for line in preview.changed
        if line.given
    ]
    return signing.dumps(rows, salt=SALT, compress=True)


def _plain(marks: GivenMarks) -> dict[str, str]:
    return {code: value if value == NOT_APPLICABLE else plain(value) for code, value in marks.items()}  # type: ignore[misc]


def _unpacked(request: HttpRequest, stage: Stage) -> list[TableRow]:
    try:
        rows = signing.loads(request.POST["rows"], salt=SALT)
    except signing.BadSignature as error:
        raise Refusal(_("This page is incomplete. Choose the table again."), code="incomplete") from error
    return [
        TableRow(
            assignment,
            revision,
            {code: NOT_APPLICABLE if value == NOT_APPLICABLE else Decimal(value) for code, value in marks.items()},
            comment,
        )
        for assignment, revision, marks, comment in rows
    ]
