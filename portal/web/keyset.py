"""Pages of long lists that cost the same at the first row and at the millionth.

A page is found by the values of its neighbour's row (“after this one”), never by counting rows. A list has an `order` of
fields, each with “-” where it descends; together they must tell any two rows apart, so the last one is the key, and none
may be null. The cursor in the address holds those values of one row, signed for this order; one that was made by hand or
for another list shows the first page.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from django.http import QueryDict

AFTER, BEFORE = "after", "before"
SIZE = 50


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the addresses of its neighbours; empty where there is none."""

    rows: list[Any] = field(default_factory=list)
    previous_url: str = ""
    next_url: str = ""


def paginate(queryset: QuerySet, query: QueryDict, *, order: Sequence[str], size: int = SIZE) -> Page:
    """The page of `queryset` that `query` (request.GET) asks for: one database query, for `size` rows and one more."""
    backwards = BEFORE in query
    values = _read(query.get(BEFORE) or query.get(AFTER) or "", order)
    backwards = backwards and values is not None
    wanted = [_turned(name) for name in order] if backwards else list(order)
    beyond = queryset if values is None else queryset.filter(_beyond(wanted, values))
    rows = list(beyond.order_by(*wanted)[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_previous = more if backwards else values is not None
    has_next = True if backwards else more
    return Page(
        rows,
        previous_url=_address(query, BEFORE, _cursor(rows[0], order)) if rows and has_previous else "",
        next_url=_address(query, AFTER, _cursor(rows[-1], order)) if rows and has_next else "",
    )


def _beyond(order: Sequence[str], values: Sequence[Any]) -> Q:
    """Rows that come after these values: (a, b) > (x, y) is a > x, or a = x and b > y, each in its own direction."""
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        plain = name.lstrip("-")
        comparison = "lt" if name.startswith("-") else "gt"
        condition |= equal & Q(**{f"{plain}__{comparison}": value})
        equal &= Q(**{plain: value})
    return condition


def _turned(name: str) -> str:
    return name[1:] if name.startswith("-") else f"-{name}"


def _signer(order: Sequence[str]) -> Signer:
    return Signer(salt=f"portal.keyset {' '.join(order)}")


def _cursor(row: Any, order: Sequence[str]) -> str:
    values = [_value(row, name.lstrip("-")) for name in order]
    return _signer(order).sign_object(values, serializer=_Values)


def _read(cursor: str, order: Sequence[str]) -> list[Any] | None:
    """The values of the row; None for what is not one of our cursors."""
    try:
        values: list[Any] = _signer(order).unsign_object(cursor, serializer=_Values)
    except BadSignature:
        return None
    return values


class _Values:
    """A row's values as Django's signer takes them."""

    def dumps(self, values: Any) -> bytes:
        return json.dumps(values, cls=_Encoder, separators=(",", ":")).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data)


class _Encoder(DjangoJSONEncoder):
    """Instants to the microsecond: a rounded one would skip rows or show them twice."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else str(o) if isinstance(o, Decimal) else super().default(o)


def _value(row: Any, name: str) -> Any:
    """Of a model instance or a dictionary of values; `a__b` follows relations of instances."""
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = getattr(row, part)
    return row


def _address(query: QueryDict, name: str, cursor: str) -> str:
    changed = query.copy()
    for parameter in (AFTER, BEFORE):
        changed.pop(parameter, None)
    changed[name] = cursor
    return f"?{changed.urlencode()}"
