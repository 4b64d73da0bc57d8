"""The tree of hashes against RFC 9162 written down a second time, word for word, and against whoever changes something."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.journal.tree import (
    BLOCK,
    EMPTY_ROOT,
    Hashes,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    split,
)


def leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00" + str(place).encode()).digest() for place in range(count)]


def mth(hashed: list[bytes]) -> bytes:
    """MTH(D[n]) of RFC 9162, 2.1.1, over leaves that are hashed already."""
    if not hashed:
        return hashlib.sha256().digest()
    if len(hashed) == 1:
        return hashed[0]
    k = 1
    while k * 2 < len(hashed):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(hashed[:k]) + mth(hashed[k:])).digest()


def flipped(hashed: bytes, bit: int = 0) -> bytes:
    return bytes([hashed[0] ^ 1 << bit]) + hashed[1:]


sizes = st.integers(1, 70)


@given(st.integers(0, 3 * BLOCK))
def test_the_root_is_that_of_the_standard(size):
    assert root_of(leaves(size)) == mth(leaves(size))


def test_an_empty_tree_has_the_hash_of_nothing():
    assert root_of([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(st.integers(2, 10**6))
def test_a_tree_is_split_at_the_largest_power_of_two_below_its_size(size):
    assert split(size).bit_count() == 1
    assert split(size) < size <= 2 * split(size)


@given(st.integers(1, 3 * BLOCK + 5), st.booleans())
def test_roots_of_complete_blocks_stand_for_their_leaves(size, is_stored):
    hashed, asked = leaves(size), []

    def read(first, end):
        asked.append((first, end))
        return hashed[first:end]

    def block(number):
        return root_of(hashed[number * BLOCK : (number + 1) * BLOCK]) if is_stored else None

    assert Hashes(read, block).root(0, size) == mth(hashed)
    if is_stored:
        assert sum(end - first for first, end in asked) == size % BLOCK


@given(sizes, st.data())
def test_every_leaf_is_proved_at_its_place_and_at_no_other(size, data):
    hashed = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(Hashes.of(hashed), index, size), root_of(hashed)
    assert included(hashed[index], index, size, proof, root)
    for other in {0, index - 1, index + 1, size - 1} - {index}:
        assert not included(hashed[index], other, size, proof, root)
    assert not included(flipped(hashed[index]), index, size, proof, root)
    assert not included(hashed[index], index, size, proof, flipped(root))
    assert not included(hashed[index], index, size, [*proof, root], root)
    if proof:
        assert not included(hashed[index], index, size, proof[:-1], root)
        assert not included(hashed[index], index, size, [flipped(proof[0]), *proof[1:]], root)


@given(sizes, st.data())
def test_a_larger_tree_is_proved_to_begin_with_the_smaller_one(new, data):
    old = data.draw(st.integers(1, new))
    hashed = leaves(new)
    old_root, new_root = root_of(hashed[:old]), root_of(hashed)
    proof = consistency_proof(Hashes.of(hashed), old, new)
    assert consistent(old, new, old_root, new_root, proof)
    assert not consistent(old, new, flipped(old_root), new_root, proof)
    assert not consistent(old, new, old_root, flipped(new_root), proof)
    assert not consistent(old, new, old_root, new_root, [*proof, new_root])
    if proof:
        assert not consistent(old, new, old_root, new_root, proof[:-1])
        assert not consistent(old, new, old_root, new_root, [flipped(proof[0]), *proof[1:]])


@given(st.integers(2, 70), st.data())
def test_a_tree_in_which_an_old_leaf_was_changed_is_not_consistent(new, data):
    old = data.draw(st.integers(1, new - 1))
    place = data.draw(st.integers(0, old - 1))
    before, after = leaves(new), leaves(new)
    after[place] = flipped(after[place])
    proof = consistency_proof(Hashes.of(after), old, new)
    assert not consistent(old, new, root_of(before[:old]), root_of(after), proof)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_a_leaf_outside(index, size):
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_proof(Hashes.of(leaves(size)), index, size)
    assert not included(EMPTY_ROOT, index, size, [], EMPTY_ROOT)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 1)])
def test_a_tree_grows_from_one_leaf_on_and_never_shrinks(old, new):
    with pytest.raises(ValueError, match="grows"):
        consistency_proof(Hashes.of(leaves(new)), old, new)
    assert not consistent(old, new, EMPTY_ROOT, EMPTY_ROOT, [])


def test_nothing_proves_nothing():
    hashed = leaves(5)
    assert not consistent(3, 5, root_of(hashed[:3]), root_of(hashed), [])


def test_a_root_that_was_asked_for_is_read_once():
    hashed, asked = leaves(6), []
    hashes = Hashes(lambda first, end: asked.append((first, end)) or hashed[first:end])
    assert inclusion_proof(hashes, 0, 6) == inclusion_proof(hashes, 0, 6)
    assert len(asked) == len(set(asked)) > 0


def test_a_leaf_is_never_a_node():
    first, second = leaves(2)
    assert node_hash(first, second) != hashlib.sha256(b"\x00" + first + second).digest()


def test_the_salt_and_every_part_of_an_event_make_its_hash():
    event = {"salt": "00" * 16, "kind": "entry.submitted", "payload": {"number": "Z-01"}}
    assert leaf_hash(event) == leaf_hash(dict(reversed(event.items())))
    others = [event | {"salt": "01" * 16}, event | {"kind": "entry.withdrawn"}, event | {"payload": {"number": "Z-02"}}]
    assert len({leaf_hash(event), *map(leaf_hash, others)}) == 4
