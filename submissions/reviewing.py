"""The difference between two versions in the reader's words, for the page that is checked and for the receipt."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from portal.states import State, Tone
from submissions.difference import About, Kind, Run, changes, shortened
from submissions.values import shown_frozen

STATES: dict[Kind, tuple[Tone, str]] = {
    Kind.ADDED: ("green", "plus"),
    Kind.REMOVED: ("red", "minus"),
    Kind.CHANGED: ("blue", "pencil-line"),
}


@dataclass(frozen=True)
class ChangeRow:
    """One change under its heading."""

    label: str
    state: State
    runs: tuple[Run, ...]


def change_rows(old: dict[str, Any], new: dict[str, Any]) -> list[ChangeRow]:
    """Everything that differs between two frozen contents."""
    words = {Kind.ADDED: _("Added"), Kind.REMOVED: _("Taken out"), Kind.CHANGED: _("Changed")}
    names = {
        About.TITLE: _("Project name"),
        About.TOPIC: _("Topic"),
        About.LEAD: _("Lead organisation"),
        About.PARTNER: _("Partner"),
        About.MEMBER: _("Member"),
    }
    return [
        ChangeRow(
            label=change.label or names[change.about],
            state=State(words[change.kind], *STATES[change.kind]),
            runs=shortened(change.runs),
        )
        for change in changes(old, new, show=shown_frozen)
    ]
