"""Triggers of this app: the record is append-only in the database itself."""

from portal.guards import Guard, append_only, guards

append_only("journal_event", "the journal")
append_only("journal_erasure", "the record of erasures")
append_only("journal_leaf", "the tree of the journal")
append_only("journal_block", "the tree of the journal")
append_only("journal_checkpoint", "the record of checkpoints")
guards.register(Guard("journal_eventbody", "UPDATE", "the body of a journal event is never changed"))
guards.register(
    Guard(
        "journal_eventbody",
        "DELETE",
        "the body of a journal event goes only with a recorded erasure",
        unless="EXISTS (SELECT 1 FROM journal_erasure WHERE journal_erasure.event_id = OLD.event_id)",
    )
)
