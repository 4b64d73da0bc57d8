"""The words of an assignment.

An *entry* needs a number of *seats*; a *judge* takes between `low` and `high` of them. A pair may sit together only where
`affinity` names it (an absent pair is not allowed), no conflict does, and the entry has no other judge of the same
organisation. *Pinned* seats are published already and stay. All of it is plain values, compared by what they say: the order
of rows means nothing.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, Protocol

Pair = tuple[str, str]
Objective = Literal["bottleneck", "total"]
Progress = Callable[[str, float], None]
"""Called with a stable word for what is being done and the share that is done, 0 to 1."""


class Tick(Protocol):
    """Called while something takes long, with the share of it that is done; raises Cancelled where nobody waits any more."""

    def __call__(self, share: float = 0.0) -> None: ...


class Cancelled(Exception):
    """Whoever asked for the plan does not want it any more."""


def on_and_on(share: float = 0.0) -> None:
    """A tick for what nobody watches."""


def gettext_noop(text: str) -> str:
    """Marks a sentence for the catalogues; who shows it translates it."""
    return text


REASONS = {
    "capacity": gettext_noop(
        "{entries} entries ({tracks}) need {seats} seats; the {judges} judges who may take them can give {given}: "
        "{short} short. Add judges or raise the most entries per judge."
    ),
    "organisations": gettext_noop(
        "Entry {entry} needs {seats} judges; judges of only {organisations} organisations may take it: {short} short. "
        "Add judges of other organisations."
    ),
    "judges": gettext_noop(
        "Entry {entry} needs {seats} judges; only {judges} may take it: {short} short. Add judges for its track."
    ),
    "composition": gettext_noop(
        "Entry {entry} lacks {short} of {seats} judges: the rules for the composition of panels leave nobody for them. "
        "Loosen the rules or add judges."
    ),
    "main_missing": gettext_noop(
        "Entry {entry} should have {wanted} judges for whose main field it is, and gets {given}. "
        "Add judges with this main field."
    ),
    "below_minimum": gettext_noop("Judge {judge} should get at least {low} entries and gets {load}."),
    "above_maximum": gettext_noop("Judge {judge} may take {high} entries and keeps {load} that were published before."),
    "pinned_unknown": gettext_noop("The published seat {entry}, {judge} names an entry or a judge that is not here."),
    "pinned_not_allowed": gettext_noop("The published seat {entry}, {judge} is not allowed any more and was freed."),
    "pinned_organisation": gettext_noop(
        "The published seat {entry}, {judge} was freed: the entry keeps another judge of the same organisation."
    ),
    "pinned_surplus": gettext_noop("The published seat {entry}, {judge} was freed: the entry needs fewer judges now."),
}


@dataclass(frozen=True)
class Entry:
    """An entry; its track is a label for reasons, for the groups that can be compared, and for whose main field it is."""

    code: str
    track: str
    seats: int


@dataclass(frozen=True)
class Judge:
    """A judge. `low` and `high` None are not set: the judge gets a fair share (see `solver`). `main`: labels of tracks."""

    code: str
    organisation: str
    low: int | None = None
    high: int | None = None
    region: str = ""
    main: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rules:
    """Rules of composition.

    `one_per_organisation`: no two judges of one organisation on one entry. `main_per_panel`: at least so many judges whose
    main field the entry's track is. `most_per_region`: at most so many judges of one region (those without one do not count).
    `connected`: panels of a track that share no judge exchange a seat, so that their marks can be compared.
    """

    one_per_organisation: bool = True
    main_per_panel: int = 0
    most_per_region: int | None = None
    connected: bool = False


@dataclass(frozen=True)
class Problem:
    """Everything that decides an assignment."""

    entries: tuple[Entry, ...]
    judges: tuple[Judge, ...]
    affinity: Mapping[Pair, int]
    conflicts: frozenset[Pair] = frozenset()
    pinned: frozenset[Pair] = frozenset()
    rules: Rules = field(default_factory=Rules)
    seed: str = ""
    objective: Objective = "bottleneck"

    def check(self) -> None:
        """Raises ValueError where the problem contradicts itself."""
        for rows in (self.entries, self.judges):
            twice = [code for code, times in Counter(row.code for row in rows).items() if times > 1]
            if twice:
                raise ValueError("a code is given twice: " + ", ".join(sorted(twice)))
        for entry in self.entries:
            if entry.seats < 0:
                raise ValueError(f"entry {entry.code} needs {entry.seats} seats")
        for judge in self.judges:
            low = judge.low or 0
            if low < 0 or (judge.high is not None and judge.high < low):
                raise ValueError(f"judge {judge.code} has a minimum of {low} and a maximum of {judge.high}")


@dataclass(frozen=True)
class Reason:
    """Why something is missing: a stable code, its figures, and the sentence in English with places for them."""

    code: str
    figures: Mapping[str, str | int]

    @property
    def template(self) -> str:
        return REASONS[self.code]

    def __str__(self) -> str:
        return self.template.format(**self.figures)


@dataclass(frozen=True)
class Plan:
    """The answer. `seats` are (entry, judge) in order of their codes; `unfilled` says how many seats an entry lacks.

    `objective` is the sum of the affinities of all seats, `weakest` the smallest of them (None without seats). `proved`: no
    legal plan is better by the order that `solver` states.
    """

    seats: tuple[Pair, ...]
    unfilled: Mapping[str, int]
    reasons: tuple[Reason, ...]
    objective: int
    proved: bool
    weakest: int | None = None

    @cached_property
    def loads(self) -> dict[str, int]:
        """Seats per judge, for the judges that have any."""
        return dict(Counter(judge for _, judge in self.seats))
