"""manage.py rank DIR --out results.csv --flags flags.csv --weights C1=30,C2=25 --top N: rank a table of scores.

The official score and rank by the rules of the house (dropping one highest and one lowest from five totals on), beside
it the advisory ranking and the red flags; with --standard the official score is the standard score, or the mean with the reason
in the JSON line where that is not possible. Needs no database. Standard output carries one JSON line. Exit codes: 0 when
both files are written; 2 when something is wrong with what was given, and nothing is written.
"""

import json
import time
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from judging.aggregation import Criterion, Rules, ScoredEntry, score_entry, shown
from judging.calibration import Calibration, CannotCalibrate, calibrate
from judging.calibration.totals import Totals
from judging.ranking import AllTotals, CriterionMean, rank
from judging.standard_scores import FEWEST_ENTRIES, NoStandardScore, standardised
from judging.statistics.additive import Additive
from judging.statistics.flags import Evidence, Level, judge_figures, judge_flags
from judging.statistics.reliability import reliability
from judging.statistics.score_files import MOST_PROBLEMS, BadTable, Scored, parse_weights, read_scores, write_tables

UNUSABLE = 2
RESULTS = ("entry_code", "official_score", "official_rank", "calibrated_rank", "p_top_n", "low", "high")
FLAGS = ("judge_code", "flag", "figure")


def weights_argument(text: str) -> tuple[Criterion, ...]:
    try:
        return parse_weights(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def positive(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text) > 0):
        raise ArgumentTypeError(f"{text[:20]} is no number above zero")
    return int(text)


def complain(error: BadTable) -> CommandError:
    """What is wrong with the files, a line each."""
    told = [str(problem) for problem in error.problems[:MOST_PROBLEMS]]
    if len(error.problems) > MOST_PROBLEMS:
        told.append(f"and {len(error.problems) - MOST_PROBLEMS} more")
    return CommandError("\n".join([*told, "Nothing was written."]), returncode=UNUSABLE)


def check_places(inputs: list[Path], outputs: list[Path]) -> None:
    """Refuse to write where nothing can be written, or over what is read."""
    places = [path.resolve() for path in outputs]
    if len(set(places)) < len(places) or {path.resolve() for path in inputs} & set(places):
        raise CommandError(
            "The files to write have to be others than those to read, and different.", returncode=UNUSABLE
        )
    for path in places:
        if not path.parent.is_dir() or path.is_dir():
            raise CommandError(
                f"{path} cannot be written: choose a file in a folder that is there.", returncode=UNUSABLE
            )


def figures(value: float | None, places: int = 4) -> float | None:
    return None if value is None else round(float(value), places)


