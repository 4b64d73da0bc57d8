"""The official ranking as an Excel workbook.

A score stands there twice: rounded as a number, for sorting and reading, and as the exact fraction in text, which is what
decided. Text that came from people cannot become a formula: what begins like one gets an apostrophe in front.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from competition.models import Stage
from judging.reading.results import Criteria, RankedRow, RankedTrack, Ranking, read_rankings, tie_rule
from judging.reading.standard import form_name, score_rule
from portal.web.cells import guarded

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

WIDTHS = (8, 22, 8, 18, 44, 36, 12, 30, 18, 12, 12, 12, 10, 10, 24, 60)


def ranking_workbook(stage: Stage, tracks: Sequence[RankedTrack], criteria: Criteria) -> bytes:
    """One sheet with every track, one with the rules: one query, written row by row."""
    from openpyxl import Workbook  # here: 10 MB that few processes need

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Ranking"))
    for column, width in zip("ABCDEFGHIJKLMNOP", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "A2"
    sheet.append(_bold(sheet, _head()))
    rankings = read_rankings(stage, criteria)
    for track in tracks:
        if found := rankings.get(track.pk):
            for row in found.rows:
                sheet.append([guarded(value) for value in _line(track, found, row)])
    _add_rules(
        book, stage, criteria, [(track, rankings[track.pk].why_mean) for track in tracks if track.pk in rankings]
    )
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _head() -> list[str]:
    return [
        _("Track number"),
        _("Track"),
        _("Rank"),
        _("Entry number"),
        _("Project"),
        _("Lead organisation"),
        _("Score"),
        _("Exact score"),
        _("What the score is"),
        _("Lowest total"),
        _("Highest total"),
        _("Range"),
        _("Sealed"),
        _("Seats"),
        _("Decided by"),
        _("Totals (dropped in brackets)"),
    ]


def _line(track: RankedTrack, found: Ranking, row: RankedRow) -> list[Any]:
    totals = ", ".join(f"{judge} {total}" if counts else f"({judge} {total})" for judge, total, counts in row.totals)
    decided = _("shared rank") if row.shared else row.decided_by
    return [
        track.number,
        track.name,
        row.rank,
        row.number,
        row.title,
        row.organisation,
        _number(row.score),
        row.exact,
        form_name(is_standard=found.is_standard),
        _number(row.low),
        _number(row.high),
        _number(row.spread),
        row.sheets,
        row.seats,
        decided,
        totals,
    ]


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _add_rules(book: "Workbook", stage: Stage, criteria: Criteria, tracks: Iterable[tuple[RankedTrack, str]]) -> None:
    sheet = book.create_sheet(_("Rules"))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 30, 60
    rows: Iterable[tuple[str, Any]] = (
        (_("Contest"), stage.contest.name),
        (_("Stage"), str(stage.label)),
        (_("Score"), " ".join(score_rule(stage))),
        *((_("Track {number}").format(number=track.number), why) for track, why in tracks if why),
        (_("Drop the highest and the lowest from"), stage.trim_from),
        (_("Ties, in order"), "；".join(tie_rule(stage, criteria))),
        (_("Rubric"), str(stage.rubric)),
        (_("Fingerprint of the rubric"), stage.rubric.content_hash if stage.rubric else ""),
        *((_("Criterion {code}").format(code=code), name) for code, name in criteria.items()),
    )
    for label, value in rows:
        sheet.append([guarded(label), guarded(value)])


def _bold(sheet: Any, values: Iterable[str]) -> "list[WriteOnlyCell]":
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cells = []
    for value in values:
        cell = WriteOnlyCell(sheet, value=value)
        cell.font = Font(bold=True)
        cells.append(cell)
    return cells
