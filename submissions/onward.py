"""Where somebody goes on who is through with a task of the draft: to the next one that is not done.

The hub remains the place to come back to; who works straight through need not pass it after each task.
"""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.refusals import Text
from submissions.models import Entry
from submissions.progress import APPLICATION, COMMITMENT, EVIDENCE, OVERVIEW, asked_of, groups_of

#: The tasks in order, with the address and the words of each.
TASKS = {
    OVERVIEW: ("entry_overview", _("Project overview")),
    APPLICATION: ("entry_application", _("Application form")),
    EVIDENCE: ("entry_files", _("Supporting files")),
    COMMITMENT: ("entry_commitment", _("Commitment letter")),
}


@dataclass(frozen=True)
class Onward:
    """The next task."""

    title: Text
    url: str


def onward_from(entry: Entry, task: str) -> Onward | None:
    """The first task after this one in which something is missing: one query, none after the last task."""
    order = [str(key) for key in TASKS]
    later = order[order.index(task) + 1 :]
    groups = groups_of(asked_of(entry)) if later else []
    open_tasks = {group.task for group in groups if not group.is_done}
    following = next((key for key in later if key in open_tasks), None)
    if following is None:
        return None
    name, title = next(words for key, words in TASKS.items() if key == following)
    return Onward(title, reverse(name, args=[entry.public_id]))
