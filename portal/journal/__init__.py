"""The append-only record of what happened: who did what to which thing, when."""
