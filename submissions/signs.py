"""What two submitted versions share, and how much that says.

Vocabulary. A *mark* is what a version carries and another may carry too: the hash of a file, a person, a telephone number,
the code of an organisation in its scope, a sample of its text. A mark that stands in more than MOST_ENTRIES entries of the
contest is *common*: a blank template, a university, a paragraph that everybody was given. It is no sign, and the pages
say so. A *sign* is one kind of mark that both carry and that is not common. Only who copied nearly everything has a sign
all the same, however many did: such entries are a *ring*, and each of them makes a pair with the first, its *head*.

Strength, 0 to 100, orders what people look at; it is ours, and no verdict follows from it. Of texts it is the larger of the
two shares that the page of the case shows (`sharing.py`); whether texts are compared at all, and are a sign, is decided
by the samples that both carry, common ones left out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext_lazy as _

from competition.models import Contest, FormField
from portal.states import State
from submissions.likeness import samples
from submissions.models import Entry, EntryVersion, Membership, SignKind, scope_key
from submissions.sharing import shares

MOST_ENTRIES = 20
#: So many samples, about 130 characters, and such a part of the shorter text, before it is a sign.
LEAST_SAMPLES = 4
LEAST_SHARE = 0.15
MOSTLY = 50
#: From such a part of a text's samples on, it is common.
COMMONLY = 0.5
#: From such a part of the longer text on, it is no template that both filled in.
COPIED = 0.9
SOME, MOST = "some", "most"
STRONG, MEDIUM = 75, 45
PHONE_DIGITS = 11
LEAST_DIGITS = 7
WORDS = (FormField.Kind.TEXT, FormField.Kind.LONG_TEXT)
#: Kinds of sign besides text, and what one of them says; each further mark adds FURTHER, up to the highest.
BASE = {SignKind.FILE: 80, SignKind.PHONE: 60, SignKind.MEMBER: 55, SignKind.ORGANISATION: 40}
FURTHER, HIGHEST, BOTH_LEAD = 10, 100, 55

Marks = dict[SignKind, frozenset[str]]


@dataclass(frozen=True)
class Found:
    """A sign: the marks are what is kept as evidence."""

    kind: SignKind
    strength: int
    marks: tuple[str, ...]


@dataclass(frozen=True)
class Carried:
    """A version with its marks, and the hash of each in the contest's index."""

    content: dict[str, Any]
    marks: Marks
    values: dict[int, SignKind]
    hashes: dict[tuple[SignKind, str], int]


def carried(entry: Entry, version: EntryVersion, *, text: bool = True) -> Carried:
    """What a version of an entry carries; numbers to call are those of the team, as no version holds them. Without its
    `text` it is much faster.
    """
    content = version.content
    marks: Marks = {
        SignKind.FILE: frozenset(file["sha256"] for file in content["files"]),
        SignKind.MEMBER: frozenset(member["public_id"] for member in content["members"]),
        SignKind.PHONE: frozenset(phones_of(Membership.objects.filter(team=entry.team_id))),
        SignKind.ORGANISATION: frozenset(row["uscc"] for row in organisations_in(content)),
        SignKind.TEXT: samples(texts_in(content).values() if text else ()),
    }
    scope = {SignKind.ORGANISATION: scope_key(entry.contest, entry.topic)}
    hashes = {
        (kind, mark): hash_of(entry.contest, kind, mark, scope.get(kind, ""))
        for kind, found in marks.items()
        for mark in found
    }
    return Carried(content, marks, {value: kind for (kind, _mark), value in hashes.items()}, hashes)


def signs_between(
    one: Carried, other: Carried, counts: Mapping[int, int], *, stands_for_ring: bool = False
) -> list[Found]:
    """What both carry; `counts` says in how many entries each mark stands, by its hash. The order of the two is all one.

    `stands_for_ring`: they are the head of a ring and one of those who copied it.
    """
    found = []
    for kind in SignKind:
        shared = {
            mark
            for mark in one.marks[kind] & other.marks[kind]
            if one.hashes[kind, mark] == other.hashes[kind, mark] and not is_common(one.hashes[kind, mark], counts)
        }
        if shared and (sign := _sign(kind, shared, one, other, counts)):
            found.append(sign)
    if stands_for_ring and all(sign.kind != SignKind.TEXT for sign in found) and (copy := _copy_sign(one, other)):
        found.append(copy)
    return found


