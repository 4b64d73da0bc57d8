"""Tables of scores as files: what `manage.py rank` and `manage.py bias` read, checked cell by cell, and what they write.

UTF-8, with or without a byte order mark, a header row, further columns ignored. Every problem is collected with its file,
line and column (both counted from 1), so that a file is put right in one go; where there is one, nothing is computed. A
code that begins like a formula is refused: it would be computed by whoever opens what is written.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from judging.aggregation import HUNDRED, Criterion, Mark, Sheet

MARK = re.compile(r"[0-9]{1,9}(\.[0-9]+)?", re.ASCII)
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]+)?", re.ASCII)
PLACES = 2
FORMULA_STARTS = ("=", "+", "-", "@")
LONGEST_CODE = 100
MOST_PROBLEMS = 50  # that are told; the rest is counted


@dataclass(frozen=True)
class Problem:
    """What is wrong and where; line 0: with the file as a whole, column 0: with the whole line."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        where = self.file
        if self.line:
            where += f", line {self.line}"
        if self.column:
            where += f", column {self.column}"
        return f"{where}: {self.message}"


class BadTable(ValueError):
    """Input that cannot be used: every problem that was found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


@dataclass
class Row:
    """A line of a table: its cells by column, and where they stand."""

    file: str
    line: int
    cells: dict[str, str]
    columns: dict[str, int]
    problems: list[Problem]

    def report(self, column: str, message: str) -> None:
        self.problems.append(Problem(self.file, self.line, self.columns[column] + 1, message))

    def code(self, column: str) -> str | None:
        """The cell as a code; None, and reported, where it is none."""
        text = self.cells[column]
        if not text:
            self.report(column, f"{column} is empty")
        elif text.startswith(FORMULA_STARTS):
            self.report(column, f"{column} begins like a formula: {text[:20]}")
        elif len(text) > LONGEST_CODE or not text.isprintable():
            self.report(column, f"{column} is no code")
        else:
            return text
        return None


@dataclass
class Scored:
    """What `scores.csv` says: the sheets by entry, and by (entry, judge) the seconds and the instant where they are known."""

    sheets: dict[str, list[Sheet]] = field(default_factory=dict)
    seconds: dict[tuple[str, str], float] = field(default_factory=dict)
    submitted: dict[tuple[str, str], float] = field(default_factory=dict)


def read_rows(path: Path, wanted: Sequence[str], problems: list[Problem]) -> Iterator[Row]:
    """The lines of a table that have every wanted column; what cannot be read is reported."""
    name = path.name
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError:
        problems.append(Problem(name, 0, 0, "the file cannot be read"))
        return
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problems.append(Problem(name, line, 0, "the file is not UTF-8: save it as CSV UTF-8"))
        return
    if "\0" in text:
        problems.append(Problem(name, text[: text.index("\0")].count("\n") + 1, 0, "the line has a NUL character"))
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [cell.strip() for cell in next(reader, [])]
        columns = _columns(name, header, wanted, problems)
        if columns is None:
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                message = f"the line has {len(cells)} cells, the header {len(header)}"
                problems.append(Problem(name, reader.line_num, 0, message))
                continue
            yield Row(name, reader.line_num, {key: cells[at].strip() for key, at in columns.items()}, columns, problems)
    except csv.Error as error:
        problems.append(Problem(name, reader.line_num, 0, f"the line is no CSV: {error}"))


def _columns(name: str, header: list[str], wanted: Sequence[str], problems: list[Problem]) -> dict[str, int] | None:
    """Where the wanted columns stand; None, and reported, where one is missing or stands twice."""
    before = len(problems)
    for column in wanted:
        if header.count(column) > 1:
            again = len(header) - header[::-1].index(column)
            problems.append(Problem(name, 1, again, f"the column {column} stands twice"))
        elif column not in header:
            problems.append(Problem(name, 1, 0, f"the column {column} is missing"))
    return {column: header.index(column) for column in wanted} if len(problems) == before else None


def parse_weights(text: str) -> tuple[Criterion, ...]:
    """The criteria of "C1=30,C2=25"; full marks are 100. Raises ValueError with what is wrong."""
    found: dict[str, Criterion] = {}
    for part in text.split(","):
        code, _, weight = (piece.strip() for piece in part.partition("="))
        if not code or not NUMBER.fullmatch(weight) or Decimal(weight) <= 0:
            raise ValueError(f"--weights: “{part.strip()}” is not of the form C1=30, with a weight above zero")
        if code in found:
            raise ValueError(f"--weights: {code} stands twice")
        found[code] = Criterion(code, Decimal(weight))
    return tuple(found.values())


def read_scores(path: Path, criteria: Sequence[Criterion] | None, *, timed: bool = True) -> Scored:
    """`scores.csv`, whole and valid, or BadTable. Without criteria the file's own count, all alike."""
    problems: list[Problem] = []
    columns = ("entry_code", "judge_code", "criterion", "score") + (("submitted_at", "seconds_spent") if timed else ())
    known = {criterion.code for criterion in criteria} if criteria is not None else None
    marks: dict[tuple[str, str], dict[str, Decimal]] = {}
    lines: dict[tuple[str, str], int] = {}
    scored = Scored()
    for row in read_rows(path, columns, problems):
        entry, judge, criterion = row.code("entry_code"), row.code("judge_code"), row.code("criterion")
        value = _mark(row)
        if known is not None and criterion is not None and criterion not in known:
            row.report("criterion", f"{criterion} has no weight")
        if entry is None or judge is None or criterion is None:
            continue
        given = marks.setdefault((entry, judge), {})
        lines.setdefault((entry, judge), row.line)
        if criterion in given:
            row.report("criterion", f"{judge} has already scored {criterion} of {entry}")
        given[criterion] = value if value is not None else Decimal(0)
        if timed:
            _note_time(row, (entry, judge), scored)
    wanted = known if known is not None else {code for given in marks.values() for code in given}
    for (entry, judge), given in marks.items():
        for code in sorted(wanted - given.keys()):
            message = f"{judge} has not scored {code} of {entry}"
            problems.append(Problem(path.name, lines[entry, judge], 0, message))
        sheet = Sheet(judge, tuple(Mark(code, value) for code, value in sorted(given.items())))
        scored.sheets.setdefault(entry, []).append(sheet)
    if not marks and not problems:
        problems.append(Problem(path.name, 0, 0, "the file has no scores"))
    if problems:
        raise BadTable(problems)
    return scored


