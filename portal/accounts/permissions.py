"""What a person may do with accounts and consents, with the reason where not."""

from django.utils.translation import gettext_lazy as _

from portal.accounts import consents
from portal.accounts.models import Consent, User
from portal.decisions import ALLOWED, Decision, hidden, refused
from portal.slots import privileges


def may_take_part(user: User) -> Decision:
    """Joining a team or judging needs the person's agreement to the texts in force."""
    if consents.missing(user):
        return refused(
            _("Read the notice on personal data and agree to it first; you find it under “My details”."),
            code="consent_missing",
        )
    return ALLOWED


def may_withdraw(user: User, consent: Consent) -> Decision:
    """Everybody may withdraw what they gave, once."""
    if consent.user_id != user.pk:
        return hidden()
    if consent.withdrawn_at is not None:
        return refused(_("You have already withdrawn this agreement."), code="withdrawn")
    text = consents.find(consent.purpose, consent.text_version)
    if text is not None and not text.withdrawable:
        return refused(
            _("This commitment holds as long as your team takes part: withdraw the entry, or write to the organisers."),
            code="commitment",
        )
    return ALLOWED


def may_ask_erasure(user: User) -> Decision:
    """Everybody but administrators: who rules the machine first hands that over."""
    if user.is_superuser:
        return refused(
            _("An administrator's account cannot be erased: have another administrator take the right away first."),
            code="administrator",
        )
    return ALLOWED


def may_administer(user: User) -> Decision:
    """Changing others' accounts is for administrators."""
    return ALLOWED if user.is_active and user.is_superuser else hidden()


def is_privileged(user: User) -> bool:
    """Does the person hold a right over others' data, so that a second factor is called for?"""
    return user.is_superuser or any(holds(user) for holds in privileges)
