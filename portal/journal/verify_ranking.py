"""The half of `verify.py` that computes the official ranking of an export again: the standard library alone.

The journal's events tell by which rules judging began, which sheets were sealed and opened again, who left a seat and came
back, which entries left the contest and came back, and what the committee voted; `stage.json` has to say the same, and its
places have to follow from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from itertools import combinations, groupby
from math import lcm
from typing import Any

SEALED = "judging.sheet_sealed"
OPENED = {"judging.seal_undone", "judging.sheet_reopened"}
VOTED = "judging.vote_recorded"
PUBLISHED = "judging.plan_published"
#: what an event of a seat makes of its sheet: why it does not count
SEATS = {"judging.judge_recused": "recused", "judging.seat_quarantined": "quarantine", "judging.seat_released": ""}
#: what an event of an entry makes of it: why it is not ranked
ENTRIES = {
    "entry.submitted": "",
    "entry.withdrawn": "withdrawn",
    "entry.check_returned": "returned",
    "entry.disqualified": "disqualified",
}
CHECKED = {"entry.check_passed", "entry.check_failed"}  # a verdict ends a correction
REINSTATED = "entry.reinstated"


#: standard scores: entries that a judge needs in a track, digits of a root, places of a score
FEWEST, DIGITS, STEP = 15, Context(prec=50), Decimal(1).scaleb(-30)


def digest(value: Any, before: bytes = b"") -> str:
    """The fingerprint of a value written as the journal writes."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(before + text.encode()).hexdigest()


def in_order(events: dict[int, Any]) -> list[tuple[int, Any]]:
    return sorted(events.items())


def seat_states(events: dict[int, Any]) -> dict[str, str]:
    """Why the sheet of a seat does not count, by seat; empty where it was put back."""
    return {event["subject"][1]: SEATS[event["kind"]] for _index, event in in_order(events) if event["kind"] in SEATS}


def entry_states(events: dict[int, Any]) -> dict[str, str]:
    """Why an entry is not ranked, by entry; empty where it takes part."""
    found: dict[str, str] = {}
    before: dict[str, str] = {}
    for _index, event in in_order(events):
        kind, entry = event["kind"], event["subject"][1]
        now = found.get(entry, "")
        if kind == "entry.disqualified":
            before[entry] = now
        if kind in ENTRIES:
            found[entry] = ENTRIES[kind]
        elif kind in CHECKED and now == "returned":
            found[entry] = ""
        elif kind == REINSTATED:
            found[entry] = before.get(entry, "")
    return found


def total_of(marks: dict[str, str], criteria: list[Any]) -> Fraction:
    """Weighted mean of the percentages over the criteria that apply."""
    weighted = weights = Fraction(0)
    for criterion in criteria:
        mark = marks[criterion["code"]]
        if mark != "n/a":
            weight = Fraction(criterion["weight"])
            weighted += weight * Fraction(mark) / Fraction(criterion["max_mark"]) * 100
            weights += weight
    return weighted / weights


def score_of(totals: list[Fraction], trim_from: int | None) -> Fraction:
    ordered = sorted(totals)
    counted = ordered[1:-1] if trim_from is not None and len(ordered) >= trim_from else ordered
    return sum(counted, Fraction(0)) / len(counted)


def why_mean(totals: dict[str, dict[str, Fraction]]) -> tuple[str, list[str]]:
    """Why there are no standard scores of these totals (by entry and judge), and the judges concerned; empty where there are."""
    given: dict[str, list[Fraction]] = {}
    for judges in totals.values():
        for judge, total in judges.items():
            given.setdefault(judge, []).append(total)
    few = sorted(judge for judge, own in given.items() if len(own) < FEWEST)
    if few or not given:
        return "few", few
    flat = sorted(judge for judge, own in given.items() if len(set(own)) == 1)
    if flat:
        return "flat", flat
    groups: list[set[str]] = []
    for judges in totals.values():
        joined = set(judges).union(*(group for group in groups if not group.isdisjoint(judges)))
        groups = [group for group in groups if group.isdisjoint(judges)] + [joined]
    return ("apart", []) if len(groups) > 1 else ("", [])


def standards_of(totals: dict[str, dict[str, Fraction]]) -> dict[str, list[Fraction]]:
    """50 + 10 × (total − the judge's mean) / the judge's standard deviation, of every total of an entry."""
    given: dict[str, list[Fraction]] = {}
    for judges in totals.values():
        for judge, total in judges.items():
            given.setdefault(judge, []).append(total)
    scales = {}
    for judge, own in given.items():
        below, count = lcm(*(total.denominator for total in own)), len(own)
        added = sum(int(total * below) for total in own)
        squares = sum((count * int(total * below) - added) ** 2 for total in own)
        scales[judge] = below, count, added, DIGITS.sqrt(DIGITS.divide(Decimal(squares), Decimal(count - 1)))

    def standard(judge: str, total: Fraction) -> Fraction:
        below, count, added, deviation = scales[judge]
        distance = DIGITS.divide(Decimal(count * int(total * below) - added), deviation)
        return 50 + 10 * Fraction(distance.quantize(STEP, ROUND_HALF_UP, DIGITS))

    return {entry: [standard(judge, total) for judge, total in judges.items()] for entry, judges in totals.items()}


