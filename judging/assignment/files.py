"""A problem from CSV files, and its plan into one.

UTF-8 with or without a mark at the beginning, a header row, further columns ignored. What is wrong is told with file, line and column;
all of it at once, as far as `MOST`, so that nobody mends a file error by error.
"""

from __future__ import annotations

import csv
import os
import re
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from judging.assignment.model import Entry, Judge, Objective, Pair, Problem
from judging.assignment.pairs import PairTable

MOST = 20
LARGEST = 1_000_000
CODE_LENGTH = 64
NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)
FORMULA = ("=", "+", "-", "@")
HEADER = ("entry_code", "judge_code")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where; line 0 is the file as a whole."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = ", ".join(filter(None, (self.file, f"line {self.line}" if self.line else "", self.column)))
        return f"{where}: {self.message}"


class Faulty(Exception):
    """The files do not say a problem."""

    def __init__(self, faults: Sequence[Fault], count: int) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults, self.count = tuple(faults), count


@dataclass
class _Faults:
    kept: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, file: str, line: int, column: str, message: str) -> None:
        self.count += 1
        if len(self.kept) < MOST:
            self.kept.append(Fault(file, line, column, message))


class _Sheet:
    """One file: its rows as the columns that were asked for, in that order, with the line each stands on."""

    def __init__(self, folder: Path, name: str, columns: Sequence[str], faults: _Faults, optional: str = "") -> None:
        self.path, self.name, self.columns, self.faults = folder / name, name, columns, faults
        self.optional = optional

    def fault(self, line: int, column: int, message: str) -> None:
        self.faults.add(self.name, line, self.columns[column] if column >= 0 else "", message)

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as stream:
                yield from self._rows(csv.reader(stream, strict=True))
        except FileNotFoundError:
            self.fault(0, -1, "the file is missing")
        except OSError as error:
            self.fault(0, -1, f"the file cannot be read: {error.strerror}")
        except UnicodeDecodeError:
            self.fault(0, -1, "the file is not UTF-8; save it as “CSV UTF-8”")

    def _rows(self, reader: csv._reader) -> Iterator[tuple[int, list[str]]]:  # type: ignore[name-defined]
        try:
            header = [name.strip() for name in next(reader, [])]
            if not self._usable(header):
                return
            places = [header.index(name) if name in header else -1 for name in self.columns]
            straight = places == list(range(len(header)))
            for row in reader:
                if len(row) != len(header):
                    if row:
                        self.fault(reader.line_num, -1, f"{len(row)} columns where the header has {len(header)}")
                    continue
                yield reader.line_num, row if straight else [row[place] if place >= 0 else "" for place in places]
        except csv.Error as error:
            self.fault(reader.line_num, -1, f"not CSV: {error}")

    def _usable(self, header: list[str]) -> bool:
        missing = [name for name in self.columns if name not in header and name != self.optional]
        twice = sorted({name for name in self.columns if header.count(name) > 1})
        for name in missing:
            self.faults.add(self.name, 1, name, "this column is missing")
        for name in twice:
            self.faults.add(self.name, 1, name, "this column stands there twice")
        return not missing and not twice

    def code(self, line: int, column: int, text: str) -> str:
        """A code; empty when it cannot be one, which is told."""
        code = text.strip()
        if not code:
            self.fault(line, column, "a code is missing")
        elif len(code) > CODE_LENGTH or not code.isprintable():
            self.fault(line, column, f"not a code: at most {CODE_LENGTH} visible characters")
        elif code.startswith(FORMULA):
            self.fault(
                line, column, f"a code may not begin with “{code[0]}”: a spreadsheet would take it for a formula"
            )
        else:
            return code
        return ""

    def number(self, line: int, column: int, text: str, least: int) -> int | None:
        """A whole number; None when it is none, which is told."""
        if not NUMBER.fullmatch(text.strip()):
            self.fault(line, column, f"“{text[:20]}” is not a whole number")
        elif not least <= int(text) <= LARGEST:
            self.fault(line, column, f"{int(text)} is not between {least} and {LARGEST}")
        else:
            return int(text)
        return None


def read_problem(folder: Path, *, seed: str, objective: Objective = "bottleneck", seats: int | None = None) -> Problem:
    """The problem that `entries.csv`, `judges.csv`, `affinity.csv` and `conflicts.csv` say. Raises Faulty.

    `seats` overrides `required_judges`. An empty `min_load` or `max_load` is not set.
    """
    faults = _Faults()
    entries = _entries(folder, faults, seats)
    judges = _judges(folder, faults)
    entry_at = {entry.code: place for place, entry in enumerate(entries)}
    judge_at = {judge.code: place for place, judge in enumerate(judges)}
    affinity = _affinity(folder, faults, entry_at, judge_at)
    conflicts = _conflicts(folder, faults, entry_at, judge_at)
    if faults.count:
        raise Faulty(faults.kept, faults.count)
    return Problem(tuple(entries), tuple(judges), affinity, conflicts, seed=seed, objective=objective)


