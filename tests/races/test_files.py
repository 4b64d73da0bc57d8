"""Files, when several people and several tabs send at the same instant."""

from submissions.actions.transfers import MOST_UNFINISHED
from tests.races.arena import RUNNERS, Arena
from tests.submissions.sender import PDF


def test_of_those_who_replace_the_same_file_one_does_and_the_others_are_told(ring: Arena):
    scene = ring.set_up("files", "draft_with_file")
    outcome = ring.race("files", "replace", [{**scene, "note": str(number)} for number in range(RUNNERS)])
    assert outcome.errors == []
    assert len(outcome.returned) == 1
    assert outcome.refusals == {"stale": RUNNERS - 1}
    assert ring.set_up("files", "stored", entry=scene["entry"]) == outcome.returned


def test_the_same_piece_counts_once(ring: Arena):
    scene = ring.set_up("files", "begun")
    outcome = ring.race("files", "send", [{"transfer": scene["transfer"], "start": 0, "end": 1000}] * RUNNERS)
    assert outcome.errors == []
    assert outcome.returned == [1000]
    assert outcome.refusals == {"stale": RUNNERS - 1}
    assert ring.set_up("files", "state_of", transfer=scene["transfer"]) == ["receiving", 1000]


def test_the_last_piece_places_the_file_once(ring: Arena):
    scene = ring.set_up("files", "begun")
    outcome = ring.race("files", "send", [{"transfer": scene["transfer"], "start": 0, "end": len(PDF)}] * RUNNERS)
    assert outcome.errors == []
    assert outcome.returned == [len(PDF)]
    assert sum(outcome.refusals.values()) == RUNNERS - 1
    assert set(outcome.refusals) <= {"stale", "over"}
    assert ring.set_up("files", "state_of", transfer=scene["transfer"]) == ["placed", len(PDF)]
    assert len(ring.set_up("files", "stored", entry=scene["entry"])) == 1


def test_a_team_never_has_more_unfinished_transfers_than_it_may(ring: Arena):
    scene = ring.set_up("files", "begun")
    left = 3
    for _turn in range(MOST_UNFINISHED - left - 1):
        ring.set_up("files", "begun", entry=scene["entry"])
    outcome = ring.race("files", "begun", [{"entry": scene["entry"]}] * RUNNERS)
    assert outcome.errors == []
    assert len(outcome.returned) == left
    assert outcome.refusals == {"too_many": RUNNERS - left}


def test_a_file_that_is_sent_while_its_bytes_are_cleared_is_there(ring: Arena):
    senders = RUNNERS // 2
    scene = ring.set_up("files", "forgotten", teams=senders)
    parts = [{"part": "send", "entry": entry} for entry in scene["drafts"]]
    outcome = ring.race("files", "send_or_clear", [*parts, *[{"part": "clear"}] * (RUNNERS - senders)])
    assert outcome.errors == []
    assert outcome.refusals == {}
    assert outcome.returned.count("sent") == senders
    assert ring.set_up("files", "sound") == {"wrong": [], "stored": senders}
