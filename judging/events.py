"""What the journal records of judging."""

from django.utils.translation import gettext_lazy as _

from portal.journal.kinds import event_kind

EXPERT_INVITED = event_kind("judging.expert_invited", _("invited expert {code}"))
EXPERT_ACCEPTED = event_kind("judging.expert_accepted", _("expert {code} accepted the invitation"))
EXPERT_DECLINED = event_kind("judging.expert_declined", _("expert {code} declined the invitation"))
PLAN_DRAFTED = event_kind("judging.plan_drafted", _("drafted an assignment of {seats} seats"))
PLAN_DISCARDED = event_kind("judging.plan_discarded", _("discarded a draft assignment"))
PLAN_PUBLISHED = event_kind(
    "judging.plan_published", _("published an assignment: {entries} entries, {judges} judges, {seats} seats")
)
PLAN_EDITED = event_kind("judging.plan_edited", _("changed a seat of a draft assignment by hand"))
PLAN_REVERTED = event_kind(
    "judging.plan_reverted", _("took an assignment back: {judges} judges, {seats} seats; {reason}")
)
SEAT_GIVEN = event_kind("judging.seat_given", _("gave judge {code} an entry: {reason}"))
JUDGE_RECUSED = event_kind("judging.judge_recused", _("judge {code} recused from an entry"))
SHEET_SEALED = event_kind("judging.sheet_sealed", _("judge {code} sealed a score sheet"))
RANKING_EXPORTED = event_kind("judging.ranking_exported", _("exported the ranking of {stage}"))
SEAT_QUARANTINED = event_kind("judging.seat_quarantined", _("quarantined the seat of judge {code}"))
SEAT_RELEASED = event_kind("judging.seat_released", _("put judge {code} back into a seat"))
CONFLICTS_FOUND = event_kind(
    "judging.conflicts_found", _("found {found} conflicts of interest, {reopened} opened again")
)
CONFLICT_PINNED = event_kind("judging.conflict_pinned", _("pinned a conflict between {code} and {number}"))
CONFLICT_DISMISSED = event_kind("judging.conflict_dismissed", _("dismissed a conflict between {code} and {number}"))
PLEDGE_SIGNED = event_kind("judging.pledge_signed", _("judge {code} signed the pledge, with {interests} interests"))
EXPERT_LIMITS = event_kind("judging.expert_limits", _("expert {code} changed their availability"))
DRAW_PREPARED = event_kind("judging.draw_prepared", _("prepared a draw of experts: {title}"))
DRAW_COMMITTED = event_kind("judging.draw_committed", _("committed to a draw of experts: {commitment}"))
DRAW_DRAWN = event_kind("judging.draw_drawn", _("drew {drawn} experts: {title}"))
DRAW_CHANGED = event_kind("judging.draw_changed", _("drawn expert {left} left, {came} moved up"))
DRAW_WITHDRAWN = event_kind("judging.draw_withdrawn", _("withdrew a draw of experts: {title}"))
SEAL_UNDONE = event_kind("judging.seal_undone", _("judge {code} took a seal back within ten minutes"))
SHEET_REOPENED = event_kind("judging.sheet_reopened", _("opened a sealed score sheet of judge {code}: {reason}"))
ENTRY_REPORTED = event_kind("judging.entry_reported", _("judge {code} reported a problem with an entry"))
REPORT_ANSWERED = event_kind("judging.report_answered", _("answered a report of judge {code}"))
MARKS_IMPORTED = event_kind(
    "judging.marks_imported", _("judge {code} brought in marks of {number} entries from a table")
)
PROOFS_EXPORTED = event_kind("judging.proofs_exported", _("exported the proofs of {stage}"))
JUDGES_CHASED = event_kind("judging.judges_chased", _("reminded {judges} judges of their score sheets"))
ARBITRATION_OPENED = event_kind("judging.arbitration_opened", _("asked judge {code} for a third opinion on {number}"))
DELIBERATION_NOTED = event_kind("judging.deliberation_noted", _("noted what the panel said of {number}"))
VOTE_RECORDED = event_kind("judging.vote_recorded", _("recorded a vote on entries that share a rank: {numbers}"))
ROADSHOW_PLANNED = event_kind(
    "judging.roadshow_planned", _("planned the roadshow {name}: {teams} teams, {judges} judges")
)
ROADSHOW_MOVED = event_kind("judging.roadshow_moved", _("changed place, time or lengths of the roadshow {name}"))
LOTS_ANNOUNCED = event_kind("judging.lots_announced", _("announced what decides the running order of {name}"))
LOTS_DRAWN = event_kind("judging.lots_drawn", _("drew the running order of {name}"))
SLOT_CALLED = event_kind("judging.slot_called", _("called {number} on stage"))
SLOT_ABSENT = event_kind("judging.slot_absent", _("noted that {number} was absent"))
SLOT_CLOSED = event_kind("judging.slot_closed", _("closed the scoring of {number} with {sheets} of {seats} sheets"))
SLOT_REVEALED = event_kind("judging.slot_revealed", _("showed the score of {number}: {score}"))
PAPER_KEYED = event_kind("judging.paper_keyed", _("keyed the paper sheet of judge {code}, turn {turn}"))
