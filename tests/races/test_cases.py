"""Possible duplicates when everybody comes at the same instant."""

from itertools import combinations

from tests.races.arena import RUNNERS, Arena

VERDICTS = ("confirmed", "unfounded", "related")


def test_of_people_who_decide_at_once_one_is_heard_and_the_others_look_again(ring: Arena):
    scene = ring.set_up("cases", "one_case")
    outcome = ring.race("cases", "decide", [{**scene, "verdict": VERDICTS[place % 3]} for place in range(RUNNERS)])
    assert outcome.errors == []
    assert outcome.refusals == {"stale": RUNNERS - 1}
    (heard,) = outcome.returned
    stored = ring.set_up("cases", "decided", case=scene["case"])
    assert stored == {"status": heard, "verdicts": [heard], "entries": ["submitted"]}


def test_of_entries_that_are_compared_at_once_no_pair_is_missed_or_made_twice(ring: Arena):
    scene = ring.set_up("cases", "copies", entries=4)
    outcome = ring.race("cases", "compare", [{"entry": pk} for pk in scene["entries"] * 2])
    assert outcome.errors == []
    pairs = [[one, other, "open", ["text"]] for one, other in combinations(sorted(scene["entries"]), 2)]
    assert ring.set_up("cases", "found") == pairs