def _entries(folder: Path, faults: _Faults, seats: int | None) -> list[Entry]:
    optional = "required_judges" if seats is not None else ""
    sheet = _Sheet(folder, "entries.csv", ("entry_code", "track", "required_judges"), faults, optional)
    found: dict[str, Entry] = {}
    for line, (text, track, required) in sheet:
        code = sheet.code(line, 0, text)
        wanted = seats if seats is not None else sheet.number(line, 2, required, 0)
        if code in found:
            sheet.fault(line, 0, f"entry {code} stands there twice")
        elif code and wanted is not None:
            found[code] = Entry(code, track.strip(), wanted)
    return list(found.values())


def _judges(folder: Path, faults: _Faults) -> list[Judge]:
    sheet = _Sheet(folder, "judges.csv", ("judge_code", "organisation", "min_load", "max_load"), faults)
    found: dict[str, Judge] = {}
    for line, (text, organisation, least, most) in sheet:
        code = sheet.code(line, 0, text)
        low = sheet.number(line, 2, least, 0) if least.strip() else None
        high = sheet.number(line, 3, most, 0) if most.strip() else None
        if not organisation.strip():
            sheet.fault(line, 1, "the organisation is missing: without it two colleagues could share an entry")
        if low is not None and high is not None and low > high:
            sheet.fault(line, 2, f"the minimum {low} is above the maximum {high}")
        if code in found:
            sheet.fault(line, 0, f"judge {code} stands there twice")
        elif code:
            found[code] = Judge(code, organisation.strip(), low, high)
    return list(found.values())


def _affinity(folder: Path, faults: _Faults, entry_at: dict[str, int], judge_at: dict[str, int]) -> PairTable:
    sheet = _Sheet(folder, "affinity.csv", ("entry_code", "judge_code", "affinity"), faults)
    entry, judge, value, lines = array("i"), array("i"), array("q"), array("i")
    known: dict[str, int] = {}  # few different numbers in many rows
    for line, (one, other, text) in sheet:
        e, j, worth = entry_at.get(one, -1), judge_at.get(other, -1), known.get(text)
        if e < 0 or j < 0 or worth is None:
            e, j = _pair(sheet, line, one, other, entry_at, judge_at)
            number = sheet.number(line, 2, text, -LARGEST)
            if number is None or e < 0 or j < 0:
                continue
            worth = known[text] = number
        entry.append(e)
        judge.append(j)
        value.append(worth)
        lines.append(line)
    table = PairTable(tuple(entry_at), tuple(judge_at), *(np.array(column) for column in (entry, judge, value)))
    keys = table.entry.astype(np.int64) * max(1, len(judge_at)) + table.judge
    order = np.argsort(keys, kind="stable")
    for place in order[1:][np.diff(keys[order]) == 0].tolist():
        pair = f"{table.entries[table.entry[place]]}, {table.judges[table.judge[place]]}"
        sheet.fault(lines[place], 0, f"the pair {pair} stands there twice")
    return table


def _conflicts(folder: Path, faults: _Faults, entry_at: dict[str, int], judge_at: dict[str, int]) -> frozenset[Pair]:
    """Pairs that may not be; one that is named twice says no more than once."""
    sheet = _Sheet(folder, "conflicts.csv", HEADER, faults)
    found = set()
    for line, (one, other) in sheet:
        e, j = _pair(sheet, line, one, other, entry_at, judge_at)
        if e >= 0 and j >= 0:
            found.add((one.strip(), other.strip()))
    return frozenset(found)


def _pair(
    sheet: _Sheet, line: int, one: str, other: str, entry_at: dict[str, int], judge_at: dict[str, int]
) -> tuple[int, int]:
    entry, judge = sheet.code(line, 0, one), sheet.code(line, 1, other)
    if entry and entry not in entry_at:
        sheet.fault(line, 0, f"entries.csv has no entry {entry}")
    if judge and judge not in judge_at:
        sheet.fault(line, 1, f"judges.csv has no judge {judge}")
    return entry_at.get(entry, -1), judge_at.get(judge, -1)


def write_seats(path: Path, seats: Sequence[Pair]) -> None:
    """The seats as CSV with a mark at the beginning, so that spreadsheets read Chinese; whole, or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(seats)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:  # an interruption too leaves no half file behind
        Path(name).unlink(missing_ok=True)
        raise
