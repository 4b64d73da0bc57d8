"""The part of `verify.py` that draws again: the experts, and the running orders of roadshows. The standard library alone.

An event tells by which rule the experts were to be drawn, what was to decide, and the fingerprint (commitment) of both
together with the pool; a later one, what decided and who was drawn; further ones, who left and who moved up. The pool itself
lies in `draws/`. Each stratum stands in the order of HMAC-SHA256(seed, stratum | code); whoever fits under the caps is taken.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any

COMMITTED, DRAWN, CHANGED = "judging.draw_committed", "judging.draw_drawn", "judging.draw_changed"
ANNOUNCED, LOTS_DRAWN = "judging.lots_announced", "judging.lots_drawn"
NOBODY = "–"  # as the journal writes that no substitute was left
FOLDER, ENDING = "draws/", ".json"


def digest(value: Any) -> str:
    """The fingerprint of a value written as the journal writes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def lot(seed: str, text: str) -> bytes:
    return hmac.new(bytes.fromhex(seed), text.encode(), hashlib.sha256).digest()


def of_kind(events: dict[int, Any], kind: str) -> list[tuple[int, str, Any]]:
    """Place, subject and payload of every event of a kind, in their order."""
    return [(index, one["subject"][1], one["payload"]) for index, one in sorted(events.items()) if one["kind"] == kind]


def check_draws(files: dict[str, bytes], events: dict[int, Any]) -> Iterator[str]:
    """Every draw of experts and of a running order that the journal tells of, again."""
    drawn = {subject: (index, payload) for index, subject, payload in of_kind(events, DRAWN)}
    pools = {name[len(FOLDER) : -len(ENDING)]: name for name in files if name.startswith(FOLDER)}
    for subject in sorted(pools.keys() ^ drawn.keys()):
        yield f"draw {subject}: " + ("not told by the journal" if subject in pools else "its pool is missing")
    for subject in sorted(pools.keys() & drawn.keys()):
        for finding in check_draw(json.loads(files[pools[subject]]), subject, *drawn[subject], events):
            yield f"draw {subject}: {finding}"
    for index, subject, payload in of_kind(events, LOTS_DRAWN):
        for finding in check_lots(subject, index, payload, events):
            yield f"running order {subject}: {finding}"


# ── Experts ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def check_draw(told: Any, subject: str, index: int, drawn: Any, events: dict[int, Any]) -> Iterator[str]:
    """`told` is the file of the draw, `drawn` the journal's word at place `index`."""
    before = [payload for at, of, payload in of_kind(events, COMMITTED) if of == subject and at < index]
    if len(before) != 1:
        yield "not committed to once before it was drawn"
        return
    rule, source, pool = before[0]["rule"], before[0]["source"], told["pool"]
    commitment = digest({"format": told["format"], "rule": rule, "pool": digest(pool), "source": source})
    if {commitment} != {before[0]["commitment"], drawn["commitment"], told["commitment"]}:
        yield "rule, pool and source do not give its commitment"
        return
    revealed = [" ".join(text.split()) for text in drawn["revealed"]]
    for (name, promised), words in zip(source.get("commitments", ()), revealed, strict=False):
        if hashlib.sha256(words.encode()).hexdigest() != promised:
            yield f"the words of {name} are not those promised"
    if len(revealed) != len(source.get("commitments", (None,))):
        yield "not everything that decides was revealed"
    seed = digest({"format": told["format"], "commitment": commitment, "revealed": revealed})
    result = drawn_again(rule, pool, seed)
    if (seed, result) != (drawn["seed"], drawn["result"]):
        yield "drawing again gives others"
    changes = [
        (payload["left"], "" if payload["came"] == NOBODY else payload["came"])
        for _at, of, payload in of_kind(events, CHANGED)
        if of == subject
    ]
    yield from check_changes(rule, pool, result, changes)
    same = {"rule": rule, "source": source, "revealed": revealed, "seed": seed, "result": result}
    if any(told[name] != value for name, value in same.items()) or told["changes"] != [list(one) for one in changes]:
        yield "its file says something else than the journal"


def fits(rule: Any, panel: list[Any], one: Any) -> bool:
    """Whether the caps leave room for another."""
    caps = (("organisation", rule["per_organisation"]), ("region", rule["per_region"]))
    return all(most is None or sum(other[name] == one[name] for other in panel) < most for name, most in caps)


def in_order(stratum: str, pool: list[Any], seed: str) -> list[Any]:
    able = [one for one in pool if stratum in one["strata"]]
    return sorted(able, key=lambda one: (lot(seed, "{}|{}".format(stratum, one["code"])), one["code"]))


def drawn_again(rule: Any, pool: list[Any], seed: str) -> list[Any]:
    """Who is drawn in each stratum, and the substitutes in their order; nobody is drawn twice."""
    taken: set[str] = set()
    orders, panels = [], []
    for stratum in rule["strata"]:
        order, panel = in_order(stratum["key"], pool, seed), []
        for one in order:
            if len(panel) < stratum["seats"] and one["code"] not in taken and fits(rule, panel, one):
                panel.append(one)
                taken.add(one["code"])
        orders.append([one["code"] for one in order])
        panels.append([one["code"] for one in panel])
    return [
        {
            "stratum": stratum["key"],
            "seats": stratum["seats"],
            "drawn": panel,
            "substitutes": [code for code in order if code not in taken],
        }
        for stratum, panel, order in zip(rule["strata"], panels, orders, strict=True)
    ]


def check_changes(rule: Any, pool: list[Any], result: list[Any], changes: list[tuple[str, str]]) -> Iterator[str]:
    """Each time somebody leaves, the first substitute of the stratum moves up who fits and never left."""
    known = {one["code"]: one for one in pool}
    panels = [list(one["drawn"]) for one in result]
    gone: set[str] = set()
    for left, came in changes:
        gone.add(left)
        place = next((place for place, panel in enumerate(panels) if left in panel), None)
        if place is None:
            yield f"{left} left without having been drawn"
            return
        here = {code for panel in panels for code in panel}
        rest = [known[code] for code in panels[place] if code != left]
        free = [code for code in result[place]["substitutes"] if code not in gone | here]
        wanted = next((code for code in free if fits(rule, rest, known[code])), "")
        if came != wanted:
            yield "{} left: {} had to move up, not {}".format(left, wanted or "nobody", came or "nobody")
            return
        at = panels[place].index(left)
        panels[place][at : at + 1] = [came] if came else []


# ── Running orders ────────────────────────────────────────────────────────────────────────────────────────────────────


def check_lots(subject: str, index: int, drawn: Any, events: dict[int, Any]) -> Iterator[str]:
    """The teams in the order of HMAC-SHA256(seed, "lots|" + number); teams and source were committed to before."""
    before = [payload for at, of, payload in of_kind(events, ANNOUNCED) if of == subject and at < index]
    if len(before) != 1:
        yield "not announced once before it was drawn"
        return
    order = drawn["order"]
    facts = {"format": "chengshu-lots/1", "entries": sorted(order), "source": before[0]["source"]}
    if {digest(facts)} != {before[0]["commitment"], drawn["commitment"]}:
        yield "teams and source do not give its commitment"
    seed = hashlib.sha256("{}|{}".format(drawn["commitment"], drawn["number"]).encode()).hexdigest()
    if seed != drawn["seed"] or order != sorted(order, key=lambda number: (lot(seed, f"lots|{number}"), number)):
        yield "drawing again gives another order"
