"""Every change of an account that is ours; addresses, codes and second factors change through allauth, whose steps the
adapter and the receivers write to the journal."""

from collections.abc import Iterable
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction

from portal.accounts import consents, events
from portal.accounts.consents import ConsentText
from portal.accounts.models import Consent, User
from portal.accounts.permissions import may_administer, may_withdraw
from portal.journal.recording import record

PROFILE_FIELDS = ("name", "phone", "locale")


@transaction.atomic
def welcome(*, user: User, texts: Iterable[ConsentText], now: datetime) -> User:
    """Tell the journal of a new account, and keep what its owner agreed to."""
    record(events.JOINED, actor=user, subject=user, now=now, locale=user.locale)
    give_consents(actor=user, texts=texts, now=now)
    return user


@transaction.atomic
def give_consents(*, actor: User, texts: Iterable[ConsentText], now: datetime) -> list[Consent]:
    """The person agrees to these texts; those already agreed to stay as they are. Returns the new consents."""
    User.objects.lock(pk=actor.pk)
    language = consents.shown_language()
    given = []
    for text in texts:
        consent, created = Consent.objects.get_or_create(
            user=actor,
            purpose=text.purpose,
            text_version=text.version,
            withdrawn_at=None,
            defaults={"given_at": now},
        )
        if created:
            given.append(consent)
            record(
                events.CONSENT_GIVEN,
                actor=actor,
                subject=actor,
                now=now,
                purpose=text.purpose,
                title=str(text.title),
                version=text.version,
                language=language,
                sha256=text.digest(language),
            )
    return given


@transaction.atomic
def withdraw_consent(*, actor: User, consent: Consent, now: datetime) -> Consent:
    """The person no longer agrees; the row stays and says since when."""
    User.objects.lock(pk=actor.pk)
    consent = Consent.objects.get(pk=consent.pk)
    may_withdraw(actor, consent).require()
    consent.withdrawn_at = now
    consent.save(update_fields=["withdrawn_at"])
    text = consents.find(consent.purpose, consent.text_version)
    record(
        events.CONSENT_WITHDRAWN,
        actor=actor,
        subject=actor,
        now=now,
        purpose=consent.purpose,
        title=str(text.title) if text else consent.purpose,
        version=consent.text_version,
    )
    return consent


@transaction.atomic
def change_profile(*, actor: User, revision: int, name: str, phone: str, locale: str, now: datetime) -> User:
    """Save the person's own details if nobody changed them since they were shown; the journal names the fields only."""
    user = User.objects.lock(pk=actor.pk)
    wanted = {"name": name, "phone": phone, "locale": locale}
    changed = [field for field in PROFILE_FIELDS if getattr(user, field) != wanted[field]]
    if changed:
        User.objects.compare_and_set(pk=user.pk, revision=revision, **wanted)
        record(events.PROFILE_CHANGED, actor=actor, subject=user, now=now, fields=changed)
    return user.refreshed()


@transaction.atomic
def distrust_sign_up(*, user: User, now: datetime) -> User:
    """The address was proven elsewhere than in the browser that signed up: a password chosen there does not count, and
    what was agreed to there is asked again.

    Otherwise whoever registers another's address with a password of their own would hold a key to the account.
    """
    user = User.objects.lock(pk=user.pk)
    Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=now)
    if user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])
        record(events.PASSWORD_DROPPED, actor=None, subject=user, now=now)
    return user


@transaction.atomic
def set_unproven_address(*, actor: User, user: User, now: datetime) -> EmailAddress:
    """What an administrator wrote into an account becomes its only address, to be proven at the next sign-in."""
    may_administer(actor).require()
    known = EmailAddress.objects.filter(user=user)
    before = known.filter(primary=True).values_list("email", flat=True).first()
    known.delete()
    if before:
        old, new = events.masked(before), events.masked(user.email)
        record(events.EMAIL_CHANGED, actor=actor, subject=user, now=now, before=old, after=new)
    return EmailAddress.objects.create(user=user, email=user.email, verified=False, primary=True)


@transaction.atomic
def drop_second_factor(*, actor: User, user: User, now: datetime) -> int:
    """Take away what a person lost; returns how many authenticators went. Each is journalled as it goes."""
    may_administer(actor).require()
    gone = list(Authenticator.objects.filter(user=user))
    for authenticator in gone:
        authenticator.delete()
    return len(gone)


@transaction.atomic
def take_copy(*, actor: User, now: datetime) -> User:
    """The person takes a copy of their data: the journal keeps when, because it may hold what others would like to have."""
    record(events.COPY_TAKEN, actor=actor, subject=actor, now=now)
    return actor
