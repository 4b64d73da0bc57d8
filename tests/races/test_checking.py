"""The formal check when several people decide at the same instant."""

from tests.races.arena import RUNNERS, Arena


def test_a_first_verdict_is_confirmed_or_overruled_by_one_person(ring: Arena):
    scene = ring.set_up("checking", "to_check", screeners=RUNNERS, looked_at=True)
    ways = ["confirm", "pass"] * (RUNNERS // 2)
    outcome = ring.race(
        "checking",
        "check",
        [
            {"entry": scene["entry"], "person": person, "way": way, "seen": 1}
            for person, way in zip(scene["people"], ways, strict=True)
        ],
    )
    assert outcome.errors == []
    assert outcome.refusals == {"stale": RUNNERS - 1}
    found = ring.set_up("checking", "verdicts", entry=scene["entry"])
    assert (found["all"], found["in_force"]) == (2, outcome.returned)
    assert found["notices"] == [f"submissions.check_{outcome.returned[0]}"]


def test_of_many_first_looks_one_is_kept_and_nobody_is_told(ring: Arena):
    scene = ring.set_up("checking", "to_check", screeners=RUNNERS)
    ways = ["fail", "pass"] * (RUNNERS // 2)
    outcome = ring.race(
        "checking",
        "check",
        [
            {"entry": scene["entry"], "person": person, "way": way, "seen": 0}
            for person, way in zip(scene["people"], ways, strict=True)
        ],
    )
    assert outcome.errors == []
    assert outcome.refusals == {"stale": RUNNERS - 1}
    assert ring.set_up("checking", "verdicts", entry=scene["entry"]) == {"all": 1, "in_force": [], "notices": []}
