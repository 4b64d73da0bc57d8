"""Database triggers that refuse what must never happen: changing a sealed sheet, deleting from the journal.

A guard is a row-level BEFORE trigger that aborts an UPDATE or DELETE unless its condition holds. Guards are declared by
the apps, (re)installed by one idempotent `post_migrate` handler because SQLite drops triggers when it rebuilds a table,
and asserted by `check_invariants`. Only the test suite's flush lifts them. PostgreSQL and SQLite raise the same
`IntegrityError`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.slots import Slot


@dataclass(frozen=True)
class Guard:
    """Refuse `operation` on `table` unless the SQL condition `unless` (over OLD and NEW) holds."""

    table: str
    operation: Literal["UPDATE", "DELETE", "INSERT"]
    message: str
    unless: str = ""

    @property
    def name(self) -> str:
        return f"guard_{self.table}_{self.operation.lower()}"


guards: Slot[Guard] = Slot("database triggers")


def append_only(table: str, what: str) -> None:
    """Declare that rows of `table` are written once and stay."""
    guards.register(Guard(table, "UPDATE", f"{what} is append-only: rows are never changed"))
    guards.register(Guard(table, "DELETE", f"{what} is append-only: rows are never deleted"))


def install(connection: BaseDatabaseWrapper) -> None:
    """Create or replace the triggers of every guard whose table exists."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in guards:
            if guard.table in tables:
                for statement in _create(guard, connection.vendor):
                    cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers; for the test suite's flush alone."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in guards:
            if guard.table in tables:
                cursor.execute(_drop(guard, connection.vendor))


def installed(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of the guard triggers that the database holds."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall() if name.startswith("guard_")}


def missing() -> Iterator[str]:
    """The invariant: every declared guard is in the database."""
    held = installed(connections["default"])
    for guard in guards:
        if guard.name not in held:
            yield f"the trigger {guard.name} is missing; `manage.py migrate` installs it"


def _drop(guard: Guard, vendor: str) -> str:
    on_table = f' ON "{guard.table}"' if vendor == "postgresql" else ""
    return f'DROP TRIGGER IF EXISTS "{guard.name}"{on_table}'


def _create(guard: Guard, vendor: str) -> Iterator[str]:
    message = guard.message.replace("'", "''")
    # Unknown is not enough: emptying a column makes its comparison NULL, and NOT NULL would let it pass.
    condition = f"({guard.unless}) IS NOT TRUE" if guard.unless else "TRUE"
    if vendor == "postgresql":
        # A WHEN clause may not look at other tables, so the condition lives in the function.
        row = "OLD" if guard.operation == "DELETE" else "NEW"
        yield (
            f'CREATE OR REPLACE FUNCTION "{guard.name}"() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN '
            f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            f"RETURN {row}; END $guard$"
        )
        yield _drop(guard, vendor)
        yield (
            f'CREATE TRIGGER "{guard.name}" BEFORE {guard.operation} ON "{guard.table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{guard.name}"()'
        )
    else:
        when = "" if condition == "TRUE" else f" WHEN {condition}"
        yield _drop(guard, vendor)
        yield (
            f'CREATE TRIGGER "{guard.name}" BEFORE {guard.operation} ON "{guard.table}" FOR EACH ROW{when} '
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
