"""Who may do what in judging: predicates with reasons.

An assignment exists for its judge alone; to everybody else, organisers included, its address leads nowhere. Those who
organise and those who oversee see progress and sealed totals, never a draft.
"""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from competition.doors import judging_door
from competition.models import Contest
from competition.permissions import OBSERVER, ORGANISER, SUPERVISOR, holds, may_organise
from judging.doors import seat_door
from judging.models import Assignment, Draw, Expert, Report, ScoreSheet, Seal, Slot
from portal.decisions import ALLOWED, Decision, hidden, refused
from submissions.models import Entry

__all__ = [
    "may_answer",
    "may_answer_report",
    "may_change_availability",
    "may_judge",
    "may_key_paper",
    "may_organise",
    "may_oversee_judging",
    "may_read_entry",
    "may_read_letter",
    "may_recuse",
    "may_reopen",
    "may_report",
    "may_score",
    "may_seal",
    "may_see_draw",
    "may_undo",
]


def may_oversee_judging(user: Any, contest: Contest) -> Decision:
    """Progress and ranking: organisers, supervisors and observers; not those who only check entries."""
    return ALLOWED if holds(user, contest, ORGANISER, SUPERVISOR, OBSERVER) else hidden()


def may_answer(user: Any, expert: Expert) -> Decision:
    """Answer an invitation: the person with the invited address, while nobody has answered yet."""
    if not user.is_authenticated or user.email.lower() != expert.email.lower():
        return refused(
            _("This invitation is for another address. Sign in with the invited address."), code="other_address"
        )
    if expert.status == Expert.Status.ACCEPTED:
        return refused(_("You have already accepted this invitation."), code="answered")
    if expert.status == Expert.Status.DECLINED:
        return refused(
            _(
                "You have declined this invitation. Ask the organisers to invite you again if you have changed your mind."
            ),
            code="answered",
        )
    if expert.status != Expert.Status.INVITED:
        return refused(_("This invitation is no longer valid. Ask the organisers for a new one."), code="not_invited")
    return ALLOWED


def may_change_availability(user: Any, expert: Expert) -> Decision:
    """Say when one has time: the expert, once they accepted, until entries are assigned to them."""
    if not user.is_authenticated or expert.user_id != user.pk:
        return hidden()
    if Assignment.objects.active().filter(expert=expert).exists():
        return refused(
            _("Entries are assigned to you: write to the organisers when something changes."), code="assigned"
        )
    return ALLOWED


def may_read_letter(user: Any, expert: Expert) -> Decision:
    """The letter of appointment of somebody who accepted: themselves, and the organisers."""
    if not user.is_authenticated:
        return hidden()
    if expert.user_id != user.pk and not may_organise(user, expert.contest):
        return hidden()
    if expert.status != Expert.Status.ACCEPTED:
        return refused(_("The letter of appointment is there once the expert has accepted."), code="not_accepted")
    return ALLOWED


def may_see_draw(user: Any, draw: Draw) -> Decision:
    """What was committed to is public, in a contest that is; a draft is the organisers'."""
    if may_organise(user, draw.contest):
        return ALLOWED
    is_public = draw.contest.is_published and draw.committed_at is not None
    return ALLOWED if is_public or (draw.committed_at and may_oversee_judging(user, draw.contest)) else hidden()


def may_judge(user: Any, assignment: Assignment) -> Decision:
    """The assignment's own judge; for anybody else it does not exist."""
    return ALLOWED if user.is_authenticated and assignment.expert.user_id == user.pk else hidden()


def may_read_entry(user: Any, assignment: Assignment) -> Decision:
    """Read the entry's form and files: while the seat is held."""
    decision = may_judge(user, assignment)
    if decision and assignment.status == Assignment.Status.RECUSED:
        return refused(
            _("You have recused yourself from this entry; its content is no longer shown to you."), code="recused"
        )
    if decision and assignment.status != Assignment.Status.ACTIVE:
        return refused(_("This entry is no longer assigned to you."), code="not_assigned")
    if decision and assignment.pledged_at is None:
        return refused(_("Sign the pledge first: then the entries open."), code="no_pledge")
    return decision


