"""The script that goes out with the proofs draws again what was drawn: the experts, and the running order of a roadshow."""

import copy
import io
import json
import zipfile
from copy import deepcopy
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging import draw as core
from judging.actions import commit_draw, export_proofs, prepare_draw, replace_drawn, reveal_draw
from judging.models import Expert
from judging.reading.drawn import read_pool
from portal.journal import verify_draws
from tests.judging.factories import NOW, make_expert
from tests.judging.roadshows import make_show
from tests.judging.test_proofs import findings, signed_anew, verify
from tests.scenes import once_per_module

WORDS = ["山高水长", "惟楚 有材"]
WITNESSES = {
    "kind": "witnesses",
    "commitments": [[name, core.hash_of_words(words)] for name, words in zip("甲乙", WORDS, strict=True)],
}


def drawn():
    """A roadshow whose order was drawn, and a draw of experts."""
    show = make_show(experts=9, entries=4)
    return show, draw_experts(show)


def draw_experts(show):
    """Experts drawn with the words of two witnesses; one has left."""
    for _place in range(3):
        make_expert(show.contest, show.track, status=Expert.Status.LISTED)
    asked = {"actor": show.host, "now": NOW}
    made = prepare_draw(
        **asked, contest=show.contest, title="路演评委", seats={"*": 2, str(show.track.number): 3}, per_organisation=1,
        per_region=None, source=WITNESSES,
    )  # fmt: skip
    made = commit_draw(**asked, draw=made, seen=core.pool_hash(read_pool(show.contest)))
    made = reveal_draw(actor=show.host, draw=made, revealed=WORDS, now=NOW + timedelta(hours=1))
    replace_drawn(**asked, draw=made, leaving=made.result[0]["drawn"][0], reason="因病")
    return made


made = once_per_module(drawn)


@pytest.fixture
def show(db, made):
    return deepcopy(made[0])


@pytest.fixture
def draw(db, made):
    return deepcopy(made[1])


@pytest.fixture
def files(show, draw):
    archive = export_proofs(actor=show.host, stage=show.stage, now=NOW + timedelta(days=10))
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


@pytest.fixture
def events(files):
    rows = [json.loads(line) for line in files["events.jsonl"].splitlines()]
    return {row["index"]: row["event"] for row in rows}


def said(files, events):
    return list(verify_draws.check_draws(files, events))


def test_what_was_drawn_comes_out_again(files, draw, tmp_path):
    assert findings(files) == []
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    code, output = verify(tmp_path, script=tmp_path / "verify.py")
    assert (code, "Drawn again: 1 draws of experts, 1 running orders." in output) == (0, True), output
    told = core.replay(json.loads(files[f"draws/{draw.public_id}.json"]))
    assert told.differences == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told["pool"].pop(),
        lambda told: told["pool"][0].update(organisation="G99"),
        lambda told: told["result"][0]["drawn"].reverse(),
        lambda told: told["changes"].clear(),
        lambda told: told.update(seed="0" * 64),
        lambda told: told.update(commitment="0" * 64),
        lambda told: told["rule"].update(per_organisation=2),
    ],
)
def test_a_file_of_a_draw_that_says_something_else_is_found(files, draw, change):
    name = f"draws/{draw.public_id}.json"
    told = json.loads(files[name])
    change(told)
    (found,) = findings(signed_anew(files | {name: json.dumps(told).encode()}))
    assert found.startswith(f"draw {draw.public_id}: ")


def test_a_draw_without_its_pool_and_a_pool_without_its_draw_are_found(files, draw):
    name = f"draws/{draw.public_id}.json"
    without = {other: content for other, content in files.items() if other != name}
    assert findings(signed_anew(without)) == [f"draw {draw.public_id}: its pool is missing"]
    assert findings(signed_anew(files | {"draws/x.json": files[name]})) == ["draw x: not told by the journal"]


def _exchange(names):
    names[0], names[1] = names[1], names[0]


