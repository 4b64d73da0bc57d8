"""The draw: repeatable by anybody, within its caps, and fixed before its seed was known."""

import hashlib
import hmac
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from judging.draw import (
    Candidate,
    DrawError,
    Rule,
    Stratum,
    commitment,
    draw,
    export,
    fits,
    hash_of_words,
    panels_after,
    pool_hash,
    replay,
    seed_of,
    substitute,
)

SOURCE = {"kind": "public", "announced": "2026年8月3日上证指数收盘点位"}
SEED = hashlib.sha256(b"seed").hexdigest()

candidates = st.builds(
    Candidate,
    code=st.integers(0, 99).map("J{:02d}".format),
    organisation=st.sampled_from("ABCDEF"),
    region=st.sampled_from(["42", "43", "44"]),
    strata=st.frozensets(st.sampled_from(["1", "2", "3"]), min_size=1),
)
pools = st.lists(candidates, min_size=1, max_size=30, unique_by=lambda one: one.code)
caps = st.one_of(st.none(), st.integers(1, 3))
rules = st.builds(
    Rule,
    strata=st.lists(
        st.builds(Stratum, st.sampled_from(["1", "2", "3"]), st.integers(1, 6)),
        min_size=1,
        max_size=3,
        unique_by=lambda stratum: stratum.key,
    ).map(tuple),
    per_organisation=caps,
    per_region=caps,
)
seeds = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(rules, pools, seeds, st.randoms())
def test_the_order_of_the_pool_makes_no_difference(rule, pool, seed, random):
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert draw(rule, pool, seed) == draw(rule, shuffled, seed)
    assert commitment(rule, pool, SOURCE) == commitment(rule, shuffled, SOURCE)


@given(rules, pools, seeds)
def test_nobody_is_drawn_twice_or_without_qualification_or_beyond_a_cap(rule, pool, seed):
    by_code = {one.code: one for one in pool}
    outcome = draw(rule, pool, seed)
    everybody = [code for one in outcome for code in one.drawn]
    assert len(everybody) == len(set(everybody))
    for one in outcome:
        panel = [by_code[code] for code in one.drawn]
        assert len(panel) <= one.seats
        assert all(one.stratum in member.strata for member in panel)
        for name, cap in (("organisation", rule.per_organisation), ("region", rule.per_region)):
            values = [getattr(member, name) for member in panel]
            assert cap is None or all(values.count(value) <= cap for value in values)


@given(rules, pools, seeds)
def test_a_seat_stays_empty_only_when_nobody_fits(rule, pool, seed):
    by_code = {one.code: one for one in pool}
    for one in draw(rule, pool, seed):
        if one.short:
            panel = [by_code[code] for code in one.drawn]
            assert not any(fits(rule, panel, by_code[code]) for code in one.substitutes)


@given(rules, pools, seeds)
def test_drawn_and_substitutes_stand_in_the_order_of_the_hmac(rule, pool, seed):
    def rank(stratum, code):
        return hmac.new(bytes.fromhex(seed), f"{stratum}|{code}".encode(), "sha256").digest()

    for one in draw(rule, pool, seed):
        for codes in (one.drawn, one.substitutes):
            assert list(codes) == sorted(codes, key=lambda code: rank(one.stratum, code))


@given(rules, pools, st.text(min_size=1).filter(lambda text: bool(text.strip())), st.data())
def test_an_exported_draw_with_substitutions_is_replayed_as_equal(rule, pool, words, data):
    published = commitment(rule, pool, SOURCE)
    outcome = draw(rule, pool, seed_of(published, SOURCE, [words]))
    changes = []
    for _ in range(data.draw(st.integers(0, 3))):
        here = [code for panel in panels_after(outcome, changes) for code in panel]
        if here:
            leaving = data.draw(st.sampled_from(here))
            changes.append((leaving, substitute(rule, pool, outcome, changes, leaving) or ""))
    panels = panels_after(outcome, changes)
    assert len({code for panel in panels for code in panel}) == sum(map(len, panels))
    file = json.loads(json.dumps(_export(rule, pool, [words], outcome, changes)))
    assert replay(file).differences == ()


