"""Checkpoints: from time to time the events get their places in the tree, and its root is signed.

Writing an event needs no lock; places are given out here, in one transaction that no other of its kind runs beside, so that
a place once given stays. Roots of complete blocks are kept with them. Between two checkpoints an event has no place yet:
its receipt gets a proof with the next one. A checkpoint also counts the events of each contest: whoever leaves one out of an
export of a contest, whose other events are hashes to the reader, would else not be found.
"""

import base64
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count

from portal.environment import kept_secret
from portal.journal.models import Block, Checkpoint, Event, EventBody, Leaf
from portal.journal.notes import Reference, Signer, checkpoint_text, counts_in
from portal.journal.tree import BLOCK, EMPTY_ROOT, Hashes, inclusion_proof, root_of

BATCH = 2000


@cache
def signer() -> Signer:
    """The key of this journal; its secret is made once in DATA_DIR."""
    return Signer.from_secret(kept_secret(settings.ENVIRONMENT.data_dir / "journal_key"))


@transaction.atomic
def make_checkpoint(*, now: datetime) -> Checkpoint:
    """Give every event without a place one, and sign the root; where nothing is new, the last checkpoint stands."""
    _alone()
    size = _place_events()
    latest = Checkpoint.objects.order_by("-size").first()
    if latest is not None and latest.size == size:
        return latest
    root = stored_hashes().root(0, size) if size else EMPTY_ROOT
    note = signer().sign(checkpoint_text(signer().name, size, root, _counts(latest)))
    return Checkpoint.objects.create(size=size, root=root.hex(), note=note, at=now)


def _alone() -> None:
    """Nobody else gives out places meanwhile; on SQLite the transaction itself holds everybody off."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f'LOCK TABLE "{Leaf._meta.db_table}" IN SHARE ROW EXCLUSIVE MODE')


def _place_events() -> int:
    """Append a leaf for each event without one, in their order; returns the size of the tree."""
    size = _size()
    waiting = Event.objects.filter(leaf__isnull=True).order_by("sequence").values_list("sequence", flat=True)
    sequences = iter(list(waiting))
    while batch := list(islice(sequences, BATCH)):
        Leaf.objects.bulk_create(Leaf(index=size + place, event_id=event) for place, event in enumerate(batch))
        size += len(batch)
    _keep_blocks(size)
    return size


def _counts(latest: Checkpoint | None) -> Counter[Reference]:
    """How many leaves are of which contest: what the latest checkpoint counted, and those since. Events whose body was erased
    before they were ever counted are left out."""
    counted = Counter(counts_in(latest.note) if latest else {})
    since = latest.size if latest and counted else 0
    bodies = EventBody.objects.filter(event__leaf__index__gte=since).exclude(contest_id="")
    rows = bodies.order_by().values_list("contest_type", "contest_id").annotate(count=Count("pk"))
    return counted + Counter({(kind, public_id): count for kind, public_id, count in rows})


def _size() -> int:
    last = Leaf.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def _keep_blocks(size: int) -> None:
    done = Block.objects.count()
    Block.objects.bulk_create(
        Block(number=number, root=root_of(_leaves(number * BLOCK, (number + 1) * BLOCK)).hex())
        for number in range(done, size // BLOCK)
    )


def _leaves(first: int, end: int) -> list[bytes]:
    rows = Leaf.objects.filter(index__gte=first, index__lt=end).order_by("index")
    return [bytes.fromhex(leaf) for leaf in rows.values_list("event__leaf_hash", flat=True)]


def stored_hashes() -> Hashes:
    """The tree as it is stored: block roots in one query, leaves of a block when they are needed."""
    roots: dict[int, bytes] = {}

    def block(number: int) -> bytes | None:
        if not roots:
            roots.update((number, bytes.fromhex(root)) for number, root in Block.objects.values_list("number", "root"))
        return roots.get(number)

    return Hashes(_leaves, block)


@dataclass(frozen=True)
class Proof:
    """That an event stands in the tree of a checkpoint."""

    index: int
    checkpoint: Checkpoint
    path: list[bytes]

    @property
    def lines(self) -> list[str]:
        return [base64.b64encode(part).decode() for part in self.path]


def proof_of(leaf: str) -> Proof | None:
    """The proof of an event, by its leaf hash, with the latest checkpoint; None before its first."""
    index = Leaf.objects.filter(event__leaf_hash=leaf).values_list("index", flat=True).first()
    latest = Checkpoint.objects.order_by("-size").first()
    if index is None or latest is None or index >= latest.size:
        return None
    return Proof(index, latest, inclusion_proof(stored_hashes(), index, latest.size))


def placed(leaves: Iterable[str]) -> dict[str, int]:
    """The places of these events, by leaf hash; those that wait for a checkpoint are absent: one query."""
    return dict(Leaf.objects.filter(event__leaf_hash__in=list(leaves)).values_list("event__leaf_hash", "index"))


def broken() -> Iterator[str]:
    """The invariant: places have no gap, and every checkpoint is what its leaves give; from the leaves alone."""
    hashes: list[bytes] = []
    rows = Leaf.objects.order_by("index").values_list("index", "event__leaf_hash")
    for place, (index, leaf) in enumerate(rows.iterator(chunk_size=BATCH)):
        if index != place:
            yield f"leaf {place} of the journal's tree is missing"
            return
        hashes.append(bytes.fromhex(leaf))
    tree = Hashes.of(hashes)
    for checkpoint in Checkpoint.objects.order_by("size"):
        if checkpoint.size > len(hashes):
            yield f"the checkpoint of {checkpoint.size} leaves has more than the journal"
        elif (tree.root(0, checkpoint.size) if checkpoint.size else EMPTY_ROOT).hex() != checkpoint.root:
            yield f"the checkpoint of {checkpoint.size} leaves does not match the journal"
