"""Scoring: saving and sealing score sheets, and leaving a seat; taking a seal back is in `reopening.py`.

A save takes no lock: it is compare-and-set on the sheet's revision, and the first save is held by the constraint that an
assignment has one sheet. Sealing fixes the exact total, updates the stored score of the entry in the same transaction
(under the lock of its `EntryScore`, so that two judges who seal at once are both counted) and sends the judge one receipt.
Locks are taken in the order assignments, then entry scores, each by primary key.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from hashlib import sha256
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Criterion, Rubric, Stage
from judging import aggregation
from judging.actions.recusal import remember_declared
from judging.events import JUDGE_RECUSED, SHEET_SEALED
from judging.marks import NOT_APPLICABLE, GivenMarks, check_marks, missing, plain
from judging.models import Assignment, EntryScore, Mark, ScoreSheet, Seal
from judging.notices import SHEET_SEALED as SHEET_SEALED_NOTICE
from judging.permissions import may_recuse, may_score, may_seal
from judging.scoring import criteria_of, marks_of, refresh_scores, sheet_total
from portal.db import LockingQuerySet
from portal.journal.models import Event
from portal.journal.recording import record
from portal.notices.outbox import send
from portal.refusals import NotAllowed, Refusal, Stale

COMMENT_MAX = 2000
REASON_MAX = 500
RELATED = ("stage__contest", "entry", "expert")  # what the permissions look at
#: What of it a save looks at: reading every column of a contest with each mark would cost more than the mark.
LOOKED_AT = (
    "public_id", "status", "pledged_at", "stage", "entry", "expert",
    "stage__kind", "stage__opens_at", "stage__closes_at", "stage__contest", "stage__contest__public_id",
    "entry__public_id", "entry__number", "entry__status", "expert__user", "expert__code",
    "sheet__public_id", "sheet__assignment", "sheet__state", "sheet__revision", "sheet__comment", "sheet__total",
    "sheet__seconds", "sheet__timed_at", "sheet__saved_at", "sheet__sealed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Spent:
    """Time at the desk as the page tells it: how long it was in view and in use since it last told, and since when it has
    been open by the server's own clock.
    """

    seconds: int
    since: datetime

    def counted(self, sheet: ScoreSheet | None, now: datetime) -> int:
        """What of it counts: never more than has passed, and no second twice, however many tabs tell of it."""
        since = max(self.since, sheet.timed_at) if sheet is not None and sheet.timed_at else self.since
        return max(0, min(self.seconds, int((now - since).total_seconds())))


@dataclass(frozen=True)
class SeenSheet:
    """A sheet as the judge saw it when pressing the button: whose, and which revision."""

    assignment: str
    revision: int


def comment_required(total: Fraction, rubric: Rubric) -> bool:
    """In the outer bands a judge says why."""
    return total < Fraction(rubric.comment_below) or total >= Fraction(rubric.comment_from)


@transaction.atomic
def save_sheet(
    *,
    actor: Any,
    assignment: Assignment,
    revision: int,
    marks: GivenMarks,
    comment: str,
    now: datetime,
    spent: Spent | None = None,
) -> ScoreSheet:
    """Keep the marks and the comment as they stand; revision 0 means that there was no sheet yet.

    Everything or nothing is saved. What is already stored just so is left alone, so that sending twice does no harm; the
    time that was spent looking counts nevertheless.
    """
    seat = Assignment.objects.select_related(*RELATED, "sheet").only(*LOOKED_AT).get(pk=assignment.pk)
    sheet: ScoreSheet | None = getattr(seat, "sheet", None)
    may_score(actor, seat, sheet, now).require()
    rubric, criteria = rubric_of(assignment)
    check_marks(marks, criteria)
    comment = comment.replace("\r\n", "\n").strip()
    if len(comment) > COMMENT_MAX:
        raise Refusal(
            _("Shorten the comment to {most} characters.").format(most=COMMENT_MAX), code="too_long", field="comment"
        )
    known: dict[str, object] = marks_of([sheet.pk]).get(sheet.pk, {}) if sheet else {}
    seconds = spent.counted(sheet, now) if spent else 0
    if sheet is not None and known == marks and sheet.comment == comment:
        return _spend(sheet, seconds, now)
    total = None if missing(marks, criteria) else sheet_total(marks, criteria)
    ready = total is not None and (bool(comment) or not comment_required(total, rubric))
    values = {
        "comment": comment,
        "total": "" if total is None else str(total),
        "state": ScoreSheet.State.READY if ready else ScoreSheet.State.DRAFT,
        "saved_at": now,
    }
    if sheet is None:
        if revision != 0:
            raise Stale
        try:
            sheet = ScoreSheet.objects.create(assignment=seat, revision=1, seconds=seconds, timed_at=now, **values)
        except IntegrityError as error:  # another tab was first
            raise Stale from error
    else:
        sheet.revision = _sheets().compare_and_set(
            pk=sheet.pk, revision=revision, seconds=F("seconds") + seconds, timed_at=now, **values
        )
        for name, value in (values | {"seconds": sheet.seconds + seconds, "timed_at": now}).items():
            setattr(sheet, name, value)
    _write_marks(sheet, marks, criteria, removed=known.keys() - marks.keys())
    return sheet


def _spend(sheet: ScoreSheet, seconds: int, now: datetime) -> ScoreSheet:
    """Count time that was spent without a change; the sheet's revision stays, so that no other tab is disturbed."""
    if seconds:
        still = _sheets().filter(pk=sheet.pk, revision=sheet.revision)
        still.update(seconds=F("seconds") + seconds, timed_at=now)
        sheet.seconds, sheet.timed_at = sheet.seconds + seconds, now
    return sheet