@given(rules, pools, st.data())
def test_a_changed_file_is_not_equal(rule, pool, data):
    published = commitment(rule, pool, SOURCE)
    outcome = draw(rule, pool, seed_of(published, SOURCE, ["3102.77"]))
    file = _export(rule, pool, ["3102.77"], outcome, [])
    what = data.draw(st.sampled_from(["pool_hash", "commitment", "seed", "revealed", "announced", "result", "pool"]))
    if what in ("pool_hash", "commitment", "seed"):
        file[what] = "0" * 64
    elif what == "revealed":
        file["revealed"] = ["3102.78"]
    elif what == "announced":
        file["source"]["announced"] += "？"
    elif what == "result":
        file["result"][0]["substitutes"].append("J99x")
    else:
        file["pool"][0]["region"] += "9"
    assert replay(file).differences


def _export(rule, pool, revealed, outcome, changes):
    return export(
        title="抽取",
        rule=rule,
        pool=pool,
        source=SOURCE,
        revealed=revealed,
        outcome=outcome,
        changes=changes,
        times={"committed_at": "2026-08-01T00:00:00Z", "drawn_at": "2026-08-03T07:00:00Z"},
    )


def person(code, organisation="A", region="42", strata=("1",)):
    return Candidate(code, organisation, region, frozenset(strata))


def test_a_draw_of_known_people_has_a_known_outcome():
    pool = [person(f"J{number}", organisation=f"O{number}") for number in range(1, 7)]
    order = sorted(
        (one.code for one in pool),
        key=lambda code: hmac.new(bytes.fromhex(SEED), f"1|{code}".encode(), "sha256").digest(),
    )
    (outcome,) = draw(Rule((Stratum("1", 2),)), pool, SEED)
    assert outcome.drawn == tuple(order[:2])
    assert outcome.substitutes == tuple(order[2:])


def test_a_seed_that_is_no_hash_draws_nobody():
    with pytest.raises(DrawError, match="bad_seed"):
        draw(Rule((Stratum("1", 1),)), [person("J1")], SEED.upper())


def test_nobody_leaves_a_panel_in_which_they_do_not_sit():
    pool, rule = [person("J0"), person("J1", "B")], Rule((Stratum("1", 1),))
    outcome = draw(rule, pool, SEED)
    (waiting,) = outcome[0].substitutes
    with pytest.raises(DrawError, match=f"not_drawn: {waiting}"):
        panels_after(outcome, [(waiting, "")])
    with pytest.raises(DrawError, match=f"not_drawn: {waiting}"):
        substitute(rule, pool, outcome, [], waiting)


def test_who_left_does_not_come_back():
    pool = [person(f"J{number}", organisation=f"O{number}") for number in range(3)]
    rule = Rule((Stratum("1", 1),))
    outcome = draw(rule, pool, SEED)
    first = outcome[0].drawn[0]
    second = substitute(rule, pool, outcome, [], first)
    third = substitute(rule, pool, outcome, [(first, second)], second)
    assert {first, second, third} == {"J0", "J1", "J2"}
    assert substitute(rule, pool, outcome, [(first, second), (second, third)], third) is None


@pytest.mark.parametrize("fault", ["another came", "nobody came", "who waits has left"])
def test_a_replacement_that_the_rule_does_not_give_is_a_difference(fault):
    pool, rule = [person(f"J{number}", organisation=f"O{number}") for number in range(4)], Rule((Stratum("1", 1),))
    outcome = draw(rule, pool, seed_of(commitment(rule, pool, SOURCE), SOURCE, ["7"]))
    (drawn,), (first, second, _third) = outcome[0].drawn, outcome[0].substitutes
    changes = {
        "another came": [(drawn, second)],
        "nobody came": [(drawn, "")],
        "who waits has left": [(first, second)],
    }[fault]
    assert replay(_export(rule, pool, ["7"], outcome, [(drawn, first)])).differences == ()
    assert replay(_export(rule, pool, ["7"], outcome, changes)).differences == ("changes",)


def test_a_file_with_other_words_than_a_witness_committed_to_is_not_equal():
    source = {"kind": "witnesses", "commitments": [["公证处", hash_of_words("7")]]}
    pool, rule = [person("J1")], Rule((Stratum("1", 1),))
    published = commitment(rule, pool, source)
    told = {"source": source, "commitment": published, "seed": seed_of(published, source, ["7"])}
    file = _export(rule, pool, ["8"], draw(rule, pool, told["seed"]), []) | told
    again = replay(file)
    assert (again.differences, again.seed, again.outcome) == (("revealed",), "", ())
    assert replay(file | {"revealed": ["7"]}).differences == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"revealed": []}, "not_revealed"),
        ({"revealed": 7}, "bad_format"),
        ({"rule": {"strata": [{"key": "1", "seats": float("inf")}]}}, "bad_format"),
    ],
)
def test_a_file_in_which_something_is_not_what_it_should_be_is_no_draw(changed, code):
    pool, rule = [person("J1")], Rule((Stratum("1", 1),))
    outcome = draw(rule, pool, seed_of(commitment(rule, pool, SOURCE), SOURCE, ["7"]))
    with pytest.raises(DrawError, match=code):
        replay(_export(rule, pool, ["7"], outcome, []) | changed)