def points_of(ballots: Sequence[Sequence[str]], tied: Sequence[str]) -> dict[str, int]:
    """Two for each pair that more ballots put first, one for each pair drawn."""
    found = dict.fromkeys(tied, 0)
    for one, other in combinations(sorted(tied), 2):
        ahead = sum(1 if ballot.index(one) < ballot.index(other) else -1 for ballot in ballots)
        found[one] += 1 if ahead == 0 else 2 * (ahead > 0)
        found[other] += 1 if ahead == 0 else 2 * (ahead < 0)
    return found


def check_ranking(facts: Any, events: dict[int, Any]) -> Iterator[str]:
    """From sealed sheets to places, again."""
    yield from check_rules(facts, events)
    yield from check_entries(facts, events)
    yield from check_votes(facts, events)
    criteria = facts["rubric"]["criteria"]
    fingerprint = digest(facts["rubric"])
    places = {index: event for index, event in events.items() if event["kind"] == SEALED}
    ours = {index for index, event in places.items() if event["payload"].get("stage") == facts["stage"]}
    leaf_of = {digest(event, b"\x00"): index for index, event in places.items()}
    opened = {leaf_of.get(event["payload"]["sealed"]) for event in events.values() if event["kind"] in OPENED}
    left = seat_states(events)
    listed = [one["index"] for one in facts["sheets"] if one["index"] is not None]
    for index in sorted(ours.symmetric_difference(listed)):
        yield f"stage.json: the sealed sheet at place {index} is not accounted for"
    if len(listed) != len(set(listed)):
        yield "stage.json: a sealed sheet is listed twice"
    known = {one["id"] for one in facts["entries"]}
    totals, marks = {}, {}
    for one in facts["sheets"]:
        index = one["index"]
        if index is None or index not in ours:
            if one["counts"] and index is None:
                yield "stage.json: a sheet of judge {} counts that no checkpoint holds yet".format(one["judge"])
            continue
        payload = places[index]["payload"]
        said = {"seat": payload["seat"], "judge": payload["code"], "entry": payload["entry"]}
        if any(one[name] != value for name, value in said.items()):
            yield f"stage.json: the sheet at place {index} is another judge's or entry's"
        if payload["entry"] not in known:
            yield f"stage.json: the entry of the sheet at place {index} is left out"
        if payload["rubric"] != fingerprint:
            yield f"stage.json: the sheet at place {index} was given by another rubric"
        why = "reopened" if index in opened else left.get(payload["seat"], "")
        if one["why"] != why or one["counts"] != (why == ""):
            yield f"stage.json: the sheet at place {index} counts or not against the journal"
        total = total_of(payload["marks"], criteria)
        if total != Fraction(payload["total"]):
            yield "the sheet at place {} says {}, its marks give {}".format(index, payload["total"], total)
        if one["counts"]:
            judges = totals.setdefault(one["entry"], {})
            if one["judge"] in judges:
                yield "stage.json: judge {} counts twice for one entry".format(one["judge"])
            judges[one["judge"]] = total
            marks.setdefault(one["entry"], []).append((payload["marks"], total))
    yield from check_places(facts, totals, marks, votes_of(facts, events))


def check_rules(facts: Any, events: dict[int, Any]) -> Iterator[str]:
    """The rules are those that the journal named when judges were given their entries, before the first mark."""
    named = [
        event["payload"]["rules"]
        for _index, event in in_order(events)
        if event["kind"] == PUBLISHED and event["payload"].get("stage") == facts["stage"]
    ]
    if not named and facts["sheets"]:
        yield "stage.json: the journal names no rules for this stage"
    if any(rules != facts["rules"] for rules in named):
        yield "stage.json: the rules are others than those that the journal named before the first mark"


def check_entries(facts: Any, events: dict[int, Any]) -> Iterator[str]:
    """An entry is ranked unless the journal tells that it left the contest."""
    states = entry_states(events)
    numbers = {
        event["subject"][1]: event["payload"]["number"]
        for _index, event in in_order(events)
        if event["subject"][0] == "submissions.entry" and event["payload"].get("number")
    }
    for one in facts["entries"]:
        why = states.get(one["id"], "")
        if one["why"] != why or one["ranked"] != (why == ""):
            yield "stage.json: {} is ranked or not against the journal".format(one["number"])
        if numbers.get(one["id"], one["number"]) != one["number"]:
            yield "stage.json: {} has another number in the journal".format(one["number"])
    for name in ("id", "number"):
        if len({one[name] for one in facts["entries"]}) != len(facts["entries"]):
            yield "stage.json: an entry is listed twice"


def ballots_of(facts: Any, events: dict[int, Any]) -> dict[int, Any]:
    """What the votes of the stage say, by place."""
    return {
        index: event["payload"]
        for index, event in in_order(events)
        if event["kind"] == VOTED and event["payload"].get("stage") == facts["stage"]
    }


