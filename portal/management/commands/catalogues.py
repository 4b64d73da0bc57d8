"""`manage.py catalogues update | compile | check`: message catalogues without system tools."""

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.catalogues import APPS, catalogue_path
from portal.catalogues.checking import complaints, contradictions
from portal.catalogues.files import compile_catalogues, read_catalogue, translations, write_catalogue
from portal.catalogues.messages import Key, Message


def known_app(name: str) -> str:
    """An argument that must name one of our apps."""
    if name not in APPS:
        raise argparse.ArgumentTypeError(f"there is no app “{name}”: choose from {', '.join(APPS)}")
    return name


class Command(BaseCommand):
    """One verb per state of a catalogue: collected from the sources, compiled, found complete."""

    help = "Collect the messages of every app, compile the catalogues, or check that they are complete."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        update = verbs.add_parser("update", help="bring the catalogues in line with the sources, keeping translations")
        update.add_argument("apps", nargs="*", type=known_app, metavar="app", help="only these apps")
        verbs.add_parser("compile", help="make the binary catalogues that are out of date")
        verbs.add_parser("check", help="list what is missing, empty, fuzzy or false; exit code 1 if anything is")

    def handle(self, *args: Any, verb: str, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        if verb == "update":
            self.update(root, options["apps"] or list(APPS))
        elif verb == "compile":
            made = compile_catalogues(root)
            self.stdout.write(f"{len(made)} catalogues compiled" if made else "catalogues are up to date")
        else:
            self.check_catalogues(root)

    def update(self, root: Path, chosen: list[str]) -> None:
        """Write the catalogues of the chosen apps."""
        from portal.catalogues.carried import suggestions

        # What an earlier app says already, or a package says under another name of the language, is a good first answer.
        by_packages, by_apps = suggestions(root), {}
        for app in APPS:
            changed = app in chosen and write_catalogue(root, app, self.wanted(root, app), by_packages | by_apps)
            entries = read_catalogue(root, app)
            by_apps = translations(entries) | by_apps
            if app not in chosen:
                continue
            empty = sum(not entry.translated() for entry in entries.values())
            name = catalogue_path(root, app).relative_to(root)
            self.stdout.write(f"{name}: {'changed' if changed else 'unchanged'}, {empty} to translate")

    def check_catalogues(self, root: Path) -> None:
        """Print every complaint; end with code 1 if there is one."""
        catalogues = {app: read_catalogue(root, app) for app in APPS}
        found = [line for app in APPS for line in complaints(app, self.wanted(root, app), catalogues[app])]
        found += contradictions(catalogues)
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(
                f"{len(found)} messages are not in order: run `manage.py catalogues update`, then translate."
            )
        self.stdout.write(f"{sum(len(entries) for entries in catalogues.values())} messages, all in order")

    def wanted(self, root: Path, app: str) -> dict[Key, Message]:
        """The messages that the app's catalogue must hold."""
        try:
            from portal.catalogues.extraction import UnreadableSourceError, messages_of
        except ImportError as error:
            raise CommandError(
                "Reading messages out of the sources needs Babel: install requirements-test.txt "
                "(`python3 start.py test` does)."
            ) from error
        from portal.catalogues.carried import carried_messages

        try:
            messages = messages_of(root, app)
        except UnreadableSourceError as error:
            raise CommandError(f"Cannot read {error}") from error
        if app == "portal":
            for key, message in carried_messages(root).items():
                messages.setdefault(key, message)
        return messages