@transaction.atomic
def seal_sheets(
    *, actor: Any, stage: Stage, seen: Sequence[SeenSheet], signature: str, now: datetime
) -> list[ScoreSheet]:
    """Seal these sheets of the judge's own, all or none; returns them sealed.

    Refused when one of them is unfinished, sealed, or has changed since it was seen, and when the signature is not the
    judge's name. Keeps each as a `Seal`, records one event per sheet with every mark and the exact total, and sends the
    judge one receipt for all. Ten minutes long the judge may take it back (`undo_seals`).
    """
    revisions = {one.assignment: one.revision for one in seen}
    if not revisions:
        raise Refusal(_("Choose at least one score sheet to seal."), code="nothing_chosen")
    assignments = list(
        Assignment.objects.of_judge(actor)
        .filter(stage=stage, public_id__in=revisions)
        .select_for_update(of=("self",))
        .select_related("stage__contest", "stage__rubric", "entry", "expert", "version")
        .order_by("pk")
    )
    if len(assignments) != len(revisions):
        raise NotAllowed
    signed = _signed(signature, assignments[0])
    rubric, criteria = rubric_of(assignments[0])
    sheets = {sheet.assignment_id: sheet for sheet in ScoreSheet.objects.filter(assignment__in=assignments)}
    for assignment in assignments:
        _require_sealable(actor, assignment, sheets.get(assignment.pk), revisions[assignment.public_id], now)
    marks = marks_of(sheet.pk for sheet in sheets.values())
    sealed, events = [], []
    for assignment in assignments:
        sheet = sheets[assignment.pk]
        _seal(sheet, marks[sheet.pk], criteria, now)
        events.append(record_seal(actor, assignment, sheet, marks[sheet.pk], rubric, signed, now))
        keep_seal(sheet, marks[sheet.pk], signed, events[-1], now)
        sealed.append(sheet)
    scores = EntryScore.objects.select_for_update(of=("self",)).filter(
        stage=stage, entry__in=[a.entry_id for a in assignments]
    )
    refresh_scores(list(scores.order_by("pk")), stage=assignments[0].stage, criteria=criteria, now=now)
    send_receipt(actor, assignments, sealed, events, now)
    return sealed


@transaction.atomic
def recuse_judge(*, actor: Any, assignment: Assignment, reason: str, now: datetime) -> Assignment:
    """Leave a seat because of a conflict of interest: it is never offered to this judge again; marks are kept, unread."""
    locked = Assignment.objects.select_related(*RELATED, "sheet").lock(pk=assignment.pk)
    sheet: ScoreSheet | None = getattr(locked, "sheet", None)
    may_recuse(actor, locked, sheet, now).require()
    reason = reason.strip()
    if not reason:
        raise Refusal(
            _("Say what the conflict of interest is: the organisers read it."), code="no_reason", field="reason"
        )
    if len(reason) > REASON_MAX:
        raise Refusal(
            _("Shorten the reason to {most} characters.").format(most=REASON_MAX), code="too_long", field="reason"
        )
    locked.status, locked.reason, locked.ended_at = Assignment.Status.RECUSED, reason, now
    locked.save(update_fields=["status", "reason", "ended_at"])
    remember_declared(actor=actor, expert=locked.expert, entries=[locked.entry], evidence=reason, now=now)
    record(
        JUDGE_RECUSED,
        actor=actor,
        now=now,
        contest=locked.stage.contest,
        subject=locked,
        code=locked.expert.code,
        entry=locked.entry.public_id,
        reason=reason,
    )
    return locked


def _sheets() -> LockingQuerySet:
    return ScoreSheet.objects.all()


def rubric_of(assignment: Assignment) -> tuple[Rubric, list[Criterion]]:
    """The stage's rubric; frozen by trigger since publication, so that it may be read outside the lock."""
    rubric = assignment.stage.rubric
    if rubric is None:
        raise Refusal(_("This stage has no rubric. Tell the organisers."), code="no_rubric")
    return rubric, criteria_of(rubric)