def votes_of(facts: Any, events: dict[int, Any]) -> list[dict[str, int]]:
    """The points of each vote, the oldest first, as its ballots give them."""
    return [
        points_of(list(vote["ballots"].values()), list(vote["points"])) for vote in ballots_of(facts, events).values()
    ]


def check_votes(facts: Any, events: dict[int, Any]) -> Iterator[str]:
    """Every vote is listed once and in order, with the points that its ballots give."""
    told = ballots_of(facts, events)
    listed = [one["index"] for one in facts["votes"]]
    if None in listed:
        yield "stage.json: a vote is listed that no checkpoint holds yet"
    known = [index for index in listed if index is not None]
    if known != sorted(set(known)):
        yield "stage.json: the votes are not listed once and in order"
    for index in sorted(set(told).symmetric_difference(known)):
        yield f"stage.json: the vote at place {index} is not accounted for"
    for one in facts["votes"]:
        vote = told.get(one["index"])
        if vote is None:
            continue
        if one["points"] != vote["points"] or one["track"] != vote["track"]:
            yield "stage.json: the vote at place {} is another in the journal".format(one["index"])
        if any(sorted(ballot) != sorted(vote["points"]) for ballot in vote["ballots"].values()):
            yield "the vote at place {} has a ballot on other entries".format(one["index"])
        elif points_of(list(vote["ballots"].values()), list(vote["points"])) != vote["points"]:
            yield "the vote at place {} says other points than its ballots give".format(one["index"])


def parted(numbers: list[str], votes: list[dict[str, int]]) -> list[list[str]]:
    """Entries that every rule calls equal, parted by the last vote on just them."""
    vote = next((vote for vote in reversed(votes) if len(numbers) > 1 and set(vote) == set(numbers)), None)
    if vote is None:
        return [numbers]
    ordered = sorted(numbers, key=lambda number: -vote[number])
    return [list(alike) for _points, alike in groupby(ordered, key=lambda number: vote[number])]


def averaged_of(facts: Any, totals: Any) -> tuple[dict[str, list[Fraction]], list[Any]]:
    """What the score of each ranked entry is the mean of: its totals, or its standard scores; and which of them by track."""
    asked = facts["rules"]["scoring"] == "standard"
    averaged: dict[str, list[Fraction]] = {}
    tracks = []
    for track in sorted({entry["track"] for entry in facts["entries"] if entry["ranked"]}):
        ranked = [one["id"] for one in facts["entries"] if one["track"] == track and one["ranked"]]
        own = {entry: totals[entry] for entry in ranked if entry in totals}
        why, judges = why_mean(own) if asked else ("", [])
        standard = asked and not why
        averaged |= standards_of(own) if standard else {entry: list(given.values()) for entry, given in own.items()}
        scores = "standard" if standard else "mean"
        tracks.append({"track": track, "scores": scores, "why": why, "judges": judges})
    return averaged, tracks


def check_places(facts: Any, totals: Any, marks: Any, votes: list[dict[str, int]]) -> Iterator[str]:
    rules = facts["rules"]
    averaged, tracks = averaged_of(facts, totals)
    if facts["tracks"] != tracks:
        yield "stage.json: the scores of a track are others than the sheets give"
    full = {criterion["code"]: Fraction(criterion["max_mark"]) for criterion in facts["rubric"]["criteria"]}

    def figures(entry: str) -> tuple[Fraction, ...]:
        """The score, and what breaks ties: all totals, then the named criteria."""
        all_totals = list(totals[entry].values())
        found = [score_of(averaged[entry], rules["trim_from"]), sum(all_totals, Fraction(0)) / len(all_totals)]
        for code in rules["ties"]:
            given = [
                total if one[code] == "n/a" else Fraction(one[code]) / full[code] * 100 for one, total in marks[entry]
            ]
            found.append(sum(given, Fraction(0)) / len(given))
        return tuple(found)

    expected: list[Any] = []
    for track in sorted({entry["track"] for entry in facts["entries"]}):
        entries = [entry for entry in facts["entries"] if entry["track"] == track and entry["ranked"]]
        scored = sorted(((figures(one["id"]), one["number"]) for one in entries if one["id"] in totals), reverse=True)
        placed = 0
        for key, group in groupby(scored, key=lambda pair: pair[0]):
            for alike in parted([number for _key, number in group], votes):
                expected += [(track, number, placed + 1, key[0]) for number in alike]
                placed += len(alike)
        expected += [(track, one["number"], None, None) for one in entries if one["id"] not in totals]
    published = [
        (one["track"], one["entry"], one["rank"], Fraction(one["score"]) if one["score"] else None)
        for one in facts["results"]
    ]
    for track, number, rank, score in sorted(set(expected) ^ set(published), key=str):
        source = "computed" if (track, number, rank, score) in set(expected) else "published"
        yield f"ranking: {number} in track {track} is {rank} with {score} by what was {source}"
    if len(published) != len(set(published)):
        yield "ranking: an entry stands in it twice"
