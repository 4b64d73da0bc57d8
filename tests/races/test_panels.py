"""Assignments and score sheets when everybody comes at the same instant."""

from fractions import Fraction

from tests.races.arena import RUNNERS, Arena


def test_a_plan_is_published_once_however_many_press_the_button(ring: Arena):
    scene = ring.set_up("panels", "drafted_plan")
    outcome = ring.race(
        "panels", "publish", [{"plan": scene["plan"], "organiser": scene["organiser"]} for _ in range(RUNNERS)]
    )
    assert outcome.errors == []
    assert outcome.returned == ["published"]
    assert outcome.refusals == {"published": RUNNERS - 1}
    assert ring.set_up("panels", "assignments", stage=scene["stage"]) == scene["seats"]


def test_a_sheet_is_sealed_once_however_many_tabs_seal_it(ring: Arena):
    scene = ring.set_up("panels", "ready_sheets", judges=3)
    outcome = ring.race("panels", "seal", [{"sheet": scene["sheets"][0]} for _ in range(RUNNERS)])
    assert outcome.errors == []
    assert len(outcome.returned) == 1
    assert outcome.refusals == {"sealed": RUNNERS - 1}


def test_judges_who_seal_at_once_are_all_counted_in_the_score(ring: Arena):
    scene = ring.set_up("panels", "ready_sheets", judges=7)
    outcome = ring.race("panels", "seal", [{"sheet": sheet} for sheet in scene["sheets"]])
    assert outcome.errors == []
    totals = sorted(Fraction(total) for total in outcome.returned)
    assert len(totals) == 7
    stored = ring.set_up("panels", "entry_score", stage=scene["stage"], entry=scene["entry"])
    assert stored["sheets"] == 7
    assert Fraction(stored["score"]) == sum(totals[1:-1]) / 5


def test_tabs_that_save_the_same_sheet_never_mix_their_marks(ring: Arena):
    scene = ring.set_up("panels", "open_sheet")
    marks = list(range(70, 70 + RUNNERS))
    outcome = ring.race("panels", "save", [{**scene, "mark": mark} for mark in marks])
    assert outcome.errors == []
    assert outcome.refusals == {"stale": RUNNERS - 1}
    winner = next(mark for mark, answer in zip(marks, outcome.answers, strict=True) if "returned" in answer)
    stored = ring.set_up("panels", "sheet_of", assignment=scene["assignment"])
    assert stored == {"comment": f"第{winner}版", "marks": [f"{winner}.00"] * 2}


def test_every_export_verifies_while_sheets_are_sealed_and_opened_again(ring: Arena):
    judges, exporters, times = 5, 2, 4
    scene = ring.set_up("panels", "stage_being_sealed", judges=judges, entries=6)
    organiser = {"organiser": scene["organiser"]}
    outcome = ring.race(
        "panels",
        "seal_or_export",
        [{"sheets": sheets, **organiser} for sheets in scene["sheets"]]
        + [{"stage": scene["stage"], "times": times, **organiser}] * exporters,
    )
    assert outcome.errors == []
    assert outcome.refusals == {}
    assert outcome.returned == [6] * judges + [[[]] * times] * exporters
