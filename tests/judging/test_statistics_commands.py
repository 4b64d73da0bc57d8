"""`manage.py rank` and `manage.py bias`: what they write, and that bad input changes nothing and is told cell by cell."""

import csv
import json
from collections.abc import Callable
from fractions import Fraction
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from judging.aggregation import shown
from tests.judging.worlds import World, mixed_world

HEADER = "entry_code,judge_code,criterion,score,submitted_at,seconds_spent"
AT = "2026-08-01T09:30:00+08:00"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_world(folder: Path, world: World, *, mark: str = "") -> None:
    lines = [HEADER]
    for entry, judge, value in world.totals.rows():
        lines += [f"{entry},{judge},{code},{value:.0f},{AT},60" for code in ("C1", "C2")]
    folder.joinpath("scores.csv").write_text(mark + "\n".join(lines) + "\n", encoding="utf-8")


def write_scores(folder: Path, *lines: str, header: str = HEADER) -> None:
    folder.joinpath("scores.csv").write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")


def run_rank(folder: Path, *, standard: bool = False, **options: str | int) -> dict[str, object]:
    answer = StringIO()
    given = {
        "out": folder / "results.csv",
        "flags": folder / "flags.csv",
        "weights": "C1=60,C2=40",
        "top": 5,
        **options,
    }
    arguments = [text for name, value in given.items() for text in (f"--{name}", str(value))]
    call_command("rank", str(folder), *arguments, *["--standard"][:standard], stdout=answer)
    assert answer.getvalue().count("\n") == 1
    return dict(json.loads(answer.getvalue()))


def run_bias(folder: Path, *arguments: str) -> dict[str, object]:
    answer = StringIO()
    call_command("bias", str(folder), "--out", str(folder / "bias.csv"), *arguments, stdout=answer)
    return dict(json.loads(answer.getvalue()))


def panel(entry: str, *totals: str) -> list[str]:
    return [f"{entry},J{place},{code},{total},{AT},60" for place, total in enumerate(totals) for code in ("C1", "C2")]


def test_standard_scores_are_given_where_they_are_asked_for_and_the_mean_with_the_reason_where_they_cannot_be(
    tmp_path: Path,
) -> None:
    lines = [
        line for place in range(15) for line in panel(f"E{place:02d}", *(f"{50 + step * place}" for step in (1, 2, 3)))
    ]
    write_scores(tmp_path, *lines)
    assert "official" not in run_rank(tmp_path)
    answer = run_rank(tmp_path, standard=True)
    rows = table(tmp_path / "results.csv")
    assert answer["official"] == "standard"
    assert (rows[0]["official_score"], rows[7]["official_score"]) == ("65.65", "50.00")
    write_scores(tmp_path, *lines, *panel("E15", "70", "70", "70", "70"))
    answer = run_rank(tmp_path, standard=True)
    assert answer["official"] == "mean"
    assert answer["why_mean"] == "judges with fewer than 15 entries: J3"
    assert table(tmp_path / "results.csv")[0]["official_score"] == "78.00"


def test_official_scores_are_trimmed_rounded_half_up_and_ranked_before_rounding(tmp_path: Path) -> None:
    write_scores(
        tmp_path,
        *panel("A", "80", "80", "81"),
        *panel("B", "80", "80.5", "80.49"),
        *panel("C", "10", "80", "81", "82", "100"),
        *panel("D", "81", "81", "81", "81", "81"),
    )
    run_rank(tmp_path)
    rows = [(row["entry_code"], row["official_score"], row["official_rank"]) for row in table(tmp_path / "results.csv")]
    # D and C have 81 both; the mean of all totals places D first. A has 80.3333…, B 80.33 exactly.
    assert rows == [("D", "81.00", "1"), ("C", "81.00", "2"), ("A", "80.33", "3"), ("B", "80.33", "4")]
    assert shown(Fraction("241") / 3) == shown(Fraction("240.99") / 3)


