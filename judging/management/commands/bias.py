"""manage.py bias DIR --out bias.csv: does a judge favour the entries of the judge's own organisation or region?

Reads scores.csv, entries.csv (entry_code,affiliation) and judges.csv (judge_code,affiliation), and needs no database.
Criteria count alike unless --weights says otherwise. Standard output carries one JSON line. Exit codes: 0 when the file
is written; 2 when something is wrong with what was given, and nothing is written. Statistics never replace recusal.
"""

import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from judging.aggregation import Criterion, judge_total
from judging.calibration.totals import Totals
from judging.management.commands.rank import UNUSABLE, check_places, complain, figures, weights_argument
from judging.statistics.additive import Additive
from judging.statistics.favour import Favour, own_group
from judging.statistics.score_files import BadTable, Problem, Scored, read_affiliations, read_scores, write_tables

COLUMNS = ("judge_code", "affiliation", "n_same", "effect", "low", "high", "p", "q", "flag")


class Command(BaseCommand):
    help = "Test each judge for favouring the entries of the judge's own affiliation."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, metavar="DIR", help="the folder with the three tables")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the table to write")
        parser.add_argument("--weights", type=weights_argument, help="for example C1=30,C2=25 (default: all alike)")

    def handle(self, **given: Any) -> None:
        folder: Path = given["dir"]
        sources = [folder / name for name in ("scores.csv", "entries.csv", "judges.csv")]
        check_places(sources, [given["out"]])
        scored, of_entries, of_judges = self.read(sources, given["weights"])
        criteria = given["weights"] or self.all_alike(scored)
        totals = Totals.of(
            (entry, sheet.judge, judge_total(criteria, sheet))
            for entry, sheets in scored.sheets.items()
            for sheet in sheets
        )
        found = own_group(Additive(totals), of_entries=of_entries, of_judges=of_judges)
        try:
            write_tables([(given["out"], COLUMNS, [self.row(favour) for favour in found])])
        except OSError as error:
            raise CommandError(f"Nothing was written: {error.strerror}.", returncode=UNUSABLE) from error
        answer = {
            "judges": len(totals.judges),
            "tested": sum(favour.p is not None for favour in found),
            "flagged": [favour.judge for favour in found if favour.verdict],
            "note": "Weak at the size of a contest: statistics never replace recusal.",
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def read(
        self, sources: list[Path], weights: tuple[Criterion, ...] | None
    ) -> tuple[Scored, dict[str, str], dict[str, str]]:
        """The three tables, or every problem of all three at once."""
        problems: list[Problem] = []
        tables: list[Any] = []
        for source, read in zip(
            sources,
            (
                lambda path: read_scores(path, weights, timed=False),
                lambda path: read_affiliations(path, "entry_code"),
                lambda path: read_affiliations(path, "judge_code"),
            ),
            strict=True,
        ):
            try:
                tables.append(read(source))
            except BadTable as error:
                problems += error.problems
        if not problems:
            scored, of_entries, of_judges = tables
            judges = {sheet.judge for sheets in scored.sheets.values() for sheet in sheets}
            for name, known, used in (("entries.csv", of_entries, scored.sheets), ("judges.csv", of_judges, judges)):
                problems += [
                    Problem(name, 0, 0, f"{code} of scores.csv is missing")
                    for code in sorted(used)
                    if code not in known
                ]
        if problems:
            raise complain(BadTable(problems))
        return scored, of_entries, of_judges

    def all_alike(self, scored: Scored) -> tuple[Criterion, ...]:
        codes = {mark.criterion for sheets in scored.sheets.values() for sheet in sheets for mark in sheet.marks}
        return tuple(Criterion(code, Decimal(1)) for code in sorted(codes))

    def row(self, favour: Favour) -> list[object]:
        values = [figures(value) for value in (favour.effect, favour.low, favour.high)]
        chances = [None if value is None else f"{value:.6f}" for value in (favour.p, favour.q)]
        return [favour.judge, favour.group, favour.same, *values, *chances, str(favour.verdict)]
