"""Nouns of a contest.

A `Contest` stands in a tree (national, provincial, sector, city). It has `Stage` rows (when which door is open), `Track`s
with `Topic`s, whose `TopicLink`s say where each topic came from, a form (`FormSection`, `FormField`, `WantedFile`), the
`CheckItem`s of its formal check and `Rubric`s. People act in it by `Role`. What visitors read are its `Announcement`s, `Download`s and `Question`s.
"""

from competition.models.checklist import CheckItem
from competition.models.contest import Contest, Organiser, Role
from competition.models.form import FormField, FormSection, WantedFile
from competition.models.pages import Announcement, Download, Question
from competition.models.rubric import Criterion, Rubric
from competition.models.stage import Stage
from competition.models.track import Topic, TopicLink, Track

__all__ = [
    "Announcement",
    "CheckItem",
    "Contest",
    "Criterion",
    "Download",
    "FormField",
    "FormSection",
    "Organiser",
    "Question",
    "Role",
    "Rubric",
    "Stage",
    "Topic",
    "TopicLink",
    "Track",
    "WantedFile",
]
