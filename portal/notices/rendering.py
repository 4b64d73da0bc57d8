"""A notice in words: subject and text from the templates of its kind, in one language, as plain text.

The same text stands in the mail, between greeting and link, and on the page of the inbox. Nothing is stored in words, so
that the inbox speaks the language of the page.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.template import Context, Template, TemplateDoesNotExist, TemplateSyntaxError, engines
from django.utils import translation

from portal.notices.kinds import find_kind
from portal.notices.models import Notice
from portal.notices.paths import prefixed

MAIL_TEMPLATE = "portal/notices/mail.txt"

#: What goes wrong when the templates and the context of a kind do not fit: a mistake of ours, not of the mail server.
RENDERING_ERRORS = (LookupError, TypeError, ValueError, TemplateDoesNotExist, TemplateSyntaxError)


@dataclass(frozen=True)
class Words:
    """A notice as it is read."""

    subject: str
    text: str


def words(notice: Notice, *, language: str) -> Words:
    """Subject and text; raises one of RENDERING_ERRORS."""
    with translation.override(language):
        return Words(subject(notice), _render(f"{find_kind(notice.kind).template}.txt", _context(notice)))


def subject(notice: Notice) -> str:
    """One line, in the language in use."""
    return " ".join(_render(f"{find_kind(notice.kind).template}.subject.txt", _context(notice)).split())


def mail_text(notice: Notice, *, text: str, language: str) -> str:
    """The whole mail: greeting, text, link, signature."""
    with translation.override(language):
        name = notice.recipient.name if notice.recipient else ""
        link = link_of(notice, language=language)
        return _render(MAIL_TEMPLATE, {"name": name, "text": text, "link": link, "site_url": settings.SITE_URL}) + "\n"


def link_of(notice: Notice, *, language: str) -> str:
    """Where the notice leads, with the site's address; empty when it leads nowhere."""
    return f"{settings.SITE_URL}{prefixed(notice.path, language)}" if notice.path else ""


def message_id(notice: Notice) -> str:
    """The same at every attempt, so that a mail program folds a doubled mail."""
    return f"<{notice.message_id}@{domain()}>"


def domain() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _context(notice: Notice) -> dict[str, Any]:
    values = {
        name: datetime.fromisoformat(value) if name.endswith("_at") and isinstance(value, str) and value else value
        for name, value in notice.context.items()
    }
    return {**values, "recipient": notice.recipient, "site_url": settings.SITE_URL}


def _render(name: str, context: dict[str, Any]) -> str:
    found: Any = engines["django"].get_template(name)
    template: Template = found.template
    return str(template.render(Context(context, autoescape=False))).strip()
