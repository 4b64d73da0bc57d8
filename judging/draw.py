"""The random draw of experts, which anybody can repeat. A pure core: no framework, no clock, no chance.

1. A `Rule` says how many are drawn in which *stratum* (a track, or the whole pool) and how many may come from one
   organisation or region; a pool lists the candidates. `commitment()` is the SHA-256 of both together with what will
   decide. It is published first.
2. Then comes what nobody could know before: a public number (an index, a lottery result of a named day), or the words of
   witnesses, each of whom handed in the SHA-256 of theirs before. `seed_of()` makes the seed from the commitment and from
   what was revealed.
3. In each stratum, in the rule's order, the candidates stand in the order of HMAC-SHA256(seed, stratum | code) and are taken
   in that order as the caps allow, until the stratum is full; nobody is drawn twice. The others are substitutes in the same
   order: when one who was drawn leaves, `substitute()` names the first whom the caps allow.

The idea, and why it can be trusted, is RFC 3797's. `replay()` does all of it again from an exported file.
"""

import hashlib
import hmac
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

FORMAT = "chengshu-draw/1"
SEPARATOR = "|"
Source = Literal["public", "witnesses"]

_HASH = re.compile(r"[0-9a-f]{64}")


class DrawError(ValueError):
    """The rule, the pool or what was revealed makes no draw; `code` says what is wrong, `subject` with what."""

    def __init__(self, code: str, subject: str = "") -> None:
        super().__init__(f"{code}: {subject}" if subject else code)
        self.code, self.subject = code, subject


@dataclass(frozen=True)
class Candidate:
    """Somebody in the pool; `strata` are those for which they are qualified."""

    code: str
    organisation: str
    region: str
    strata: frozenset[str]


@dataclass(frozen=True)
class Stratum:
    """A part of the pool from which a number of experts is drawn."""

    key: str
    seats: int


@dataclass(frozen=True)
class Rule:
    """How many from where; a cap of None is no cap. Caps hold within each stratum."""

    strata: tuple[Stratum, ...]
    per_organisation: int | None = 1
    per_region: int | None = None


@dataclass(frozen=True)
class Drawn:
    """One stratum's outcome: who is drawn, and the substitutes, both in the order of the draw."""

    stratum: str
    seats: int
    drawn: tuple[str, ...]
    substitutes: tuple[str, ...]

    @property
    def short(self) -> int:
        """Seats that the pool could not fill under the caps."""
        return self.seats - len(self.drawn)


# ── What is published before ───────────────────────────────────────────────────────────────────────────────────────
def check(rule: Rule, pool: Sequence[Candidate]) -> None:
    """Raise DrawError where rule and pool make no draw."""
    strata = [stratum.key for stratum in rule.strata]
    if not strata:
        raise DrawError("no_strata")
    for key, count in Counter(strata).items():
        if count > 1:
            raise DrawError("stratum_twice", key)
    for stratum in rule.strata:
        if stratum.seats < 1:
            raise DrawError("no_seats", stratum.key)
        if SEPARATOR in stratum.key:
            raise DrawError("bad_stratum", stratum.key)
    for cap in (rule.per_organisation, rule.per_region):
        if cap is not None and cap < 1:
            raise DrawError("bad_cap", str(cap))
    if not pool:
        raise DrawError("no_pool")
    for code, count in Counter(candidate.code for candidate in pool).items():
        if count > 1:
            raise DrawError("code_twice", code)


def rule_data(rule: Rule) -> dict[str, Any]:
    return {
        "strata": [{"key": stratum.key, "seats": stratum.seats} for stratum in rule.strata],
        "per_organisation": rule.per_organisation,
        "per_region": rule.per_region,
    }


def pool_data(pool: Iterable[Candidate]) -> list[dict[str, Any]]:
    """The pool by code, so that it does not matter in which order anybody lists it."""
    return [
        {
            "code": one.code,
            "organisation": one.organisation,
            "region": one.region,
            "strata": sorted(one.strata),
        }
        for one in sorted(pool, key=lambda one: one.code)
    ]


def pool_hash(pool: Iterable[Candidate]) -> str:
    return _digest(pool_data(pool))


def commitment(rule: Rule, pool: Sequence[Candidate], source: Mapping[str, Any]) -> str:
    """What is published: one hash over the rule, the pool and what will decide.

    `source` is {"kind": "public", "announced": words} or {"kind": "witnesses", "commitments": [[name, hash], …]}.
    """
    check(rule, pool)
    return _digest(
        {"format": FORMAT, "rule": rule_data(rule), "pool": pool_hash(pool), "source": _checked_source(source)}
    )


