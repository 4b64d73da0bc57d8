"""`manage.py demo`: a contest with people in every role, dated from now; run again to date it anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import demo
from portal.clock import now
from portal.refusals import Refusal


class Command(BaseCommand):
    help = "Make the demonstration contest, or date it from now; --remove closes its accounts and hides it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=list(demo.SCALES), default="small", help="how many entries and experts")
        parser.add_argument("--remove", action="store_true", help="close the accounts and hide the contest")
        parser.add_argument("--accounts", action="store_true", help="print the accounts and their password")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            if options["remove"]:
                self._remove()
            elif options["accounts"]:
                self._print_accounts()
            else:
                demo.build(scale=options["scale"], now=now(), say=self.stdout.write)
                self._print_accounts()
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal

    def _remove(self) -> None:
        closed = demo.remove(now=now())
        self.stdout.write(
            f"{closed} demonstration accounts closed and the contest hidden; its append-only records stay."
            if closed
            else "There is no demonstration to remove."
        )

    def _print_accounts(self) -> None:
        rows = demo.accounts()
        if not rows:
            self.stdout.write("There are no demonstration accounts.")
            return
        for email, name, part in rows:
            self.stdout.write(f"  {part:<11} {email:<26} {name}")
        self.stdout.write(f"  password    {demo.password()}")