def _write_marks(sheet: ScoreSheet, marks: GivenMarks, criteria: Sequence[Criterion], removed: set[str]) -> None:
    by_code = {criterion.code: criterion for criterion in criteria}
    Mark.objects.bulk_create(
        [
            Mark(
                sheet=sheet,
                criterion=by_code[code],
                value=None if value == NOT_APPLICABLE else value,
                not_applicable=value == NOT_APPLICABLE,
            )
            for code, value in marks.items()
        ],
        update_conflicts=True,
        unique_fields=["sheet", "criterion"],
        update_fields=["value", "not_applicable"],
    )
    if removed:
        Mark.objects.filter(sheet=sheet, criterion__in=[by_code[code] for code in removed if code in by_code]).delete()


def _require_sealable(
    actor: Any, assignment: Assignment, sheet: ScoreSheet | None, revision: int, now: datetime
) -> None:
    decision = may_seal(actor, assignment, sheet, now)
    if (
        not decision
        and decision.refusal is not None
        and decision.refusal.code in {"unfinished", "sealed", "entry_left"}
    ):
        raise Refusal(
            _("{entry}: {reason} Nothing was sealed.").format(entry=assignment.entry.number, reason=decision.reason),
            code=decision.refusal.code,
        )
    decision.require()
    if sheet is None or sheet.revision != revision:
        raise Stale(
            _("A score sheet has changed since you opened this page. Nothing was sealed: look at it and seal again.")
        )


def _seal(sheet: ScoreSheet, marks: dict[str, object], criteria: Sequence[Criterion], now: datetime) -> None:
    total = sheet_total(marks, criteria)  # type: ignore[arg-type]
    sheet.total, sheet.state, sheet.sealed_at = str(total), ScoreSheet.State.SEALED, now
    sheet.revision = _sheets().compare_and_set(
        pk=sheet.pk, revision=sheet.revision, total=sheet.total, state=sheet.state, sealed_at=now
    )


def _signed(signature: str, assignment: Assignment) -> str:
    """The name as it was typed; spaces and full-width letters make no other name of it."""
    name = assignment.expert.name
    if _bare(signature) != _bare(name):
        raise Refusal(
            _("Sign with your name as the organisers know it: {name}. Nothing was sealed.").format(name=name),
            code="signature",
            field="signature",
        )
    return signature.strip()


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def keep_seal(sheet: ScoreSheet, marks: dict[str, object], signed: str, event: Event, now: datetime) -> None:
    Seal.objects.create(
        sheet=sheet,
        revision=sheet.revision,
        marks=_as_text(marks),
        comment=sheet.comment,
        total=sheet.total,
        seconds=sheet.seconds,
        signature=signed,
        sealed_at=now,
        leaf=event.leaf_hash,
    )


def _as_text(marks: dict[str, object]) -> dict[str, str]:
    return {code: NOT_APPLICABLE if value == NOT_APPLICABLE else plain(value) for code, value in sorted(marks.items())}  # type: ignore[arg-type]


def record_seal(
    actor: Any,
    assignment: Assignment,
    sheet: ScoreSheet,
    marks: dict[str, object],
    rubric: Rubric,
    signed: str,
    now: datetime,
    **more: Any,
) -> Event:
    return record(
        SHEET_SEALED,
        actor=actor,
        now=now,
        contest=assignment.stage.contest,
        subject=sheet,
        code=assignment.expert.code,
        entry=assignment.entry.public_id,
        version=assignment.version.digest,
        rubric=rubric.content_hash,
        stage=assignment.stage.public_id,
        seat=assignment.public_id,
        signature=signed,
        marks=_as_text(marks),
        comment=sha256(sheet.comment.encode()).hexdigest(),
        total=sheet.total,
        **more,
    )


def send_receipt(
    actor: Any, assignments: Sequence[Assignment], sheets: Sequence[ScoreSheet], events: Sequence[Event], now: datetime
) -> None:
    stage = assignments[0].stage
    rows = [
        {
            "number": assignment.entry.number,
            "title": assignment.title,
            "total": str(aggregation.shown(Fraction(sheet.total))),
            "leaf": event.leaf_hash,
        }
        for assignment, sheet, event in zip(assignments, sheets, events, strict=True)
    ]
    send(
        SHEET_SEALED_NOTICE,
        to=[actor],
        now=now,
        dedupe=":".join(sorted(event.leaf_hash for event in events)),
        contest=stage.contest,
        path=reverse("judge_queue", args=[stage.public_id]),
        events=events,
        contest_name=stage.contest.name,
        stage_kind=stage.kind,
        stage_name=stage.name,
        sealed_at=now,
        rows=rows,
    )
