"""`GET /healthz`: 200 when the database answers and is migrated; JSON with each part that an app registered."""

import pkgutil
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.slots import health_checks


def probe_database() -> str:
    """Raises DatabaseError when the database does not answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return connection.vendor


def probe_migrations() -> str:
    """Raises RuntimeError when a migration waits.

    By their names alone: Django's executor loads every migration there is, and the process that serves pages would keep
    them for good.
    """
    waiting = _migrations() - MigrationRecorder(connection).applied_migrations().keys()
    if waiting:
        raise RuntimeError(f"{len(waiting)} migrations wait; run `manage.py migrate`")
    return "up to date"


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    """(app, name) of every migration of this code."""
    return frozenset(
        (app.label, module.name)
        for app in apps.get_app_configs()
        for module in pkgutil.iter_modules([str(Path(app.path) / "migrations")])
    )


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Each part with "ok" and a detail; parts that are not required never turn the answer red."""
    parts = {}
    healthy = True
    for check in health_checks:
        try:
            parts[check.name] = {"ok": True, "detail": check.probe()}
        except (DatabaseError, OSError, RuntimeError) as error:
            parts[check.name] = {"ok": False, "detail": str(error)[:200]}
            healthy = healthy and not check.required
    return JsonResponse({"ok": healthy, "parts": parts}, status=200 if healthy else 503)
