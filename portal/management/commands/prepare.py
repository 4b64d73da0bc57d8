"""`manage.py prepare`: everything between an installation and `manage.py up`, in one process and one line per step.

Each step is a command of its own that can be run alone and repeated; together they save starting Django five times.
"""

import io
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

#: (what the line says, the command); the words come first because the others may already speak.
STEPS = (
    ("words", ["catalogues", "compile"]),
    ("database", ["migrate", "--no-input", "--verbosity", "0"]),
    ("contests of 2024", ["seed"]),
)
DEMONSTRATION = ("demonstration", ["demo"])


class Command(BaseCommand):
    """Runs the steps in order; the first that fails ends it."""

    help = "Compile the catalogues, migrate the database, seed the contests of 2024 and, unless told, make the demonstration."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--no-demo", action="store_true", help="leave the demonstration out")

    def handle(self, *args: Any, **options: Any) -> None:
        steps = STEPS if options["no_demo"] else (*STEPS, DEMONSTRATION)
        logs = settings.ENVIRONMENT.logs_dir
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / "prepare.log").open("w", encoding="utf-8") as log:
            for title, command in steps:
                began = time.monotonic()
                said = io.StringIO()
                try:
                    call_command(*command, stdout=said, stderr=said)
                except CommandError as error:
                    raise CommandError(f"The step “{title}” failed: {error}") from error
                finally:
                    log.write(f"── {title}\n{said.getvalue()}\n")
                self.stdout.write(f"  {title:<18}{time.monotonic() - began:.1f} s")
                self.stdout.flush()
