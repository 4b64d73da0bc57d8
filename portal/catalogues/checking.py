"""What is wrong with the catalogues, one line per complaint."""

import re
from collections.abc import Iterator, Mapping

import polib

from portal.catalogues.messages import Key, Message

#: %(name)s, %s, %d, %1.2f and {name}, {0}, {}; a doubled sign stands for itself.
PLACEHOLDER = re.compile(r"%%|%(?:\((\w+)\))?[-+0#]*\d*(?:\.\d+)?([sdifgrxc])|\{\{|\}\}|\{(\w*)[^{}]*\}")


def complaints(app: str, messages: Mapping[Key, Message], entries: Mapping[Key, polib.POEntry]) -> Iterator[str]:
    """Where the catalogue of `app` does not answer its messages completely and faithfully."""
    for key, message in sorted(messages.items()):
        entry = entries.get(key)
        if entry is None:
            yield f"{app}: missing: {_name(key)}"
        else:
            yield from (f"{app}: {complaint}: {_name(key)}" for complaint in _complaints_about(message, entry))
    for key in sorted(entries.keys() - messages.keys()):
        yield f"{app}: no source asks for: {_name(key)}"


def contradictions(catalogues: Mapping[str, Mapping[Key, polib.POEntry]]) -> Iterator[str]:
    """Messages that two apps translate differently: only the first app's answer would ever be shown."""
    first: dict[Key, tuple[str, str]] = {}
    for app, entries in catalogues.items():
        for key, entry in sorted(entries.items()):
            text = _text(entry)
            before_app, before = first.setdefault(key, (app, text)) if text else (app, text)
            if before != text:
                yield f"{app}: {_name(key)} is “{text}” here and “{before}” in {before_app}: agree, or give it a context"


def placeholders(text: str) -> list[str]:
    """The places that values are put into, sorted; %s and %d of the same name are told apart."""
    found = []
    for match in PLACEHOLDER.finditer(text):
        if match.group(0) not in {"%%", "{{", "}}"}:
            name, kind, field = match.groups()
            found.append(f"{{{field}}}" if kind is None else f"%({name or ''}){kind}")
    return sorted(found)


def _complaints_about(message: Message, entry: polib.POEntry) -> Iterator[str]:
    text = _text(entry)
    if entry.fuzzy:
        yield "marked fuzzy"
    if bool(message.plural) != bool(entry.msgid_plural) or (message.plural or "") != (entry.msgid_plural or ""):
        yield "has another plural in the sources"
    if not text.strip():
        yield "not translated"
        return
    # A counted sentence may say "one" without its number in English; the plural has all of its places.
    wanted = placeholders(message.plural or message.msgid)
    if placeholders(text) != wanted:
        yield f"places {', '.join(placeholders(text)) or 'none'} instead of {', '.join(wanted) or 'none'}"
    if message.msgid.startswith("\n") != text.startswith("\n") or message.msgid.endswith("\n") != text.endswith("\n"):
        yield "begins or ends its lines differently"


def _text(entry: polib.POEntry) -> str:
    return str(entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr)


def _name(key: Key) -> str:
    context, msgid = key
    return f"{msgid!r}" + (f" ({context})" if context else "")
