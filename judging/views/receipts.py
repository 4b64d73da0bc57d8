"""Receipts of sealed sheets for the judge, and the export of the proofs of a stage for those who oversee."""

import json

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from judging.actions import export_proofs
from judging.models import Seal
from judging.permissions import may_oversee_judging
from judging.proofs import receipt_of
from judging.reading.figures import two_places
from judging.views.base import own_stage_or_404, stage_or_404
from portal.journal.checkpoints import placed, signer
from portal.journal.models import Checkpoint
from portal.web.keyset import paginate
from portal.web.requests import now_of, user_of


@login_required
@never_cache
@require_safe
def seal_receipts(request: HttpRequest, stage_id: str) -> HttpResponse:
    """Every seal that the judge has given in a stage, with its leaf, and whether the journal's tree holds it already."""
    stage = own_stage_or_404(request, stage_id)
    rows = Seal.objects.filter(sheet__assignment__stage=stage, sheet__assignment__expert__user=user_of(request))
    columns = ("pk", "public_id", "total", "sealed_at", "leaf", "reopening__kind", "sheet__assignment__entry__number")
    page = paginate(rows.order_by("-pk").values(*columns, "sheet__assignment__title"), request.GET, order=("-pk",))
    places = placed([row["leaf"] for row in page.rows])
    for row in page.rows:
        row["shown"], row["place"] = two_places(row["total"]), places.get(row["leaf"])
    context = {
        "contest": stage.contest,
        "stage": stage,
        "page": page,
        "checkpoint": Checkpoint.objects.first(),
        "key": signer().verifier,
    }
    return render(request, "judging/receipts.html", context)


@login_required
@never_cache
@require_safe
def seal_receipt(request: HttpRequest, stage_id: str, seal_id: str) -> HttpResponse:
    """One receipt as a file, for the check."""
    stage = own_stage_or_404(request, stage_id)
    mine = Seal.objects.filter(sheet__assignment__stage=stage, sheet__assignment__expert__user=user_of(request))
    seal = get_object_or_404(mine.select_related("sheet__assignment__entry"), public_id=seal_id)
    text = json.dumps(receipt_of(seal), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    name = f"receipt-{seal.sheet.assignment.entry.number}-{seal.leaf[:8]}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@never_cache
@require_POST
def proofs_export(request: HttpRequest, slug: str, stage_id: str) -> HttpResponse:
    """Leaves, checkpoints, events, the ranking and the verifier in one archive; the journal notes who took it."""
    stage = stage_or_404(slug, stage_id)
    may_oversee_judging(request.user, stage.contest).require()
    archive = export_proofs(actor=request.user, stage=stage, now=now_of(request))
    response = HttpResponse(archive, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{stage.kind}-proofs.zip"'
    return response
