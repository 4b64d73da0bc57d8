"""The unified social credit code (`uscc`) of an organisation: however people write it, it is kept in one form."""

import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc
from stdnum.exceptions import ValidationError as NumberError


def normal_uscc(typed: str) -> str:
    """The code without spaces and hyphens, in half-width capitals. What is no code is returned all the same."""
    return uscc.compact(unicodedata.normalize("NFKC", typed)).upper()


def is_uscc(code: str) -> bool:
    """Has the code the right length and alphabet, and does its last character match the others?"""
    return uscc.is_valid(code)


def validate_uscc(value: str) -> None:
    """Refuse a code that has the wrong length, alphabet or check digit."""
    try:
        uscc.validate(value)
    except NumberError as error:
        raise ValidationError(
            _(
                "Check the unified social credit code: 18 characters, as on the business licence; the last one does not match."
            ),
            code="uscc",
        ) from error


class UsccField(forms.CharField):
    """Takes a code as it was pasted, spaces and all, and hands on the normal form."""

    def to_python(self, value: Any) -> str:
        return normal_uscc(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """No limit in the browser, which would cut a code that was pasted with spaces."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}
