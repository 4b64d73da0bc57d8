"""Nouns of judging.

An `Expert` of a contest's pool is qualified for tracks (`ExpertTrack`) and may have left others (`FormerPost`). A `Draw`
takes some of the pool at random (`DrawChange` when one is replaced). A `Recusal` says why an expert does not judge an entry;
a `ConflictSearch` looks for more of them, and a `Pledge` is what a judge signed. An `AssignmentPlan` is drafted for a
judged stage and, once published, becomes `Assignment`s that are never deleted. Each assignment has one `ScoreSheet` with a
`Mark` per criterion: a draft that its judge alone sees, then sealed. An `EntryScore` is the stored aggregate of an entry's
sealed sheets. A `Seal` keeps what was signed, whatever becomes of the sheet; a `Reopening` is the one way out of a seal. A
`Report` tells the organisers that material cannot be opened, or that an entry should not be in the contest.
Of each file judges get a `BlindCopy`. `Findings` are what the statistics of a track said, kept until its totals change.
An `Arbitration` adds a seat to a disputed entry; a `PanelVote` with its `Ballot`s parts entries that share a rank.
A `Roadshow` calls its teams `Slot` by slot; what was written on paper is a `PaperKeying` twice before it is a sheet.
"""

from judging.models.arbitration import Arbitration, DeliberationNote
from judging.models.assignment import Assignment, AssignmentPlan
from judging.models.closing import ScoringClose
from judging.models.copy import BlindCopy
from judging.models.draw import Draw, DrawChange
from judging.models.expert import Expert, ExpertTrack, FormerPost
from judging.models.paper import PaperKeying
from judging.models.recusal import Pledge, Recusal
from judging.models.report import Report
from judging.models.roadshow import Roadshow, Slot
from judging.models.score import EntryScore, Mark, ScoreSheet
from judging.models.seal import Reopening, Seal
from judging.models.search import ConflictSearch
from judging.models.statistics import Findings
from judging.models.vote import Ballot, PanelVote

__all__ = [
    "Arbitration",
    "Assignment",
    "AssignmentPlan",
    "Ballot",
    "BlindCopy",
    "ConflictSearch",
    "DeliberationNote",
    "Draw",
    "DrawChange",
    "EntryScore",
    "Expert",
    "ExpertTrack",
    "Findings",
    "FormerPost",
    "Mark",
    "PanelVote",
    "PaperKeying",
    "Pledge",
    "Recusal",
    "Reopening",
    "Report",
    "Roadshow",
    "ScoreSheet",
    "ScoringClose",
    "Seal",
    "Slot",
]