def test_the_words_of_every_witness_are_needed_and_checked():
    source = {
        "kind": "witnesses",
        "commitments": [["监督组", hash_of_words("春江 花月夜")], ["公证处", hash_of_words("7")]],
    }
    pool, rule = [person("J1")], Rule((Stratum("1", 1),))
    published = commitment(rule, pool, source)
    assert seed_of(published, source, ["春江  花月夜 ", "7"]) == seed_of(published, source, ["春江 花月夜", "7"])
    with pytest.raises(DrawError, match="other_words: 公证处"):
        seed_of(published, source, ["春江 花月夜", "8"])
    with pytest.raises(DrawError, match="not_revealed"):
        seed_of(published, source, ["春江 花月夜"])


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"kind": "dice"}, "bad_source"),
        ({"kind": "public", "announced": "  "}, "not_announced"),
        ({"kind": "witnesses", "commitments": []}, "no_witness"),
        ({"kind": "witnesses", "commitments": [["甲", "zz"]]}, "bad_commitment"),
        ({"kind": "witnesses", "commitments": [["甲", "0" * 64], ["甲", "1" * 64]]}, "witness_twice"),
        ({"kind": "witnesses", "commitments": [["甲", "0" * 64], ["乙", "0" * 64]]}, "commitment_twice"),
    ],
)
def test_what_decides_must_be_said_before(source, code):
    with pytest.raises(DrawError, match=code):
        commitment(Rule((Stratum("1", 1),)), [person("J1")], source)


@pytest.mark.parametrize(
    ("rule", "pool", "code"),
    [
        (Rule(()), [person("J1")], "no_strata"),
        (Rule((Stratum("1", 0),)), [person("J1")], "no_seats"),
        (Rule((Stratum("1", 1), Stratum("1", 2))), [person("J1")], "stratum_twice"),
        (Rule((Stratum("a|b", 1),)), [person("J1")], "bad_stratum"),
        (Rule((Stratum("1", 1),), per_region=0), [person("J1")], "bad_cap"),
        (Rule((Stratum("1", 1),)), [], "no_pool"),
        (Rule((Stratum("1", 1),)), [person("J1"), person("J1")], "code_twice"),
    ],
)
def test_a_rule_that_makes_no_draw_is_refused(rule, pool, code):
    with pytest.raises(DrawError, match=code):
        draw(rule, pool, SEED)


def test_the_pool_hash_changes_with_every_person():
    assert pool_hash([person("J1")]) != pool_hash([person("J1"), person("J2")])


class TestTheCommand:
    def run(self, path):
        out = StringIO()
        call_command("draw", "--replay", str(path), stdout=out)
        return json.loads(out.getvalue())

    def file(self, tmp_path, **changed):
        pool, rule = [person(f"J{number}", f"O{number}") for number in range(5)], Rule((Stratum("1", 2),))
        outcome = draw(rule, pool, seed_of(commitment(rule, pool, SOURCE), SOURCE, ["3102.77"]))
        path = tmp_path / "draw.json"
        path.write_text("﻿" + json.dumps(_export(rule, pool, ["3102.77"], outcome, []) | changed))
        return path

    def test_says_that_a_draw_is_equal(self, tmp_path):
        assert self.run(self.file(tmp_path))["equal"] is True

    def test_says_where_a_draw_is_not_equal(self, tmp_path):
        with pytest.raises(CommandError, match="not equal: seed") as error:
            self.run(self.file(tmp_path, seed="0" * 64))
        assert error.value.returncode == 1

    @pytest.mark.parametrize("content", ["", "[1]", '{"format": "chengshu-draw/1"}', "\ud800"])
    def test_refuses_what_is_no_draw(self, tmp_path, content):
        path = tmp_path / "draw.json"
        path.write_bytes(content.encode(errors="surrogatepass"))
        with pytest.raises(CommandError, match="is not the file of a draw") as error:
            self.run(path)
        assert error.value.returncode == 2

    def test_says_that_a_file_is_missing(self, tmp_path):
        with pytest.raises(CommandError, match="cannot be read"):
            self.run(tmp_path / "none.json")
