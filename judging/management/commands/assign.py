"""manage.py assign DIR --out FILE --seed TEXT: who judges what, from CSV files and without the web.

Reads entries.csv, judges.csv, affinity.csv and conflicts.csv of the folder, writes the seats and prints one line of JSON:
objective (the sum of the affinities), proved, unfilled (how many seats), weakest_pair, seconds of solving, and where something is
missing its certificate. Exit codes: 0 once a plan was written, even a short one; 2 when the files cannot be used, and then nothing
is written.
"""

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from judging.assignment import Objective, solve
from judging.assignment.files import LARGEST, Faulty, read_problem, write_seats

UNUSABLE = 2


class Command(BaseCommand):
    help = "Assign entries to judges from CSV files."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "folder", type=Path, metavar="DIR", help="with entries, judges, affinity and conflicts as .csv"
        )
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to write the seats")
        parser.add_argument("--seed", required=True, metavar="TEXT", help="makes the assignment repeatable")
        parser.add_argument("--objective", choices=["bottleneck", "total"], default="bottleneck")
        parser.add_argument("--seats", type=int, metavar="N", help="judges per entry, whatever entries.csv says")

    def handle(
        self, *, folder: Path, out: Path, seed: str, objective: Objective, seats: int | None, **_options: Any
    ) -> None:
        if seats is not None and not 0 <= seats <= LARGEST:
            raise CommandError("--seats: name a number of judges, 0 or more.", returncode=UNUSABLE)
        if not out.parent.is_dir():
            raise CommandError(f"--out: there is no folder {out.parent}.", returncode=UNUSABLE)
        try:
            problem = read_problem(folder, seed=seed, objective=objective, seats=seats)
        except Faulty as error:
            more = error.count - len(error.faults)
            lines = [*map(str, error.faults), *([f"and {more} more"] if more else []), "Nothing was written."]
            raise CommandError("\n".join(lines), returncode=UNUSABLE) from error
        begun = time.perf_counter()
        plan = solve(problem)
        seconds = time.perf_counter() - begun
        try:
            write_seats(out, plan.seats)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}", returncode=UNUSABLE) from error
        answer: dict[str, Any] = {
            "objective": plan.objective,
            "proved": plan.proved,
            "unfilled": sum(plan.unfilled.values()),
            "weakest_pair": plan.weakest,
            "seconds": round(seconds, 3),
        }
        if plan.reasons:
            answer["certificate"] = [
                {"code": reason.code, "figures": dict(reason.figures), "text": str(reason)} for reason in plan.reasons
            ]
        self.stdout.write(json.dumps(answer, ensure_ascii=False))
