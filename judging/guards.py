"""Triggers of this app: a sealed sheet stays sealed, a published seat stays what it is, a draw and a recusal stay on record."""

from portal.guards import Guard, append_only, guards

OPEN_SHEET = "NOT EXISTS (SELECT 1 FROM judging_scoresheet s WHERE s.id = {row}.sheet_id AND s.state = 'sealed')"
SEALED = "a sealed score sheet is never changed"
guards.register(Guard("judging_mark", "INSERT", SEALED, unless=OPEN_SHEET.format(row="NEW")))
guards.register(
    Guard(
        "judging_mark",
        "UPDATE",
        SEALED,
        unless=f"{OPEN_SHEET.format(row='OLD')} AND {OPEN_SHEET.format(row='NEW')}",
    )
)
guards.register(Guard("judging_mark", "DELETE", SEALED, unless=OPEN_SHEET.format(row="OLD")))
# A seal that was taken back or opened, on record, is the only way out, and leads to "scored" alone.
REOPENED = (
    "NEW.state = 'ready' AND EXISTS (SELECT 1 FROM judging_reopening r JOIN judging_seal s ON s.id = r.seal_id "
    "WHERE s.sheet_id = OLD.id AND s.revision = OLD.revision)"
)
guards.register(Guard("judging_scoresheet", "UPDATE", SEALED, unless=f"OLD.state <> 'sealed' OR ({REOPENED})"))
guards.register(Guard("judging_scoresheet", "DELETE", SEALED, unless="OLD.state <> 'sealed'"))
guards.register(Guard("judging_assignment", "DELETE", "a published assignment is never deleted"))
append_only("judging_seal", "what was sealed")
append_only("judging_scoringclose", "the record of closed scorings")
append_only("judging_reopening", "the record of reopened seals")
guards.register(Guard("judging_report", "DELETE", "a report of a judge is never deleted"))
SAME_SEAT = " AND ".join(f"NEW.{column}_id = OLD.{column}_id" for column in ("stage", "entry", "version", "expert"))
guards.register(
    Guard("judging_assignment", "UPDATE", "a seat stays what it is: only its status changes", unless=SAME_SEAT)
)

SAME_DRAW = " AND ".join(
    f"NEW.{column} = OLD.{column}"
    for column in ("contest_id", "title", "rule", "source", "pool", "pool_hash", "commitment", "committed_at")
)
guards.register(Guard("judging_draw", "INSERT", "a draw begins in preparation", unless="NEW.status = 'draft'"))
guards.register(
    Guard(
        "judging_draw",
        "UPDATE",
        "a committed draw keeps its rule and pool, and one that was drawn never changes",
        unless=f"OLD.status = 'draft' OR (OLD.status = 'committed' AND {SAME_DRAW})",
    )
)
guards.register(Guard("judging_draw", "DELETE", "a draw stays on record", unless="OLD.status = 'draft'"))
append_only("judging_drawchange", "the list of changes of a draw")
append_only("judging_pledge", "the list of pledges")
SAME_PAIR = "NEW.expert_id = OLD.expert_id AND NEW.entry_id = OLD.entry_id AND NEW.kind = OLD.kind"
guards.register(Guard("judging_recusal", "DELETE", "a recusal is remembered for ever"))
guards.register(Guard("judging_recusal", "UPDATE", "a recusal stays about its pair", unless=SAME_PAIR))
LEFT_DRAFT = "OLD.status IN ('published', 'reverted')"
guards.register(
    Guard("judging_assignmentplan", "DELETE", "a published plan is never deleted", unless=f"NOT ({LEFT_DRAFT})")
)
guards.register(
    Guard(
        "judging_assignmentplan",
        "UPDATE",
        "the seats of a published plan stay what they were",
        unless=f"NOT ({LEFT_DRAFT}) OR NEW.seats = OLD.seats",
    )
)
append_only("judging_panelvote", "a recorded vote")
append_only("judging_ballot", "a ballot")
append_only("judging_deliberationnote", "a note of the deliberation")
append_only("judging_arbitration", "an arbitration")
append_only("judging_paperkeying", "a paper sheet as keyed")
# What decided the running order is known to everybody from the announcement on, and the order from the draw on; a roadshow
# that was called off stays so, with its reason.
guards.register(
    Guard(
        "judging_roadshow",
        "UPDATE",
        "announced lots stay as they were announced, a drawn order as it was drawn, and what was called off called off",
        unless="(OLD.commitment = '' OR (NEW.commitment = OLD.commitment AND NEW.source = OLD.source))"
        " AND (OLD.number = '' OR NEW.number = OLD.number)"
        " AND (OLD.status <> 'called_off' OR (NEW.status = OLD.status AND NEW.called_off_at = OLD.called_off_at"
        " AND NEW.called_off_reason = OLD.called_off_reason))",
    )
)
guards.register(
    Guard(
        "judging_slot",
        "UPDATE",
        "a slot keeps its entry, its drawn place and the moment at which its score was shown, or that it was called off",
        unless="NEW.entry_id = OLD.entry_id AND NEW.roadshow_id = OLD.roadshow_id"
        " AND (OLD.position IS NULL OR NEW.position = OLD.position)"
        " AND (OLD.revealed_at IS NULL OR NEW.revealed_at = OLD.revealed_at)"
        " AND (OLD.status <> 'called_off' OR NEW.status = OLD.status)",
    )
)
guards.register(Guard("judging_slot", "DELETE", "a slot is never deleted"))
