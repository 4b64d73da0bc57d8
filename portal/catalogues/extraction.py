"""What the sources ask to translate. Needs Babel, which comes with the test requirements."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.extract import DEFAULT_KEYWORDS, extract
from django.utils.translation.template import templatize

from portal.catalogues import APPS
from portal.catalogues.messages import Key, Message

KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
TRANSLATOR_TAGS = ("Translators:",)
TEMPLATE_SUFFIXES = {".html", ".txt"}


class UnreadableSourceError(Exception):
    """A source file could not be taken apart; the message names it."""


def messages_of(root: Path, app: str) -> dict[Key, Message]:
    """Every message of the app's modules and templates, by key."""
    found: dict[Key, Message] = {}
    for path in sorted([*_modules(root, app), *_templates(root, app)]):
        name = path.relative_to(root).as_posix()
        try:
            for message in _messages_in(path):
                known = found.setdefault(message.key, message)
                known.plural = known.plural or message.plural
                known.comments |= message.comments
                known.files.add(name)
        except (SyntaxError, UnicodeDecodeError) as error:
            raise UnreadableSourceError(f"{name}: {error}") from error
    return found


def _modules(root: Path, app: str) -> Iterator[Path]:
    for path in (root / app).rglob("*.py"):
        if "migrations" not in path.parts:
            yield path


def _templates(root: Path, app: str) -> Iterator[Path]:
    """An app's templates are in the folder of its name; every folder that is no app's belongs to `portal`."""
    templates = root / "templates"
    others = {other for other in APPS if other != app}
    for path in templates.rglob("*"):
        owner = path.relative_to(templates).parts[0]
        if path.suffix in TEMPLATE_SUFFIXES and (owner == app or (app == "portal" and owner not in others)):
            yield path


def _messages_in(path: Path) -> Iterator[Message]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # Django's own reading of a template, as makemessages does it, written out as calls of gettext. Indentation
        # means nothing there, but would to Babel's reader of Python.
        text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
    source = io.BytesIO(text.encode("utf-8"))
    options = {"encoding": "utf-8"}
    for _, strings, comments, context in extract("python", source, KEYWORDS, TRANSLATOR_TAGS, options, True):
        yield _message(strings, comments, context)


def _message(strings: Any, comments: list[str], context: str | None) -> Message:
    msgid, plural = (strings[0], strings[1]) if isinstance(strings, tuple) else (strings, "")
    return Message(msgid=msgid, plural=plural, context=context or "", comments=set(comments))