def _checked_source(source: Mapping[str, Any]) -> dict[str, Any]:
    if source.get("kind") == "public":
        announced = str(source.get("announced", "")).strip()
        if not announced:
            raise DrawError("not_announced")
        return {"kind": "public", "announced": announced}
    if source.get("kind") == "witnesses":
        given = [(str(name).strip(), str(value).strip().lower()) for name, value in source.get("commitments", ())]
        if not given:
            raise DrawError("no_witness")
        for name, value in given:
            if not name or not _HASH.fullmatch(value):
                raise DrawError("bad_commitment", name)
        for name, count in Counter(name for name, _value in given).items():
            if count > 1:
                raise DrawError("witness_twice", name)
        for value, count in Counter(value for _name, value in given).items():
            if count > 1:
                raise DrawError("commitment_twice", value[:8])
        return {"kind": "witnesses", "commitments": [list(pair) for pair in given]}
    raise DrawError("bad_source")


# ── What nobody knew before ────────────────────────────────────────────────────────────────────────────────────────
def normal_words(text: str) -> str:
    """What was revealed, without blanks around it and with single ones within: as it is hashed."""
    return " ".join(text.split())


def hash_of_words(text: str) -> str:
    """What a witness hands in before: the SHA-256 of their words."""
    return hashlib.sha256(normal_words(text).encode()).hexdigest()


def seed_of(published: str, source: Mapping[str, Any], revealed: Sequence[str]) -> str:
    """The seed, 64 hexadecimal digits. `revealed` is the public number, or the witnesses' words in the order of the rule.

    Raises DrawError when a witness's words are not those they committed to.
    """
    checked, words = _checked_source(source), [normal_words(text) for text in revealed]
    wanted = 1 if checked["kind"] == "public" else len(checked["commitments"])
    if len(words) != wanted or not all(words):
        raise DrawError("not_revealed")
    for (name, value), text in zip(checked.get("commitments", ()), words, strict=False):
        if hash_of_words(text) != value:
            raise DrawError("other_words", name)
    return _digest({"format": FORMAT, "commitment": published, "revealed": words})


# ── The draw ───────────────────────────────────────────────────────────────────────────────────────────────────────
def rank(seed: str, stratum: str, code: str) -> bytes:
    """Where somebody stands in the order of a stratum."""
    return hmac.new(bytes.fromhex(seed), f"{stratum}{SEPARATOR}{code}".encode(), hashlib.sha256).digest()


def draw(rule: Rule, pool: Sequence[Candidate], seed: str) -> tuple[Drawn, ...]:
    """Who is drawn in each stratum. Depends on nothing but these three; not on the order of the pool."""
    check(rule, pool)
    if not _HASH.fullmatch(seed):
        raise DrawError("bad_seed")
    orders = [_order(seed, stratum.key, pool) for stratum in rule.strata]
    taken: set[str] = set()
    chosen: list[list[str]] = []
    for stratum, order in zip(rule.strata, orders, strict=True):
        panel: list[Candidate] = []
        for one in order:
            if len(panel) == stratum.seats:
                break
            if one.code not in taken and fits(rule, panel, one):
                panel.append(one)
                taken.add(one.code)
        chosen.append([one.code for one in panel])
    return tuple(
        Drawn(
            stratum.key,
            stratum.seats,
            tuple(codes),
            tuple(one.code for one in order if one.code not in taken),
        )
        for stratum, order, codes in zip(rule.strata, orders, chosen, strict=True)
    )


def fits(rule: Rule, panel: Sequence[Candidate], one: Candidate) -> bool:
    """Do the caps of the rule leave room for another?"""
    mates = sum(other.organisation == one.organisation for other in panel)
    neighbours = sum(other.region == one.region for other in panel)
    return (rule.per_organisation is None or mates < rule.per_organisation) and (
        rule.per_region is None or neighbours < rule.per_region
    )


def substitute(
    rule: Rule,
    pool: Sequence[Candidate],
    outcome: Sequence[Drawn],
    changes: Sequence[tuple[str, str]],
    leaving: str,
) -> str | None:
    """Who moves up for `leaving` after these changes (who left, who came); None when no substitute fits.

    Whoever left once does not come back. Raises DrawError when `leaving` is not among those drawn now.
    """
    by_code = {one.code: one for one in pool}
    panels = panels_after(outcome, changes)
    place = next((place for place, panel in enumerate(panels) if leaving in panel), None)
    if place is None:
        raise DrawError("not_drawn", leaving)
    gone = {left for left, _came in changes} | {leaving}
    here = {code for panel in panels for code in panel}
    rest = [by_code[code] for code in panels[place] if code != leaving]
    for code in outcome[place].substitutes:
        if code not in gone and code not in here and fits(rule, rest, by_code[code]):
            return code
    return None


