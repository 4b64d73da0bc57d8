"""`manage.py check_invariants`: is the data sound?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.slots import invariants

MOST_LINES = 20


class Command(BaseCommand):
    """Asks every invariant that an app registered for the places where it does not hold."""

    help = "Check what must always hold; prints each place where it does not, and ends with code 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--deep", action="store_true", help="also read every file and compare it with its hash")

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        asked = [invariant for invariant in invariants if options["deep"] or not invariant.deep]
        for invariant in asked:
            violations = list(invariant.violations())
            broken += bool(violations)
            self.stdout.write(f"{'BROKEN' if violations else 'ok':<7}{invariant.name}")
            for line in violations[:MOST_LINES]:
                self.stdout.write(f"       {line}")
            if len(violations) > MOST_LINES:
                self.stdout.write(f"       and {len(violations) - MOST_LINES} more")
        if broken:
            raise CommandError(f"{broken} of {len(asked)} invariants do not hold", returncode=1)
        self.stdout.write(f"{len(asked)} invariants hold")
