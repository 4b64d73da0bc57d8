"""Which contests a person works on in the administration.

The *scope* of a person is a set of contests: organisers see and change, supervisors and observers see. A superuser's
scope is everything, written None. A model says where its contest is by its *path*: "contest", "track__contest", and ""
for the contest itself; the admins register the paths of their models here.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model, Q, QuerySet

from competition.models import Contest, Role
from competition.permissions import roles_of

SEE = (Role.Name.ORGANISER, Role.Name.SUPERVISOR, Role.Name.OBSERVER)
CHANGE = (Role.Name.ORGANISER,)

_paths: dict[type[Model], str] = {}


def register_path(model: type[Model], path: str) -> None:
    """Say where the rows of the model have their contest."""
    _paths[model] = path


def path_of(model: type[Model]) -> str | None:
    """The registered path; None for a model that belongs to no contest."""
    return _paths.get(model)


def scope(user: Any, roles: Iterable[str]) -> frozenset[int] | None:
    """Ids of the contests in which the person holds one of the roles; None for all. One query per request."""
    if user.is_active and user.is_superuser:
        return None
    wanted = set(roles)
    return frozenset(contest for contest, role in roles_of(user) if role in wanted)


def within(rows: QuerySet, path: str, contests: frozenset[int] | None) -> QuerySet:
    """Those rows that belong to one of the contests."""
    return rows if contests is None else rows.filter(**{f"{path or 'pk'}__in": contests})


def contest_id_of(row: Any, path: str) -> int | None:
    """The contest of a row, read along its path; None while the way is not filled in yet."""
    if not path:
        return row.pk
    *way, last = path.split("__")
    for step in way:
        if getattr(row, f"{step}_id") is None:
            return None
        row = getattr(row, step)
    return getattr(row, f"{last}_id")


def above(rows: QuerySet, path: str, contests: frozenset[int] | None) -> QuerySet:
    """Rows of the contests that these feed into: published ones, and own ones. What lineage may point at."""
    if contests is None:
        return rows
    parents = Contest.objects.filter(children__in=contests).filter(Q(is_published=True) | Q(pk__in=contests))
    return rows.filter(**{f"{path}__in": parents.values("pk")})
