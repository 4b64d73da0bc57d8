"""`manage.py find_duplicates --contest SLUG`: compare every submitted entry of a contest with every other, anew."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from competition.models import Contest
from portal import clock
from submissions.actions import compare_all
from submissions.models import Case


class Command(BaseCommand):
    help = "Compare the submitted entries of a contest; finds cases for people to look at, and decides nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--contest", required=True, metavar="SLUG")

    def handle(self, *_args: Any, contest: str, **_options: Any) -> None:
        found = Contest.objects.filter(slug=contest).first()
        if found is None:
            raise CommandError(f"There is no contest “{contest}”.")
        all_of_them = compare_all(contest=found, now=clock.now(), say=self.stdout.write)
        waiting = Case.objects.filter(contest=found).open().count()
        self.stdout.write(f"{all_of_them} possible duplicates, {waiting} to be looked at")
