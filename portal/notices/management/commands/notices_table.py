"""`manage.py notices_table`: print docs/notices.md as the registry has it, or write it."""

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.notices.table import document

PATH = Path(settings.BASE_DIR) / "docs" / "notices.md"


class Command(BaseCommand):
    """The table of all notices."""

    help = "Print the table of all notices, or bring docs/notices.md in line with it."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--write", action="store_true", help="write docs/notices.md instead of printing it")

    def handle(self, *args: Any, write: bool, **options: Any) -> None:
        if write:
            PATH.write_text(document(), encoding="utf-8")
        else:
            self.stdout.write(document(), ending="")
