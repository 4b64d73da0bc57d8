"""docs/notices.md: the table of all kinds of notices, event × recipient × channel, as the registry has them."""

from django.apps import apps
from django.utils import translation

from portal.notices.kinds import NoticeKind, all_kinds

HEAD = """# Who is told what

Every message that the portal sends by itself, as the apps declare it in their `notices.py`. `manage.py notices_table`
prints this page; a test fails when the two differ.

A notice is written in the same transaction as the change it tells of, in the recipient's language. *Mail* goes out
through the worker; where no mail server is set up it is a file under `DATA_DIR/mail`. *Inbox* is the page “Inbox” of
whoever has an account; a bare address gets mail only. Codes for signing in, and word of changes to one's account, are no
notices: they go straight to the mail server and are kept nowhere.
"""


def document() -> str:
    """The whole page, in English, one table per app in the order of the apps."""
    with translation.override("en"):
        parts = [HEAD]
        for app, kinds in _by_app().items():
            parts.append(f"## {app}\n\n| event | told | mail | inbox | kind |\n|---|---|---|---|---|\n{_rows(kinds)}\n")
        return "\n".join(parts)


def _by_app() -> dict[str, list[NoticeKind]]:
    order = [config.label for config in apps.get_app_configs()]
    found: dict[str, list[NoticeKind]] = {}
    for kind in sorted(all_kinds(), key=lambda kind: order.index(kind.key.partition(".")[0])):
        found.setdefault(kind.key.partition(".")[0].capitalize(), []).append(kind)
    return found


def _rows(kinds: list[NoticeKind]) -> str:
    return "\n".join(
        f"| {_sentence(str(kind.event))} | {_sentence(str(kind.audience))} | {_tick(kind, 'mail')} | "
        f"{_tick(kind, 'inbox')} | `{kind.key}` |"
        for kind in kinds
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tick(kind: NoticeKind, channel: str) -> str:
    return "✓" if channel in kind.channels else ""
