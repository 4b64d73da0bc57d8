"""Text that no column can hold matches no row.

PostgreSQL refuses a text with NUL in it, wherever in a statement it stands; SQLite looks for it and finds nothing. Such a
text comes from addresses, cookies and forms made by hand, and every way in asks the database sooner or later: here all
of them get the same answer. Django treats numbers beyond a column's range in the same way.
"""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import CharField, TextField
from django.db.models.lookups import (
    Contains,
    EndsWith,
    Exact,
    IContains,
    IEndsWith,
    IExact,
    In,
    IStartsWith,
    Lookup,
    StartsWith,
)

NUL = "\x00"
LOOKUPS = (Exact, IExact, Contains, IContains, StartsWith, IStartsWith, EndsWith, IEndsWith)


class _Storable:
    rhs: Any

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if isinstance(self.rhs, str) and NUL in self.rhs:
            raise EmptyResultSet
        return super().as_sql(compiler, connection)  # type: ignore[misc]


class _StorableIn(In):
    def get_prep_lookup(self) -> Any:
        if self.rhs_is_direct_value():
            self.rhs = [one for one in self.rhs if not (isinstance(one, str) and NUL in one)]
        return super().get_prep_lookup()


def register() -> None:
    """For every column of text; once, when the site starts."""
    for column in (CharField, TextField):
        for lookup in LOOKUPS:
            column.register_lookup(_storable(lookup))
        column.register_lookup(_StorableIn)


def _storable(lookup: type[Lookup]) -> type[Lookup]:
    return type(lookup.__name__, (_Storable, lookup), {})