class Command(BaseCommand):
    help = "Rank a table of scores: official score and rank, advisory rank with intervals, red flags."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("dir", type=Path, metavar="DIR", help="the folder with scores.csv")
        parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the ranking to write")
        parser.add_argument("--flags", type=Path, required=True, metavar="FILE", help="the red flags to write")
        parser.add_argument("--weights", type=weights_argument, required=True, help="for example C1=30,C2=25")
        parser.add_argument("--top", type=positive, required=True, metavar="N", help="how many places there are")
        parser.add_argument("--ties", default="", help="criteria that break ties, in order (default: the first)")
        parser.add_argument("--seed", default="", metavar="TEXT", help="of the advisory ranking")
        parser.add_argument(
            "--standard", action="store_true", help="score by standard scores, all entries as one track"
        )

    def handle(self, **given: Any) -> None:
        started = time.perf_counter()
        source: Path = given["dir"] / "scores.csv"
        criteria: tuple[Criterion, ...] = given["weights"]
        check_places([source], [given["out"], given["flags"]])
        ties = self.ties(given["ties"], criteria)
        try:
            scored = read_scores(source, criteria)
        except BadTable as error:
            raise complain(error) from error
        entries = [score_entry(entry, criteria, sheets, Rules()) for entry, sheets in sorted(scored.sheets.items())]
        form: dict[str, Any] = {}
        if given["standard"]:
            entries, form = self.standard(entries)
        totals = Totals.of((entry.code, judge, total) for entry in entries for judge, total in entry.totals.items())
        calibration, reason = self.calibrated(totals, given["top"], given["seed"])
        additive = Additive(totals)
        answer, red = self.statistics(additive, scored)
        results = self.results(entries, ties, calibration)
        try:
            write_tables([(given["out"], RESULTS, results), (given["flags"], FLAGS, red)])
        except OSError as error:
            raise CommandError(f"Nothing was written: {error.strerror}.", returncode=UNUSABLE) from error
        answer = {
            "entries": len(entries),
            "judges": len(totals.judges),
            "totals": len(totals),
            "calibrated": calibration is not None,
            "reason": reason,
            "promised_overlap": figures(calibration.promised_overlap) if calibration else None,
            **answer,
            **form,
            "seconds": round(time.perf_counter() - started, 3),
        }
        self.stdout.write(json.dumps(answer, ensure_ascii=False))

    def ties(self, text: str, criteria: tuple[Criterion, ...]) -> list[AllTotals | CriterionMean]:
        codes = [code.strip() for code in text.split(",")] if text.strip() else [criteria[0].code]
        unknown = [code for code in codes if code not in {criterion.code for criterion in criteria}]
        if unknown:
            raise CommandError(f"--ties: {', '.join(unknown)[:80]} has no weight.", returncode=UNUSABLE)
        return [AllTotals(), *(CriterionMean(code) for code in codes)]

    def standard(self, entries: list[ScoredEntry]) -> tuple[list[ScoredEntry], dict[str, Any]]:
        """The entries with standard scores, or as they are, and what the JSON line tells of it."""
        try:
            return standardised(entries, Rules()), {"official": "standard"}
        except NoStandardScore as refusal:
            why = {
                "few": "judges with fewer than {fewest} entries",
                "flat": "judges whose totals are all the same",
                "apart": "groups of entries that share no judge",
            }[refusal.code].format(fewest=FEWEST_ENTRIES)
            return entries, {"official": "mean", "why_mean": ": ".join([why, ", ".join(refusal.judges)]).rstrip(": ")}

    def calibrated(self, totals: Totals, top: int, seed: str) -> tuple[Calibration | None, str | None]:
        """The advisory ranking, or why there is none."""
        try:
            return calibrate(totals, top=top, seed=seed), None
        except CannotCalibrate as refusal:
            if refusal.code == "apart":
                sizes = ", ".join(str(len(part.entries)) for part in refusal.parts[:5])
                more = ", …" if len(refusal.parts) > 5 else ""
                return None, (
                    f"The judges cannot be compared: the entries fall into {len(refusal.parts)} groups that share no "
                    f"judge ({sizes}{more} entries)."
                )
            if refusal.code == "flat":
                return None, "Every total is the same: there is nothing to compare."
            return None, "Too few totals: at least three entries, two judges, and an entry judged by both."

    def statistics(self, additive: Additive, scored: Scored) -> tuple[dict[str, Any], list[list[object]]]:
        """What the JSON line tells of judges and reliability, and the rows of red flags."""
        totals = additive.totals
        evidence = Evidence(totals.aligned(scored.seconds), totals.aligned(scored.submitted))
        flags = judge_flags(additive, evidence)
        figured = reliability(additive)
        amber = [
            {"judge_code": flag.judge, "flag": str(flag.kind), "figure": figures(flag.figure)}
            for flag in flags
            if flag.level == Level.AMBER
        ]
        leniency = {
            figure.judge: [figures(figure.leniency), figures(figure.error)]
            for figure in judge_figures(additive, evidence)
            if figure.leniency is not None
        }
        answer = {
            "phi": figures(figured.phi),
            "alpha": figures(figured.alpha),
            "icc_single": figures(figured.icc_single),
            "icc_mean": figures(figured.icc_mean),
            "judges_needed": figured.enough,
            "amber": amber,
            "leniency": leniency,
        }
        red: list[list[object]] = [
            [flag.judge, str(flag.kind), f"{flag.figure:.4f}"] for flag in flags if flag.level == Level.RED
        ]
        return answer, red

    def results(
        self, entries: list[ScoredEntry], ties: list[AllTotals | CriterionMean], calibration: Calibration | None
    ) -> list[list[object]]:
        places = {code: place for place, code in enumerate(calibration.totals.entries)} if calibration else {}
        rows: list[list[object]] = []
        for result in rank(entries, ties):
            score = result.entry.score
            row: list[object] = [result.entry.code, "" if score is None else shown(score), result.rank]
            if calibration is None:
                row += [""] * 4
            else:
                at = places[result.entry.code]
                row += [
                    int(calibration.rank[at]),
                    f"{calibration.p_top[at]:.4f}",
                    int(calibration.low[at]),
                    int(calibration.high[at]),
                ]
            rows.append(row)
        return rows
