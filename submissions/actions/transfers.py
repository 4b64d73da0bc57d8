"""Files on their way: begun, received piece by piece, placed; or stopped, refused, given up.

A piece is safe on disk before it counts, and counts by compare-and-set of the offset: of two senders of the same piece
one is told to look again. The last piece counts together with what becomes of the file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from errno import EDQUOT, ENOSPC
from functools import partial
from os import SEEK_END
from typing import BinaryIO

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from competition.models import WantedFile
from portal.accounts.models import User
from portal.journal.kinds import EventKind
from portal.journal.recording import record
from portal.refusals import Refusal, Stale
from submissions import events
from submissions.actions.clearing import claiming
from submissions.actions.locking import lock_entry
from submissions.actions.uploads import put_in_place
from submissions.arrivals import Gone, arrivals_of, left_behind
from submissions.draft import is_wanted
from submissions.files import CheckedFile, check_file, check_promise
from submissions.items import of_file
from submissions.models import Entry, Transfer, Upload
from submissions.models.upload import place_of
from submissions.permissions import may_edit_draft, may_send

log = structlog.get_logger(__name__)
FULL = {ENOSPC, EDQUOT}
#: How long a transfer is kept after its last piece.
KEPT = timedelta(hours=24)
#: Unfinished transfers of one team.
MOST_UNFINISHED = 12
#: Where pieces are kept apart each costs a name, so they may not be crumbs.
MOST_PIECES = 10_000

State = Transfer.State


class TransferOver(Refusal):
    """The transfer has ended: there is nothing to go on with."""

    status = 410

    def __init__(self, transfer: Transfer) -> None:
        super().__init__(
            transfer.reason or _("This upload is over. Choose the file again to send it anew."), code="over"
        )


class NoRoom(Refusal):
    """The disk is full, or the share of it that is ours; what has counted is on it."""

    status = 507

    def __init__(self) -> None:
        super().__init__(
            _("The server has no room for files at this moment. What was sent so far is kept: go on in a few minutes."),
            code="no_room",
        )


def begin_transfer(
    *, actor: User, entry: Entry, wanted: WantedFile, name: str, size: int, replaces: str, now: datetime
) -> Transfer:
    """Promise to take a file of this name and size; what can be refused by these two is refused here."""
    may_edit_draft(actor, entry, now, of_file(wanted)).require()
    if not is_wanted(wanted, entry):
        raise Refusal(_("This contest does not ask for this file."), code="not_wanted")
    name = check_promise(name, size, wanted)
    with transaction.atomic():
        entry = lock_entry(entry)
        may_edit_draft(actor, entry, now, of_file(wanted)).require()
        if entry.transfers.filter(state__in=Transfer.UNFINISHED).count() >= MOST_UNFINISHED:
            raise Refusal(
                _("Your team has %(count)d unfinished uploads. Finish or stop one of them first.")
                % {"count": MOST_UNFINISHED},
                code="too_many",
            )
        transfer = Transfer.objects.create(
            entry=entry,
            wanted=wanted,
            name=name,
            size=size,
            replaces=replaces[:16],
            begun_by=actor,
            begun_at=now,
            expires_at=now + KEPT,
        )
        _note(events.TRANSFER_BEGUN, transfer, actor=actor, now=now)
        arrivals_of(transfer.public_id).begin()
    return transfer


@contextmanager
def room_for_pieces(transfer: Transfer) -> Iterator[BinaryIO]:
    """A file in which pieces gather, one after the other, while they arrive and are taken; raises NoRoom on a full disk."""
    try:
        with arrivals_of(transfer.public_id).room() as room:
            yield room
    except Gone:
        raise TransferOver(transfer.refreshed()) from None
    except OSError as error:
        if error.errno not in FULL:
            raise
        log.exception("transfers.disk_full", transfer=transfer.public_id)
        raise NoRoom from None


def take_piece(*, actor: User, transfer: Transfer, offset: int, piece: BinaryIO, now: datetime) -> Transfer:
    """Keep a piece that begins at `offset`; with the last one the file is checked and put in its place.

    Raises Stale where the offset is not the one reached, TransferOver where there is nothing to go on with, and what
    `check_file` says of the whole.
    """
    arrivals = arrivals_of(transfer.public_id)
    try:
        with arrivals.hold():
            transfer = _receiving(actor, transfer, offset, now)
            size = piece.seek(0, SEEK_END)
            reached = offset + size
            if reached > transfer.size:
                raise Refusal(_("More was sent than the file has. Choose it again to send it anew."), code="too_much")
            pieces = transfer.pieces
            if name := arrivals.add(offset, piece) if size else "":
                pieces = [*pieces, name]
            if reached == transfer.size:
                return claiming(partial(_finish, actor=actor, transfer=transfer, pieces=pieces, now=now))
            if len(pieces) >= MOST_PIECES:
                raise Refusal(
                    _("The file came in too many small pieces. Choose it again to send it anew."), code="crumbs"
                )
            moved = _still(transfer).update(received=reached, pieces=pieces, expires_at=now + KEPT)
    except Gone:
        raise TransferOver(transfer.refreshed()) from None
    if not moved:
        raise _elsewhere()
    return transfer.refreshed()


def _receiving(actor: User, transfer: Transfer, offset: int, now: datetime) -> Transfer:
    """The transfer as it is now, if this piece is its next."""
    fresh = Transfer.objects.select_related("wanted", "entry__contest", "entry__team").get(pk=transfer.pk)
    may_send(actor, fresh, fresh.entry, now).require()
    if fresh.state != State.RECEIVING:
        raise TransferOver(fresh)
    if fresh.received != offset:
        raise _elsewhere()
    return fresh


def _still(transfer: Transfer) -> QuerySet[Transfer]:
    """The transfer, if nobody moved it since it was read."""
    return Transfer.objects.filter(pk=transfer.pk, state=State.RECEIVING, received=transfer.received)


def _elsewhere() -> Stale:
    return Stale(_("This upload has gone on elsewhere. Ask how far it is, and go on from there."))


def _finish(*, actor: User, transfer: Transfer, pieces: list[str], now: datetime) -> Transfer:
    """Look at the whole, keep it by its content, and put it in its place.

    Killed before the commit, the last piece has not counted and is sent again; bytes that no row names are cleared some time
    (`actions.clearing`).
    """
    arrivals = arrivals_of(transfer.public_id)
    try:
        with arrivals.whole(pieces, transfer.name) as file:
            checked = check_file(file, transfer.wanted)
            arrivals.keep(place_of(checked.sha256), file)
    except Refusal as refusal:
        _refuse(actor=actor, transfer=transfer, reason=str(refusal), now=now)
        raise
    with transaction.atomic():
        entry = lock_entry(transfer.entry)
        may_send(actor, transfer, entry, now).require()
        done = _place(actor=actor, transfer=transfer, entry=entry, checked=checked, now=now)
        transaction.on_commit(arrivals.discard)
    return done


def _place(*, actor: User, transfer: Transfer, entry: Entry, checked: CheckedFile, now: datetime) -> Transfer:
    """Under the entry's lock: into the draft, or waiting where another file stands there by now."""
    state = State.PLACED
    upload = Upload(
        entry=entry,
        wanted=transfer.wanted,
        name=checked.name,
        kind=checked.kind,
        size=checked.size,
        sha256=checked.sha256,
        uploaded_by=actor,
        uploaded_at=now,
    )
    try:
        put_in_place(upload, entry=entry, actor=actor, replaces=transfer.replaces, now=now)
    except Stale:
        state = State.WAITING
        _note(events.TRANSFER_WAITS, transfer, actor=actor, now=now)
    moved = _still(transfer).update(
        received=transfer.size,
        state=state,
        kind=checked.kind,
        sha256=checked.sha256,
        expires_at=now + KEPT,
    )
    if not moved:
        raise _elsewhere()
    return transfer.refreshed()