def panels_after(outcome: Sequence[Drawn], changes: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Who is drawn in each stratum now: who left is replaced in their place by who came, or by nobody ("")."""
    panels = [list(one.drawn) for one in outcome]
    for left, came in changes:
        for panel in panels:
            if left in panel:
                at = panel.index(left)
                panel[at : at + 1] = [came] if came else []
                break
        else:
            raise DrawError("not_drawn", left)
    return panels


def _order(seed: str, stratum: str, pool: Iterable[Candidate]) -> list[Candidate]:
    return sorted(
        (one for one in pool if stratum in one.strata), key=lambda one: (rank(seed, stratum, one.code), one.code)
    )


# ── The file that anybody can repeat it from ───────────────────────────────────────────────────────────────────────
def export(
    *,
    title: str,
    rule: Rule,
    pool: Sequence[Candidate],
    source: Mapping[str, Any],
    revealed: Sequence[str],
    outcome: Sequence[Drawn],
    changes: Sequence[tuple[str, str]],
    times: Mapping[str, str],
) -> dict[str, Any]:
    """Everything about a draw as one JSON value."""
    published = commitment(rule, pool, source)
    return {
        "format": FORMAT,
        "title": title,
        "rule": rule_data(rule),
        "pool": pool_data(pool),
        "pool_hash": pool_hash(pool),
        "source": _checked_source(source),
        "commitment": published,
        "revealed": list(revealed),
        "seed": seed_of(published, source, revealed),
        "result": [outcome_data(one) for one in outcome],
        "changes": [list(change) for change in changes],
        **times,
    }


def outcome_data(one: Drawn) -> dict[str, Any]:
    return {
        "stratum": one.stratum,
        "seats": one.seats,
        "drawn": list(one.drawn),
        "substitutes": list(one.substitutes),
    }


@dataclass(frozen=True)
class Replay:
    """What a file says beside what recomputing gives; `differences` names the parts that are not equal."""

    commitment: str
    seed: str
    outcome: tuple[Drawn, ...]
    differences: tuple[str, ...]


def replay(data: Any) -> Replay:
    """Do an exported draw again. Raises DrawError for what is no such file."""
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise DrawError("bad_format")
    try:
        rule, pool = read_rule(data["rule"]), read_pool(data["pool"])
        source, revealed = data["source"], [str(text) for text in data["revealed"]]
        changes = [(str(left), str(came)) for left, came in data["changes"]]
        published = commitment(rule, pool, source)
        said = [outcome_data(one) for one in read_outcome(data["result"])]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:  # Infinity is read as a number
        raise error if isinstance(error, DrawError) else DrawError("bad_format", str(error)) from error
    differences = []
    if data.get("pool_hash") != pool_hash(pool):
        differences.append("pool_hash")
    if data.get("commitment") != published:
        differences.append("commitment")
    # With another commitment the seed is another one as well: what follows is compared with the file's own.
    try:
        seed = seed_of(published, source, revealed)
    except DrawError as error:
        if error.code != "other_words":
            raise
        return Replay(published, "", (), (*differences, "revealed"))
    if data.get("seed") != seed:
        differences.append("seed")
    outcome = draw(rule, pool, seed)
    if said != [outcome_data(one) for one in outcome]:
        differences.append("result")
    if not _same_changes(rule, pool, outcome, changes):
        differences.append("changes")
    return Replay(published, seed, outcome, tuple(differences))


def _same_changes(
    rule: Rule, pool: Sequence[Candidate], outcome: Sequence[Drawn], changes: Sequence[tuple[str, str]]
) -> bool:
    for place, (left, came) in enumerate(changes):
        try:
            wanted = substitute(rule, pool, outcome, changes[:place], left)
        except DrawError:
            return False
        if (wanted or "") != came:
            return False
    return True


def read_rule(data: Mapping[str, Any]) -> Rule:
    return Rule(
        tuple(Stratum(str(row["key"]), int(row["seats"])) for row in data["strata"]),
        data["per_organisation"],
        data["per_region"],
    )


def read_pool(data: Iterable[Mapping[str, Any]]) -> list[Candidate]:
    return [
        Candidate(str(row["code"]), str(row["organisation"]), str(row["region"]), frozenset(map(str, row["strata"])))
        for row in data
    ]


def read_outcome(data: Iterable[Mapping[str, Any]]) -> tuple[Drawn, ...]:
    return tuple(
        Drawn(
            str(row["stratum"]),
            int(row["seats"]),
            tuple(map(str, row["drawn"])),
            tuple(map(str, row["substitutes"])),
        )
        for row in data
    )


def _digest(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
