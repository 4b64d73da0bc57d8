"""What people are asked to agree to: each purpose has one text in force, by version and in both languages.

A text that has been published is never changed: a change is a new version in `PUBLISHED`, with its own template, and
everybody is asked again at the next sign-in. A consent therefore always points at the words that were shown. Texts are
`templates/portal/consents/<purpose>-<version>.<language>.html`.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import get_template
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Consent, User
from portal.refusals import Text

PERSONAL_DATA = "personal-data"
TEAM_COMMITMENT = "team-commitment"


@dataclass(frozen=True)
class ConsentText:
    """One version of one text, shown `since` a day; a `required` one is the condition for taking part, a commitment cannot be withdrawn."""

    purpose: str
    version: str
    since: date
    title: Text
    required: bool = True
    withdrawable: bool = True

    def template(self, language: str) -> str:
        return f"portal/consents/{self.purpose}-{self.version}.{language}.html"

    def digest(self, language: str) -> str:
        """SHA-256 of the words as they stand in the file, 64 hexadecimal digits."""
        template: Any = get_template(self.template(language))
        return hashlib.sha256(Path(template.origin.name).read_bytes()).hexdigest()


#: Every version ever published, oldest first; of each purpose the last one is in force.
PUBLISHED = (
    ConsentText(PERSONAL_DATA, "1", date(2026, 11, 22), _("Notice on personal data")),
    # What a captain commits to when a team registers.
    ConsentText(
        TEAM_COMMITMENT,
        "1",
        date(2026, 11, 22),
        _("Commitment on data and intellectual property"),
        required=False,
        withdrawable=False,
    ),
)


def in_force() -> list[ConsentText]:
    """The text in force of every purpose."""
    return list({text.purpose: text for text in PUBLISHED}.values())


def required() -> list[ConsentText]:
    """What everybody who takes part agrees to."""
    return [text for text in in_force() if text.required]


def find(purpose: str, version: str = "") -> ConsentText | None:
    """The text of this purpose: the version asked for, else the one in force."""
    return next(
        (text for text in reversed(PUBLISHED) if text.purpose == purpose and version in ("", text.version)), None
    )


def missing(user: User) -> list[ConsentText]:
    """Required texts in force that the person has not agreed to, or no longer agrees to: one query."""
    given = set(Consent.objects.filter(user=user, withdrawn_at=None).values_list("purpose", "text_version"))
    return [text for text in required() if (text.purpose, text.version) not in given]


def shown_language() -> str:
    """The language in which a text is shown now, one of the settings' LANGUAGES."""
    language = (get_language() or settings.LANGUAGE_CODE).lower()
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def rows_of(user: User) -> list[dict[str, Any]]:
    """Every consent of the person with the title of its text, newest first."""
    return [
        {"consent": consent, "text": text, "title": text.title if text else consent.purpose}
        for consent in Consent.objects.filter(user=user).order_by("-given_at", "-pk")
        for text in [find(consent.purpose, consent.text_version)]
    ]
