"""What changed between two versions of an entry, as a person would mark it in the margin. No framework.

Both sides are frozen contents (`snapshot.content_of`). A *change* names what it is about and is made of *runs* of text that
stayed, came or went. Chinese has no blanks between words, so characters are compared one by one, Latin words and numbers
whole; where little is left between two changes, it joins them, so that nobody reads a text in crumbs.

Invariant: of an answer, the runs that stayed and went are the old text, those that stayed and came the new one.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Any

from diff_match_patch import diff_match_patch

SECONDS = 0.3  # for the comparison of one text; what takes longer is compared more coarsely
CONTEXT = 24  # characters that are shown around a change
GAP = "……"
_FIRST_SPARE = 0xF0000  # a plane that Unicode leaves to private use
_WORD = re.compile("[0-9A-Za-z]{2,}|[\U000f0000-\U0010ffff]")


class Kind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    GAP = "gap"


class About(StrEnum):
    """What a change is about."""

    TITLE = "title"
    TOPIC = "topic"
    LEAD = "lead"
    PARTNER = "partner"
    MEMBER = "member"
    ANSWER = "answer"
    FILE = "file"


@dataclass(frozen=True)
class Run:
    kind: Kind
    text: str


@dataclass(frozen=True)
class Change:
    """One thing that came, went or changed; `label` names the question or file, where there are several."""

    about: About
    kind: Kind
    label: str
    runs: tuple[Run, ...]


Show = Callable[[Any], str]


def changes(old: dict[str, Any], new: dict[str, Any], *, show: Show) -> list[Change]:
    """Everything that differs, in the order of the entry; `show` says an answer as text."""
    found = [
        *_single(About.TITLE, old["entry"]["title"], new["entry"]["title"]),
        *_single(About.TOPIC, old["topic"]["title"], new["topic"]["title"]),
        *_single(About.LEAD, _organisation(old["lead_organisation"]), _organisation(new["lead_organisation"])),
        *_listed(About.PARTNER, old["partners"], new["partners"], key="public_id", text=_organisation),
        *_listed(About.MEMBER, old["members"], new["members"], key="public_id", text=_member),
        *_answers(old, new, show),
    ]
    return [*found, *_listed(About.FILE, old["files"], new["files"], key="key", text=_file, label=_label)]


def runs(old: str, new: str) -> tuple[Run, ...]:
    """Both texts as one, cut into what stayed, what went and what came."""
    spare: dict[str, str] = {}
    numbers = count(_FIRST_SPARE)

    def pack(found: re.Match[str]) -> str:
        word = found.group()
        if word not in spare:
            spare[word] = chr(next(numbers))
        return spare[word]

    comparer = diff_match_patch()
    comparer.Diff_Timeout = SECONDS
    packed = comparer.diff_main(_WORD.sub(pack, old), _WORD.sub(pack, new))
    comparer.diff_cleanupSemantic(packed)
    words = {ord(character): word for word, character in spare.items()}
    kinds = {0: Kind.SAME, 1: Kind.ADDED, -1: Kind.REMOVED}
    return tuple(Run(kinds[operation], text.translate(words)) for operation, text in packed if text)


def shortened(found: Iterable[Run]) -> tuple[Run, ...]:
    """The same without long stretches that stayed, for the eye."""
    given = list(found)
    return tuple(run for place, one in enumerate(given) for run in _shorten(one, place == 0, place == len(given) - 1))


def _shorten(run: Run, is_first: bool, is_last: bool) -> Iterator[Run]:
    before, after = (0 if is_first else CONTEXT), (0 if is_last else CONTEXT)
    if run.kind != Kind.SAME or len(run.text) <= before + after + CONTEXT:
        yield run
        return
    if before:
        yield Run(Kind.SAME, run.text[:before])
    yield Run(Kind.GAP, GAP)
    if after:
        yield Run(Kind.SAME, run.text[-after:])


def _change(about: About, old: str, new: str, label: str = "") -> Iterator[Change]:
    if old != new:
        kind = Kind.CHANGED if old and new else Kind.ADDED if new else Kind.REMOVED
        yield Change(about, kind, label, runs(old, new))


def _single(about: About, old: str, new: str) -> Iterator[Change]:
    yield from _change(about, old, new)


def _listed(
    about: About,
    old: list[dict[str, Any]],
    new: list[dict[str, Any]],
    *,
    key: str,
    text: Show,
    label: Show = lambda row: "",
) -> Iterator[Change]:
    """Rows that are known by a key: those that went keep their place before those that came."""
    before: dict[Hashable, dict[str, Any]] = {row[key]: row for row in old}
    after: dict[Hashable, dict[str, Any]] = {row[key]: row for row in new}
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        yield from _change(about, text(one) if one else "", text(other) if other else "", label(other or one))


def _answers(old: dict[str, Any], new: dict[str, Any], show: Show) -> Iterator[Change]:
    def rows(content: dict[str, Any]) -> dict[Hashable, tuple[str, str]]:
        return {
            (section["task"], section["title"], answer["key"]): (answer["label"], show(answer))
            for section in content["sections"]
            for answer in section["answers"]
        }

    before, after = rows(old), rows(new)
    for key in dict.fromkeys([*after, *before]):
        label, text = after.get(key) or (before[key][0], "")
        yield from _change(About.ANSWER, before[key][1] if key in before else "", text, label)


def _organisation(row: dict[str, Any]) -> str:
    return f"{row['name']}（{row['uscc']}）"


def _member(row: dict[str, Any]) -> str:
    return " · ".join(part for part in (row["name"], row["employer"], row["post"], row["duty"]) if part)


def _file(row: dict[str, Any]) -> str:
    """With the head of its fingerprint: a new file may have the old one's name."""
    return f"{row['name']}（SHA-256 {row['sha256'][:8]}…）"


def _label(row: dict[str, Any]) -> str:
    label: str = row["label"]
    return label
