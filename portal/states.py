"""One word, one colour and one icon per state, the same in list, page, mail and PDF.

A *tone* is the colour family of UI.md: neutral (draft, not shortlisted, withdrawn, not begun), blue (submitted, promoted), teal
(formal check under way), amber (to be corrected, in public notice), violet (being judged), green (shortlisted, done),
red (disqualified, late); live, without a ground, says what is going on now. An *icon* is the name of a lucide icon. The word alone carries the meaning; colour and icon
help. Each app keeps its own table from status to State beside the model that has the status.
"""

from dataclasses import dataclass
from typing import Literal

from portal.refusals import Text

Tone = Literal["neutral", "blue", "teal", "amber", "violet", "green", "red", "live"]


@dataclass(frozen=True)
class State:
    """What a badge shows; `label` may be lazy, so that it follows the reader's language."""

    label: Text
    tone: Tone = "neutral"
    icon: str = "circle"

    def __str__(self) -> str:
        return str(self.label)
