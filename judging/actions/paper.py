"""Score sheets on paper: two people key them independently; where they agree the sheet is sealed, where not it is settled.

Nobody keys a sheet twice, the second does not see what the first has keyed, and a judge never keys. The sheet is an ordinary
one from then on; the journal says that it came from paper, and who keyed it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from competition.models import Criterion, Rubric
from judging.actions.sheets import COMMENT_MAX, comment_required, keep_seal, record_seal, rubric_of, send_receipt
from judging.doors import lock_halls
from judging.events import PAPER_KEYED
from judging.marks import NOT_APPLICABLE, GivenMarks, check_marks, missing, plain
from judging.models import Assignment, EntryScore, Mark, PaperKeying, ScoreSheet, Slot
from judging.permissions import may_key_paper
from judging.scoring import refresh_scores, sheet_total
from portal.journal.recording import record
from portal.refusals import Refusal

RELATED = ("stage__contest", "stage__rubric", "entry", "expert", "version")


@transaction.atomic
def key_paper(*, actor: Any, assignment: Assignment, marks: GivenMarks, comment: str, now: datetime) -> PaperKeying:
    """Keep what this person reads on the paper; the second keying that says the same seals the sheet."""
    seat = _lock(actor, assignment, now)
    rubric, criteria = rubric_of(seat)
    comment = _checked(marks, comment, rubric, criteria)
    before = list(PaperKeying.objects.filter(assignment=seat).order_by("turn"))
    if len(before) >= PaperKeying.Turn.SECOND:
        raise Refusal(_("This paper has been entered twice already. Settle what differs."), code="keyed_twice")
    if before and before[0].keyed_by_id == actor.pk:
        raise Refusal(
            _("You have entered this paper. Somebody else enters it the second time, without your figures."),
            code="same_person",
        )
    keyed = _keep(actor, seat, PaperKeying.Turn(len(before) + 1), marks, comment, now)
    if before and before[0].marks == keyed.marks:
        _seal(actor, seat, marks, before[0].comment or comment, now)
    return keyed


@transaction.atomic
def settle_paper(*, actor: Any, assignment: Assignment, chosen: Mapping[str, int], now: datetime) -> PaperKeying:
    """Say, paper in hand, which of the two is right wherever they differ (criterion code → turn 1 or 2), and seal."""
    seat = _lock(actor, assignment, now)
    rubric, criteria = rubric_of(seat)
    turns = list(PaperKeying.objects.filter(assignment=seat).order_by("turn"))
    if len(turns) != PaperKeying.Turn.SECOND:
        raise Refusal(_("There is nothing to settle: the paper is entered twice first."), code="nothing_to_settle")
    first, second = turns
    settled = dict(first.marks)
    for criterion in criteria:
        code = criterion.code
        if first.marks[code] == second.marks[code]:
            continue
        if chosen.get(code) not in (PaperKeying.Turn.FIRST, PaperKeying.Turn.SECOND):
            raise Refusal(
                _("{criterion}: choose which of the two figures stands on the paper.").format(criterion=criterion.name),
                code="not_chosen",
            )
        settled[code] = turns[chosen[code] - 1].marks[code]
    marks = _as_given(settled)
    comment = _checked(marks, first.comment or second.comment, rubric, criteria)
    kept = _keep(actor, seat, PaperKeying.Turn.SETTLED, marks, comment, now)
    _seal(actor, seat, marks, comment, now)
    return kept


def _as_given(stored: Mapping[str, str]) -> GivenMarks:
    """Marks as they were keyed, from the text that is stored: each was checked, and none is missing."""
    return {code: NOT_APPLICABLE if text == NOT_APPLICABLE else Decimal(text) for code, text in stored.items()}


def _lock(actor: Any, assignment: Assignment, now: datetime) -> Assignment:
    """The seat, and the roadshow that it may belong to, so that nothing is keyed after the score was shown."""
    seat: Assignment = Assignment.objects.select_related(*RELATED, "sheet").lock(pk=assignment.pk)
    where = {"stage": seat.stage_id, "entry": seat.entry_id}
    lock_halls(**where)
    slot = Slot.objects.turn_of(**where)
    may_key_paper(actor, seat, getattr(seat, "sheet", None), slot, now).require()
    return seat


def _checked(marks: GivenMarks, comment: str, rubric: Rubric, criteria: Sequence[Criterion]) -> str:
    """A whole sheet: every mark, and the comment where it is required."""
    check_marks(marks, criteria)
    if left := missing(marks, criteria):
        raise Refusal(
            _("Enter every mark: {criteria}.").format(criteria=_(", ").join(criterion.name for criterion in left)),
            code="unfinished",
        )
    comment = comment.replace("\r\n", "\n").strip()
    if len(comment) > COMMENT_MAX:
        raise Refusal(
            _("Shorten the comment to {most} characters.").format(most=COMMENT_MAX), code="too_long", field="comment"
        )
    total = sheet_total(marks, criteria)
    if total is None:
        raise Refusal(_("A sheet on which nothing applies gives no score."), code="nothing_applies")
    if comment_required(total, rubric) and not comment:
        raise Refusal(
            _("Enter the comment too: it is required for so low or so high a total."),
            code="no_comment",
            field="comment",
        )
    return comment


def _keep(
    actor: Any, seat: Assignment, turn: PaperKeying.Turn, marks: GivenMarks, comment: str, now: datetime
) -> PaperKeying:
    text = {code: value if value == NOT_APPLICABLE else plain(value) for code, value in sorted(marks.items())}
    try:
        with transaction.atomic():
            keyed = PaperKeying.objects.create(
                assignment=seat, turn=turn, marks=text, comment=comment, keyed_at=now, keyed_by=actor
            )
    except IntegrityError as error:
        raise Refusal(
            _("Somebody has entered this paper meanwhile. Look at it again."), code="keyed_meanwhile"
        ) from error
    record(
        PAPER_KEYED,
        actor=actor,
        now=now,
        contest=seat.stage.contest,
        subject=keyed,
        code=seat.expert.code,
        entry=seat.entry.public_id,
        turn=turn.value,
        marks=text,
    )
    return keyed


def _seal(actor: Any, seat: Assignment, marks: GivenMarks, comment: str, now: datetime) -> None:
    """The sheet as its judge would have sealed it, and the score of the entry, in this transaction."""
    rubric, criteria = rubric_of(seat)
    total = str(sheet_total(marks, criteria))
    sheet = ScoreSheet.objects.create(
        assignment=seat, state=ScoreSheet.State.READY, revision=1, comment=comment, total=total, saved_at=now
    )
    Mark.objects.bulk_create(
        Mark(
            sheet=sheet,
            criterion=criterion,
            value=None if marks[criterion.code] == NOT_APPLICABLE else marks[criterion.code],
            not_applicable=marks[criterion.code] == NOT_APPLICABLE,
        )
        for criterion in criteria
    )
    ScoreSheet.objects.all().compare_and_set(
        pk=sheet.pk, revision=1, state=ScoreSheet.State.SEALED, total=total, sealed_at=now
    )
    sheet.refresh_from_db()
    given: dict[str, object] = dict(marks)
    event = record_seal(actor, seat, sheet, given, rubric, seat.expert.name, now, keyed_by=_keyers(seat))
    keep_seal(sheet, given, seat.expert.name, event, now)
    score = EntryScore.objects.lock(stage=seat.stage_id, entry=seat.entry_id)
    refresh_scores([score], stage=seat.stage, criteria=criteria, now=now)
    send_receipt(seat.expert.user, [seat], [sheet], [event], now)


def _keyers(seat: Assignment) -> list[str]:
    """The public ids of those who keyed and settled, in order: with them the journal says that it was paper."""
    turns = PaperKeying.objects.filter(assignment=seat).order_by("turn")
    return list(turns.values_list("keyed_by__public_id", flat=True))
