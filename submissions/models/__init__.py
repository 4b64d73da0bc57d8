"""Nouns of entering.

A `Team` has one captain, one lead organisation, perhaps partner organisations, `Membership`s and exactly one `Entry` on
one topic. `Answer`s and `Upload`s are its draft; a `Transfer` is a file on its way there. An
`Inspection` is what was found out about a content. Submitting freezes the draft
into an `EntryVersion` with `VersionFile`s and a receipt. A `Screening` is one verdict of the formal check on one version.
A `Disqualification` takes an entry out of the contest until it is lifted.
An `Extension` is more time for one team, a `Reminder` one occasion on which its members were told how little is left.
A `Caution` is an organiser's note on somebody.
A `Case` is a pair of entries that may be duplicates, for the `Sign`s that they share; a `CaseVerdict` is what a person found
of it. `Trace`s are the index in which entries that share something find each other.
"""

from submissions.models.caution import Caution
from submissions.models.disqualification import Disqualification
from submissions.models.duplicate import Case, CaseVerdict, CommonMark, Comparison, Sign, SignKind, Trace
from submissions.models.entry import Answer, Entry, EntrySeries
from submissions.models.extension import Extension
from submissions.models.inspection import Inspection
from submissions.models.letter import LetterReading
from submissions.models.reminder import Reminder
from submissions.models.screening import Screening
from submissions.models.team import Invitation, Membership, Team, scope_key
from submissions.models.transfer import Transfer
from submissions.models.upload import Upload
from submissions.models.version import EntryVersion, VersionFile

__all__ = [
    "Answer",
    "Case",
    "CaseVerdict",
    "Caution",
    "CommonMark",
    "Comparison",
    "Disqualification",
    "Entry",
    "EntrySeries",
    "EntryVersion",
    "Extension",
    "Inspection",
    "Invitation",
    "LetterReading",
    "Membership",
    "Reminder",
    "Screening",
    "Sign",
    "SignKind",
    "Team",
    "Trace",
    "Transfer",
    "Upload",
    "VersionFile",
    "scope_key",
]
