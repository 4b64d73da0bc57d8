"""`manage.py doctor`: is the system well? One line per question; exit code 1 when an answer is no."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.management.base import BaseCommand
from django.db import DatabaseError

from portal.slots import HealthCheck, health_checks
from portal.supervisor.health import probe_mail


class Command(BaseCommand):
    """Django's checks, then every health check that an app registered, then the mail."""

    help = "Ask every part of the system how it is; the exit code is 1 when one of them is not well."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        well = self.settings_are_well()
        for check in (*health_checks, HealthCheck("mail", probe_mail)):
            well = self.ask(check) and well
        if not well:
            raise SystemExit(1)

    def settings_are_well(self) -> bool:
        """Run Django's checks, with those for a public site when others can reach it."""
        found = checks.run_checks(include_deployment_checks=not settings.ENVIRONMENT.is_loopback)
        found = [message for message in found if not message.is_silenced()]
        for message in found:
            self.line(not message.is_serious(), message.id or "settings", f"{message.msg} {message.hint or ''}".strip())
        serious = any(message.is_serious() for message in found)
        if not found:
            self.line(True, "settings", "Django's checks find nothing")
        return not serious

    def ask(self, check: HealthCheck) -> bool:
        """One question, one line."""
        try:
            self.line(True, check.name, check.probe())
        except (DatabaseError, OSError, RuntimeError) as error:
            self.line(False, check.name, " ".join(str(error).split()))
            return False
        return True

    def line(self, well: bool, name: str, words: str) -> None:
        """`well` or `NOT WELL`, who, and what they say."""
        self.stdout.write(f"  {'well' if well else 'NOT WELL':<10}{name:<14}{words}")
