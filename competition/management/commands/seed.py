"""manage.py seed: put the contests national-2024 and hubei-2024 in place, and say what changed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from competition.seeds import seed
from portal import clock
from portal.refusals import Refusal


class Command(BaseCommand):
    help = "Put the seeded contests in place (idempotent)."

    def handle(self, **options: Any) -> None:
        try:
            changes = seed(now=clock.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        for change in changes:
            self.stdout.write(str(change))
        if not changes:
            self.stdout.write(_("nothing changed"))
