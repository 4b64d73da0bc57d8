"""The organisers' list as an Excel workbook, written row by row."""

from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from portal.web.cells import guarded
from portal.web.dates import local
from submissions.filters import state_of_standing
from submissions.models import Entry

CHUNK = 500
WIDTHS = (16, 36, 18, 8, 36, 14, 8, 18, 32, 22, 12, 40, 14, 28, 16, 10)


def entries_workbook(entries: QuerySet) -> IO[bytes]:
    """An open file at its start; the entries carry a `standing`."""
    from openpyxl import Workbook  # here: 10 MB that few processes need

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Entries"))
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFGHIJKLMNOP"[place]].width = width
    sheet.freeze_panes = "B2"
    sheet.append(_head())
    for line in _lines(entries):
        sheet.append([guarded(value) for value in line])
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    book.save(file)
    file.seek(0)
    return file


def _head() -> list[str]:
    return [
        _("Entry number"),
        _("Project name"),
        _("Track"),
        _("Topic"),
        _("Title of the topic"),
        _("State"),
        _("Version"),
        _("Submitted (Beijing time)"),
        _("Lead organisation"),
        _("Unified social credit code"),
        _("Region"),
        _("Partners"),
        _("Captain"),
        _("E-mail"),
        _("Mobile"),
        _("Members"),
    ]


def _lines(entries: QuerySet) -> Iterator[list[Any]]:
    rows = (
        entries.select_related("topic__track", "team__captain", "team__lead_organisation", "current_version")
        .defer("topic__description", "current_version__content")
        .prefetch_related("team__partners", "team__memberships")
    )
    for entry in rows.iterator(chunk_size=CHUNK):
        yield _line(entry)


def _line(entry: Entry) -> list[Any]:
    team, topic = entry.team, entry.topic
    lead, captain = team.lead_organisation, team.captain
    return [
        entry.number,
        entry.title,
        topic.track.name,
        topic.number,
        topic.title,
        str(state_of_standing(entry.standing).label),  # type: ignore[attr-defined]
        entry.current_version.number if entry.current_version else None,
        local(entry.submitted_at).replace(tzinfo=None) if entry.submitted_at else None,
        lead.name,
        lead.uscc,
        lead.get_region_display(),
        "；".join(partner.name for partner in team.partners.all()),
        captain.name,
        captain.email,
        captain.phone,
        len(team.memberships.all()),
    ]
