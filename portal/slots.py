"""Slots that the ground floor offers and the upper floors fill, so that nothing here imports upward.

Each app registers its part in `AppConfig.ready()`; whoever composes (the "my work" page, the invariants, the doctor, the
demonstration, the daily digest) iterates over the slot in the order of registration.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from portal.refusals import Text, Way

if TYPE_CHECKING:
    from django.http import HttpRequest

    from portal.accounts.models import User
    from portal.db import Identified
    from portal.states import State

Item = TypeVar("Item")


class Slot(Generic[Item]):
    """An ordered, duplicate-free list of registered parts."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        self._items: list[Item] = []

    def register(self, item: Item) -> Item:
        """Add a part; usable as a decorator. Registering the same part twice has no effect."""
        if item not in self._items:
            self._items.append(item)
        return item

    def __iter__(self) -> Iterator[Item]:
        return iter(tuple(self._items))


@dataclass(frozen=True)
class Obstacle:
    """What a person settles first, and where."""

    text: str
    url: str
    instead: Way | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class WorkItem:
    """One line of "my work": where it leads, its state, and by when."""

    title: Text
    url: str
    meta: Text = ""
    state: "State | None" = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class WorkSection:
    """One heading of "my work", for one role of the person (captain, judge, screener, organiser)."""

    key: str
    title: Text
    items: list[WorkItem] = field(default_factory=list)
    more_url: str = ""


@dataclass(frozen=True)
class Invariant:
    """A sentence that must always hold; `violations()` yields one line per place where it does not.

    A `deep` one reads everything there is, and is asked only by whoever asks for it.
    """

    name: str
    violations: Callable[[], Iterator[str]]
    deep: bool = False


@dataclass(frozen=True)
class HealthCheck:
    """One part of the system that can be well or not; `probe()` returns a short detail or raises."""

    name: str
    probe: Callable[[], str]
    required: bool = True


@dataclass(frozen=True)
class DigestSection:
    """One paragraph of an organiser's daily digest: `lines(contest, since=…, until=…)`, empty when there is nothing to say.

    Called once per language with that language active, so that lines are plain translated sentences; `since` and `until`
    are the bounds [since, until) of the day the digest tells of, 08:00 to 08:00 in Beijing.
    """

    name: Text
    lines: Callable[..., list[str]]


@dataclass(frozen=True)
class DigestAudience:
    """A contest whose organisers get a daily digest; `path` is where it leads, without language prefix."""

    contest: "Identified"
    name: str
    recipients: list["User"]
    path: str = ""


@dataclass(frozen=True)
class WorkspaceLink:
    """One tab of a contest's workspace, for those who organise, check or oversee it."""

    key: str
    title: Text
    url: str


@dataclass(frozen=True)
class Figure:
    """One large number on the board of a contest's workspace: “submitted 1,062 entries, today +118”."""

    label: Text
    value: str
    unit: Text = ""
    note: Text = ""


@dataclass(frozen=True)
class QueueRow:
    """One thing that waits: its name with a link, what it is about, since when or until when."""

    label: Text
    url: str
    text: Text = ""
    meta: Text = ""


@dataclass(frozen=True)
class Queue:
    """What waits for somebody on the board: how many, the most urgent few, and the button that begins."""

    key: str
    title: Text
    count: int
    unit: Text = ""
    note: Text = ""
    rows: list[QueueRow] = field(default_factory=list)
    url: str = ""
    action: Text = ""


@dataclass(frozen=True)
class Panel:
    """A picture on the board of a contest's workspace, with the table behind it: a template and its `data`."""

    template: str
    data: Any


@dataclass(frozen=True)
class Sample:
    """One component on the style page: its real template with what a view would give it."""

    name: Text
    template: str
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SampleGroup:
    """What one app shows on the style page: its states under a heading each, its components, the style sheets they need."""

    key: str
    title: Text
    states: list[tuple[Text, list["State"]]] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonalPart:
    """One file of the copy that a person gets of their own data; `content()` is called when its turn comes."""

    path: str
    content: Callable[[], Iterable[bytes]]


work_sections: Slot[Callable[["User", datetime], list[WorkSection]]] = Slot("the page 'my work'")
workspace_links: Slot[Callable[["User", Any], list[WorkspaceLink]]] = Slot("the tabs of a contest's workspace")
workspace_figures: Slot[Callable[["User", Any, datetime], list[Figure]]] = Slot("the numbers on a workspace's board")
workspace_queues: Slot[Callable[["User", Any, datetime], list[Queue]]] = Slot("the queues on a workspace's board")
workspace_panels: Slot[Callable[["User", Any, datetime], list[Panel]]] = Slot("the pictures on a workspace's board")
invariants: Slot[Invariant] = Slot("manage.py check_invariants")
health_checks: Slot[HealthCheck] = Slot("manage.py doctor and /healthz")
demo_steps: Slot[Callable[[Any], None]] = Slot("manage.py demo")
demo_removals: Slot[Callable[[datetime], None]] = Slot("manage.py demo --remove")
digest_sections: Slot[DigestSection] = Slot("the organisers' daily digest")
digest_audiences: Slot[Callable[[datetime], list[DigestAudience]]] = Slot(
    "contests with the organisers who get a digest"
)
privileges: Slot[Callable[["User"], bool]] = Slot("who holds a role that asks for a second factor")
personal_data: Slot[Callable[["User"], Iterator[PersonalPart]]] = Slot("the copy of one's own data")
erasure_obstacles: Slot[Callable[["User", datetime], list[Obstacle]]] = Slot(
    "what must be settled before a person is forgotten"
)
kept_after_erasure: Slot[Callable[["User"], list[str]]] = Slot("what stays when a person is forgotten, and why")
ways_back: Slot[Callable[["HttpRequest"], Way | None]] = Slot("where a page that was refused belongs")
style_samples: Slot[Callable[[datetime], SampleGroup]] = Slot("the style page")
