"""The ground floor as a Django app: its lookups, and after every migration the guards and the table beside the cache."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        from portal import demo, guards, lookups  # noqa: F401 - demo registers its deployment check
        from portal.printing import checks  # noqa: F401 - registers itself
        from portal.slots import HealthCheck, Invariant, health_checks, invariants, style_samples
        from portal.supervisor.health import probe_broker, probe_disk, probe_worker
        from portal.web import workbooks
        from portal.web.health import probe_database, probe_migrations
        from portal.web.samples import portal_samples

        lookups.register()
        workbooks.register()
        post_migrate.connect(_install_guards, dispatch_uid="portal.guards")
        # Once per migration: the signal comes for each app that has models, of which this one is the first.
        first = apps.get_app_config("accounts")
        post_migrate.connect(_make_cache_table, sender=first, dispatch_uid="portal.cache")
        invariants.register(Invariant("Every guard trigger is in the database", guards.missing))
        health_checks.register(HealthCheck("database", probe_database))
        health_checks.register(HealthCheck("migrations", probe_migrations))
        health_checks.register(HealthCheck("broker", probe_broker, required=False))
        health_checks.register(HealthCheck("worker", probe_worker, required=False))
        health_checks.register(HealthCheck("disk", probe_disk, required=False))
        style_samples.register(portal_samples)


def _install_guards(*, using: str, **_kwargs: Any) -> None:
    from portal import guards

    guards.install(connections[using])


def _make_cache_table(*, using: str, **_kwargs: Any) -> None:
    from portal.web import cache

    cache.make_table(using=using)
