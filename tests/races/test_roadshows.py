"""The hall when everybody presses at the same instant."""

from tests.races.arena import RUNNERS, Arena


def test_what_is_submitted_while_the_host_closes_counts_wholly_or_not_at_all(ring: Arena):
    scene = ring.set_up("roadshows", "on_stage", judges=RUNNERS - 1)
    host = {"roadshow": scene["roadshow"], "host": scene["host"], "seen": scene["seen"]}
    runners = [{"seat": seat} for seat in scene["seats"]]
    runners.insert(len(runners) // 2, host)
    race = ring.race("roadshows", "act", runners)
    assert race.errors == []
    accepted = race.returned.count("sealed")
    assert race.returned.count("closed") == 1
    assert set(race.refusals) <= {"slot_closed"}
    assert accepted + race.refusals["slot_closed"] == RUNNERS - 1
    assert ring.set_up("roadshows", "outcome", slot=scene["slot"]) == {
        "status": "closed",
        "sealed": accepted,
        "counted": accepted,
    }


def test_a_team_is_called_once_however_many_consoles_call(ring: Arena):
    scene = ring.set_up("roadshows", "waiting")
    race = ring.race("roadshows", "call", [scene] * RUNNERS)
    assert race.errors == []
    assert race.returned == [1]
    assert race.refusals == {"stale": RUNNERS - 1}


def test_a_roadshow_is_called_off_or_begun_and_never_both(ring: Arena):
    scene = ring.set_up("roadshows", "waiting")
    race = ring.race("roadshows", "call_or_call_off", [scene | {"off": bool(n % 2)} for n in range(RUNNERS)])
    assert race.errors == []
    assert len(race.returned) == 1
    assert set(race.refusals) <= {"stale", "called_off"}
    after = {
        "called": {"status": "live", "slots": ["presenting", "waiting"], "seats": 3},
        "called_off": {"status": "called_off", "slots": ["called_off"], "seats": 0},
    }
    assert ring.set_up("roadshows", "hall", roadshow=scene["roadshow"]) == after[race.returned[0]]


def test_a_paper_is_keyed_by_two_people_however_many_have_it_in_hand(ring: Arena):
    scene = ring.set_up("roadshows", "paper", keyers=RUNNERS)
    race = ring.race("roadshows", "key", [{"seat": scene["seat"], "person": person} for person in scene["people"]])
    assert race.errors == []
    assert sorted(race.returned) == [1, 2]
    assert set(race.refusals) <= {"on_screen", "keyed_twice", "keyed_meanwhile"}
    assert ring.set_up("roadshows", "keyed", seat=scene["seat"]) == {"turns": [1, 2], "people": 2, "sealed": 1}
