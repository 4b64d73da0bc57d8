"""What the journal says of an account. Addresses are shown in part only: the journal is read by many."""

from django.utils.translation import gettext_lazy as _

from portal.journal.kinds import event_kind

JOINED = event_kind("account.joined", _("joined the site"))
EMAIL_VERIFIED = event_kind("account.email_verified", _("confirmed the address {address}"))
EMAIL_CHANGED = event_kind("account.email_changed", _("changed the address from {before} to {after}"))
ERASURE_ASKED = event_kind("account.erasure_asked", _("asked to have their data erased"))
ERASURE_TAKEN_BACK = event_kind("account.erasure_taken_back", _("took the request for erasure back"))
ERASURE_GRANTED = event_kind("account.erasure_granted", _("granted a request for erasure"))
ERASURE_REFUSED = event_kind("account.erasure_refused", _("refused a request for erasure"))
COPY_TAKEN = event_kind("account.copy_taken", _("took a copy of their own data"))
PROFILE_CHANGED = event_kind("account.profile_changed", _("changed their own details"))
PASSWORD_CHANGED = event_kind("account.password_changed", _("set a new password"))
PASSWORD_DROPPED = event_kind("account.password_dropped", _("lost a password that somebody else had chosen"))
CONSENT_GIVEN = event_kind("account.consent_given", _("agreed to “{title}”, version {version}"))
CONSENT_WITHDRAWN = event_kind("account.consent_withdrawn", _("withdrew the agreement to “{title}”, version {version}"))
SECOND_FACTOR_ON = event_kind("account.second_factor_on", _("switched the second factor on"))
SECOND_FACTOR_OFF = event_kind("account.second_factor_off", _("switched the second factor off"))
ADMINISTERED = event_kind("account.administered", _("changed the account of {name}"))
ORGANISATION_SAVED = event_kind("organisation.saved", _("saved the organisation “{name}”"))


def masked(email: str) -> str:
    """z***@example.cn: enough to recognise an address that one knows."""
    local, _at, domain = email.partition("@")
    return f"{local[:1]}***@{domain}"