@transaction.atomic
def _refuse(*, actor: User, transfer: Transfer, reason: str, now: datetime) -> None:
    """The whole is not what it should be; whoever sent it is told why, also when they ask again."""
    if _still(transfer).update(state=State.REFUSED, reason=reason[:300]):
        _note(events.TRANSFER_REFUSED, transfer, actor=actor, now=now)
        transaction.on_commit(arrivals_of(transfer.public_id).discard)


@transaction.atomic
def settle_transfer(*, actor: User, transfer: Transfer, replaces: str, now: datetime) -> Upload:
    """A file that waits takes the place of the one that the person now sees there (`replaces`)."""
    entry = lock_entry(transfer.entry)
    transfer = Transfer.objects.select_related("wanted").lock(pk=transfer.pk)
    may_send(actor, transfer, entry, now).require()
    if transfer.state != State.WAITING:
        raise TransferOver(transfer)
    upload = Upload(
        entry=entry,
        wanted=transfer.wanted,
        name=transfer.name,
        kind=transfer.kind,
        size=transfer.size,
        sha256=transfer.sha256,
        uploaded_by=actor,
        uploaded_at=now,
    )
    upload = put_in_place(upload, entry=entry, actor=actor, replaces=replaces, now=now)
    Transfer.objects.filter(pk=transfer.pk).update(state=State.PLACED)
    return upload


@transaction.atomic
def stop_transfer(*, actor: User, transfer: Transfer, now: datetime) -> Transfer:
    """Any member gives up what a member began; one that is over already changes nothing."""
    entry = lock_entry(transfer.entry)
    may_edit_draft(actor, entry, now).require()
    if _give_up(transfer, State.STOPPED):
        _note(events.TRANSFER_STOPPED, transfer, actor=actor, now=now)
    return transfer.refreshed()


def expire_transfers(*, now: datetime) -> int:
    """Give up every transfer whose time is over, and what a killed process left of others; returns how many."""
    over = Transfer.objects.filter(state__in=Transfer.UNFINISHED, expires_at__lte=now).select_related("entry__contest")
    expired = sum(_expire(transfer, now=now) for transfer in over)
    lying = set(left_behind())
    ended = Transfer.objects.filter(public_id__in=lying).exclude(state=State.RECEIVING)
    for public_id in ended.values_list("public_id", flat=True):
        arrivals_of(public_id).discard()
    return expired


@transaction.atomic
def _expire(transfer: Transfer, *, now: datetime) -> bool:
    expired = _give_up(transfer, State.EXPIRED, expires_at=transfer.expires_at)
    if expired:
        _note(events.TRANSFER_EXPIRED, transfer, actor=None, now=now)
    return expired


def _give_up(transfer: Transfer, state: Transfer.State, **seen: object) -> bool:
    """Its bytes go when the row has said so. A file that waited leaves the state of being whole with its hash."""
    unfinished = Transfer.objects.filter(pk=transfer.pk, state__in=Transfer.UNFINISHED, **seen)
    received = min(transfer.received, transfer.size - 1)
    if not unfinished.update(state=state, received=received, pieces=[], sha256="", kind=""):
        return False
    transaction.on_commit(arrivals_of(transfer.public_id).discard)
    return True


def _note(kind: EventKind, transfer: Transfer, *, actor: User | None, now: datetime) -> None:
    """What the journal says: file, size and transfer, on the entry's timeline."""
    record(
        kind,
        actor=actor,
        now=now,
        contest=transfer.entry.contest,
        subject=transfer.entry,
        name=transfer.name,
        size=transfer.size,
        transfer=transfer.public_id,
    )