def test_what_no_rule_tells_apart_shares_a_rank(tmp_path: Path) -> None:
    write_scores(tmp_path, *panel("A", "80", "82"), *panel("B", "82", "80"), *panel("C", "70", "70"))
    run_rank(tmp_path, ties="C2,C1")
    assert [row["official_rank"] for row in table(tmp_path / "results.csv")] == ["1", "1", "3"]


def test_a_connected_contest_is_calibrated_and_the_same_seed_repeats_it(tmp_path: Path) -> None:
    write_world(tmp_path, mixed_world(1, entries=60, judges=10), mark="\ufeff")
    answer = run_rank(tmp_path, seed="abc")
    assert (answer["calibrated"], answer["reason"], answer["entries"]) == (True, None, 60)
    assert len(answer["leniency"]) == 10  # type: ignore[arg-type]
    rows = table(tmp_path / "results.csv")
    assert sorted(int(row["calibrated_rank"]) for row in rows) == list(range(1, 61))
    assert sum(float(row["p_top_n"]) for row in rows) == pytest.approx(5, abs=0.01)
    assert all(1 <= int(row["low"]) <= int(row["high"]) <= 60 for row in rows)
    first = (tmp_path / "results.csv").read_bytes()
    run_rank(tmp_path, seed="abc")
    assert (tmp_path / "results.csv").read_bytes() == first


def test_panels_that_share_no_judge_are_ranked_officially_and_the_reason_is_told(tmp_path: Path) -> None:
    write_scores(
        tmp_path, *panel("A", "80", "82"), *panel("B", "70", "72"),
        *(line.replace(",J", ",K") for line in panel("C", "90", "91")),
    )  # fmt: skip
    answer = run_rank(tmp_path)
    assert answer["calibrated"] is False
    assert "2 groups that share no judge (2, 1 entries)" in str(answer["reason"])
    rows = table(tmp_path / "results.csv")
    assert [row["entry_code"] for row in rows] == ["C", "A", "B"]
    assert {row[column] for row in rows for column in ("calibrated_rank", "p_top_n", "low", "high")} == {""}


def test_red_flags_go_to_the_file_and_amber_ones_to_the_answer(tmp_path: Path) -> None:
    world = mixed_world(3, entries=120, judges=10)
    count = int((world.judge == 4).sum())
    write_world(tmp_path, world.with_marks(4, world.value[:count] * 0 + 80))
    answer = run_rank(tmp_path)
    flags = table(tmp_path / "flags.csv")
    assert ("J0004", "same_mark") in {(row["judge_code"], row["flag"]) for row in flags}
    assert {flag["flag"] for flag in answer["amber"]} >= {"lenient", "severe"}  # type: ignore[attr-defined]
    assert "lenient" not in {row["flag"] for row in flags}


