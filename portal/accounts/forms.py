"""Forms about one's own account."""

import re
from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.core.validators import RegexValidator
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts import actions, consents
from portal.accounts.consents import ConsentText
from portal.accounts.models import User
from portal.web.fields import PlainText, line
from portal.web.requests import now_of

PHONE = RegexValidator(
    r"^\+?[0-9]{6,18}$",
    _("Enter the number with digits only; a number outside mainland China begins with + and the country code."),
    code="phone",
)


def consent_label(texts: list[ConsentText]) -> str:
    """“I have read … and agree to it”, each title a link to its text."""
    links = format_html_join(
        gettext(", "),
        '<a href="{}" target="_blank">{}</a>',
        ((reverse("consent_text", args=[text.purpose, text.version]), text.title) for text in texts),
    )
    return format_html(gettext("I have read the {texts} and agree to it."), texts=links)


class ConsentField(forms.BooleanField):
    """The tick without which nobody takes part."""

    def __init__(self, texts: list[ConsentText]) -> None:
        super().__init__(
            label=consent_label(texts),
            error_messages={"required": _("Read the notice on personal data, then tick here if you agree.")},
        )


class SignupForm(allauth_forms.SignupForm):
    """Address, name, agreement; a password for those who want one."""

    field_order = ["email", "name", "password1", "consent"]
    name = PlainText(
        lines=False,
        longest=60,
        label=_("Name"),
        help_text=_("As it should stand on certificates."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Enter your name.")},
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self.texts = consents.required()
        super().__init__(*arguments, **options)
        self.fields["consent"] = ConsentField(self.texts)
        if "password1" in self.fields:
            self.fields["password1"].help_text = _(
                "Ten characters or more. You can also leave it out and sign in with codes sent to your address."
            )
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """As allauth does it; when two sign-ups with one address meet, the second hears what a later one would."""
        try:
            return super().try_save(request)
        except IntegrityError:
            self.account_already_exists = True
            return super().try_save(request)

    @transaction.atomic
    def save(self, request: HttpRequest) -> User:
        """The account, its address, the consents and the journal, or nothing."""
        user = super().save(request)
        return actions.welcome(user=user, texts=self.texts, now=now_of(request))


class NewEmailForm(allauth_forms.AddEmailForm):
    """The address that is to take the place of the present one."""

    summary_apart = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        field = self.fields["email"]
        field.label = _("New e-mail address")
        field.help_text = _("We send a code there; the address changes once you have entered it.")
        field.error_messages["required"] = _("Enter the new e-mail address.")
        field.widget.attrs.pop("placeholder", None)


class LoginCodeRequestForm(allauth_forms.RequestLoginCodeForm):
    """The address that a code goes to; `asked_too_often` says that nothing is wrong with it, only the time."""

    asked_too_often = False

    def clean_email(self) -> str:
        try:
            return str(super().clean_email())
        except forms.ValidationError as error:
            self.asked_too_often = error.code == "too_many_login_attempts"
            raise

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors) and not self.asked_too_often


class CodeInput(forms.TextInput):
    """A code of digits, offered by the telephone's keyboard from the mail that just came."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"})


class _CodeForm(allauth_forms.BaseConfirmCodeForm):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Eight digits, with or without the hyphen."),
        widget=CodeInput,
        error_messages={"required": _("Enter the code from the mail.")},
    )


class LoginCodeForm(_CodeForm, allauth_forms.ConfirmLoginCodeForm):
    """The code that signs in."""


class EmailCodeForm(_CodeForm, allauth_forms.ConfirmEmailVerificationCodeForm):
    """The code that proves an address."""


class PasswordResetCodeForm(_CodeForm, allauth_forms.ConfirmPasswordResetCodeForm):
    """The code that lets a new password be chosen."""


class PhoneField(forms.CharField):
    """Typed with spaces, hyphens and brackets, kept without."""

    default_validators = [PHONE]

    def to_python(self, value: Any) -> str:
        return re.sub(r"[\s()（）.-]", "", super().to_python(value) or "")


class ProfileForm(forms.ModelForm):
    """One's own details; `revision` is the one that was shown."""

    summary_apart = True
    revision = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = User
        fields = ["name", "phone", "locale"]
        widgets = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }
        field_classes = {"name": line, "phone": PhoneField}
        labels = {"name": _("Name"), "locale": _("E-mail language")}
        help_texts = {
            "name": _("As it should stand on certificates."),
            "phone": _("Organisers use it when something about your entry is urgent."),
        }

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.initial.setdefault("revision", self.instance.revision)
        self.fields["name"].required = True
        self.fields["name"].error_messages["required"] = _("Enter your name.")


class ConsentForm(forms.Form):
    """Asked after signing in, when a text in force has not been agreed to."""

    def __init__(self, *arguments: Any, texts: list[ConsentText], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fields["consent"] = ConsentField(texts)