def _copy_sign(one: Carried, other: Carried) -> Found | None:
    """Nearly everything of both, whether common or not."""
    mine, theirs = one.marks[SignKind.TEXT], other.marks[SignKind.TEXT]
    longer = max(len(mine), len(theirs))
    if longer < LEAST_SAMPLES or len(mine & theirs) < COPIED * longer:
        return None
    return Found(SignKind.TEXT, round(len(mine & theirs) * 100 / longer), (MOST, SOME))


def is_common(value: int, counts: Mapping[int, int]) -> bool:
    return counts.get(value, 0) > MOST_ENTRIES


def new_evidence(found: Collection[Found], known: Mapping[str, Collection[str]]) -> bool:
    """Is there a mark that was not known at the verdict? What went away opens nothing."""
    return any(not set(sign.marks) <= set(known.get(sign.kind, ())) for sign in found)


def texts_in(content: Mapping[str, Any]) -> dict[tuple[str, str, str], str]:
    """What was written in words, by page and question; numbers, dates and choices are alike without being copied."""
    return {
        (section["task"], section["title"], answer["key"]): answer["value"]
        for section in content["sections"]
        for answer in section["answers"]
        if answer["kind"] in WORDS and isinstance(answer["value"], str)
    }


def organisations_in(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lead organisation, then the partners."""
    return [content["lead_organisation"], *content["partners"]]


def label_of(kind: SignKind, mark: str, content: Mapping[str, Any]) -> str:
    """What the version calls a file, a person or an organisation; nothing for what has no name."""
    if kind == SignKind.FILE:
        return next((file["name"] for file in content["files"] if file["sha256"] == mark), "")
    if kind == SignKind.MEMBER:
        return next((member["name"] for member in content["members"] if member["public_id"] == mark), "")
    if kind == SignKind.ORGANISATION:
        return next((row["name"] for row in organisations_in(content) if row["uscc"] == mark), "")
    return ""


def phones_of(members: Collection[Membership] | Any) -> dict[str, list[Membership]]:
    """Telephone number, without what is typed between its digits and before them → who has it."""
    found: dict[str, list[Membership]] = {}
    for member in members:
        digits = "".join(character for character in member.phone if character.isdecimal())
        if len(digits) >= LEAST_DIGITS:
            found.setdefault(digits[-PHONE_DIGITS:], []).append(member)
    return found


def _sign(kind: SignKind, shared: set[str], one: Carried, other: Carried, counts: Mapping[int, int]) -> Found | None:
    if kind == SignKind.TEXT:
        return _text_sign(shared, one, other, counts)
    strength = BASE[kind]
    if kind == SignKind.ORGANISATION and {_lead(one), _lead(other)} == {_lead(one)} and _lead(one) in shared:
        strength = BOTH_LEAD
    strength = min(HIGHEST, strength + FURTHER * (len(shared) - 1))
    if kind == SignKind.PHONE:
        shared = {f"{one.hashes[kind, mark]:x}" for mark in shared}
    return Found(kind, strength, tuple(sorted(shared)))


def _text_sign(shared: set[str], one: Carried, other: Carried, counts: Mapping[int, int]) -> Found | None:
    shorter = min(_rare(one, counts), _rare(other, counts))
    if len(shared) < LEAST_SAMPLES or len(shared) / shorter < LEAST_SHARE:
        return None
    common = {
        mark
        for side in (one, other)
        for mark in side.marks[SignKind.TEXT]
        if is_common(side.hashes[SignKind.TEXT, mark], counts)
    }
    percent = max(shares(texts_in(one.content), texts_in(other.content), common))
    return Found(SignKind.TEXT, percent, (MOST, SOME) if percent >= MOSTLY else (SOME,))


def _rare(one: Carried, counts: Mapping[int, int]) -> int:
    """How many samples of the text are not common."""
    kind = SignKind.TEXT
    return sum(not is_common(one.hashes[kind, mark], counts) for mark in one.marks[kind])


def _lead(one: Carried) -> str:
    uscc: str = one.content["lead_organisation"]["uscc"]
    return uscc


def hash_of(contest: Contest, kind: SignKind, mark: str, scope: str = "") -> int:
    """What stands for a mark in the contest's index: 64 bits with a sign, as both databases take them."""
    text = "\0".join((contest.public_id, kind.value, scope, mark)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)


def phone_mark(contest: Contest, digits: str) -> str:
    """A telephone number as evidence, without the number."""
    return f"{hash_of(contest, SignKind.PHONE, digits):x}"


def state_of_strength(strength: int) -> State:
    """The word for it in lists."""
    if strength >= STRONG:
        return State(_("Strong"), "red", "signal-high")
    if strength >= MEDIUM:
        return State(_("Medium"), "amber", "signal-medium")
    return State(_("Weak"), "neutral", "signal-low")
