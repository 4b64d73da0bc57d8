"""What allauth does to an account, written to the journal in the same transaction.

allauth changes addresses and second factors in its own views; its signals and the rows themselves are where we learn of
it. Nothing else happens here.
"""

from datetime import datetime
from typing import Any

from allauth.account import signals as account_signals
from allauth.account.internal.stagekit import unstash_login
from allauth.account.models import EmailAddress
from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from portal import clock
from portal.accounts import events
from portal.accounts.actions import distrust_sign_up
from portal.accounts.models import User
from portal.journal.recording import record


def request_now() -> datetime:
    """The instant of the request that allauth works on, or the present one where there is none (a console)."""
    return getattr(allauth_context.request, "now", None) or clock.now()


@receiver(account_signals.email_changed, dispatch_uid="accounts.email_changed")
@transaction.atomic
def address_changed(
    *,
    request: HttpRequest,
    user: User,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **_: Any,
) -> None:
    """The first proof of an address, or its change to another one."""
    now = request_now()
    after = events.masked(to_email_address.email)
    if from_email_address is None:
        record(events.EMAIL_VERIFIED, actor=user, subject=user, now=now, address=after)
        if not _is_signing_up(request, user):
            # The very instance is about to be signed in: it must know that its password is gone.
            user.password = distrust_sign_up(user=user, now=now).password
    else:
        before = events.masked(from_email_address.email)
        record(events.EMAIL_CHANGED, actor=user, subject=user, now=now, before=before, after=after)


@receiver(post_save, sender=Authenticator, dispatch_uid="accounts.second_factor_on")
@transaction.atomic
def second_factor_added(*, instance: Authenticator, created: bool, **_: Any) -> None:
    if created and instance.type == Authenticator.Type.TOTP:
        record(events.SECOND_FACTOR_ON, actor=_actor(instance.user), subject=instance.user, now=request_now())


@receiver(post_delete, sender=Authenticator, dispatch_uid="accounts.second_factor_off")
@transaction.atomic
def second_factor_removed(*, instance: Authenticator, **_: Any) -> None:
    if instance.type == Authenticator.Type.TOTP:
        record(events.SECOND_FACTOR_OFF, actor=_actor(instance.user), subject=instance.user, now=request_now())


def _is_signing_up(request: HttpRequest, user: User) -> bool:
    """Does this browser hold the sign-up of this very account?"""
    login = unstash_login(request, peek=True)
    return login is not None and login.signup and login.user is not None and login.user.pk == user.pk


def _actor(owner: User) -> User | None:
    """Who is signed in; a superuser may switch off another's second factor in the administration."""
    request = allauth_context.request
    if request is None:
        return None
    return request.user if request.user.is_authenticated else owner
