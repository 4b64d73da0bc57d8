"""The checklist of the formal check: what was looked at, how each item was answered, and what follows from it.

An *item* is a line of the contest's list. Somebody *ticks* it: met, not met or not applicable, perhaps with a note. A
verdict keeps its ticks as a *record*, in the words of the day, so that it can be read when the list has changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competition.models import CheckItem, Contest
from portal.canonical import digest
from portal.refusals import Refusal, Stale
from portal.states import State
from submissions.items import of_check_item

LONGEST_NOTE = 300
MARK_DIGITS = 16


class Mark(models.TextChoices):
    MET = "met", gettext_lazy("Met")
    NOT_MET = "not_met", gettext_lazy("Not met")
    NOT_APPLICABLE = "not_applicable", gettext_lazy("Not applicable")


STATES = {
    Mark.MET: State(Mark.MET.label, "green", "check"),
    Mark.NOT_MET: State(Mark.NOT_MET.label, "red", "x"),
    Mark.NOT_APPLICABLE: State(Mark.NOT_APPLICABLE.label, "neutral", "minus"),
}

#: One answered item as a verdict keeps it: item, text, mark, note, required, internal.
Line = dict[str, Any]


@dataclass(frozen=True)
class Tick:
    """How somebody answered one item; `item` is its public id."""

    item: str
    mark: str
    note: str = ""


@dataclass(frozen=True)
class Ticked:
    """All that was ticked, and the fingerprint of the list that the person saw."""

    seen: str
    ticks: Sequence[Tick] = ()


def checklist_of(contest: Contest) -> list[CheckItem]:
    """The contest's list in its order: one query."""
    return list(contest.check_items.select_related("section", "wanted_file").order_by("position", "pk"))


def fingerprint(items: Iterable[CheckItem]) -> str:
    """Changes with the words of the list, and with what they demand."""
    return digest([[item.public_id, item.text, item.required, item.internal] for item in items])[:MARK_DIGITS]


def record_of(items: Sequence[CheckItem], ticked: Ticked | None) -> list[Line]:
    """What the verdict keeps, in the order of the list; items without an answer are left out.

    Stale when the list has changed since it was shown.
    """
    if ticked is None:
        return []
    if ticked.seen != fingerprint(items):
        raise Stale(_("The checklist has changed meanwhile. Nothing was recorded: go through it once more."))
    ticks = {tick.item: tick for tick in ticked.ticks}
    return [
        {
            "item": item.public_id,
            "text": item.text,
            "mark": Mark(tick.mark).value,
            "note": tick.note,
            "required": item.required,
            "internal": item.internal,
        }
        for item in items
        if (tick := ticks.get(item.public_id)) is not None
    ]


def refuse_open_items(items: Iterable[CheckItem], record: Iterable[Line]) -> None:
    """An entry passes when every required item was answered, and none of them is not met."""
    marks = {line["item"]: line["mark"] for line in record}
    for item in items:
        mark = marks.get(item.public_id)
        if item.required and mark is None:
            sentence = _("The entry cannot pass yet: answer “%(item)s” first.")
        elif item.required and mark == Mark.NOT_MET:
            sentence = _("The entry cannot pass: “%(item)s” is not met.")
        else:
            continue
        raise Refusal(sentence % {"item": item.text}, code="open_item", field=field_of(item))


def field_of(item: CheckItem) -> str:
    """The name of the item's field in the form of the verdict."""
    return f"mark-{item.public_id}"


def not_met(record: Iterable[Line], *, internal: bool = False) -> list[Line]:
    """The items that are not met; those that the team does not read only where they are asked for."""
    return [line for line in record if line["mark"] == Mark.NOT_MET and (internal or not line["internal"])]


def unsaid(record: Iterable[Line], reason: str) -> list[Line]:
    """For the team: what is not met, as far as the reason does not say it already."""
    return [line for line in not_met(record) if line["text"] not in reason or line["note"] not in reason]


def proposed_reason(record: Iterable[Line]) -> str:
    """What the team could be told, from the items that are not met and their notes."""
    lines = [f"{line['text']}：{line['note']}" if line["note"] else line["text"] for line in not_met(record)]
    return "\n".join(f"{number}. {text}" for number, text in enumerate(lines, 1)) if len(lines) > 1 else "".join(lines)


def proposed_items(items: Iterable[CheckItem], record: Iterable[Line]) -> list[str]:
    """What could go back to the team: what the items concern that are not met."""
    missed = {line["item"] for line in not_met(record, internal=True)}
    return sorted({of_check_item(item) for item in items if item.public_id in missed} - {""})


def marks_of(record: Iterable[Line]) -> dict[str, str]:
    """Item → mark: what the journal says of the answers; their notes are in the verdict, under its digest."""
    return {line["item"]: line["mark"] for line in record}


def shown_lines(record: Iterable[Line], *, internal: bool) -> list[tuple[Line, State]]:
    """The lines with the state of each, those first that are not met; internal ones only for whoever may read them."""
    rows = [(line, STATES[Mark(line["mark"])]) for line in record if internal or not line["internal"]]
    return sorted(rows, key=lambda row: row[0]["mark"] != Mark.NOT_MET)


def ticks_of(record: Iterable[Line]) -> Mapping[str, Line]:
    """The lines by item, to begin a further look with."""
    return {line["item"]: line for line in record}
