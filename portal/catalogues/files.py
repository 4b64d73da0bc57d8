"""Reading, writing and compiling catalogue files.

Compiling needs polib alone, so that a plain installation can do it.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import polib

from portal.catalogues import LANGUAGE, catalogue_path
from portal.catalogues.messages import Key, Message

HEADER = {
    "Project-Id-Version": "chengshu",
    "Language": LANGUAGE,
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
#: Longer than any line: polib would break Chinese at the odd blank, and a changed word would move every line after it.
UNWRAPPED = 100_000


def read_catalogue(root: Path, app: str) -> dict[Key, polib.POEntry]:
    """The entries of the app's catalogue by key; empty when there is none yet."""
    path = catalogue_path(root, app)
    if not path.is_file():
        return {}
    return {(entry.msgctxt or "", entry.msgid): entry for entry in polib.pofile(str(path)) if not entry.obsolete}


def write_catalogue(root: Path, app: str, messages: Mapping[Key, Message], suggested: Mapping[Key, str]) -> bool:
    """Write exactly `messages`, keeping the translations that are there; True when the file changed."""
    known = read_catalogue(root, app)
    catalogue = polib.POFile(wrapwidth=UNWRAPPED)
    catalogue.metadata = dict(HEADER)
    for key in sorted(messages, key=lambda key: (key[1], key[0])):
        catalogue.append(_entry(messages[key], known.get(key), suggested.get(key, "")))
    return _write_if_changed(catalogue_path(root, app), str(catalogue).encode("utf-8"))


def compile_catalogues(root: Path) -> list[Path]:
    """Make the binary file of every catalogue that is newer than it; returns those made."""
    made = []
    for path in sorted((root / "locale").glob("*/*/LC_MESSAGES/django.po")):
        target = path.with_suffix(".mo")
        if not (target.is_file() and target.stat().st_mtime >= path.stat().st_mtime):
            _write_if_changed(target, polib.pofile(str(path)).to_binary(), always=True)
            made.append(target)
    return made


def translations(entries: Mapping[Key, polib.POEntry]) -> dict[Key, str]:
    """What the entries say, without those that say nothing."""
    return {key: _translation(entry) for key, entry in entries.items() if entry.translated()}


def _entry(message: Message, known: polib.POEntry | None, suggested: str) -> polib.POEntry:
    entry = polib.POEntry(
        msgid=message.msgid,
        msgctxt=message.context or None,
        msgid_plural=message.plural,
        comment="\n".join(sorted(message.comments)),
        tcomment=known.tcomment if known else "",
        occurrences=[(name, "") for name in sorted(message.files)],
        flags=["fuzzy"] if known and known.fuzzy else [],
    )
    before = _translation(known) or suggested
    if message.plural:
        entry.msgstr_plural = {0: before}
    else:
        entry.msgstr = before
    return entry


def _translation(entry: polib.POEntry | None) -> str:
    """The one form that Chinese has, also when the message only just got or lost its plural."""
    if entry is None:
        return ""
    return entry.msgstr or entry.msgstr_plural.get(0, "")


def _write_if_changed(path: Path, content: bytes, *, always: bool = False) -> bool:
    """Put `content` in place in one step, so that a reader never sees half a file."""
    if not always and path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=".draft-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(draft).chmod(0o644)
    Path(draft).replace(path)
    return True
