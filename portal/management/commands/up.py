"""`manage.py up`: run the whole portal on this machine until Ctrl-C."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from portal import demo
from portal.environment import Environment, MisconfiguredError
from portal.printing.identity import kept_identity
from portal.supervisor.rooms import CannotStartError
from portal.supervisor.supervisor import Supervisor


class Command(BaseCommand):
    """Checks what must be in order, then hands over to the supervisor."""

    help = "Start the portal's parts (Valkey, web, worker, beat), watch them, and stop them together on Ctrl-C."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        environment: Environment = settings.ENVIRONMENT
        self.check_database()
        if demo.exists() and not environment.is_loopback:
            raise CommandError(
                f"Demonstration accounts may sign in only while the site is bound to this machine, and HOST is "
                f"{environment.host}: run `manage.py demo --remove` first, or leave HOST at 127.0.0.1."
            )
        self.check_signature()
        welcome = self.welcome(environment)
        self.leave_database()
        supervisor = Supervisor(environment, say=self.say, on_open=lambda: self.say(welcome))
        try:
            supervisor.run()
        except CannotStartError as error:
            raise CommandError(str(error)) from error

    def check_database(self) -> None:
        """Refuse a database that does not answer or waits for migrations."""
        try:
            executor = MigrationExecutor(connection)
            waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError as error:
            raise CommandError(f"The database does not answer ({str(error).strip()}): check DATABASE_URL.") from error
        if waiting:
            raise CommandError(
                "The database is not ready: run `manage.py migrate`, or `python3 start.py` for everything."
            )

    def check_signature(self) -> None:
        """Refuse a certificate or a key that cannot sign; ours is made here, before anybody waits for a paper."""
        try:
            kept_identity()
        except MisconfiguredError as error:
            raise CommandError(str(error)) from error

    def welcome(self, environment: Environment) -> str:
        """Where to open the site and who can sign in for a look around."""
        lines = ["", f"  Open {environment.site_url}/    (Ctrl-C stops everything)", ""]
        if not environment.is_loopback and "ALLOWED_HOSTS" not in environment.given:
            lines += ["  Others can open it once ALLOWED_HOSTS holds the name or address that they use.", ""]
        rows = demo.accounts()
        if rows:
            lines.append("  To look around, sign in as one of")
            lines += [f"    {part:<11} {email:<26} {name}" for email, name, part in rows]
            lines += [f"  with the password {demo.password()}", ""]
        return "\n".join(lines)

    def leave_database(self) -> None:
        """The supervisor needs no connection, and must have no threads when it forks: a pool would bring some."""
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()

    def say(self, line: str) -> None:
        """Print at once, also when the output is a file."""
        self.stdout.write(line)
        self.stdout.flush()