def may_score(user: Any, assignment: Assignment, sheet: ScoreSheet | None, now: datetime) -> Decision:
    """Save marks: the seat is held, the entry is in the contest, the door is open and the sheet is not sealed."""
    decision = may_read_entry(user, assignment)
    if not decision:
        return decision
    if sheet is not None and sheet.state == ScoreSheet.State.SEALED:
        return refused(_("You have sealed this score sheet. It can no longer be changed."), code="sealed")
    if assignment.entry.status != Entry.Status.SUBMITTED:
        return refused(_("This entry is no longer in the contest and is not scored."), code="entry_left")
    return seat_door(assignment, now)


def may_seal(user: Any, assignment: Assignment, sheet: ScoreSheet | None, now: datetime) -> Decision:
    """Seal a sheet: it may be scored, and nothing is missing."""
    decision = may_score(user, assignment, sheet, now)
    if decision and (sheet is None or sheet.state != ScoreSheet.State.READY):
        return refused(_("Give every mark, and the comment where one is required, before you seal."), code="unfinished")
    return decision


def may_undo(user: Any, assignment: Assignment, seal: Seal, now: datetime) -> Decision:
    """Take one's own seal back: within ten minutes, while the sheet could still be sealed anew."""
    decision = may_read_entry(user, assignment)
    if not decision:
        return decision
    if now >= seal.undo_until:
        return refused(
            _("Ten minutes have passed: a seal is no longer taken back. Ask the organisers to open the sheet."),
            code="too_late",
        )
    return seat_door(assignment, now)


def may_reopen(user: Any, assignment: Assignment, sheet: ScoreSheet, now: datetime) -> Decision:
    """Open a judge's sealed sheet: an organiser, while the judge has time to seal it again."""
    decision = may_organise(user, assignment.stage.contest)
    if not decision:
        return decision
    if assignment.expert.user_id == user.pk:
        return refused(_("This sheet is your own. Another organiser opens it."), code="own_sheet")
    if sheet.state != ScoreSheet.State.SEALED:
        return refused(_("This score sheet is not sealed: its judge can change it."), code="not_sealed")
    if assignment.status != Assignment.Status.ACTIVE:
        return refused(_("The judge has left this entry; the sheet does not count."), code="not_assigned")
    return seat_door(assignment, now)


def may_report(user: Any, assignment: Assignment) -> Decision:
    """Tell the organisers of a problem: whoever holds the seat, also before judging opens and after it closed."""
    return may_read_entry(user, assignment)


def may_answer_report(user: Any, report: Report) -> Decision:
    """An organiser of the contest, once."""
    decision = may_organise(user, report.assignment.stage.contest)
    if decision and report.answered_at is not None:
        return refused(_("This report has been answered already. Look at the answer."), code="answered")
    return decision


def may_recuse(user: Any, assignment: Assignment, sheet: ScoreSheet | None, now: datetime) -> Decision:
    """Leave the seat: until the sheet is sealed and while judging is not over; before it opens is best."""
    decision = may_read_entry(user, assignment)
    if not decision:
        return decision
    if sheet is not None and sheet.state == ScoreSheet.State.SEALED:
        return refused(
            _("You have sealed this score sheet. Tell the organisers about the conflict of interest instead."),
            code="sealed",
        )
    if now >= assignment.stage.closes_at:
        return seat_door(assignment, now)
    return ALLOWED


def may_key_paper(
    user: Any, assignment: Assignment, sheet: ScoreSheet | None, slot: Slot | None, now: datetime
) -> Decision:
    """Key a sheet that was filled in on paper: organisers, while no sheet was begun on a screen and no score was shown."""
    decision = may_organise(user, assignment.stage.contest)
    if not decision:
        return decision
    if assignment.status != Assignment.Status.ACTIVE:
        return refused(_("The judge has left this entry; the sheet does not count."), code="not_assigned")
    if assignment.expert.user_id == user.pk:
        return refused(_("You are the judge of this sheet. Two other people key it."), code="own_sheet")
    if sheet is not None:
        return refused(_("The judge has a score sheet on the screen: it counts, not the paper."), code="on_screen")
    if slot is None:
        return judging_door(assignment.stage, now)
    if slot.revealed_at is not None:
        return refused(_("The score of this team has been shown: nothing is added to it."), code="shown")
    if slot.status == Slot.Status.CALLED_OFF:
        return refused(_("The roadshow of this team was called off. It is scored in another one."), code="called_off")
    if slot.called_at is None:
        return refused(_("This team has not been called on stage yet. It is scored there."), code="slot_waiting")
    return ALLOWED
