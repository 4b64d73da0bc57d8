"""Commitment letters: which content a letter was printed for, and whether the one that came back belongs to it.

A letter carries a code with the entry and a *mark*: the head of the digest of everything that the organisation vouches for,
which is the whole entry except the letters themselves. Printed from the draft, stamped, scanned and uploaded, its code is
read in the background, and its mark is compared with the draft's, or with a version's, wherever the letter is shown.

A letter of another entry cannot be submitted. One that was stamped before something changed is shown as such to the team
and to whoever checks the entry: whether a comma matters is for people to say.
"""

import re
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from competition.models import WantedFile
from portal.canonical import digest
from portal.notices.paths import unprefixed
from portal.states import State
from submissions.draft import Draft
from submissions.models import Entry, LetterReading, Upload
from submissions.snapshot import content_of

MARK_DIGITS = 16
_CODE = re.compile(r"/entries/([0-9a-z]{12})/commitment/\?letter=([0-9a-f]{16})$")

READING = State(_("Code being read"), "neutral", "scan-line")
OWN = State(_("Printed for this content"), "green", "check")
OTHER_CONTENT = State(_("Stamped for other content"), "amber", "triangle-alert")
OTHER_ENTRY = State(_("Letter of another entry"), "red", "circle-x")
NO_CODE = State(_("QR code not recognised"), "neutral", "scan-line")
STAMPS = (READING, OWN, OTHER_CONTENT, OTHER_ENTRY, NO_CODE)


def mark_of(content: dict[str, Any]) -> str:
    """The mark of a frozen content: the same for a draft and for the version that it becomes."""
    vouched = {
        "entry": content["entry"]["public_id"],
        "title": content["entry"]["title"],
        "topic": content["topic"]["public_id"],
        "lead": content["lead_organisation"]["uscc"],
        "partners": sorted(partner["uscc"] for partner in content["partners"]),
        "members": sorted(member["public_id"] for member in content["members"]),
        "sections": content["sections"],
        "files": [file["sha256"] for file in content["files"] if file["task"] != WantedFile.Task.COMMITMENT],
    }
    return digest(vouched)[:MARK_DIGITS]


def draft_mark(draft: Draft) -> str:
    """The mark of what the team has now; who submits it, when and as which version does not count."""
    entry = draft.entry
    content = content_of(draft, number="", version=0, submitted_by=entry.team.captain, now=entry.created_at)
    return mark_of(content)


def code_for(entry: Entry, mark: str) -> str:
    """The text of the QR code: the address of the page where the letter is handed in."""
    page = unprefixed(reverse("entry_commitment", args=[entry.public_id]))
    return f"{settings.SITE_URL}{page}?letter={mark}"


def read_code(texts: list[str]) -> tuple[str, str] | None:
    """Entry and mark of the first of our codes among these texts; the site may have moved since."""
    found = (_CODE.search(text) for text in texts)
    return next(((one.group(1), one.group(2)) for one in found if one), None)


def stamp_of(upload: Upload, *, entry_code: str, mark: str) -> State:
    """How the letter that is there stands to a content of this entry (its public id) with this mark."""
    reading: LetterReading | None = getattr(upload, "letter_reading", None)
    if reading is None:
        return READING
    if reading.result != LetterReading.Result.FOUND:
        return NO_CODE
    if reading.entry_code != entry_code:
        return OTHER_ENTRY
    return OWN if reading.mark == mark else OTHER_CONTENT


def is_of_another(upload: Upload, entry: Entry) -> bool:
    """Was this letter printed for another entry, whatever its content?"""
    return stamp_of(upload, entry_code=entry.public_id, mark="") is OTHER_ENTRY


def sentence_for(stamp: State) -> str:
    """What the team is told about the letter that is there."""
    sentences = {
        READING: _("The QR code on the scan is being read; look again in a moment."),
        OWN: _("The scan carries the code of exactly what the entry holds now."),
        OTHER_CONTENT: _(
            "Something in the entry changed after this letter was printed. You can submit it as it is, and the formal check"
            " sees the difference; to be safe, download the letter again and have it stamped anew."
        ),
        OTHER_ENTRY: _(
            "This letter was printed for another entry. Download the letter of this entry and upload its scan."
        ),
        NO_CODE: _(
            "No code could be read off the scan. If it shows the QR code sharply and whole, nothing need be done: people will"
            " look at it in the formal check. Otherwise scan it again."
        ),
    }
    return str(sentences[stamp])


def letters_on(draft: Draft) -> dict[str, dict[str, Any]]:
    """For each letter that can be downloaded (by the wanted file's public id): the stamp of the scan that is there."""
    mark = draft_mark(draft)
    found: dict[str, dict[str, Any]] = {}
    for place in draft.files:
        if place.wanted.task == WantedFile.Task.COMMITMENT and place.wanted.letter:
            stamp = stamp_of(place.upload, entry_code=draft.entry.public_id, mark=mark) if place.upload else None
            found[place.wanted.public_id] = {"stamp": stamp, "sentence": sentence_for(stamp) if stamp else ""}
    return found
