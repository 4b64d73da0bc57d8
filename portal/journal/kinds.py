"""The typed registry of event kinds: each app declares its own in `events.py`, with the sentence that shows them."""

from dataclasses import dataclass

from portal.refusals import Text


@dataclass(frozen=True)
class EventKind:
    """`key` is stored; `label` is what a timeline says ("submitted version {number}"), filled from the payload."""

    key: str
    label: Text

    def describe(self, payload: dict) -> str:
        """The label filled with the payload; fields that a template names but the payload lacks stay empty."""
        return str(self.label).format_map(_Blank(payload))


class _Blank(dict):
    def __missing__(self, key: str) -> str:
        return ""


_kinds: dict[str, EventKind] = {}


def event_kind(key: str, label: Text) -> EventKind:
    """Declare a kind; a second declaration of the same key is a programming error."""
    if key in _kinds:
        raise ValueError(f"event kind {key} is declared twice")
    _kinds[key] = EventKind(key, label)
    return _kinds[key]


def find_kind(key: str) -> EventKind:
    """The declared kind, or a plain one that shows its key (events outlive the code that wrote them)."""
    return _kinds.get(key, EventKind(key, key))


def all_kinds() -> list[EventKind]:
    return list(_kinds.values())
