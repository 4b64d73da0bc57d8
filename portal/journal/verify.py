#!/usr/bin/env python3
"""Check an export of the journal and the official ranking in it, without the portal: Python 3.10 or later, nothing else.

    python3 verify.py EXPORT [--checkpoint FILE]... [--receipt FILE]... [--key TEXT] [--no-signatures]

EXPORT is the archive or the folder that it was unpacked to. Checked is, in this order:

  1. every file of the export is the one that its signed manifest names, and there is no other;
  2. the leaves give the root of every checkpoint, the checkpoints are signed, and each begins with the one before it;
  3. every event gives the leaf at its place, and there are as many of the contest as the checkpoints count;
  4. the rubric is the one that every sealed sheet names; every sealed sheet and every vote of the committee is accounted
     for; who left a seat or the contest did so by the journal; the totals, the scores and the ranking come out as
     published when they are computed again, as fractions (`verify_ranking.py`, which lies beside this file);
  5. the experts and the running orders come out as they did when they are drawn again (`verify_draws.py`, likewise);
  6. each --checkpoint (a signed text that was mailed before) lies in this journal: nothing was changed, left out or
     reordered since; each --receipt of a judge too, with its event and its proof, and the export tells of it.

Leaf = SHA-256(0x00 || event), node = SHA-256(0x01 || left || right), as in RFC 9162. Signatures are Ed25519 (RFC 8032) over
notes of the form C2SP signed-note. A manifest and checkpoints that whoever holds the key has made anew show nothing by
themselves: compare the key (--key) and a checkpoint that you were sent.

Prints one line per finding and ends with 1, or says what was checked and ends with 0.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import io
import itertools
import json
import runpy
import sys
import zipfile
import zlib
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

#: why there are no standard scores in a track, and what helps while judging is open
WHY_MEAN = {
    "few": "judges with fewer than 15 ranked entries: {}. They need further entries of the track.",
    "flat": "judges whose totals are all the same: {}. Ask them whether that is meant.",
    "apart": "groups of entries share no judge. A judge of one group has to score an entry of another.",
}


class Problem(Exception):
    """Something does not hold."""


# ── The tree (RFC 9162) ───────────────────────────────────────────────────────────────────────────────────────────────


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def roots_at(leaves: Sequence[bytes], sizes: Iterable[int]) -> dict[int, bytes]:
    """The root of the first n leaves for each n, in one pass: the roots of complete subtrees are kept on a stack."""
    wanted, found, stack = set(sizes), {}, []
    if 0 in wanted:
        found[0] = hashlib.sha256(b"").digest()
    for count, leaf in enumerate(leaves, 1):
        stack.append((1, leaf))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            size, right = stack.pop()
            _size, left = stack.pop()
            stack.append((2 * size, sha256(b"\x01", left, right)))
        if count in wanted:
            root = stack[-1][1]
            for _size, left in reversed(stack[:-1]):
                root = sha256(b"\x01", left, root)
            found[count] = root
    return found


def is_included(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for other in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = sha256(b"\x01", other, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = sha256(b"\x01", found, other)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]) -> bool:
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    path = list(path)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = sha256(b"\x01", other, first), sha256(b"\x01", other, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = sha256(b"\x01", second, other)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


# ── Ed25519 (RFC 8032), to check signatures only: slow, and careful about nothing that is secret ───────────────────────

Point = tuple[int, int, int, int]
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def _recover_x(y: int, sign: int) -> int | None:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


def _add(a: Point, b: Point) -> Point:
    first, second = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    third, fourth = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = second - first, fourth - third, fourth + third, second + first
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(factor: int, point: Point) -> Point:
    found = (0, 1, 1, 0)
    while factor:
        if factor & 1:
            found = _add(found, point)
        point, factor = _add(point, point), factor >> 1
    return found


def _point(text: bytes) -> Point | None:
    y = int.from_bytes(text, "little")
    x = _recover_x(y & (1 << 255) - 1, y >> 255)
    return None if x is None else (x, y & (1 << 255) - 1, 1, x * (y & (1 << 255) - 1) % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE: Any = _point(BASE_Y.to_bytes(32, "little"))


def is_signed(public: bytes, message: bytes, signature: bytes) -> bool:
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = _point(public), _point(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= ORDER:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = _times(scalar, BASE), _add(nonce, _times(hashed, key))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


class Key:
    """name+id+base64(type, key), as the portal prints it."""

    def __init__(self, text: str) -> None:
        try:
            self.name, identity, key = text.strip().split("+", 2)
            raw = base64.b64decode(key, validate=True)
        except ValueError as error:
            raise Problem("the key cannot be read") from error
        self.identity = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        self.public = raw[1:]
        if raw[:1] != b"\x01" or identity != self.identity.hex():
            raise Problem("the key does not belong to its name")


def open_note(note: str, key: Key, check: bool) -> str:
    """The text of a signed note; its signature is checked unless the caller was told not to."""
    text, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n") or lines.count("\n") != 1:
        raise Problem("not a signed note")
    head = "\u2014 " + key.name + " "
    if not lines.startswith(head):
        raise Problem("signed by another journal")
    try:
        signature = base64.b64decode(lines[len(head) :].strip("\n"), validate=True)
    except ValueError as error:
        raise Problem("the signature cannot be read") from error
    if base64.b64encode(signature).decode() != lines[len(head) : -1] or signature[:4] != key.identity:
        raise Problem("signed by another key")
    if check and not is_signed(key.public, (text + "\n").encode(), signature[4:]):
        raise Problem("the signature does not hold")
    return text + "\n"


# ── Reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_export(path: Path) -> dict[str, bytes]:
    """Every file of the export by name."""
    if path.is_dir():
        return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}
    try:
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
            names = archive.namelist()
            if len(names) != len(set(names)):
                raise Problem("a file stands in the archive twice")
            return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, EOFError, zlib.error) as error:
        raise Problem(f"the archive is damaged: {error}") from error


def canonical(value: Any) -> bytes:
    """One text for one value: sorted keys, no spaces, UTF-8, no floats."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