def refused(run: Callable[[], object], folder: Path) -> list[str]:
    """The lines of the refusal; nothing is written by it."""
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(CommandError) as error:
        run()
    assert error.value.returncode == 2
    assert sorted(path.name for path in folder.iterdir()) == before
    return str(error.value).splitlines()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"A,J9,C1,100.5,{AT},60", "line 4, column 4: score is not between 0 and 100: 100.5"),
        (f"A,J9,C1,-1,{AT},60", "line 4, column 4: score is not between 0 and 100: -1"),
        (f"A,J9,C1,NaN,{AT},60", "line 4, column 4: score is no number: NaN"),
        (f"A,J9,C1,1e1,{AT},60", "line 4, column 4: score is no number: 1e1"),
        (f"A,J9,C1,８０,{AT},60", "line 4, column 4: score is no number: ８０"),
        (f"A,J9,C1,,{AT},60", "line 4, column 4: score is empty"),
        (f"A,J9,C1,80.125,{AT},60", "line 4, column 4: score has more than 2 decimals: 80.125"),
        (f"A,J9,C7,80,{AT},60", "line 4, column 3: C7 has no weight"),
        (f"A,J0,C1,80,{AT},60", "line 4, column 3: J0 has already scored C1 of A"),
        (f"=1+1,J9,C1,80,{AT},60", "line 4, column 1: entry_code begins like a formula: =1+1"),
        (f"A,@cmd,C1,80,{AT},60", "line 4, column 2: judge_code begins like a formula: @cmd"),
        (f",J9,C1,80,{AT},60", "line 4, column 1: entry_code is empty"),
        (f"{'A' * 101},J9,C1,80,{AT},60", "line 4, column 1: entry_code is no code"),
        ("A,J9,C1,80,yesterday,60", "line 4, column 5: submitted_at is no date and time as in"),
        (f"A,J9,C1,80,{AT},-5", "line 4, column 6: seconds_spent is no number of seconds: -5"),
        (f"A,J9,C1,80,{AT}", "line 4: the line has 5 cells, the header 6"),
        (f'A,"J9,C1,80,{AT},60', "line 4: the line is no CSV"),
        (f"A,J\0,C1,80,{AT},60", "line 4: the line has a NUL character"),
    ],
)
def test_a_bad_cell_is_told_with_its_place_and_nothing_is_written(tmp_path: Path, line: str, told: str) -> None:
    write_scores(tmp_path, *panel("A", "80"), line)
    lines = refused(lambda: run_rank(tmp_path), tmp_path)
    assert any(one.startswith(f"scores.csv, {told}") for one in lines)
    assert lines[-1] == "Nothing was written."


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    write_scores(tmp_path, *(f"E{n},J1,C1,101,{AT},60" for n in range(80)))
    lines = refused(lambda: run_rank(tmp_path), tmp_path)
    assert len(lines) == 52
    assert lines[-2] == "and 110 more"


def test_a_criterion_that_was_left_out_is_told(tmp_path: Path) -> None:
    write_scores(tmp_path, f"A,J1,C1,80,{AT},60")
    assert refused(lambda: run_rank(tmp_path), tmp_path)[0] == "scores.csv, line 2: J1 has not scored C2 of A"


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("entry_code,judge_code,criterion,mark,submitted_at,seconds_spent", "line 1: the column score is missing"),
        (f"{HEADER},score", "line 1, column 7: the column score stands twice"),
        ("", "line 1: the column entry_code is missing"),
    ],
)
def test_wrong_columns_are_told(tmp_path: Path, header: str, told: str) -> None:
    write_scores(tmp_path, header=header)
    assert refused(lambda: run_rank(tmp_path), tmp_path)[0] == f"scores.csv, {told}"


def test_a_file_that_is_not_there_not_utf8_or_empty_is_told(tmp_path: Path) -> None:
    assert refused(lambda: run_rank(tmp_path), tmp_path)[0] == "scores.csv: the file cannot be read"
    tmp_path.joinpath("scores.csv").write_bytes(HEADER.encode() + "\n作品".encode("gb18030"))
    assert refused(lambda: run_rank(tmp_path), tmp_path)[0].startswith("scores.csv, line 2: the file is not UTF-8")
    write_scores(tmp_path)
    assert refused(lambda: run_rank(tmp_path), tmp_path)[0] == "scores.csv: the file has no scores"


def test_blank_lines_further_columns_and_unknown_times_do_not_matter(tmp_path: Path) -> None:
    write_scores(
        tmp_path, "A,x,J1,C1,80,,", "", "A,x,J1,C2,80.5,,", ",,,,,,", header=HEADER.replace(",judge", ",note,judge")
    )
    run_rank(tmp_path)
    assert table(tmp_path / "results.csv")[0]["official_score"] == "80.20"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("weights", "C1"),
        ("weights", "C1=0"),
        ("weights", "C1=1,C1=2"),
        ("weights", "C1=-1"),
        ("top", "0"),
        ("top", "x"),
        ("ties", "C9"),
    ],
)
def test_bad_options_are_refused(tmp_path: Path, option: str, value: str) -> None:
    write_scores(tmp_path, *panel("A", "80"))
    with pytest.raises(CommandError):
        run_rank(tmp_path, **{option: value})
    assert [path.name for path in tmp_path.iterdir()] == ["scores.csv"]


