"""A return for correction as people read it, and what a corrected version is made of."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from competition.models import WantedFile
from submissions.draft import Draft, fields_of, files_of, place_of_field
from submissions.items import MEMBERS, ORGANISATIONS, TITLE, holds, of_file, of_question, of_section
from submissions.models import Entry


@dataclass(frozen=True)
class ItemGroup:
    """Items under one heading, as (item, label); `whole` opens all of them at once, where there is such an item."""

    title: str
    whole: str
    items: list[tuple[str, str]]


def groups_of(entry: Entry, wanted: Sequence[WantedFile] | None = None) -> list[ItemGroup]:
    """Everything of an entry that a screener can return, in the order of the tasks: two queries, one where the files that
    are asked for (`files_of`) are at hand.
    """
    general = [(TITLE, _("Project name")), (ORGANISATIONS, _("Organisations")), (MEMBERS, _("Team members"))]
    groups = [ItemGroup(_("Team and project"), "", general)]
    fields = sorted(fields_of(entry).select_related("section"), key=place_of_field)
    for section, questions in groupby(fields, key=lambda field: field.section):
        items = [(of_question(question), question.label) for question in questions]
        groups.append(ItemGroup(section.title, of_section(section), items))
    files = [(of_file(place), place.label) for place in (files_of(entry) if wanted is None else wanted)]
    return [*groups, ItemGroup(pgettext("of an entry", "Files"), "", files)] if files else groups


def labels_of(entry: Entry, items: Collection[str]) -> list[str]:
    """The items in words, in the order of the tasks."""
    found = []
    for group in groups_of(entry):
        if group.whole and group.whole in items:
            found.append(group.title)
        else:
            found += [label for item, label in group.items if item in items]
    return found


def corrected(last: dict[str, Any], new: dict[str, Any], *, draft: Draft, items: Collection[str]) -> dict[str, Any]:
    """The content of the next version: what was returned as the draft has it, everything else as the last version had it.

    `new` is the draft as it would be frozen (`submissions.snapshot.content_of`), section by section as in `draft.pages`.
    """
    content = dict(new)
    if TITLE not in items:
        content["entry"] = last["entry"]
    if ORGANISATIONS not in items:
        content |= {"lead_organisation": last["lead_organisation"], "partners": last["partners"]}
    if MEMBERS not in items:
        content["members"] = last["members"]
    answers = {
        (section["task"], section["title"], answer["key"]): answer
        for section in last["sections"]
        for answer in section["answers"]
    }
    content["sections"] = [
        section
        | {
            "answers": [
                answer
                if holds(items, of_question(question.field), section=page.section)
                else answers.get((section["task"], section["title"], answer["key"]), answer)
                for question, answer in zip(page.questions, section["answers"], strict=True)
            ]
        }
        for page, section in zip(draft.pages, new["sections"], strict=True)
    ]
    open_files = {place.wanted.key for place in draft.files if of_file(place.wanted) in items}
    content["files"] = [
        *(file for file in last["files"] if file["key"] not in open_files),
        *(file for file in new["files"] if file["key"] in open_files),
    ]
    return content
