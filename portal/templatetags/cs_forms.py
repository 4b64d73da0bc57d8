"""What the form templates (templates/bootstrap5) need beyond crispy: the error summary and the counter of long texts.

A form class may carry three plain attributes that the templates read:
`hide_optional = True` — a filter or search form, where marking optional fields says nothing;
`summary_apart = True` — the page draws `{% error_summary form %}` itself, above its heading;
`saved_note` — a sentence under the summary in place of “What you entered is kept”.
"""

from collections.abc import Iterator
from typing import Any, Literal

from allauth.account import app_settings
from django import template
from django.core.exceptions import ValidationError
from django.forms import BaseForm, ChoiceField, DateField, Field, FileField, PasswordInput, Textarea
from django.forms.boundfield import BoundField
from django.utils.translation import gettext

from portal.counting import count_text
from portal.web.sentences import instruction

register = template.Library()
register.filter(instruction)


@register.inclusion_tag("portal/components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """Every error of the form with a link to its field, in the order of the fields, in the same words as beside it."""
    rows = list(summary_rows(form)) if form.is_bound else []
    # A browser never gets a typed password back, so that it would be untrue to say that it is still there.
    secrets = [field for field in form if isinstance(field.field.widget, PasswordInput)]
    return {
        "rows": rows,
        "form": form,
        "summary_id": f"errors-{form.prefix or 'form'}",
        "asks_secret": any(field.field.required or field.data for field in secrets),
        "has_typed": any(field.data for field in form if not field.is_hidden),
    }


def summary_rows(form: BaseForm) -> Iterator[tuple[str, str]]:
    """(id of the control, instruction) of every error; the id is empty where the error belongs to no control."""
    for message in form.non_field_errors():
        yield "", instruction(message)
    for field in form:
        for message in instructions(field):
            yield ("" if field.is_hidden else anchor(field)), message


@register.simple_tag
def code_minutes(kind: Literal["login", "password_reset", "email_verification"]) -> int:
    """For how many minutes a code that was sent by mail is good."""
    return int(getattr(app_settings, f"{kind.upper()}_BY_CODE_TIMEOUT")) // 60


@register.filter
def leads_away(field: BoundField) -> bool:
    """Does the help text lead elsewhere, as “Forgotten your password?” does? Then it comes after what is asked."""
    return isinstance(field.field.widget, PasswordInput) and "<a " in str(field.help_text)


@register.filter
def instructions(field: BoundField) -> list[str]:
    """The field's errors as instructions: Django's “This field is required” becomes “Enter the project name”."""
    found: list[str] = []
    for error in field.errors.as_data():
        found += [_what_is_missing(field)] if _says_only_required(error) else map(instruction, error.messages)
    return found


def _says_only_required(error: ValidationError) -> bool:
    return error.code == "required" and error.message == Field.default_error_messages["required"]


def _what_is_missing(field: BoundField) -> str:
    """A form or field that has a better sentence gives it as its own `required` message."""
    if isinstance(field.field, FileField):
        wording = gettext("Choose a file for “%(label)s”")
    elif isinstance(field.field, ChoiceField | DateField):
        wording = gettext("Choose “%(label)s”")
    else:
        wording = gettext("Enter “%(label)s”")
    return wording % {"label": str(field.label).rstrip(":：")}


@register.filter
def anchor(field: BoundField) -> str:
    """The id of the control that an error leads to: of a group of choices, the first one."""
    if not field.auto_id:
        return ""
    return f"{field.auto_id}_0" if field.use_fieldset else field.id_for_label


@register.filter
def is_long(field: BoundField) -> bool:
    """A text area with a limit gets a counter."""
    return isinstance(field.field.widget, Textarea) and bool(limit(field)) and getattr(field.field, "is_counted", True)


@register.filter
def limit(field: BoundField) -> int | None:
    """The most characters that the field takes."""
    return getattr(field.field, "max_length", None)


@register.filter
def thousands(number: int) -> str:
    """3,000"""
    return f"{number:,}"


@register.filter
def typed(field: BoundField) -> int:
    """How many characters stand in the field: as people count where the field does so, else with a line break as one."""
    text = str(field.value() or "").replace("\r\n", "\n")
    return count_text(text) if counts_as(field) == "text" else len(text)


@register.filter
def counts_as(field: BoundField) -> str:
    """ "text" where the field's limit is meant as people count (`portal.counting`)."""
    return getattr(field.field, "counts_as", "characters")
