"""The receipt as a PDF: what was handed in, when, under which fingerprints, and how anybody can check it.

It tells of the version as it was frozen and of the stages as they lay ahead then, so that it is the same whenever it is
fetched (until an organiser moves a date).
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from competition.models import Stage
from competition.words import topic_label
from portal.printing import print_signed
from portal.web import sizes
from portal.web.dates import moment
from submissions.models import EntryVersion
from submissions.papers.verification import proof_of
from submissions.standing import next_steps

TEMPLATE = Path(__file__).with_suffix(".typ")
HASH_GROUP = 8


def receipt_pdf(version: EntryVersion, stages: Iterable[Stage]) -> bytes:
    """In the language in use; `version` has its files at hand."""
    content = version.content
    number, proof = content["entry"]["number"], proof_of(version)
    return print_signed(
        TEMPLATE,
        {
            "title": _("Receipt %(number)s") % {"number": number},
            "author": content["contest"]["name"],
            "footer": _("%(number)s, version %(version)d") % {"number": number, "version": version.number},
            "contest": content["contest"]["name"],
            "heading": _("Receipt of an entry"),
            "number_label": _("Entry number"),
            "number": number,
            "facts": facts_of(version),
            "files_heading": _("Files and fingerprints (SHA-256)"),
            "files": [
                {"name": file.name, "size": sizes.size(file.size), "sha256": groups(file.sha256)}
                for file in version.files.all()
            ],
            "no_files": _("No files"),
            "digest_label": _("Fingerprint of the version"),
            "sha256": groups(version.digest),
            "verify_note": _(
                "Scan the code, or enter the receipt code at the address, to check this receipt at any time."
            ),
            "verify_url": proof.url,
            "code_label": _("Receipt code"),
            "code": proof.code,
            "qr": str(proof.qr),
            "steps_heading": _("What happens next"),
            "steps": [
                {"when": step.when, "name": str(step.name), "note": str(step.note)}
                for step in next_steps(stages, version.submitted_at)
            ],
        },
        at=version.submitted_at,
    )


def facts_of(version: EntryVersion) -> list[tuple[str, str]]:
    """Label and value of what stands under the number."""
    content = version.content
    captain = next((member for member in content["members"] if member["is_captain"]), None)
    sender = content["submitted_by"]
    by = sender["name"] + (_(" (captain)") if captain and captain["public_id"] == sender["public_id"] else "")
    return [
        (_("Project"), content["entry"]["title"]),
        (_("Track and topic"), place_in(content)),
        (_("Lead organisation"), content["lead_organisation"]["name"]),
        (_("Submitted by"), by),
        (_("Received"), f"{moment(version.submitted_at, seconds=True)}　{_('Beijing time (UTC+8)')}"),
        (_("Version"), version_words(version.number)),
    ]


def place_in(content: dict[str, Any]) -> str:
    """交通运输 · 赛题1　提升货物运输贸易效能和便利性, as it was when the version was frozen."""
    topic = content["topic"]
    place = _("%(track)s · %(topic)s") % {"track": content["track"]["name"], "topic": topic_label(topic["number"])}
    return f"{place}　{topic['title']}"


def version_words(number: int) -> str:
    if number == 1:
        return _("Version 1, first submission")
    return _("Version %(number)s, submitted again") % {"number": number}


def groups(digest: str) -> list[str]:
    """A SHA-256 in groups of eight, as on the pages."""
    return [digest[place : place + HASH_GROUP] for place in range(0, len(digest), HASH_GROUP)]
