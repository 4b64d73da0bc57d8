"""`manage.py assign`: files in, a file and one line out; nothing on error."""

import codecs
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

FILES = {
    "entries.csv": "entry_code,track,province,required_judges\nE1,甲,湖北,2\nE2,甲,湖北,2\n",
    "judges.csv": "judge_code,organisation,min_load,max_load\nJ1,A,1,2\nJ2,A,1,2\nJ3,B,1,2\n",
    "affinity.csv": "entry_code,judge_code,affinity\n"
    + "".join(f"E{e},J{j},{e + j}\n" for e in (1, 2) for j in (1, 2, 3)),
    "conflicts.csv": "entry_code,judge_code\nE1,J2\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict:
    call_command("assign", str(folder), "--out", str(folder / "out.csv"), "--seed", "2024", *options)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    return json.loads(lines[0])


def seats(folder: Path) -> str:
    return (folder / "out.csv").read_text(encoding="utf-8-sig")


def test_writes_the_seats_and_prints_one_line(folder, capsys):
    answer = run(folder, capsys)
    assert seats(folder) == "entry_code,judge_code\nE1,J1\nE1,J3\nE2,J2\nE2,J3\n"
    assert (folder / "out.csv").read_bytes().startswith(codecs.BOM_UTF8)
    assert answer["seconds"] >= 0
    assert {key: answer[key] for key in answer if key != "seconds"} == {
        "objective": 2 + 4 + 4 + 5, "proved": True, "unfilled": 0, "weakest_pair": 2,
    }  # fmt: skip


def test_reads_a_mark_at_the_beginning_and_ignores_further_columns(folder, capsys):
    text = "note,judge_code,organisation,min_load,max_load\n" + "".join(f"x,J{n},O{n},,\n" for n in (1, 2, 3))
    (folder / "judges.csv").write_text(text, encoding="utf-8-sig")
    assert run(folder, capsys)["unfilled"] == 0


def test_skips_empty_lines(folder, capsys):
    (folder / "conflicts.csv").write_text("entry_code,judge_code\n\nE1,J2\n\n", encoding="utf-8")
    run(folder, capsys)
    assert seats(folder) == "entry_code,judge_code\nE1,J1\nE1,J3\nE2,J2\nE2,J3\n"


def test_other_seats_than_the_file_says(folder, capsys):
    (folder / "entries.csv").write_text("entry_code,track\nE1,甲\nE2,甲\n", encoding="utf-8")
    assert run(folder, capsys, "--seats", "1")["unfilled"] == 0
    assert seats(folder).count("\n") == 3


def test_a_shortage_has_its_certificate(folder, capsys):
    answer = run(folder, capsys, "--seats", "3")
    assert answer["unfilled"] == 2
    assert {one["code"] for one in answer["certificate"]} == {"organisations"}
    assert sum(one["figures"]["short"] for one in answer["certificate"]) == 2
    assert "judges of only 2 organisations may take it" in answer["certificate"][0]["text"]


def test_the_order_of_rows_changes_no_byte(folder, capsys):
    run(folder, capsys)
    first = (folder / "out.csv").read_bytes()
    for name in FILES:
        head, *rows = (folder / name).read_text(encoding="utf-8").splitlines()
        (folder / name).write_text("\n".join([head, *reversed(rows)]) + "\n", encoding="utf-8")
    run(folder, capsys)
    assert (folder / "out.csv").read_bytes() == first


@pytest.mark.parametrize(
    ("name", "before", "after", "said"),
    [
        ("entries.csv", "E2,", "E1,", "entries.csv, line 3, entry_code: entry E1 stands there twice"),
        ("entries.csv", "湖北,2\nE2", "湖北,zwei\nE2", "entries.csv, line 2, required_judges: “zwei” is not a whole number"),
        ("entries.csv", "湖北,2\nE2", "湖北,-1\nE2", "entries.csv, line 2, required_judges: -1 is not between 0"),
        ("entries.csv", "required_judges", "judges", "entries.csv, line 1, required_judges: this column is missing"),
        ("entries.csv", "E2,", "=E2,", "a code may not begin with “=”"),
        ("judges.csv", "J1,A,1,2", "J1,A,3,2", "judges.csv, line 2, min_load: the minimum 3 is above the maximum 2"),
        ("judges.csv", "J1,A,", "J1,,", "judges.csv, line 2, organisation: the organisation is missing"),
        ("judges.csv", "J3,B", "J1,B", "judges.csv, line 4, judge_code: judge J1 stands there twice"),
        ("affinity.csv", "E1,J1,2", "E1,J1,2.5", "affinity.csv, line 2, affinity: “2.5” is not a whole number"),
        ("affinity.csv", "E1,J1,2", "E1,J1,NaN", "affinity.csv, line 2, affinity: “NaN” is not a whole number"),
        ("affinity.csv", "E1,J1,2", "E9,J1,2", "affinity.csv, line 2, entry_code: entries.csv has no entry E9"),
        ("affinity.csv", "E1,J1,2", "E1,J9,2", "affinity.csv, line 2, judge_code: judges.csv has no judge J9"),
        ("affinity.csv", "E1,J1,2", "E1,J2,2", "affinity.csv, line 3, entry_code: the pair E1, J2 stands there twice"),
        ("affinity.csv", "E1,J1,2", "E1,J1", "affinity.csv, line 2: 2 columns where the header has 3"),
        ("affinity.csv", "E1,J1,2", '"E1,J1,2', "affinity.csv, line 7: not CSV"),
        ("entries.csv", "E2,", ",", "entries.csv, line 3, entry_code: a code is missing"),
        ("judges.csv", "J3,B", " ,B", "judges.csv, line 4, judge_code: a code is missing"),
        ("judges.csv", "J3,B", f"{'J' * 65},B", "judges.csv, line 4, judge_code: not a code: at most 64"),
        ("entries.csv", "track,province", "track,track", "entries.csv, line 1, track: this column stands there twice"),
        ("conflicts.csv", "E1,J2", "E1,J9", "conflicts.csv, line 2, judge_code: judges.csv has no judge J9"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_line_and_column_and_nothing_is_written(folder, name, before, after, said):
    text = FILES[name]
    assert before in text
    (folder / name).write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(CommandError) as caught:
        call_command("assign", str(folder), "--out", str(folder / "out.csv"), "--seed", "s")
    assert said in str(caught.value)
    assert caught.value.returncode == 2
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)


def test_a_missing_or_foreign_file_is_told(folder):
    (folder / "conflicts.csv").unlink()
    (folder / "judges.csv").write_bytes("judge_code,机构".encode("gb18030"))
    with pytest.raises(CommandError) as caught:
        call_command("assign", str(folder), "--out", str(folder / "out.csv"), "--seed", "s")
    assert "conflicts.csv: the file is missing" in str(caught.value)
    assert "judges.csv: the file is not UTF-8" in str(caught.value)


def test_an_old_file_stays_when_the_new_one_cannot_be_made(folder):
    (folder / "out.csv").write_text("before")
    (folder / "affinity.csv").write_text("nonsense")
    with pytest.raises(CommandError):
        call_command("assign", str(folder), "--out", str(folder / "out.csv"), "--seed", "s")
    assert (folder / "out.csv").read_text() == "before"


@pytest.mark.parametrize("options", [("--seats", "-1"), ("--out", "/nowhere/at/all.csv")])
def test_an_option_that_cannot_be_meant_is_refused(folder, options):
    with pytest.raises(CommandError) as caught:
        call_command("assign", str(folder), "--out", str(folder / "out.csv"), "--seed", "s", *options)
    assert caught.value.returncode == 2


def test_many_faults_are_counted(folder):
    (folder / "affinity.csv").write_text("entry_code,judge_code,affinity\n" + "E1,J1,x\n" * 50, encoding="utf-8")
    with pytest.raises(CommandError, match="and 30 more"):
        call_command("assign", str(folder), "--out", str(folder / "out.csv"), "--seed", "s")
