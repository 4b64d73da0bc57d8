"""`manage.py verify_journal [EXPORT]`: has anybody tampered with the record of what happened?"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.journal import verify
from portal.journal.checkpoints import broken
from portal.journal.models import Checkpoint, Erasure, Event
from portal.journal.recording import tampered


class Command(BaseCommand):
    """Computes the hash of every event and the root of every checkpoint again, and compares; or checks an export."""

    help = "Compute every event and checkpoint again; names the first that does not match and ends with code 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("export", nargs="?", help="an export of proofs: checked by verify.py as an outsider would")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["export"]:
            if verify.run([options["export"]]):
                raise CommandError("the export is not in order", returncode=1)
            return
        first = next(tampered(), None) or next(broken(), None)
        if first is not None:
            raise CommandError(first, returncode=1)
        erased = Erasure.objects.count()
        self.stdout.write(
            f"{Event.objects.count()} events, all as they were written; {erased} of them erased on record; "
            f"{Checkpoint.objects.count()} checkpoints"
        )
