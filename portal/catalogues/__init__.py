"""Message catalogues, one per app, extracted and compiled by libraries instead of by system tools.

Vocabulary: a *message* is what the sources ask to translate (English, with its plural and context); an *entry* is what
a catalogue says to it; a *carried* message belongs to an installed package that leaves it untranslated in Simplified
Chinese, and is answered in the portal's catalogue.
English needs no catalogue, being what the sources say, but for `locale/portal/en`: packages in the portal's words.
Invariants: a catalogue holds exactly the messages of its app (and for `portal` the carried ones), sorted, without dates
and line numbers, so that a change of a sentence is one changed line; compiled catalogues are never committed.
"""

from pathlib import Path

APPS = ("portal", "competition", "submissions", "judging")
LANGUAGE = "zh_Hans"


def catalogue_path(root: Path, app: str) -> Path:
    """Where the app keeps its messages in Chinese."""
    return root / "locale" / app / LANGUAGE / "LC_MESSAGES" / "django.po"
