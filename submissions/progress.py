"""How far an entry is, task by task, without reading a single answer.

Six tasks: organisations, members, overview, application, evidence, commitment. What the contest asks for is one list of
`Asked` rows (questions and files alike) with the state of what stands there, read in one query; a section or a file is
*done* when everything required in it is in order and nothing in it is wrong.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from django.db.models import Case, CharField, F, FilteredRelation, IntegerField, Q, Value, When
from django.utils.translation import gettext_lazy as _

from competition.models import FormSection, WantedFile
from portal.states import State
from submissions.draft import fields_of, wanted_of
from submissions.items import FILE, QUESTION, TITLE, named
from submissions.models import Answer, Entry, Upload

NOT_STARTED = State(_("Not started"), "neutral", "circle")
UNDER_WAY = State(_("In progress"), "blue", "pencil-line")
DONE = State(_("Done"), "green", "check")
OPTIONAL = State(_("Optional"), "neutral", "circle-dashed")
TO_CORRECT = State(_("To correct"), "amber", "undo-2")
#: A file that is asked for, where the answers are checked before they are submitted.
NOT_UPLOADED = State(_("Not uploaded"), "amber", "circle-alert")

OVERVIEW, APPLICATION = FormSection.Task.OVERVIEW, FormSection.Task.APPLICATION
EVIDENCE, COMMITMENT = WantedFile.Task.EVIDENCE, WantedFile.Task.COMMITMENT
TASKS = (OVERVIEW, APPLICATION, EVIDENCE, COMMITMENT)
TITLE_GROUP = ""


@dataclass(frozen=True)
class Asked:
    """One question or file. `group` is the section's or the wanted file's public id, `item` as in `submissions.items`."""

    task: str
    group_position: int
    group_pk: int
    position: int
    pk: int
    group: str
    group_title: str
    label: str
    required: bool
    state: str
    saved_at: datetime | None
    saver: str
    public_id: str

    @property
    def item(self) -> str:
        if not self.public_id:
            return TITLE
        return named(QUESTION if self.task in FormSection.Task.values else FILE, self.public_id)

    @property
    def place(self) -> tuple[int, int, int, int, int]:
        """In the order of the form."""
        return TASKS.index(self.task), self.group_position, self.group_pk, self.position, self.pk

    @property
    def is_blocking(self) -> bool:
        return self.state == Answer.State.WRONG or (self.required and self.state == Answer.State.EMPTY)


@dataclass(frozen=True)
class GroupProgress:
    """One section, or one file."""

    task: str
    group: str
    title: str
    state: State
    saved_at: datetime | None
    saver: str

    @property
    def is_done(self) -> bool:
        return self.state in (DONE, OPTIONAL)


def asked_of(entry: Entry) -> list[Asked]:
    """Everything that the contest asks of this entry: one query."""
    answer = FilteredRelation("answers", condition=Q(answers__entry=entry))
    questions = (
        fields_of(entry)
        .annotate(given=answer)
        .order_by()
        .values_list(
            "section__task", "section__position", "section_id", "position", "pk", "section__public_id", "section__title",
            "label", "required", _or_empty(F("given__state")), "given__saved_at", _name("given__saved_by"), "public_id",
        )
    )  # fmt: skip
    upload = FilteredRelation("uploads", condition=Q(uploads__entry=entry, uploads__state=Upload.State.STORED))
    nothing = Value(0, output_field=IntegerField())
    files = (
        wanted_of(entry)
        .annotate(given=upload)
        .order_by()
        .values_list(
            "task", "position", "pk", nothing, nothing, "public_id", "label", "label", "required",
            _or_empty(Case(When(given__isnull=False, then=Value(Answer.State.GOOD)), output_field=CharField())),
            "given__uploaded_at", _name("given__uploaded_by"), "public_id",
        )
    )  # fmt: skip
    return sorted((Asked(*row) for row in questions.union(files, all=True)), key=lambda row: row.place)


def _or_empty(state: F | Case) -> Case:
    return Case(When(Q(given__isnull=True), then=Value(Answer.State.EMPTY)), default=state, output_field=CharField())


def _name(person: str) -> Case:
    """The person's name, else their address."""
    return Case(
        When(**{f"{person}__isnull": True}, then=Value("")),
        When(**{f"{person}__name": ""}, then=F(f"{person}__email")),
        default=F(f"{person}__name"),
        output_field=CharField(),
    )


def title_asked(entry: Entry, saver: str) -> Asked:
    """The project name, which is asked for in every contest, as the first row of the overview."""
    state = Answer.State.GOOD if entry.title else Answer.State.EMPTY
    label = str(_("Project name"))
    return Asked(OVERVIEW, -1, 0, -1, 0, TITLE_GROUP, label, label, True, state, entry.title_saved_at, saver, "")


def groups_of(asked: Iterable[Asked], *, with_title: Asked | None = None) -> list[GroupProgress]:
    """Sections and files in order. The project name belongs to the first section of the overview, if there is one."""
    rows = list(asked)
    groups = [list(found) for _key, found in groupby(rows, key=lambda row: (row.task, row.group_pk))]
    if with_title is not None:
        first = next((group for group in groups if group[0].task == OVERVIEW), None)
        if first is None:
            groups.insert(0, [with_title])
        else:
            first.append(with_title)
    return [_group(group) for group in groups]


def _group(rows: list[Asked]) -> GroupProgress:
    head = rows[0]
    last = latest(rows)
    state = _state(
        blocked=any(row.is_blocking for row in rows), begun=any(row.state != Answer.State.EMPTY for row in rows)
    )
    return GroupProgress(
        head.task, head.group, head.group_title, state, last.saved_at if last else None, last.saver if last else ""
    )


def sum_up(groups: list[GroupProgress]) -> State:
    """The state of a task from those of its sections or files."""
    return _state(
        blocked=not all(group.is_done for group in groups),
        begun=any(group.state in (DONE, UNDER_WAY) for group in groups),
    )


def _state(*, blocked: bool, begun: bool) -> State:
    if blocked:
        return UNDER_WAY if begun else NOT_STARTED
    return DONE if begun else OPTIONAL


Saved = TypeVar("Saved", Asked, GroupProgress)


def latest(rows: Iterable[Saved]) -> Saved | None:
    """The one saved last."""
    saved = [(row.saved_at, row) for row in rows if row.saved_at]
    return max(saved, key=lambda pair: pair[0])[1] if saved else None
