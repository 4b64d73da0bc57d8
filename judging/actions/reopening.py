"""Out of the sealed state again: by the judge within ten minutes, by an organiser with a reason.

Either way the seal stays with what was signed, a `Reopening` says who opened it and why, the entry's stored score is
brought up to date in the same transaction, and the sheet is "scored" with a new revision. Locks are taken as in
`sheets.py`: assignments, then entry scores, each by primary key.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Criterion, Stage
from judging.events import SEAL_UNDONE, SHEET_REOPENED
from judging.models import Assignment, EntryScore, Reopening, ScoreSheet, Seal
from judging.notices import SHEET_REOPENED as SHEET_REOPENED_NOTICE
from judging.permissions import may_reopen, may_undo
from judging.scoring import criteria_of, refresh_scores
from portal.journal.recording import record
from portal.notices.outbox import send
from portal.refusals import NotAllowed, Refusal, Stale

REASON_MAX = 500


def seal_in_force(sheet: ScoreSheet) -> Seal:
    """The seal that holds a sealed sheet."""
    return Seal.objects.get(sheet=sheet, revision=sheet.revision)


@transaction.atomic
def undo_seals(*, actor: Any, stage: Stage, seals: Sequence[str], now: datetime) -> list[ScoreSheet]:
    """Take these seals (by public id) of the judge's own back, all or none, within ten minutes of sealing."""
    if not seals:
        raise Refusal(_("Choose at least one score sheet to take back."), code="nothing_chosen")
    rows = Seal.objects.filter(public_id__in=set(seals), sheet__assignment__stage=stage)
    wanted = {seal.sheet_id: seal for seal in rows}
    assignments = list(
        Assignment.objects.of_judge(actor)
        .filter(stage=stage, sheet__in=wanted)
        .select_for_update(of=("self",))
        .select_related("stage__contest", "stage__rubric", "entry", "expert")
        .order_by("pk")
    )
    if not assignments or len(assignments) != len(set(seals)):
        raise NotAllowed
    sheets = {sheet.assignment_id: sheet for sheet in ScoreSheet.objects.filter(pk__in=wanted)}
    opened = []
    for assignment in assignments:
        sheet = sheets[assignment.pk]
        seal = wanted[sheet.pk]
        may_undo(actor, assignment, seal, now).require()
        _require_in_force(sheet, seal)
        record(
            SEAL_UNDONE,
            actor=actor,
            now=now,
            contest=assignment.stage.contest,
            subject=sheet,
            code=assignment.expert.code,
            entry=assignment.entry.public_id,
            sealed=seal.leaf,
        )
        _open(sheet, seal, kind=Reopening.Kind.UNDONE, reason="", by=actor, now=now)
        opened.append(sheet)
    _refresh(assignments, now)
    return opened


@transaction.atomic
def reopen_sheet(*, actor: Any, sheet: ScoreSheet, revision: int, reason: str, now: datetime) -> ScoreSheet:
    """Open a judge's sealed sheet, with the reason, which the judge is told and the journal keeps beside the old total."""
    assignment = Assignment.objects.select_related("stage__contest", "stage__rubric", "entry", "expert__user").lock(
        pk=sheet.assignment_id
    )
    sheet = sheet.refreshed()
    may_reopen(actor, assignment, sheet, now).require()
    reason = reason.strip()
    if not reason:
        raise Refusal(_("Say why the sheet is opened: the judge reads it."), code="no_reason", field="reason")
    if len(reason) > REASON_MAX:
        raise Refusal(
            _("Shorten the reason to {most} characters.").format(most=REASON_MAX), code="too_long", field="reason"
        )
    if sheet.revision != revision:
        raise Stale
    seal = seal_in_force(sheet)
    event = record(
        SHEET_REOPENED,
        actor=actor,
        now=now,
        contest=assignment.stage.contest,
        subject=sheet,
        code=assignment.expert.code,
        entry=assignment.entry.public_id,
        sealed=seal.leaf,
        total=seal.total,
        reason=reason,
    )
    _open(sheet, seal, kind=Reopening.Kind.REOPENED, reason=reason, by=actor, now=now)
    _refresh([assignment], now)
    send(
        SHEET_REOPENED_NOTICE,
        to=[assignment.expert.user],
        now=now,
        dedupe=seal.public_id,
        contest=assignment.stage.contest,
        path=reverse("desk", args=[assignment.public_id]),
        events=[event],
        contest_name=assignment.stage.contest.name,
        number=assignment.entry.number,
        title=assignment.title,
        reason=reason,
        closes_at=assignment.stage.closes_at,
    )
    return sheet


def _require_in_force(sheet: ScoreSheet, seal: Seal) -> None:
    if sheet.state != ScoreSheet.State.SEALED or sheet.revision != seal.revision:
        raise Stale(_("This seal has been taken back already. Look at the page again."))


def _open(sheet: ScoreSheet, seal: Seal, *, kind: Reopening.Kind, reason: str, by: Any, now: datetime) -> None:
    Reopening.objects.create(seal=seal, kind=kind, reason=reason, by=by, at=now)
    sheet.revision = ScoreSheet.objects.all().compare_and_set(
        pk=sheet.pk, revision=sheet.revision, state=ScoreSheet.State.READY, sealed_at=None, saved_at=now, timed_at=now
    )
    sheet.state, sheet.sealed_at, sheet.saved_at = ScoreSheet.State.READY, None, now


def _refresh(assignments: Sequence[Assignment], now: datetime) -> None:
    stage = assignments[0].stage
    assert stage.rubric is not None, "publication requires a rubric and fixes it"  # noqa: S101
    criteria: list[Criterion] = criteria_of(stage.rubric)
    scores = EntryScore.objects.select_for_update(of=("self",)).filter(
        stage=stage, entry__in=[assignment.entry_id for assignment in assignments]
    )
    refresh_scores(list(scores.order_by("pk")), stage=stage, criteria=criteria, now=now)
