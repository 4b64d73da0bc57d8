"""What every model of the house shares: public identifiers, short locks and compare-and-set.

A public id is what URLs, mails and the journal show; primary keys stay inside. `lock()` is the one way to take a row
lock, on the aggregate's root and inside a transaction. `compare_and_set()` is the one way to save what a person edited.
"""

import secrets
from typing import Any, Self

from django.db import models

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
