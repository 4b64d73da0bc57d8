"""How allauth behaves in this house: its words, its mails, and what follows a sign-in.

Codes go straight from here to the mail server: never to the outbox, the inbox or the journal. Where no mail server is
set up, mails are files, and the code is also printed on the terminal that runs the site.
"""

import base64
import hashlib
import secrets
import smtplib
import sys
from typing import TYPE_CHECKING, Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from portal.accounts import consents, events, sessions
from portal.accounts.models import User
from portal.accounts.receivers import request_now
from portal.journal.recording import record
from portal.refusals import Refusal

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

log = structlog.get_logger(__name__)

FILE_BACKEND = "django.core.mail.backends.filebased.EmailBackend"


class MailAway(Refusal):
    """The mail server did not take a code: nothing is lost, the person tries again."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            _("The mail with the code could not be sent just now. Wait a minute, then ask for a code again."),
            code="mail_away",
        )


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in and sign-up."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": _("This account is closed. Write to the organisers if that is a mistake."),
        "duplicate_email": _("This is your address already. Enter the new one."),
        "email_password_mismatch": _(
            "E-mail address and password do not match. Check both, or sign in with a code instead."
        ),
        "email_taken": _("Another account has this address. Choose a different one."),
        "enter_current_password": _("This is not your present password. Check it and try again."),
        "incorrect_code": _("This code is not right. Check it, or have a new one sent."),
        "incorrect_password": _("This password is not right. Check it and try again."),
        "rate_limited": _("A code was sent only just now. Wait ten seconds, then try again."),
        "same_as_current": _("This is the address that the code went to. Enter the right one."),
        "too_many_login_attempts": _(
            "Too many attempts. Ask for a new code, or wait five minutes and try your password again."
        ),
    }

    def save_user(self, request: HttpRequest, user: User, form: BaseForm, commit: bool = True) -> User:
        """The new account takes its name from the form and its language from the page."""
        user.name = form.cleaned_data["name"]
        user.locale = consents.shown_language()
        return super().save_user(request, user, form, commit=commit)

    @transaction.atomic
    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The address, the account and the journal change together."""
        return super().confirm_email(request, email_address)

    @transaction.atomic
    def set_password(self, user: User, password: str) -> None:
        super().set_password(user, password)
        record(events.PASSWORD_CHANGED, actor=user, subject=user, now=request_now())

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        """Whoever has not agreed to a text in force is asked before going where they wanted to go."""
        response = super().post_login(request, user, **details)
        if consents.missing(user):
            way = urlencode({"next": response["Location"]})
            response = HttpResponseRedirect(f"{reverse('consent')}?{way}")
        sessions.remember(response)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        log.warning("accounts.sign_in_failed", address=events.masked(credentials.get("email", "")))

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("profile" if self.request.user.is_authenticated else "account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def is_safe_url(self, url: str) -> bool:
        """Where a form asks to be led next: what is no address at all leads nowhere, as a foreign one does."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    # ── Mails ───────────────────────────────────────────────────────────────────────────────────────────────────────
    def render_mail(
        self, template_prefix: str, email: str, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """Marked as written by a machine, so that no holiday reply answers it."""
        return super().render_mail(
            template_prefix, email, context, headers={"Auto-Submitted": "auto-generated", **(headers or {})}
        )

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send at once; raises MailAway when the mail server does not take it."""
        try:
            super().send_mail(template_prefix, email, context)
        except (smtplib.SMTPException, OSError) as error:
            log.error("accounts.mail_failed", template=template_prefix, error=str(error)[:200])
            raise MailAway from error
        if "code" in context and settings.EMAIL_BACKEND == FILE_BACKEND:
            sys.stdout.write(f"The code for {email} is {context['code']}\n")
            sys.stdout.flush()

    def send_notification_mail(self, *arguments: Any, **options: Any) -> None:
        """Word of a change already made: a mail server that is away does not undo it."""
        try:
            super().send_notification_mail(*arguments, **options)
        except MailAway:
            log.warning("accounts.notification_lost", template=arguments[0])


class MFAAdapter(DefaultMFAAdapter):
    """The second factor. Its secrets are encrypted with the site's secret key before they reach the database."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Wait for the next one in your app and enter that."),
        "unverified_email": _("Confirm your e-mail address first, then switch on two-step verification."),
    }

    def encrypt(self, text: str) -> str:
        return _ciphers().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted under a key that is lost becomes a secret that nobody knows: no code will match it."""
        from cryptography.fernet import InvalidToken

        try:
            return _ciphers().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            log.error("accounts.second_factor_unreadable")
            return base64.b32encode(secrets.token_bytes(20)).decode()


def _ciphers() -> "MultiFernet":
    """The present key first; earlier ones still open what they closed."""
    from cryptography.fernet import Fernet, MultiFernet  # here: 9 MB that only second factors and signatures need

    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"portal.accounts.mfa:" + force_bytes(key)).digest()))
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
