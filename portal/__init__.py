"""The ground floor: settings and address of the site, and the platform every other app stands on."""

from portal.celery import app as celery_app
from portal.later import come_later

__all__ = ["celery_app"]

come_later("numpy", "highspy", "typst")
# Passkeys are not offered (MFA_SUPPORTED_TYPES); allauth imports what FIDO2 needs all the same.
come_later("allauth.mfa.webauthn.internal.auth")
