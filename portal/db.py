"""What every model of the house shares: public identifiers, short locks and compare-and-set.

A public id is what URLs, mails and the journal show; primary keys stay inside. `lock()` is the one way to take a row
lock, on the aggregate's root and inside a transaction. `compare_and_set()` is the one way to save what a person edited.
`snapshot()` is the one way to read in several statements what has to fit together.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

from django.db import connection, models, transaction

from portal.refusals import Stale

# Crockford's alphabet in lower case: no i, l, o, u, so that an id can be read out on the telephone.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PUBLIC_ID_LENGTH = 12


def new_public_id() -> str:
    """Twelve random characters, 60 bits: not to be guessed, short enough for an address."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


class LockingQuerySet(models.QuerySet):
    """Querysets of aggregate roots."""

    def lock(self, **lookup: Any) -> Any:
        """The one row that matches, locked until the transaction ends (SQLite's IMMEDIATE transactions lock the whole).

        What `select_related` asks for is read after the lock is held: PostgreSQL reads a row anew when it had to wait for
        its lock, but not the rows joined to it, so that a joined read could pair new columns with old neighbours.
        """
        if not self.query.select_related:
            return self.select_for_update(of=("self",)).get(**lookup)
        held: Any = self.select_related(None).select_for_update(of=("self",)).only("pk").get(**lookup)
        return self.get(pk=held.pk)

    def compare_and_set(self, *, pk: int, revision: int, **changes: Any) -> int:
        """Save `changes` if the row still has the revision the person saw; returns the new one, raises Stale otherwise."""
        saved = self.filter(pk=pk, revision=revision).update(revision=revision + 1, **changes)
        if saved != 1:
            raise Stale
        return revision + 1


class Identified(models.Model):
    """A row that people can point at."""

    public_id = models.CharField(max_length=16, unique=True, default=new_public_id, editable=False)

    objects = LockingQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def reference(self) -> tuple[str, str]:
        """(type, public id): how the journal and the notices name this row without a foreign key."""
        return self._meta.label_lower, self.public_id

    def refreshed(self) -> Self:
        """A fresh copy of this row."""
        fresh: Self = type(self)._default_manager.get(pk=self.pk)  # type: ignore[assignment]
        return fresh


@contextmanager
def snapshot(*, writing: bool = False) -> Iterator[None]:
    """Everything read inside is as of one instant, whatever others commit meanwhile.

    Nobody waits for it, and nothing can be written inside, unless `writing`: then whoever wants to write waits on SQLite,
    so nothing else is done in it. Never inside another transaction: that one has begun at another instant.
    """
    apart = not connection.in_atomic_block  # or in the transaction of a test, which no other process sees
    if connection.vendor == "sqlite" and apart and not writing:
        with _deferred():
            yield
        return
    with transaction.atomic(durable=True):
        if connection.vendor == "postgresql" and apart:
            with connection.cursor() as cursor:
                access = "READ WRITE" if writing else "READ ONLY"
                cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, {access}")
        yield


@contextmanager
def _deferred() -> Iterator[None]:
    """A transaction of SQLite that holds nobody off. Django's own begin with the lock for writing (`transaction_mode`)."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN DEFERRED")
        cursor.execute("PRAGMA query_only = ON")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")
            cursor.execute("PRAGMA query_only = OFF")
