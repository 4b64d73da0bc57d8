"""What of an entry can be returned for correction, one by one.

An *item* is a short text: the project name, the organisations, the members, a section of the form with all its
questions, one question, or one file. A return names its items; everything else stays as it was submitted.
"""

from collections.abc import Collection

from competition.models import CheckItem, FormField, FormSection, WantedFile

TITLE, ORGANISATIONS, MEMBERS = "title", "organisations", "members"
SECTION, QUESTION, FILE = "section", "question", "file"


def of_section(section: FormSection) -> str:
    return named(SECTION, section.public_id)


def of_question(question: FormField | None) -> str:
    """None is the project name."""
    return named(QUESTION, question.public_id) if question else TITLE


def of_file(wanted: WantedFile) -> str:
    return named(FILE, wanted.public_id)


def named(kind: str, public_id: str) -> str:
    """The item of a row of which only the public id is at hand."""
    return f"{kind}:{public_id}"


def of_check_item(point: CheckItem) -> str:
    """What an item of the checklist concerns; empty where that cannot be returned."""
    if point.section:
        return of_section(point.section)
    return of_file(point.wanted_file) if point.wanted_file else point.part


def holds(items: Collection[str], item: str, *, section: FormSection | None = None) -> bool:
    """Is the item among them, by itself or with its section?"""
    return item in items or (section is not None and of_section(section) in items)