class Checkpoint(NamedTuple):
    """So many leaves, their root, and how many of them are of which contest (of none, where it was signed before that was
    counted)."""

    size: int
    root: bytes
    counts: dict[str, int]


def read_checkpoint(note: str, key: Key, check: bool) -> Checkpoint:
    lines = open_note(note, key, check).split("\n")
    if len(lines) < 4 or lines[0] != key.name or not lines[1].isdigit() or lines[-1]:
        raise Problem("not a checkpoint of this journal")
    root = base64.b64decode(lines[2])
    if base64.b64encode(root).decode() != lines[2] or len(root) != 32:
        raise Problem("the root of the checkpoint cannot be read")
    counted = [line.split(" ") for line in lines[3:-1]]
    return Checkpoint(int(lines[1]), root, {contest: int(count) for _type, contest, count in counted})


def read_checkpoints(notes: dict[str, str], key: Key, check: bool) -> tuple[dict[str, Checkpoint], list[str]]:
    """The checkpoints by name, and what is wrong with those that cannot be read."""
    read, problems = {}, []
    for name, note in sorted(notes.items()):
        try:
            read[name] = read_checkpoint(note, key, check)
        except Problem as problem:
            problems.append(f"{name}: {problem}")
    return read, problems


# ── Checking ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def check_manifest(files: dict[str, bytes], key: Key, check: bool) -> Iterator[str]:
    text = open_note(files["MANIFEST"].decode(), key, check)
    head, _gap, rest = text.partition("\n")
    if head != "chengshu export":
        raise Problem("MANIFEST: not one of an export")
    named = {}
    for line in rest.splitlines():
        digest, _gap, name = line.partition("  ")
        named[name] = digest
    for name in sorted(set(named) ^ (set(files) - {"MANIFEST"})):
        yield "{}: {}".format(name, "missing" if name in named else "not named in the manifest")
    for name in sorted(set(named) & set(files)):
        if hashlib.sha256(files[name]).hexdigest() != named[name]:
            yield f"{name}: not the file that was exported"


def read_leaves(content: bytes) -> list[bytes]:
    lines = content.decode("ascii").split("\n")
    if lines.pop() or any(len(line) != 64 or line != line.lower() for line in lines):
        raise Problem("leaves.txt: not a list of leaves")
    return [bytes.fromhex(line) for line in lines]


