"""Triggers of this app: a rubric in use and the rules of a stage in which judging has begun stay as they are."""

from portal.guards import Guard, guards

# A rubric that judges have used is frozen: a change is a new version.
FROZEN = "NOT EXISTS (SELECT 1 FROM competition_rubric r WHERE r.id = {row}.rubric_id AND r.frozen_at IS NOT NULL)"
IN_USE = "the rubric is in use: make a new version instead"
guards.register(Guard("competition_criterion", "INSERT", IN_USE, unless=FROZEN.format(row="NEW")))
guards.register(
    Guard(
        "competition_criterion",
        "UPDATE",
        IN_USE,
        unless=f"{FROZEN.format(row='OLD')} AND {FROZEN.format(row='NEW')}",
    )
)
guards.register(Guard("competition_criterion", "DELETE", IN_USE, unless=FROZEN.format(row="OLD")))
guards.register(
    Guard(
        "competition_rubric",
        "UPDATE",
        IN_USE,
        unless="OLD.frozen_at IS NULL OR (NEW.frozen_at = OLD.frozen_at AND NEW.content_hash = OLD.content_hash)",
    )
)
# From the first published assignment on, what counts in a stage is fixed; its dates may still move.
guards.register(
    Guard(
        "competition_stage",
        "UPDATE",
        "judging has begun: the rules of the stage stay as they are",
        unless="OLD.rules_frozen_at IS NULL OR (NEW.rules_frozen_at = OLD.rules_frozen_at"
        " AND NEW.rubric_id = OLD.rubric_id AND NEW.scoring = OLD.scoring AND NEW.trim_from = OLD.trim_from"
        " AND NEW.tie_criteria = OLD.tie_criteria)",
    )
)