def test_what_is_written_is_never_what_is_read_nor_in_a_folder_that_is_not_there(tmp_path: Path) -> None:
    write_scores(tmp_path, *panel("A", "80"))
    for options in (
        {"out": str(tmp_path / "scores.csv")},
        {"flags": str(tmp_path / "results.csv")},
        {"out": str(tmp_path / "nowhere" / "results.csv")},
        {"out": str(tmp_path)},
    ):
        lines = refused(lambda options=options: run_rank(tmp_path, **options), tmp_path)  # type: ignore[misc]
        assert len(lines) == 1


def write_affiliations(folder: Path, world: World) -> None:
    entries, judges = world.totals.entries, world.totals.judges
    lines = [f"{code},P{place % 5}" for place, code in enumerate(entries)]
    folder.joinpath("entries.csv").write_text("\ufeffentry_code,affiliation\n" + "\n".join(lines), encoding="utf-8")
    lines = [f"{code},P{place % 5}" for place, code in enumerate(judges[:-1])] + [f"{judges[-1]},"]
    folder.joinpath("judges.csv").write_text("judge_code,affiliation\n" + "\n".join(lines), encoding="utf-8")


class TestBias:
    """`manage.py bias`."""

    def test_finds_the_judge_who_favours_the_own_affiliation(self, tmp_path: Path) -> None:
        world = mixed_world(8, entries=200, judges=12)
        own = world.judge == 3
        favoured = world.value[own] + (world.entry[own] % 5 == 3) * 14
        world = world.with_marks(3, favoured)
        write_world(tmp_path, world)
        write_affiliations(tmp_path, world)
        answer = run_bias(tmp_path)
        rows = {row["judge_code"]: row for row in table(tmp_path / "bias.csv")}
        assert answer["flagged"] == ["J0003"]
        assert rows["J0003"]["flag"] == "favours"
        assert float(rows["J0003"]["low"]) < 14 < float(rows["J0003"]["high"])
        assert float(rows["J0003"]["p"]) < 0.001
        assert int(rows["J0003"]["n_same"]) == int(((world.entry % 5 == 3) & own).sum())
        assert "J0011" not in rows  # without an affiliation there is nothing to test

    def test_tells_the_problems_of_all_three_files_at_once(self, tmp_path: Path) -> None:
        write_scores(tmp_path, f"A,J1,C1,300,{AT},60")
        tmp_path.joinpath("entries.csv").write_text("entry_code,affiliation\n=A,P\nB,P\nB,P\n", encoding="utf-8")
        tmp_path.joinpath("judges.csv").write_text("judge,affiliation\nJ1,P\n", encoding="utf-8")
        assert refused(lambda: run_bias(tmp_path), tmp_path) == [
            "scores.csv, line 2, column 4: score is not between 0 and 100: 300",
            "entries.csv, line 2, column 1: entry_code begins like a formula: =A",
            "entries.csv, line 4, column 1: B stands twice",
            "judges.csv, line 1: the column judge_code is missing",
            "Nothing was written.",
        ]

    def test_tells_codes_that_the_other_files_do_not_know(self, tmp_path: Path) -> None:
        write_scores(tmp_path, f"A,J1,C1,80,{AT},60")
        tmp_path.joinpath("entries.csv").write_text("entry_code,affiliation\nB,P\n", encoding="utf-8")
        tmp_path.joinpath("judges.csv").write_text("judge_code,affiliation\n", encoding="utf-8")
        assert refused(lambda: run_bias(tmp_path), tmp_path)[:2] == [
            "entries.csv: A of scores.csv is missing",
            "judges.csv: J1 of scores.csv is missing",
        ]

    def test_takes_weights(self, tmp_path: Path) -> None:
        world = mixed_world(9, entries=40, judges=6)
        write_world(tmp_path, world)
        write_affiliations(tmp_path, world)
        assert run_bias(tmp_path, "--weights", "C1=1,C2=3")["judges"] == 6
