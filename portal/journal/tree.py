"""The journal's tree of hashes (RFC 9162), without any framework, so that an outsider's script can repeat it.

Leaf = SHA-256(0x00 || canonical JSON of the event with its 128-bit salt); node = SHA-256(0x01 || left || right). The root of
n leaves splits them at the largest power of two below n. A proof is a list of hashes: of inclusion, that a leaf stands at
its place in the tree of a size; of consistency, that a larger tree begins with all that a smaller one held.

Hashes are read through `Hashes`, which knows the roots of complete blocks of 256 leaves: a tree of a million leaves costs
four thousand roots and the leaves of one block, not a million leaves.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.canonical import canonical_json

LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
BLOCK = 256
EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(event: dict[str, Any]) -> str:
    """Hash of one event, 64 hexadecimal digits; `event` holds salt, kind, at, actor, contest, subject and payload."""
    return hashlib.sha256(LEAF_PREFIX + canonical_json(event)).hexdigest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


@dataclass
class Hashes:
    """Where the hashes come from: leaves `first` to `end` (not included), and the root of a complete block by number."""

    leaves: Callable[[int, int], Sequence[bytes]]
    block: Callable[[int], bytes | None] = lambda _number: None
    _known: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, leaves: Sequence[bytes]) -> "Hashes":
        """All leaves at hand."""
        return cls(lambda first, end: leaves[first:end])

    def root(self, first: int, end: int) -> bytes:
        """The root of the leaves `first` to `end`, at least one."""
        if (first, end) not in self._known:
            self._known[first, end] = self._root(first, end)
        return self._known[first, end]

    def _root(self, first: int, end: int) -> bytes:
        if end - first == BLOCK and first % BLOCK == 0 and (stored := self.block(first // BLOCK)) is not None:
            return stored
        if end - first <= BLOCK:
            return root_of(self.leaves(first, end))
        middle = first + split(end - first)
        return node_hash(self.root(first, middle), self.root(middle, end))


def split(size: int) -> int:
    """The largest power of two below `size` (at least two)."""
    return 1 << (size - 1).bit_length() - 1


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of these leaves."""
    if not leaves:
        return EMPTY_ROOT
    level = list(leaves)
    while len(level) > 1:  # an odd one rises by itself, which is the same as splitting at powers of two
        paired = [node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) & ~1 :]
    return level[0]


def inclusion_proof(hashes: Hashes, index: int, size: int) -> list[bytes]:
    """PATH(index, D[size]) of RFC 9162, from the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of this size")
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        middle = first + split(end - first)
        if index < middle:
            path.append(hashes.root(middle, end))
            end = middle
        else:
            path.append(hashes.root(first, middle))
            first = middle
    return path[::-1]


def consistency_proof(hashes: Hashes, old: int, new: int) -> list[bytes]:
    """PROOF(old, D[new]) of RFC 9162."""
    if not 0 < old <= new:
        raise ValueError("a tree grows from at least one leaf")
    path: list[bytes] = []
    first, end, is_whole = 0, new, True
    while old != end:
        middle = first + split(end - first)
        if old <= middle:
            path.append(hashes.root(middle, end))
            end = middle
        else:
            path.append(hashes.root(first, middle))
            first, is_whole = middle, False
    return ([] if is_whole else [hashes.root(first, end)]) + path[::-1]


def included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Does the proof lead from the leaf at its place to the root? (RFC 9162, 2.1.3.2)"""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(other, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, other)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Does the larger tree begin with the smaller one? (RFC 9162, 2.1.4.2)"""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    path = list(proof)
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
            first, second = node_hash(other, first), node_hash(other, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, other)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
