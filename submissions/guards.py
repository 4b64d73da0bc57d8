"""Triggers of this app: versions, their files, the checks and the verdicts on cases are append-only; a second look is another
person's; what was decided on an extension or a disqualification stays.
"""

from portal.guards import Guard, append_only, guards

append_only("submissions_entryversion", "a submitted version")
append_only("submissions_versionfile", "the list of files of a submitted version")
append_only("submissions_screening", "the record of formal checks")
append_only("submissions_caseverdict", "the record of verdicts on possible duplicates")
#: The first look is of the same version and somebody else's; and while one waits, nothing but its second look follows.
SECOND_LOOK = (
    "(NEW.first_id IS NULL OR EXISTS (SELECT 1 FROM submissions_screening f WHERE f.id = NEW.first_id"
    " AND f.version_id = NEW.version_id AND NOT f.in_force AND f.screened_by_id <> NEW.screened_by_id))"
    " AND NOT EXISTS (SELECT 1 FROM submissions_screening f WHERE f.version_id = NEW.version_id AND NOT f.in_force"
    " AND f.id <> COALESCE(NEW.first_id, 0)"
    " AND NOT EXISTS (SELECT 1 FROM submissions_screening s WHERE s.first_id = f.id))"
)
guards.register(
    Guard("submissions_screening", "INSERT", "a second look is another person's, at the first", unless=SECOND_LOOK)
)
guards.register(
    Guard(
        "submissions_extension",
        "UPDATE",
        "an extension that was decided stays as it is",
        unless="OLD.status = 'asked'",
    )
)
guards.register(
    Guard(
        "submissions_disqualification",
        "UPDATE",
        "a disqualification keeps its reason, and one that was lifted stays as it is",
        unless="OLD.lifted_at IS NULL AND NEW.reason = OLD.reason AND NEW.entry_id = OLD.entry_id",
    )
)
guards.register(Guard("submissions_disqualification", "DELETE", "a disqualification stays on record"))
