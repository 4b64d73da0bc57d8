"""A judge's marks as a table, out and back in.

The table has one line per entry; its first column names the seat and the revision that it was made from, so that a line
whose sheet has changed meanwhile is seen. Coming in, a line is new, unchanged or wrong: where one is wrong nothing is saved.
What begins like a formula leaves as text and is refused where it comes back as one.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from competition.models import Criterion
from judging.actions import TableRow
from judging.actions.sheets import COMMENT_MAX
from judging.marks import NOT_APPLICABLE, GivenMark, GivenMarks, check_marks, parse_mark, plain
from judging.models import ScoreSheet
from judging.reading.figures import two_places
from portal.refusals import Refusal
from portal.web.cells import guarded, unguarded

if TYPE_CHECKING:
    from openpyxl.cell import WriteOnlyCell

KEY, COMMENT = "key", "comment"
NOT_APPLICABLE_WORDS = {"n/a", "na", "不适用"}
MOST_ROWS = 2000
MOST_ERRORS = 50


@dataclass(frozen=True)
class Seat:
    """What a line is compared with: the sheet as it stands."""

    assignment: str
    position: int
    number: str
    title: str
    revision: int
    state: str
    marks: GivenMarks
    comment: str
    total: str


@dataclass(frozen=True)
class Line:
    """One line that came in: what would change, as (name, before, after), or what is wrong with it."""

    row: int
    number: str
    title: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    given: TableRow | None = None


@dataclass(frozen=True)
class Preview:
    """Everything that came in."""

    lines: list[Line]
    unchanged: int

    @property
    def wrong(self) -> list[Line]:
        return [line for line in self.lines if line.errors][:MOST_ERRORS]

    @property
    def changed(self) -> list[Line]:
        return [line for line in self.lines if line.given]


def marks_workbook(seats: Sequence[Seat], criteria: Sequence[Criterion]) -> bytes:
    """The table as an Excel file."""
    from openpyxl import Workbook  # here: 10 MB that few processes need

    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("My marks"))
    for column, width in zip("ABCD", (20, 8, 18, 44), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = "E2"
    head = [
        _("Key (leave as it is)"),
        _("Place"),
        _("Entry number"),
        _("Project"),
        *(_head_of(criterion) for criterion in criteria),
        _("Comment column"),
        _("Total (for reading)"),
    ]
    sheet.append([_bold(sheet, text) for text in head])
    for seat in seats:
        marks = [_shown(seat.marks.get(criterion.code)) for criterion in criteria]
        line = [f"{seat.assignment}:{seat.revision}", seat.position, seat.number, seat.title, *marks, seat.comment]
        sheet.append([guarded(value) for value in [*line, two_places(seat.total)]])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _head_of(criterion: Criterion) -> str:
    return f"{criterion.code} {criterion.name} (0–{plain(criterion.max_mark)})"


def _bold(sheet: Any, text: str) -> "WriteOnlyCell":
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=guarded(text))
    cell.font = Font(bold=True)
    return cell


def _shown(mark: GivenMark | None) -> Any:
    if mark is None:
        return None
    return NOT_APPLICABLE if mark == NOT_APPLICABLE else mark


def read_table(content: bytes, seats: Sequence[Seat], criteria: Sequence[Criterion]) -> Preview:
    """What the table says against what is stored; raises Refusal where it is no such table at all."""
    rows = _rows_of(content)
    columns = _columns(next(rows, []), criteria)
    known = {seat.assignment: seat for seat in seats}
    lines, seen, unchanged = [], set(), 0
    for number, cells in enumerate(rows, 2):
        if not any(cells):
            continue
        if number > MOST_ROWS:
            raise _no_table(_("This table has more than {most} rows. Choose the one that you downloaded here."))
        line = _read_line(number, cells, columns, known, seen, criteria)
        if line is None:
            unchanged += 1
        else:
            lines.append(line)
    return Preview(lines, unchanged)


def _no_table(sentence: str) -> Refusal:
    return Refusal(sentence.format(most=MOST_ROWS), code="no_table", field="table")


def _rows_of(content: bytes) -> Iterator[list[str]]:
    if content.startswith(b"PK"):
        from openpyxl import load_workbook

        try:
            sheet = load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
            for row in sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=60, values_only=True):
                yield ["" if value is None else str(value).strip() for value in row]
        except Exception as error:  # a damaged file fails in whichever of the reader's parts meets it first
            raise _no_table(_("This Excel file cannot be read. Download the table again and fill it in.")) from error
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _no_table(
            _("This file is neither Excel nor CSV in UTF-8. Save it as .xlsx and choose it again.")
        ) from error
    if "\0" in text:
        raise _no_table(_("This file is neither Excel nor CSV in UTF-8. Save it as .xlsx and choose it again."))
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), strict=True):
            yield [cell.strip() for cell in cells[:60]]
    except csv.Error as error:
        raise _no_table(_("This CSV file cannot be read. Save it as .xlsx and choose it again.")) from error


def _columns(head: Sequence[str], criteria: Sequence[Criterion]) -> dict[str, int]:
    """Where each thing stands: the key first, criteria by the code that their heads begin with."""
    found: dict[str, int] = {}
    names = {unguarded(text): place for place, text in enumerate(head) if text}
    for criterion in criteria:
        places = [place for text, place in names.items() if text.split()[:1] == [criterion.code]]
        if len(places) != 1:
            raise Refusal(
                _("The table has no single column for {code} {name}. Download it again and fill it in.").format(
                    code=criterion.code, name=criterion.name
                ),
                code="columns",
                field="table",
            )
        found[criterion.code] = places[0]
    comments = [
        place for text, place in names.items() if text in (_("Comment column"), "Comment column", "评语", COMMENT)
    ]
    if not head or len(comments) != 1:
        raise Refusal(
            _("The table lacks the column of comments. Download it again and fill it in."),
            code="columns",
            field="table",
        )
    return found | {KEY: 0, COMMENT: comments[0]}


def _read_line(
    row: int,
    cells: Sequence[str],
    columns: Mapping[str, int],
    known: Mapping[str, Seat],
    seen: set[str],
    criteria: Sequence[Criterion],
) -> Line | None:
    """None for a line that changes nothing."""

    def cell(name: str) -> str:
        return cells[columns[name]] if columns[name] < len(cells) else ""

    key, _colon, revision = cell(KEY).partition(":")
    seat = known.get(key)
    if seat is None:
        return Line(row, "", key[:20], errors=[_("This line is of no entry in your queue. Download the table again.")])
    if key in seen:
        return Line(row, seat.number, seat.title, errors=[_("This entry stands in the table twice. Keep one line.")])
    seen.add(key)
    marks, errors = _marks_of(cell, criteria)
    comment = unguarded(cell(COMMENT)).replace("\r\n", "\n").strip()
    if len(comment) > COMMENT_MAX:
        errors.append(_("Shorten the comment to {most} characters.").format(most=COMMENT_MAX))
    if cell(COMMENT).startswith("="):
        errors.append(_("The comment is a formula. Write it as text."))
    if errors:
        return Line(row, seat.number, seat.title, errors=errors)
    if dict(seat.marks) == marks and seat.comment == comment:
        return None
    if problem := _stands_against(seat, revision):
        return Line(row, seat.number, seat.title, errors=[problem])
    changes = [
        (criterion.name, _words(seat.marks.get(criterion.code)), _words(marks.get(criterion.code)))
        for criterion in criteria
        if seat.marks.get(criterion.code) != marks.get(criterion.code)
    ]
    if seat.comment != comment:
        changes.append((_("Comment column"), seat.comment or "—", comment or "—"))
    return Line(row, seat.number, seat.title, changes, given=TableRow(key, seat.revision, marks, comment))


def _stands_against(seat: Seat, revision: str) -> str:
    if seat.state == ScoreSheet.State.SEALED:
        return _("You have sealed this score sheet. It can no longer be changed.")
    if revision != str(seat.revision):
        return _("The desk has other marks since this table was made. Download it again, or take the line out.")
    return ""


def _marks_of(cell: Any, criteria: Sequence[Criterion]) -> tuple[dict[str, GivenMark], list[str]]:
    marks: dict[str, GivenMark] = {}
    errors = []
    for criterion in criteria:
        text = unguarded(cell(criterion.code))
        try:
            if text.casefold() in NOT_APPLICABLE_WORDS:
                check_marks({criterion.code: NOT_APPLICABLE}, criteria)
                marks[criterion.code] = NOT_APPLICABLE
            elif text.startswith("="):
                errors.append(_("{criterion} is a formula. Enter the number itself.").format(criterion=criterion.name))
            elif (value := parse_mark(_without_zeros(text), criterion)) is not None:
                marks[criterion.code] = value
        except Refusal as refusal:
            errors.append(str(refusal.message))
    return marks, errors


def _without_zeros(text: str) -> str:
    """88.0 as spreadsheets write 88; what people typed stays."""
    return text[:-2] if text.endswith(".0") else text


def _words(mark: GivenMark | None) -> str:
    if mark is None:
        return "—"
    return _("not applicable") if mark == NOT_APPLICABLE else plain(mark)
