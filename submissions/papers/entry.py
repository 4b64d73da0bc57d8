"""The whole of a submitted version as a PDF: every answer, member, organisation and file, as it was frozen."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.printing import print_signed
from portal.web import sizes
from submissions.models import EntryVersion
from submissions.papers.receipt import facts_of, groups
from submissions.values import shown_frozen

TEMPLATE = Path(__file__).with_suffix(".typ")


def entry_pdf(version: EntryVersion) -> bytes:
    """In the language in use; told from the frozen content alone."""
    content = version.content
    number = content["entry"]["number"]
    return print_signed(
        TEMPLATE,
        {
            "title": f"{number} {content['entry']['title']}",
            "author": content["contest"]["name"],
            "footer": _("%(number)s, version %(version)d") % {"number": number, "version": version.number},
            "contest": content["contest"]["name"],
            "heading": _("Application form"),
            "name": content["entry"]["title"],
            "facts": [(_("Entry number"), number), *facts_of(version)[1:]],
            "parts": parts_of(content),
            "digest_label": _("Fingerprint of the version"),
            "sha256": groups(version.digest),
        },
        at=version.submitted_at,
    )


def parts_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Headings with rows of label and text."""
    lead, unfilled = content["lead_organisation"], _("Not filled in")
    organisations = [(_("Lead organisation"), _organisation(lead))]
    organisations += [(_("Partner"), _organisation(partner)) for partner in content["partners"]]
    members = [
        (
            _("Captain") if member["is_captain"] else _("Member"),
            " · ".join(part for part in (member["name"], member["employer"], member["post"], member["duty"]) if part),
        )
        for member in content["members"]
    ]
    parts = [{"title": _("Organisations"), "rows": organisations}, {"title": _("Team members"), "rows": members}]
    parts += [
        {
            "title": section["title"],
            "rows": [(answer["label"], shown_frozen(answer) or unfilled) for answer in section["answers"]],
        }
        for section in content["sections"]
    ]
    files = [
        (file["label"], f"{file['name']}（{sizes.size(file['size'])}）\nSHA-256 {' '.join(groups(file['sha256']))}")
        for file in content["files"]
    ]
    return [*parts, {"title": pgettext("of an entry", "Files"), "rows": files}] if files else parts


def _organisation(row: dict[str, str]) -> str:
    return f"{row['name']}\n{row['uscc']}"
