"""Messages of installed packages that reach our pages in English because the package lacks them in zh_Hans.

Some packages ship `zh_CN` only (Django loads `zh_Hans`), some are a release behind. What is missing is read from the
packages as they are installed, so that an upgrade shows in `catalogues check`.
"""

from collections.abc import Iterator
from pathlib import Path

import django
import polib
from django.apps import apps

from portal.catalogues import LANGUAGE
from portal.catalogues.messages import Key, Message

#: Catalogues that tell what a package can say, the second one with a translation worth starting from.
TEMPLATES = ("en", "zh_CN")


def carried_messages(root: Path) -> dict[Key, Message]:
    """The messages that the portal's catalogue must answer for other packages."""
    found: dict[Key, Message] = {}
    for package, folder in _locale_folders(root):
        known = {_key(entry) for entry in _entries(folder, LANGUAGE) if entry.translated()}
        for entry in (entry for name in (*TEMPLATES, LANGUAGE) for entry in _entries(folder, name)):
            if _key(entry) not in known and not entry.obsolete:
                message = Message(entry.msgid, entry.msgid_plural, entry.msgctxt or "")
                found.setdefault(message.key, message).comments.add(f"Carried for {package}.")
    return found


def suggestions(root: Path) -> dict[Key, str]:
    """Translations that a package has under another name of the language."""
    return {
        _key(entry): entry.msgstr
        for _, folder in _locale_folders(root)
        for entry in _entries(folder, "zh_CN")
        if entry.translated() and entry.msgstr
    }


def _locale_folders(root: Path) -> Iterator[tuple[str, Path]]:
    yield "django", Path(django.__file__).parent / "conf" / "locale"
    for config in apps.get_app_configs():
        folder = Path(config.path) / "locale"
        ours = Path(config.path).is_relative_to(root) and "site-packages" not in config.path
        if folder.is_dir() and not ours:
            yield config.name, folder


def _entries(folder: Path, language: str) -> list[polib.POEntry]:
    path = folder / language / "LC_MESSAGES" / "django.po"
    return list(polib.pofile(str(path))) if path.is_file() else []


def _key(entry: polib.POEntry) -> Key:
    return (entry.msgctxt or "", entry.msgid)