@pytest.mark.parametrize(
    ("kind", "change", "sentence"),
    [
        ("draw_drawn", lambda drawn: drawn["result"][0]["drawn"].reverse(), "drawing again gives others"),
        ("draw_drawn", lambda drawn: drawn.update(seed="0" * 64), "drawing again gives others"),
        ("draw_drawn", lambda drawn: drawn["revealed"].pop(), "not everything that decides was revealed"),
        ("draw_drawn", lambda drawn: _exchange(drawn["revealed"]), "the words of 甲 are not those promised"),
        ("draw_drawn", lambda drawn: drawn.update(commitment="0" * 64), "pool and source do not give its commitment"),
        ("draw_changed", lambda changed: changed.update(came="J9999"), "had to move up, not J9999"),
        ("draw_changed", lambda changed: changed.update(came="–"), "had to move up, not nobody"),
        ("draw_changed", lambda changed: changed.update(left="J9999"), "J9999 left without having been drawn"),
        ("lots_drawn", lambda lots: _exchange(lots["order"]), "drawing again gives another order"),
        ("lots_drawn", lambda lots: lots.update(number="3 7 2"), "drawing again gives another order"),
        ("lots_drawn", lambda lots: lots["order"].pop(), "teams and source do not give its commitment"),
        ("lots_announced", lambda lots: lots.update(source="另一期"), "teams and source do not give its commitment"),
    ],
)
def test_a_portal_that_drew_otherwise_is_found(files, events, kind, change, sentence):
    """Here the journal itself says so: whoever runs the portal drew as they liked and wrote it down."""
    (place,) = (place for place, event in events.items() if event["kind"] == f"judging.{kind}")
    altered = copy.deepcopy(events)
    change(altered[place]["payload"])
    assert said(files, events) == []
    assert any(sentence in one for one in said(files, altered)), said(files, altered)


@pytest.mark.parametrize("kind", ["draw_committed", "lots_announced"])
def test_what_was_not_committed_to_before_is_found(files, events, kind):
    (place,) = (place for place, event in events.items() if event["kind"] == f"judging.{kind}")
    left_out = {other: event for other, event in events.items() if other != place}
    afterwards = left_out | {max(events) + 1: events[place]}
    for altered in (left_out, afterwards):
        (found,) = said(files, altered)
        assert "once before it was drawn" in found


candidates = st.builds(
    core.Candidate,
    code=st.text("ABCDEFGH", min_size=1, max_size=3),
    organisation=st.sampled_from(["G1", "G2", "G3"]),
    region=st.sampled_from(["42", "11"]),
    strata=st.sets(st.sampled_from(["*", "1", "2"]), min_size=1).map(frozenset),
)


@given(
    pool=st.lists(candidates, min_size=1, max_size=12, unique_by=lambda one: one.code),
    seats=st.dictionaries(st.sampled_from(["*", "1", "2"]), st.integers(1, 5), min_size=1),
    caps=st.tuples(st.none() | st.integers(1, 3), st.none() | st.integers(1, 3)),
    seed=st.binary(min_size=32, max_size=32).map(bytes.hex),
    leaving=st.lists(st.integers(0, 20), max_size=4),
)
def test_the_script_and_the_portal_draw_the_same(pool, seats, caps, seed, leaving):
    """Written twice, by the same rule: who is drawn, who is a substitute, and who moves up."""
    rule = core.Rule(tuple(core.Stratum(key, count) for key, count in seats.items()), *caps)
    rows, rules = core.pool_data(pool), core.rule_data(rule)
    outcome = core.draw(rule, pool, seed)
    result = verify_draws.drawn_again(rules, rows, seed)
    assert result == [core.outcome_data(one) for one in outcome]
    changes: list[tuple[str, str]] = []
    for number in leaving:
        here = [code for panel in core.panels_after(outcome, changes) for code in panel]
        if here:
            left = here[number % len(here)]
            changes.append((left, core.substitute(rule, pool, outcome, changes, left) or ""))
    assert list(verify_draws.check_changes(rules, rows, result, changes)) == []
