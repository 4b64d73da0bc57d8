"""What whoever holds a receipt or a file types on the public proof: a receipt's code, a fingerprint."""

import re
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from submissions.papers.verification import read_code

SHA256 = re.compile("[0-9a-f]{64}")
EXAMPLE = "3kf9-q2mx-07ab"
EXACT = {"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}


class ReceiptCodeForm(forms.Form):
    """The twelve characters beside the QR code, cleaned to the code that they spell."""

    code = forms.CharField(
        label=_("Receipt code"),
        widget=forms.TextInput(attrs=EXACT),
        error_messages={"required": _("Enter the receipt code.")},
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        example = format_html('<span class="cs-nowrap">{}</span>', EXAMPLE)
        sentence = gettext("Twelve characters beside the QR code of the receipt, for example {example}.")
        self.fields["code"].help_text = format_html(sentence, example=example)

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                _("This is no receipt code. Enter all twelve characters as they stand on the receipt."),
                code="malformed",
            )
        return code


class FingerprintForm(forms.Form):
    """A SHA-256 as programs print it, cleaned to its 64 characters."""

    sha256 = forms.CharField(
        label=_("Or enter a fingerprint (SHA-256)"),
        help_text=_("64 characters from 0 to 9 and a to f; blanks do not matter."),
        widget=forms.TextInput(attrs=EXACT),
        error_messages={"required": _("Enter a fingerprint.")},
    )

    def clean_sha256(self) -> str:
        digest = re.sub(r"[\s:-]", "", self.cleaned_data["sha256"]).lower()
        if not SHA256.fullmatch(digest):
            raise forms.ValidationError(
                _("This is no SHA-256. Enter all 64 characters, from 0 to 9 and a to f."), code="malformed"
            )
        return digest
