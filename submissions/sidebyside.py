"""Two versions beside each other: the questions in which passages are the same, and everything else that both carry.

A *piece* is a stretch of an answer: one that stands in the other entry too, one that does not, or a gap where a long
stretch was left out. What more than so many entries carry is marked as common: it is no sign, counts in no share, and an
answer that shares nothing else is not shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from competition.words import enumeration
from submissions.actions.comparing import counts_of
from submissions.likeness import Span, samples
from submissions.models import Case, Entry, EntryVersion, Membership, SignKind
from submissions.sharing import Key, holds_only_common, own_percent, own_spans, spans_of
from submissions.signs import hash_of, is_common, organisations_in, phone_mark, phones_of, texts_in

GAP = "……"
#: Characters shown around a passage, of a passage at both of its ends, and of one entry altogether.
AROUND, ENDS, MOST_SHOWN = 40, 300, 9000


@dataclass(frozen=True)
class Piece:
    """`kind` is "same", "common", "other" or "gap"."""

    kind: str
    text: str


@dataclass(frozen=True)
class Row:
    """One question with the answers of both; an answer that shares nothing is not shown."""

    label: str
    first: tuple[Piece, ...]
    second: tuple[Piece, ...]


@dataclass(frozen=True)
class Shared:
    """One thing that both carry, said of each side; `url` leads to a file."""

    first: str
    second: str
    first_url: str = ""
    second_url: str = ""


@dataclass(frozen=True)
class Compared:
    """What the page of a case shows."""

    rows: list[Row]
    left_out: int
    first_share: int
    second_share: int
    has_common: bool
    things: dict[str, list[Shared]] = field(default_factory=dict)
    no_signs: list[tuple[Any, Shared]] = field(default_factory=list)


def compare(case: Case, members: Sequence[Sequence[Membership]]) -> Compared:
    """Everything that the two versions of the case share; `members` are those of both teams. One query."""
    contents = [case.first_version.content, case.second_version.content]
    left, right = (texts_in(content) for content in contents)
    spans = spans_of(left, right), spans_of(right, left)
    common = _common_samples(case, (left, right), spans)
    labels = _labels(contents)
    rows, left_out, room = [], 0, [MOST_SHOWN, MOST_SHOWN]
    for key in dict.fromkeys([*left, *right]):
        if not any(
            own_spans(texts.get(key, ""), found.get(key, []), common)
            for texts, found in zip((left, right), spans, strict=True)
        ):
            left_out += 1
            continue
        sides = []
        for side, texts in enumerate((left, right)):
            pieces = tuple(_within(_pieces(texts.get(key, ""), spans[side].get(key, []), common), room[side]))
            room[side] -= sum(len(piece.text) for piece in pieces)
            sides.append(pieces)
        rows.append(Row(labels[key], *sides))
    things, no_signs = _things(case, contents, members)
    first_share, second_share = (
        own_percent(texts, found, common) for texts, found in zip((left, right), spans, strict=True)
    )
    has_common = any(piece.kind == "common" for row in rows for piece in (*row.first, *row.second))
    return Compared(rows, left_out, first_share, second_share, has_common, things, no_signs)


# ── Texts ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _common_samples(
    case: Case, texts: Sequence[Mapping[Key, str]], spans: Sequence[Mapping[Key, list[Span]]]
) -> set[str]:
    """Samples of the passages that stand in too many entries."""
    found = {
        sample
        for side, there in zip(texts, spans, strict=True)
        for key, stretches in there.items()
        for sample in samples(side[key][start:end] for start, end in stretches)
    }
    hashes = {sample: hash_of(case.contest, SignKind.TEXT, sample) for sample in found}
    counts = counts_of(hashes.values())
    return {sample for sample, value in hashes.items() if is_common(value, counts)}


def _pieces(text: str, spans: Sequence[Span], common: set[str]) -> Iterator[Piece]:
    """The text cut at its passages, without long stretches between them."""
    at = 0
    for start, end in spans:
        yield from _cut(Piece("other", text[at:start]), before=AROUND if at else 0, after=AROUND)
        kind = "common" if holds_only_common(text[start:end], common) else "same"
        yield from _cut(Piece(kind, text[start:end]), before=ENDS, after=ENDS)
        at = end
    if spans:
        yield from _cut(Piece("other", text[at:]), before=AROUND, after=0)


def _cut(piece: Piece, *, before: int, after: int) -> Iterator[Piece]:
    text = piece.text
    if len(text) <= before + after + AROUND:
        if text:
            yield piece
        return
    if before:
        yield Piece(piece.kind, text[:before])
    yield Piece("gap", GAP)
    if after:
        yield Piece(piece.kind, text[-after:])


def _within(pieces: Iterator[Piece], room: int) -> Iterator[Piece]:
    """As much as there is room for, so that no page grows without end."""
    for piece in pieces:
        if len(piece.text) > room:
            yield Piece("gap", GAP)
            return
        room -= len(piece.text)
        yield piece


def _labels(contents: Sequence[Mapping[str, Any]]) -> dict[Key, str]:
    return {
        (section["task"], section["title"], answer["key"]): answer["label"]
        for content in reversed(contents)
        for section in content["sections"]
        for answer in section["answers"]
    }


# ── Files, people, organisations ───────────────────────────────────────────────────────────────────────────────────
def _things(
    case: Case, contents: Sequence[Mapping[str, Any]], members: Sequence[Sequence[Membership]]
) -> tuple[dict[str, list[Shared]], list[tuple[Any, Shared]]]:
    """By kind of sign what is shared; and what is shared too, without being a sign."""
    signs = {sign.kind: set(sign.marks) for sign in case.signs.all()}
    things: dict[str, list[Shared]] = {}
    no_signs = []
    for kind, mark, shared in _shared_things(case, contents, members):
        if mark in signs.get(kind, ()):
            things.setdefault(kind, []).append(shared)
        else:
            no_signs.append((kind.label, shared))
    return things, no_signs


def _shared_things(
    case: Case, contents: Sequence[Mapping[str, Any]], members: Sequence[Sequence[Membership]]
) -> Iterator[tuple[SignKind, str, Shared]]:
    files = [{file["sha256"]: file for file in content["files"]} for content in contents]
    sides: list[tuple[Entry, EntryVersion]] = [(case.first, case.first_version), (case.second, case.second_version)]
    for sha256 in files[0].keys() & files[1].keys():
        both = [found[sha256] for found in files]
        urls = [_file_url(*side, file["upload"]) for side, file in zip(sides, both, strict=True)]
        yield SignKind.FILE, sha256, Shared(*(f"{file['label']}：{file['name']}" for file in both), *urls)
    people = [{row["public_id"]: row for row in content["members"]} for content in contents]
    for public_id in people[0].keys() & people[1].keys():
        yield SignKind.MEMBER, public_id, Shared(*(_person(found[public_id]) for found in people))
    phones = [phones_of(team) for team in members]
    for digits in phones[0].keys() & phones[1].keys():
        names = (enumeration([str(member.user) for member in found[digits]]) for found in phones)
        yield SignKind.PHONE, phone_mark(case.contest, digits), Shared(*names)
    organisations = [
        {row["uscc"]: (place, row) for place, row in reversed(list(enumerate(organisations_in(content))))}
        for content in contents
    ]
    for uscc in organisations[0].keys() & organisations[1].keys():
        yield SignKind.ORGANISATION, uscc, Shared(*(_organisation(*found[uscc]) for found in organisations))


def _file_url(entry: Entry, version: EntryVersion, upload: str) -> str:
    return reverse("version_file", args=[entry.public_id, version.number, upload])


def _person(row: Mapping[str, Any]) -> str:
    return " · ".join(part for part in (row["name"], row["employer"], row["post"]) if part)


def _organisation(place: int, row: Mapping[str, Any]) -> str:
    part = _("Partner") if place else _("Lead organisation")
    return f"{row['name']}（{part}）"
