"""Who may do what with the journal: add to it through the actions of the apps; nobody changes it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.decisions import ALLOWED, Decision, hidden, refused


def may_erase(user: Any, reason: str) -> Decision:
    """An administrator, who says why: a request by the person, a decision of a court."""
    if not user.is_superuser:
        return hidden()
    if not reason.strip():
        return refused(_("Say why these entries are erased."), code="no_reason", field="reason")
    return ALLOWED
