"""What of an entry names the team, and is therefore not shown to its judges.

Three things are left out: the questions and sections that organisers marked as naming the team, with what was answered;
the files asked for under such a mark; and, inside the project's name and every other answer, the names themselves of the
organisations and members of the version. The marks are read from the form as it stands, so that one set late protects what
came before.
"""

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from competition.models import FormField
from judging.models import Assignment
from submissions.models import VersionFile

BAR = "█"
LONGEST_BAR = 8
SHORTEST_NAME = 2  # a single character would blacken ordinary words


class Blindness:
    """Asked of each question and each text of one version; one query."""

    def __init__(self, *, contest: int, content: Mapping[str, Any]) -> None:
        marked = FormField.objects.filter(Q(names_team=True) | Q(section__names_team=True), section__contest=contest)
        rows = list(marked.order_by().values_list("key", "label"))
        self._keys = {key for key, _label in rows}
        self._labels = {label for _key, label in rows}  # the key of an answered question may have been corrected
        self._names = _pattern(content)

    def hides(self, answer: Mapping[str, Any]) -> bool:
        """Is this an answer to a question that names the team?"""
        return answer.get("key") in self._keys or answer.get("label") in self._labels

    def redacted(self, text: str) -> str:
        """The text with a bar in place of every name."""
        return _barred(text, self._names)


def blind_title(content: Mapping[str, Any]) -> str:
    """The project's name as submitted, with a bar in place of every name; of the content it needs `entry` and who takes part."""
    return _barred(str((content.get("entry") or {}).get("title") or ""), _pattern(content))


def _barred(text: str, names: re.Pattern[str] | None) -> str:
    return text if names is None else names.sub(lambda found: BAR * min(len(found[0]), LONGEST_BAR), text)


def _pattern(content: Mapping[str, Any]) -> re.Pattern[str] | None:
    names = sorted(_names(content), key=len, reverse=True)  # the long first: they may hold a short one
    return re.compile("|".join(map(re.escape, names))) if names else None


def _names(content: Mapping[str, Any]) -> set[str]:
    """The names of the organisations and of the members, and for whom the members work."""
    organisations = [content.get("lead_organisation") or {}, *(content.get("partners") or ())]
    found = {str(row.get("name", "")) for row in organisations}
    for member in content.get("members") or ():
        found |= {str(member.get("name", "")), str(member.get("employer", ""))}
    return {name for name in found if len(name) >= SHORTEST_NAME}


def seen_files(assignment: Assignment) -> QuerySet[VersionFile]:
    """The files of the version that is judged, without those that name the team."""
    return files_for_judges(VersionFile.objects.filter(version=assignment.version_id))


def files_for_judges(files: QuerySet[VersionFile]) -> QuerySet[VersionFile]:
    return files.filter(upload__wanted__names_team=False)