def _mark(row: Row) -> Decimal | None:
    text = row.cells["score"]
    if not text:
        row.report("score", "score is empty")
    elif not MARK.fullmatch(text.removeprefix("-")):
        row.report("score", f"score is no number: {text[:20]}")
    elif text.startswith("-") or Decimal(text) > HUNDRED:
        row.report("score", f"score is not between 0 and 100: {text[:20]}")
    elif len(text.partition(".")[2]) > PLACES:
        row.report("score", f"score has more than {PLACES} decimals: {text[:20]}")
    else:
        return Decimal(text)
    return None


def _note_time(row: Row, key: tuple[str, str], scored: Scored) -> None:
    """The seconds of a sheet are those of its lines added up; it was submitted with its last line."""
    seconds, submitted = row.cells["seconds_spent"], row.cells["submitted_at"]
    if seconds and not NUMBER.fullmatch(seconds):
        row.report("seconds_spent", f"seconds_spent is no number of seconds: {seconds[:20]}")
    elif seconds:
        scored.seconds[key] = scored.seconds.get(key, 0.0) + float(seconds)
    if submitted:
        try:
            instant = datetime.fromisoformat(submitted)
        except ValueError:
            row.report(
                "submitted_at", f"submitted_at is no date and time as in 2026-08-01T09:30:00+08:00: {submitted[:40]}"
            )
            return
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=UTC)
        scored.submitted[key] = max(scored.submitted.get(key, float("-inf")), instant.timestamp())


def read_affiliations(path: Path, column: str) -> dict[str, str]:
    """`entries.csv` or `judges.csv` of `bias`: the affiliation by code, empty where there is none; or BadTable."""
    problems: list[Problem] = []
    found: dict[str, str] = {}
    for row in read_rows(path, (column, "affiliation"), problems):
        code = row.code(column)
        if code is None:
            continue
        if code in found:
            row.report(column, f"{code} stands twice")
        affiliation = row.cells["affiliation"]
        if affiliation:
            affiliation = row.code("affiliation") or ""
        found[code] = affiliation
    if problems:
        raise BadTable(problems)
    return found


def write_tables(tables: Iterable[tuple[Path, Sequence[str], Iterable[Sequence[object]]]]) -> None:
    """Write every table (path, header, rows), or none of them: each is written beside its place first."""
    ready: list[tuple[Path, Path]] = []
    try:
        for path, header, rows in tables:
            beside = path.with_name(f".{path.name}.part")
            ready.append((beside, path))
            with beside.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(header)
                writer.writerows(rows)
        for beside, path in ready:
            beside.replace(path)
    finally:
        for beside, _ in ready:
            beside.unlink(missing_ok=True)
