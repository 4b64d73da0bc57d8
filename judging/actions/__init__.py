"""Every change of state in judging, one verb each; see the modules for what each writes and whom it tells."""

from judging.actions.arbitration import note_deliberation, open_arbitration
from judging.actions.calling_off import call_off_roadshow
from judging.actions.chasing import chase_judges
from judging.actions.closing import close_scoring, export_proofs
from judging.actions.draws import commit_draw, prepare_draw, replace_drawn, reveal_draw, withdraw_draw
from judging.actions.experts import (
    Availability,
    accept_invitation,
    change_availability,
    decline_invitation,
    invite_experts,
    resend_invitation,
)
from judging.actions.hosting import call_team, close_slot, mark_absent, next_phase, reveal_score, run_clock
from judging.actions.live import submit_live
from judging.actions.paper import key_paper, settle_paper
from judging.actions.plans import begin_plan, compute_plan, discard_plan, draft_plan
from judging.actions.pledges import sign_pledge
from judging.actions.publishing import publish_plan, revert_plan
from judging.actions.recusal import dismiss_conflict, pin_conflict, pin_pair
from judging.actions.refilling import refill_seats
from judging.actions.reopening import reopen_sheet, undo_seals
from judging.actions.reports import answer_report, report_entry
from judging.actions.rescheduling import move_roadshow
from judging.actions.roadshows import Schedule, announce_lots, draw_lots, plan_roadshow
from judging.actions.searching import begin_search, look_for_conflicts
from judging.actions.seats import edit_plan, give_seat
from judging.actions.sheets import SeenSheet, Spent, recuse_judge, save_sheet, seal_sheets
from judging.actions.tables import TableRow, import_marks
from judging.actions.votes import record_vote

__all__ = [
    "Availability",
    "Schedule",
    "SeenSheet",
    "Spent",
    "TableRow",
    "accept_invitation",
    "announce_lots",
    "answer_report",
    "begin_plan",
    "begin_search",
    "call_off_roadshow",
    "call_team",
    "change_availability",
    "chase_judges",
    "close_scoring",
    "close_slot",
    "commit_draw",
    "compute_plan",
    "decline_invitation",
    "discard_plan",
    "dismiss_conflict",
    "draft_plan",
    "draw_lots",
    "edit_plan",
    "export_proofs",
    "give_seat",
    "import_marks",
    "invite_experts",
    "key_paper",
    "look_for_conflicts",
    "mark_absent",
    "move_roadshow",
    "next_phase",
    "note_deliberation",
    "open_arbitration",
    "pin_conflict",
    "pin_pair",
    "plan_roadshow",
    "prepare_draw",
    "publish_plan",
    "record_vote",
    "recuse_judge",
    "refill_seats",
    "reopen_sheet",
    "replace_drawn",
    "report_entry",
    "resend_invitation",
    "reveal_draw",
    "reveal_score",
    "revert_plan",
    "run_clock",
    "save_sheet",
    "seal_sheets",
    "settle_paper",
    "sign_pledge",
    "submit_live",
    "undo_seals",
    "withdraw_draw",
]
