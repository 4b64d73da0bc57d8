"""Marks that come back in a table: all rows or none, each by the same guards as at the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from competition.models import Stage
from judging.actions.sheets import save_sheet
from judging.events import MARKS_IMPORTED
from judging.marks import GivenMarks
from judging.models import Assignment, ScoreSheet
from portal.journal.recording import record
from portal.refusals import NotAllowed, Refusal


@dataclass(frozen=True)
class TableRow:
    """One line: whose seat, the revision that the table was made from, and what it says now."""

    assignment: str
    revision: int
    marks: GivenMarks
    comment: str


@transaction.atomic
def import_marks(*, actor: Any, stage: Stage, rows: Sequence[TableRow], now: datetime) -> list[ScoreSheet]:
    """Save these rows of the judge's own; the first that cannot be saved is named, and nothing is saved then."""
    if not rows:
        raise Refusal(_("The table changes nothing: no row has other marks than the desk."), code="nothing_changed")
    known = {
        seat.public_id: seat
        for seat in Assignment.objects.of_judge(actor)
        .filter(stage=stage, public_id__in=[row.assignment for row in rows])
        .select_related("stage__rubric", "stage__contest", "entry", "expert")
    }
    if len(known) != len(rows):
        raise NotAllowed
    saved = []
    for row in rows:
        seat = known[row.assignment]
        seat.stage = next(iter(known.values())).stage  # one rubric object, so that its criteria are read once
        try:
            saved.append(
                save_sheet(
                    actor=actor,
                    assignment=seat,
                    revision=row.revision,
                    marks=row.marks,
                    comment=row.comment,
                    now=now,
                )
            )
        except NotAllowed:
            raise
        except Refusal as refusal:
            raise Refusal(
                _("{entry}: {reason} Nothing was saved.").format(entry=seat.entry.number, reason=refusal),
                code=refusal.code,
            ) from refusal
    record(
        MARKS_IMPORTED,
        actor=actor,
        now=now,
        contest=stage.contest,
        subject=stage,
        code=next(iter(known.values())).expert.code,
        number=len(saved),
    )
    return saved
