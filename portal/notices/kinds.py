"""The typed registry of notices: who hears of what, through which channels.

Each app declares its kinds in its `notices.py`; docs/notices.md is the table of all of them, and a test holds it to this
registry. A kind's texts are the templates `<template>.subject.txt` and `<template>.txt` (mail and inbox alike), rendered
in the recipient's language from the notice's stored context.
"""

from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.refusals import Text


class Channel(models.TextChoices):
    MAIL = "mail", _("Mail")
    INBOX = "inbox", _("Inbox")


@dataclass(frozen=True)
class NoticeKind:
    """`event` says in a few words what happened, `audience` who is told."""

    key: str
    event: Text
    audience: Text
    template: str
    channels: tuple[Channel, ...] = (Channel.MAIL, Channel.INBOX)


_kinds: dict[str, NoticeKind] = {}


def notice_kind(
    key: str,
    *,
    event: Text,
    audience: Text,
    template: str,
    channels: tuple[Channel, ...] = (Channel.MAIL, Channel.INBOX),
) -> NoticeKind:
    """Declare a kind; a second declaration of the same key is a programming error."""
    if key in _kinds:
        raise ValueError(f"notice kind {key} is declared twice")
    _kinds[key] = NoticeKind(key, event, audience, template, channels)
    return _kinds[key]


def find_kind(key: str) -> NoticeKind:
    """The declared kind; KeyError when no app declares it any more."""
    return _kinds[key]


def occasion_of(key: str) -> str:
    """What happened, in words; the key itself where no app declares it any more."""
    return str(_kinds[key].event) if key in _kinds else key


def all_kinds() -> list[NoticeKind]:
    return list(_kinds.values())
