"""The accounts app."""

from collections.abc import Iterator

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"
    verbose_name = _("People and organisations")

    def ready(self) -> None:
        from portal.accounts import events, notices, receivers  # noqa: F401 - declaring and connecting is their whole work
        from portal.slots import Invariant, invariants

        invariants.register(Invariant("An account's address is its primary one", _strayed_addresses))


def _strayed_addresses() -> Iterator[str]:
    from allauth.account.models import EmailAddress
    from django.db.models import F

    primary = EmailAddress.objects.filter(primary=True, verified=True)
    for (user_id,) in primary.exclude(user__email=F("email")).values_list("user__public_id").order_by("user_id"):
        yield f"account {user_id}: the e-mail address is not its verified primary one"
