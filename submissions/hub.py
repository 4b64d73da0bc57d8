"""The task hub: six tasks with their state, what is still missing in words, and the timeline of the entry."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from competition.words import enumeration
from portal.journal.kinds import find_kind
from portal.journal.models import Event
from portal.journal.recording import events_of
from portal.refusals import Text
from portal.states import State
from submissions import events
from submissions.items import MEMBERS, ORGANISATIONS, SECTION, named
from submissions.models import Answer, Entry, Membership
from submissions.progress import (
    APPLICATION,
    COMMITMENT,
    DONE,
    EVIDENCE,
    OPTIONAL,
    OVERVIEW,
    TO_CORRECT,
    UNDER_WAY,
    Asked,
    GroupProgress,
    asked_of,
    groups_of,
    latest,
    sum_up,
    title_asked,
)
from submissions.readiness import is_complete

TIMELINE = 20
MOST_LABELS = 4


@dataclass(frozen=True)
class Finding:
    """What the formal check found wrong, and when."""

    at: datetime
    items: Collection[str]


@dataclass(frozen=True)
class Task:
    """One row of the hub; the fields are those of the component `{% task %}`."""

    key: str
    title: Text
    icon: str
    url: str
    hint: str
    state: State
    saved_by: str
    saved_at: datetime | None
    why: str = ""
    is_next: bool = False

    @property
    def is_to_correct(self) -> bool:
        return self.state is TO_CORRECT

    @property
    def is_done(self) -> bool:
        return self.state in (DONE, OPTIONAL)


def tasks_of(entry: Entry, members: list[Membership], *, partners: int, finding: Finding | None = None) -> list[Task]:
    """The tasks that this contest has, in order, with what is to be corrected in them; one query."""
    asked = asked_of(entry)
    title = title_asked(entry, str(entry.title_saved_by or ""))
    groups = groups_of(asked, with_title=title)
    tasks = [_organisations(entry, partners), _members(entry, members)]
    for key, compose in ((OVERVIEW, _overview), (APPLICATION, _application), (EVIDENCE, _files), (COMMITMENT, _files)):
        own = [group for group in groups if group.task == key]
        if own:
            tasks.append(compose(entry, own, [row for row in asked if row.task == key]))
    return [_with_finding(task, asked, title, finding) for task in tasks] if finding else tasks


def _organisations(entry: Entry, partners: int) -> Task:
    team = entry.team
    hint = team.lead_organisation.name
    if partners:
        words = ngettext("%(number)d partner", "%(number)d partners", partners) % {"number": partners}
        hint = f"{hint} · {words}"
    return Task(
        key="organisations",
        title=gettext_lazy("Organisations"),
        icon="building-2",
        url=reverse("entry_organisations", args=[entry.public_id]),
        hint=hint,
        state=DONE,
        saved_by=str(team.organisations_saved_by or ""),
        saved_at=team.organisations_saved_at,
    )


def _members(entry: Entry, members: list[Membership]) -> Task:
    contest, count = entry.contest, len(members)
    hint = ngettext("%(number)d person", "%(number)d people", count) % {"number": count}
    lacking = sum(not is_complete(member) for member in members)
    if count < contest.team_min:
        hint = _("%(people)s, at least %(least)d needed") % {"people": hint, "least": contest.team_min}
    elif lacking:
        hint = _("%(people)s, details of %(number)d still missing") % {"people": hint, "number": lacking}
    return Task(
        key="members",
        title=gettext_lazy("Team members"),
        icon="users",
        url=reverse("entry_members", args=[entry.public_id]),
        hint=hint,
        state=DONE if contest.team_min <= count <= contest.team_max and not lacking else UNDER_WAY,
        saved_by=str(entry.team.members_saved_by or ""),
        saved_at=entry.team.members_saved_at,
    )


def _overview(entry: Entry, groups: list[GroupProgress], asked: list[Asked]) -> Task:
    labels = [_("Project name"), *(row.label for row in asked)]
    hint = enumeration(labels[:MOST_LABELS])
    if len(labels) > MOST_LABELS:
        hint = _("%(some)s and more") % {"some": hint}
    return _task(entry, OVERVIEW, gettext_lazy("Project overview"), "file-text", "entry_overview", hint, groups)


def _application(entry: Entry, groups: list[GroupProgress], asked: list[Asked]) -> Task:
    done = sum(group.is_done for group in groups)
    hint = _("%(done)d of %(all)d sections done") % {"done": done, "all": len(groups)}
    current = latest([group for group in groups if group.state is UNDER_WAY])
    if current:
        hint = _("%(hint)s, now: %(section)s") % {"hint": hint, "section": current.title}
    return _task(
        entry, APPLICATION, gettext_lazy("Application form"), "file-pen-line", "entry_application", hint, groups
    )


def _files(entry: Entry, groups: list[GroupProgress], asked: list[Asked]) -> Task:
    there = sum(row.state == Answer.State.GOOD for row in asked)
    required = sum(row.required for row in asked)
    counts = {"there": there, "required": required, "optional": len(asked) - required}
    hint = _("%(there)d uploaded; %(required)d required") % counts
    if counts["optional"]:
        hint = _("%(there)d uploaded; %(required)d required, %(optional)d optional") % counts
    if asked[0].task == COMMITMENT:
        title, icon, url = gettext_lazy("Commitment letter"), "signature", "entry_commitment"
        hint = hint if there else _("Signed and stamped by the lead organisation, then scanned")
        return _task(entry, COMMITMENT, title, icon, url, hint, groups)
    return _task(entry, EVIDENCE, gettext_lazy("Supporting files"), "paperclip", "entry_files", hint, groups)


def _task(entry: Entry, key: str, title: Text, icon: str, url: str, hint: str, groups: list[GroupProgress]) -> Task:
    last = latest(groups)
    return Task(
        key=key,
        title=title,
        icon=icon,
        url=reverse(url, args=[entry.public_id]),
        hint=hint,
        state=sum_up(groups),
        saved_by=last.saver if last else "",
        saved_at=last.saved_at if last else None,
    )


def _with_finding(task: Task, asked: list[Asked], title: Asked, finding: Finding) -> Task:
    """The task, marked while what was found in it stands as it was."""
    labels = _still_wrong(task, [row for row in asked if row.task == task.key], title, finding)
    if not labels:
        return task
    return replace(task, state=TO_CORRECT, why=_("To be corrected: %(items)s") % {"items": enumeration(labels)})


def _still_wrong(task: Task, own: list[Asked], title: Asked, finding: Finding) -> list[str]:
    """What of the task was found wrong and has not been saved since."""
    if task.key in (ORGANISATIONS, MEMBERS):
        is_later = task.saved_at is not None and task.saved_at > finding.at
        return [str(task.title)] if task.key in finding.items and not is_later else []
    if task.key == OVERVIEW:
        own = [title, *own]
    open_rows = [row for row in own if row.saved_at is None or row.saved_at <= finding.at]
    return [row.label for row in open_rows if row.item in finding.items or named(SECTION, row.group) in finding.items]


def timeline(entry: Entry, members: Iterable[Membership]) -> list[tuple[Any, ...]]:
    """Rows for `{% log %}` in the order in which they happened: the last milestones, with a link to each receipt."""
    names = {member.user.public_id: str(member.user) for member in members}
    kinds = [kind.key for kind in events.MILESTONES]
    latest_first = events_of(entry).filter(kind__in=kinds)[:TIMELINE]
    return [_line(entry, event, names) for event in reversed(list(latest_first))]


def _line(entry: Entry, event: Event, names: dict[str, str]) -> tuple[Any, ...]:
    payload = event.body.payload
    who = names.get(event.body.actor) or _("Somebody who has left")
    text = find_kind(event.kind).describe({**payload, "who": who})
    if event.kind == events.SUBMITTED.key:
        url = reverse("receipt", args=[entry.public_id, payload.get("version", 1)])
        return event.at, text, url, _("See the receipt")
    return event.at, text
