"""What public pages read, in few queries: at most four for a visitor, however much a contest holds.

`find_contest` reads a contest with its relatives above and below in one query. `read_surroundings` reads what stands
around the tracks (stages, organisers, announcements, downloads, wanted files) in one more: a UNION over columns of the
same shape, given back as rows of their models, whose unread fields are deferred.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    BigIntegerField,
    BooleanField,
    DateTimeField,
    F,
    Field,
    JSONField,
    Model,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast

from competition.models import Announcement, Contest, Download, Organiser, Stage, WantedFile
from competition.permissions import is_staff_of, may_see_contest

LATEST = 5

#: the columns of the union, after `part` and `id`
COLUMNS: dict[str, Field] = {
    "a": TextField(),
    "b": TextField(),
    "c": TextField(),
    "d": TextField(),
    "number": BigIntegerField(),
    "size": BigIntegerField(),
    "flag": BooleanField(),
    "at": DateTimeField(),
    "until": DateTimeField(),
}
#: which field of each part goes into which column
PARTS: dict[str, tuple[type[Model], dict[str, str]]] = {
    "organisers": (Organiser, {"a": "part", "b": "name", "c": "note", "number": "position"}),
    "stages": (
        Stage,
        {"a": "kind", "b": "name", "d": "public_id", "number": "position", "at": "opens_at", "until": "closes_at"},
    ),
    "announcements": (
        Announcement,
        {"a": "title", "b": "issued_by", "c": "document_number", "d": "public_id", "at": "published_at"},
    ),
    "downloads": (Download, {"a": "title", "b": "file", "d": "public_id", "number": "position", "size": "size"}),
    "wanted_files": (
        WantedFile,
        {"a": "label", "b": "task", "c": "kinds", "flag": "required", "number": "position", "size": "max_mb"},
    ),
}


def find_contest(slug: str, *, user: Any) -> Contest:
    """The contest that the person may see, with `parent` and `family` filled; DoesNotExist or NotAllowed otherwise."""
    named = Contest.objects.filter(slug=slug)
    related = Q(pk__in=named.values("pk")) | Q(pk__in=named.values("parent")) | Q(parent__in=named.values("pk"))
    family = list(Contest.objects.filter(related).order_by("name"))
    contest = next((member for member in family if member.slug == slug), None)
    if contest is None:
        raise Contest.DoesNotExist
    may_see_contest(user, contest).require()
    shown = [member for member in family if member.is_published or is_staff_of(user, member)]
    above = [member for member in shown if member.pk == contest.parent_id]
    below = [member for member in shown if member.parent_id == contest.pk and member.edition == contest.edition]
    if above:
        contest.parent = above[0]
    contest.family = (*above, contest, *below)
    return contest


@dataclass
class Surroundings:
    """Rows of the parts that were asked for; the others stay empty."""

    stages: list[Stage] = field(default_factory=list)
    organisers: list[Organiser] = field(default_factory=list)
    announcements: list[Announcement] = field(default_factory=list)
    downloads: list[Download] = field(default_factory=list)
    wanted_files: list[WantedFile] = field(default_factory=list)


def read_surroundings(contest: Contest, *parts: str, now: datetime) -> Surroundings:
    """Read the parts (names of the fields of Surroundings) in one query and hang stages and organisers on the contest.

    Organisers and stages are always read: every page names the ones at its foot, and the others say whether its head still
    calls for entries. Of the announcements, the latest published.
    """
    wanted = dict.fromkeys(("organisers", "stages", *parts))
    first, *others = (_shaped(part, _of(part, contest, now)) for part in wanted)
    found = Surroundings()
    for part, pk, *values in first.union(*others, all=True).order_by("u_part", "u_number", "u_at", "id"):
        getattr(found, part).append(_row(part, contest, pk, dict(zip(COLUMNS, values, strict=True))))
    found.announcements.reverse()
    contest._stages = found.stages  # type: ignore[attr-defined]  # what permissions.find_stage looks at
    organisers = Organiser.objects.none()
    organisers._result_cache = found.organisers
    contest._prefetched_objects_cache = {"organisers": organisers}  # type: ignore[attr-defined]
    return found


def _of(part: str, contest: Contest, now: datetime) -> QuerySet:
    """The contest's rows of a part; a union's members may not be cut off, so the latest are named by a subquery."""
    rows = PARTS[part][0]._default_manager.filter(contest=contest)
    if part == "wanted_files":
        return rows.filter(track=None)  # what one track alone hands in is said to its teams
    if part != "announcements":
        return rows
    latest = rows.filter(published_at__lte=now).order_by("-published_at", "-pk")[:LATEST]
    return rows.filter(pk__in=latest.values("pk"))


def _shaped(part: str, rows: QuerySet) -> QuerySet:
    """The rows in the shape of the union: what is empty needs a type, and each column one and the same."""
    fields = PARTS[part][1]
    shape = {}
    for column, kind in COLUMNS.items():
        value = F(fields[column]) if column in fields else Value(None)
        as_it_is = column in fields and not isinstance(kind, TextField | BigIntegerField)
        shape[f"u_{column}"] = value if as_it_is else Cast(value, kind)
    return rows.order_by().annotate(u_part=Value(part, TextField()), **shape).values_list("u_part", "id", *shape)


def _row(part: str, contest: Contest, pk: int, columns: dict[str, Any]) -> Any:
    """A row of the part's model, read-only as far as a page goes: what the union did not read is deferred."""
    model, fields = PARTS[part]
    found: dict[str, Any] = {"id": pk} | {name: columns[column] for column, name in fields.items()}
    concrete = [field for field in model._meta.concrete_fields if field.attname in found]  # from_db keeps their order
    values = [
        json.loads(found[field.attname]) if isinstance(field, JSONField) else found[field.attname] for field in concrete
    ]
    row = model.from_db(DEFAULT_DB_ALIAS, [field.attname for field in concrete], values)
    row.contest = contest  # type: ignore[attr-defined]
    return row
