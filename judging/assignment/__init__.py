"""Who judges what: the best legal assignment, proved, repeatable, and explained where one is not to be had.

`model` has the words: a `Problem`, and the `Plan` that `solve` gives for it. `network` turns a problem into arrays,
`programme` is the linear programme over a part of them that grows until nothing outside could improve it. `solver` says
what is optimised in which order: `bottleneck` how strong the weakest pair can be, `total` what is best above it. `certificate` explains a shortage by a minimum cut, `connectedness` tells which panels
cannot be compared, `alternates` who may step in, `legality` whether seats that a person chose are allowed.
"""

from judging.assignment.alternates import alternates
from judging.assignment.connectedness import components, groups_by_track, rotate
from judging.assignment.legality import illegal_seats
from judging.assignment.model import (
    REASONS,
    Cancelled,
    Entry,
    Judge,
    Objective,
    Pair,
    Plan,
    Problem,
    Reason,
    Rules,
)
from judging.assignment.pairs import PairTable
from judging.assignment.solver import solve

__all__ = [
    "REASONS",
    "Cancelled",
    "Entry",
    "Judge",
    "Objective",
    "Pair",
    "PairTable",
    "Plan",
    "Problem",
    "Reason",
    "Rules",
    "alternates",
    "components",
    "groups_by_track",
    "illegal_seats",
    "rotate",
    "solve",
]