def check_tree(
    files: dict[str, bytes], leaves: list[bytes], read: dict[str, Checkpoint], mailed: Container[str]
) -> Iterator[str]:
    """The checkpoints of the export and those that were `mailed` before."""
    roots = roots_at(leaves, [size for size, _root, _counts in read.values()])
    for name, (size, root, _counts) in sorted(read.items()):
        if size > len(leaves):
            yield f"{name}: signed over {size} leaves, the export has {len(leaves)}"
        elif roots[size] != root:
            yield f"{name}: the first {size} leaves give another root: something was changed, left out or reordered"
    if not any(size == len(leaves) for size, _root, _counts in read.values()):
        yield f"leaves.txt: no checkpoint is signed over all {len(leaves)} leaves"
    signed = {size: root for name, (size, root, _counts) in read.items() if name not in mailed}
    links = {(one["old"], one["new"]): one["proof"] for one in json.loads(files["consistency.json"])}
    sizes = sorted(signed)
    if set(links) != set(itertools.pairwise(sizes)):
        yield "consistency.json: not one proof from each checkpoint to the next"
    for (old, new), proof in sorted(links.items()):
        path = [base64.b64decode(part) for part in proof]
        if old in signed and new in signed and not is_consistent(old, new, signed[old], signed[new], path):
            yield f"consistency.json: the checkpoint of {new} leaves does not begin with the one of {old}"


def check_events(content: bytes, leaves: list[bytes]) -> tuple[dict[int, Any], list[str]]:
    """The events by place, and what is wrong with them."""
    events, problems, last = {}, [], -1
    for number, line in enumerate(content.split(b"\n")[:-1] if content.endswith(b"\n") else content.split(b"\n"), 1):
        try:
            row = json.loads(line)
            index, event = row["index"], row["event"]
            if canonical(row) != line or not isinstance(index, int):
                raise Problem("not written as the journal writes")
            if index <= last or index >= len(leaves):
                raise Problem("out of order")
            if sha256(b"\x00", canonical(event)) != leaves[index]:
                raise Problem("does not give the leaf at its place")
            events[index], last = event, index
        except (Problem, ValueError, KeyError, TypeError) as problem:
            problems.append(f"events.jsonl, line {number}: {problem}")
    return events, problems


def check_counts(contest: str, events: dict[int, Any], erased: set[int], read: dict[str, Checkpoint]) -> Iterator[str]:
    """As many events of the contest as each checkpoint counts; one that is missing may be among those that were `erased`."""
    for name, checkpoint in sorted(read.items()):
        if contest in checkpoint.counts:
            counted = checkpoint.counts[contest]
            shown = sum(index < checkpoint.size for index in events)
            left = sum(index < checkpoint.size for index in erased - events.keys())
            if not shown <= counted <= shown + left:
                yield f"events.jsonl: {shown} events of the contest up to {name}, which counts {counted}"


def check_receipt(
    receipt: Any, leaves: list[bytes], key: Key, check: bool, *, told: set[bytes], contest: str
) -> Iterator[str]:
    """`told` are the leaves of the events that the export shows, all those of its contest."""
    leaf = bytes.fromhex(receipt["leaf"])
    if receipt["event"] is not None and sha256(b"\x00", canonical(receipt["event"])) != leaf:
        yield "its event does not give its leaf"
    if receipt["event"] is not None and receipt["event"]["contest"][1] == contest and leaf not in told:
        yield "this export does not tell of its sheet"
    if open_note(receipt["promise"], key, check) != "chengshu receipt\n{}\n".format(receipt["leaf"]):
        yield "it promises another leaf"
    if leaf not in set(leaves):
        yield "its leaf is not in this journal: the sheet was removed or changed, or was sealed after this export"
    proof = receipt["proof"]
    if proof:
        size, root, _counts = read_checkpoint(proof["checkpoint"], key, check)
        path = [base64.b64decode(part) for part in proof["path"]]
        if not is_included(leaf, proof["index"], size, path, root):
            yield "its proof does not lead to the checkpoint"
        if size <= len(leaves) and roots_at(leaves, [size])[size] != root:
            yield "its checkpoint is of another journal"


def part(name: str) -> dict[str, Any]:
    """What another script beside this one defines."""
    return runpy.run_path(str(Path(__file__).resolve().with_name(name)))


