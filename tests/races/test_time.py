"""Deadlines, when everybody comes at the same second."""

import pytest

from tests.races.arena import RUNNERS, Arena


def test_one_request_is_open_however_many_tabs_ask(ring: Arena):
    scene = ring.set_up("time", "late_draft", asked=False)
    outcome = ring.race("time", "ask", [scene] * RUNNERS)
    assert outcome.errors == []
    assert len(outcome.returned) == 1
    assert outcome.refusals == {"asked_already": RUNNERS - 1}


def test_a_request_is_granted_once_however_many_organisers_answer(ring: Arena):
    scene = ring.set_up("time", "late_draft")
    outcome = ring.race("time", "grant", [scene | {"days": 1 + place} for place in range(RUNNERS)])
    assert outcome.errors == []
    assert len(outcome.returned) == 1
    assert set(outcome.refusals) <= {"stale", "no_gain"}
    assert ring.set_up("time", "state_of", entry=scene["entry"])["extensions"] == ["granted"]


def test_extending_and_submitting_at_the_same_second_is_one_before_the_other(ring: Arena):
    scene = ring.set_up("time", "late_draft")
    parts = ["grant", *["submit"] * (RUNNERS - 1)]
    outcome = ring.race("time", "grant_or_submit", [scene | {"part": part} for part in parts])
    assert outcome.errors == []
    assert "returned" in outcome.answers[0]
    submitted = outcome.returned.count("submitted")
    assert submitted <= 1
    assert set(outcome.refusals) <= {"closed", "already_submitted"}
    state = ring.set_up("time", "state_of", entry=scene["entry"])
    assert (state["versions"], state["counts"], state["extensions"]) == (submitted, True, ["granted"])
    assert state["status"] == ("submitted" if submitted else "draft")


def test_a_correction_that_comes_in_time_and_the_verdict_on_what_lapsed_never_both_count(ring: Arena):
    scene = ring.set_up("time", "lapsing_correction")
    parts = ["submit", "pass"] * (RUNNERS // 2)
    outcome = ring.race("time", "submit_or_pass", [scene | {"part": part} for part in parts])
    assert outcome.errors == []
    assert len(outcome.returned) == 1
    state = ring.set_up("time", "state_of", entry=scene["entry"])
    assert state["status"] == "submitted"
    assert state["corrected"]
    assert state["versions"] == (2 if outcome.returned == ["submit"] else 1)


def test_workers_that_remind_at_once_tell_every_team_once(ring: Arena):
    scene = ring.set_up("time", "drafts_before_the_deadline", teams=5)
    outcome = ring.race("time", "remind", [scene] * RUNNERS)
    assert outcome.errors == []
    assert sum(outcome.returned) == 5
    assert ring.set_up("time", "reminded") == [5, 5]


@pytest.mark.parametrize("part", ["submit", "withdraw"])
def test_disqualifying_and_what_the_captain_does_at_the_same_second_never_both_count(ring: Arena, part: str):
    scene = ring.set_up("time", "changed_after_submission")
    parts = ["disqualify", part] * (RUNNERS // 2)
    outcome = ring.race("time", "disqualify_or_go_on", [scene | {"part": each} for each in parts])
    assert outcome.errors == []
    assert len(outcome.returned) == 1
    state = ring.set_up("time", "disqualified", entry=scene["entry"])
    assert state["wrong"] == []
    expected = {"disqualify": ("disqualified", 1), "submit": ("submitted", 0), "withdraw": ("withdrawn", 0)}
    assert (state["status"], state["decisions"]) == expected[outcome.returned[0]]
    assert state["versions"] == (2 if outcome.returned == ["submit"] else 1)
