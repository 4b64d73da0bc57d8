"""What `manage.py check` and `doctor` say when papers cannot be signed, or not for long."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import checks

from portal import clock
from portal.environment import MisconfiguredError

#: an authority takes days to issue another
NOTICE = timedelta(days=30)


@checks.register(checks.Tags.security)
def papers_can_be_signed(app_configs: Any, **_kwargs: Any) -> list[checks.CheckMessage]:
    """The operator's certificate opens and is valid. Our own is made when it is first needed, never here."""
    if settings.ENVIRONMENT.signing_certificate is None:
        return []
    from portal.printing.identity import kept_identity  # here, because few processes need cryptography

    try:
        identity = kept_identity()
    except MisconfiguredError as error:
        return [checks.Error(str(error), id="portal.E002")]
    now = clock.now()
    if not identity.begins_at <= now < identity.ends_at:
        return [
            checks.Error(
                f"The certificate of {identity.name} is valid from {identity.begins_at:%Y-%m-%d} to {identity.ends_at:%Y-%m-%d}, not today.",
                hint="Name a valid one in SIGNING_CERTIFICATE.",
                id="portal.E003",
            )
        ]
    if identity.ends_at - now < NOTICE:
        return [
            checks.Warning(
                f"The certificate of {identity.name} ends on {identity.ends_at:%Y-%m-%d}.",
                hint="Have another issued and name it in SIGNING_CERTIFICATE.",
                id="portal.W001",
            )
        ]
    return []