def check_export(
    files: dict[str, bytes], *, key_text: str, check: bool, checkpoints: dict[str, str], receipts: dict[str, Any]
) -> Iterator[str]:
    """Every finding."""
    for name in ("MANIFEST", "key.txt", "leaves.txt", "events.jsonl", "erased.json", "stage.json", "consistency.json"):
        if name not in files:
            raise Problem(f"{name}: missing")
    key = Key(files["key.txt"].decode())
    if files["key.txt"].decode() != files["key.txt"].decode().strip() + "\n":
        raise Problem("key.txt: not as it was exported")
    if key_text and Key(key_text).public != key.public:
        raise Problem("key.txt: not the key that you know")
    yield from check_manifest(files, key, check)
    leaves = read_leaves(files["leaves.txt"])
    own = {name: content.decode() for name, content in files.items() if name.startswith("checkpoints/")}
    read, problems = read_checkpoints(own | checkpoints, key, check)
    yield from problems
    yield from check_tree(files, leaves, read, checkpoints)
    events, problems = check_events(files["events.jsonl"], leaves)
    yield from problems
    facts = json.loads(files["stage.json"])
    yield from check_counts(facts["contest"], events, set(json.loads(files["erased.json"])), read)
    yield from part("verify_ranking.py")["check_ranking"](facts, events)
    yield from part("verify_draws.py")["check_draws"](files, events)
    told = {leaves[index] for index in events}
    for name, receipt in receipts.items():
        for finding in check_receipt(receipt, leaves, key, check, told=told, contest=facts["contest"]):
            yield f"{name}: {finding}"


def run(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("export", type=Path)
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="a signed text that you were sent")
    parser.add_argument("--receipt", type=Path, action="append", default=[], help="a judge's receipt")
    parser.add_argument("--key", default="", help="the key of the journal as you know it")
    parser.add_argument("--no-signatures", action="store_true", help="leave the signatures unchecked")
    options = parser.parse_args(arguments)
    try:
        files = read_export(options.export)
        findings = list(
            check_export(
                files,
                key_text=options.key,
                check=not options.no_signatures,
                checkpoints={
                    f"checkpoint {path}": path.read_text("utf-8").strip("\n") + "\n" for path in options.checkpoint
                },
                receipts={f"receipt {path}": json.loads(path.read_text("utf-8")) for path in options.receipt},
            )
        )
    except (Problem, OSError, ValueError, KeyError, TypeError, IndexError, ZeroDivisionError, AttributeError) as error:
        findings = [f"{type(error).__name__}: {error}"]
    for finding in findings:
        print(finding)
    if findings:
        print(f"NOT in order: {len(findings)} finding(s).")
        return 1
    facts = json.loads(files["stage.json"])
    print(
        "In order: {} leaves, {} checkpoints, {} events, {} sealed sheets, {} places of {}.".format(
            files["leaves.txt"].count(b"\n"),
            sum(name.startswith("checkpoints/") for name in files),
            files["events.jsonl"].count(b"\n"),
            len(facts["sheets"]),
            len(facts["results"]),
            facts["name"],
        )
    )
    left = [one for one in facts["sheets"] if not one["counts"]]
    if left:
        print("Not counted: {} sheet(s): {}.".format(len(left), ", ".join(sorted({one["why"] for one in left}))))
    out = [one for one in facts["entries"] if not one["ranked"]]
    if out:
        print("Not ranked: {} of the entries: {}.".format(len(out), ", ".join(sorted({one["why"] for one in out}))))
    for one in facts["tracks"]:
        if one["why"]:
            why = WHY_MEAN[one["why"]].format(", ".join(one["judges"]) or "nobody sealed a sheet")
            print("Track {}: the mean of the totals counts, not the standard score: {}".format(one["track"], why))
    kinds = [json.loads(line)["event"]["kind"] for line in files["events.jsonl"].splitlines()]
    experts, orders = kinds.count("judging.draw_drawn"), kinds.count("judging.lots_drawn")
    if experts or orders:
        print(f"Drawn again: {experts} draws of experts, {orders} running orders.")
    if erased := json.loads(files["erased.json"]):
        print(f"Of the events of all contests the content of {len(erased)} was erased; what they said is not shown.")
    if facts["votes"]:
        print("Votes of the committee: {}.".format(len(facts["votes"])))
    print("Key: {}".format(files["key.txt"].decode().strip()))
    return 0


if __name__ == "__main__":
    sys.exit(run())
