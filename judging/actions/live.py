"""A judge's submission in the hall: save and seal one sheet in one go, while the team is on stage.

The roadshow's lock is held from the question whether the team is on stage to the seal (`doors.slot_door`): a submission is
either before the host's closing, and counts, or after it, and changes nothing.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from judging.actions.sheets import SeenSheet, save_sheet, seal_sheets
from judging.marks import GivenMarks, missing
from judging.models import Assignment, ScoreSheet
from judging.scoring import criteria_of
from portal.refusals import Refusal


@transaction.atomic
def submit_live(
    *, actor: Any, assignment: Assignment, revision: int, marks: GivenMarks, comment: str, now: datetime
) -> ScoreSheet:
    """Seal these marks; the score of the entry is computed anew in the same transaction, exactly.

    Refused with what is missing; nothing is saved then.
    """
    Assignment.objects.lock(pk=assignment.pk)  # the same order of locks as sealing at the desk: seat, roadshow, score
    rubric = assignment.stage.rubric
    if rubric is not None and (open_criteria := missing(marks, criteria_of(rubric))):
        raise Refusal(
            _("Give every mark before you submit: {criteria}.").format(
                criteria=_(", ").join(criterion.name for criterion in open_criteria)
            ),
            code="unfinished",
        )
    sheet = save_sheet(actor=actor, assignment=assignment, revision=revision, marks=marks, comment=comment, now=now)
    if sheet.state == ScoreSheet.State.DRAFT:
        raise Refusal(
            _("Write a comment: it is required for so low or so high a total."), code="no_comment", field="comment"
        )
    seen = [SeenSheet(assignment.public_id, sheet.revision)]
    # The judge is signed in, and the button says whose signature it gives: nobody types a name while a team waits.
    return seal_sheets(actor=actor, stage=assignment.stage, seen=seen, signature=assignment.expert.name, now=now)[0]
