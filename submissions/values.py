"""One answer: what may stand in it, what is wrong with it, and how it is shown.

A *value* is what is stored and hashed: cleaned text, a number as it was written, a date as 2024-07-20, a list of chosen
words; never a float. Where a question may not apply, it is the *waiver* `{"not_applicable": reason}`, which in a draft also
keeps what stood there before. The same rules serve the page where it is typed and the check before it is submitted.
"""

from decimal import Decimal, InvalidOperation
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from competition.models import FormField
from competition.words import enumeration
from portal.canonical import digest
from portal.counting import count_text
from portal.texts import clean_line
from portal.web.fields import PlainText

LONGEST_TEXT = 200
LONGEST_LINK = 500
LONGEST_NUMBER = 40
# A draft keeps also what is too long; this is where a paste stops being an answer.
LONGEST_DRAFT = 60_000
DATE_FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]
LONGEST_REASON = 200
SEEN_DIGITS = 12

#: Keys of a waiver: the reason, and what stood there before, which a draft keeps.
NOT_APPLICABLE, INSTEAD_OF = "not_applicable", "instead_of"

Plain = str | list[str]
Value = Plain | dict[str, Any]


class LongText(PlainText):
    """Several lines, limited as people count (`portal.counting`)."""

    counts_as = "text"

    def __init__(self, **options: Any) -> None:
        super().__init__(lines=True, **options)

    def count(self, value: str) -> int:
        return count_text(value)

    def validate(self, value: str) -> None:
        if len(value) > LONGEST_DRAFT:
            raise ValidationError(
                _("“%(label)s” is far too long to be stored. Paste only what belongs here.") % {"label": self.label},
                code="beyond_draft",
            )
        super().validate(value)


class PlainNumber(PlainText):
    """Digits with an optional sign and point, between bounds; full-width digits and separators of thousands are understood."""

    def __init__(self, *, least: Decimal | None, most: Decimal | None, unit: str, **options: Any) -> None:
        super().__init__(lines=False, longest=LONGEST_NUMBER, **options)
        self.least, self.most, self.unit = least, most, unit

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        narrow = (
            text.translate(str.maketrans("０１２３４５６７８９．，－", "0123456789.,-"))
            .replace(",", "")
            .replace(" ", "")
        )
        return narrow if self._is_number(narrow) else text

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value:
            return
        if not self._is_number(value):
            raise ValidationError(
                _("Enter digits only in “%(label)s”, for example 1200.") % {"label": self.label}, code="not_a_number"
            )
        number = Decimal(value)
        if (self.least is not None and number < self.least) or (self.most is not None and number > self.most):
            raise ValidationError(self._bounds(), code="out_of_bounds")

    def _bounds(self) -> str:
        words = {"label": self.label, "least": plain_number(self.least), "most": plain_number(self.most)}
        if self.most is None:
            return _("Enter a number from %(least)s upwards in “%(label)s”.") % words
        if self.least is None:
            return _("Enter a number of at most %(most)s in “%(label)s”.") % words
        return _("Enter a number from %(least)s to %(most)s in “%(label)s”.") % words

    @staticmethod
    def _is_number(text: str) -> bool:
        try:
            return text.isascii() and "_" not in text and "e" not in text.lower() and Decimal(text).is_finite()
        except InvalidOperation:
            return False


def plain_number(number: Decimal | None) -> str:
    """As people write it: 1200, without the zeros that the column adds."""
    return "" if number is None else f"{Decimal(number).normalize():f}"


class PlainLink(PlainText):
    """A web address that begins with https://; one that names an account or a password is none."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value:
            return
        try:
            URLValidator(schemes=["https"])(value)
            if "@" in urlsplit(value).netloc:
                raise ValidationError("userinfo")  # https://bank.example@elsewhere.example reads as what it is not
        except ValidationError as error:
            raise ValidationError(
                _("Enter the whole web address in “%(label)s”, beginning with https://.") % {"label": self.label},
                code="not_a_link",
            ) from error


class PlainDate(PlainText):
    """A day, kept as 2024-07-20."""

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        try:
            return forms.DateField(input_formats=DATE_FORMATS).clean(text).isoformat()
        except ValidationError:
            return text

    def validate(self, value: str) -> None:
        super().validate(value)
        try:
            forms.DateField(input_formats=DATE_FORMATS[:1], required=False).clean(value)
        except ValidationError as error:
            raise ValidationError(
                _("Enter the date in “%(label)s” like 2024-07-20.") % {"label": self.label}, code="not_a_date"
            ) from error


def form_field(field: FormField) -> forms.Field:
    """The control of a question; `required` says what a submission needs, a draft may leave it empty."""
    kinds = FormField.Kind
    common: dict[str, Any] = {"label": field.label, "help_text": field.help_text, "required": field.required}
    pairs = [(word, word) for word in field.choices]
    match field.kind:
        case kinds.LONG_TEXT:
            return LongText(longest=field.max_length or LONGEST_DRAFT, **common)
        case kinds.NUMBER:
            widget = forms.TextInput(attrs={"inputmode": "decimal"})
            bounds: dict[str, Any] = {"least": field.least, "most": field.most, "unit": field.unit}
            return PlainNumber(widget=widget, **bounds, **common)
        case kinds.DATE:
            return PlainDate(lines=False, longest=20, widget=forms.DateInput(attrs={"type": "date"}), **common)
        case kinds.LINK:
            widget = forms.TextInput(attrs={"inputmode": "url"})
            return PlainLink(lines=False, longest=field.max_length or LONGEST_LINK, widget=widget, **common)
        case kinds.CHOICE:
            return forms.ChoiceField(
                choices=pairs, widget=forms.RadioSelect, error_messages=_not_offered(field), **common
            )
        case kinds.CHOICES:
            return forms.MultipleChoiceField(
                choices=pairs, widget=forms.CheckboxSelectMultiple, error_messages=_not_offered(field), **common
            )
    return PlainText(lines=False, longest=field.max_length or LONGEST_TEXT, **common)


def _not_offered(field: FormField) -> dict[str, Any]:
    return {"invalid_choice": _("Choose among the answers offered in “%(label)s”.") % {"label": field.label}}


def problem_of(field: FormField, value: Value) -> str:
    """The sentence that says what is wrong with a stored value, empty when nothing is; an empty one is not wrong."""
    if not value:
        return ""
    if is_waiver(value):
        return _problem_of_waiver(field, value[NOT_APPLICABLE])
    try:
        form_field(field).clean(written(field, value))
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


def _problem_of_waiver(field: FormField, reason: str) -> str:
    if not field.may_not_apply:
        return _("“%(label)s” applies to every entry: answer it.") % {"label": field.label}
    if not reason:
        return _("Say in one sentence why “%(label)s” does not apply.") % {"label": field.label}
    if len(reason) > LONGEST_REASON:
        return _("Shorten the reason at “%(label)s” to %(most)d characters.") % {
            "label": field.label,
            "most": LONGEST_REASON,
        }
    return ""


def empty_value(field: FormField) -> Plain:
    return [] if field.kind == FormField.Kind.CHOICES else ""


def waiver(reason: str, *, instead_of: Plain) -> dict[str, Any]:
    """“Not applicable”, with the reason and what stood there before."""
    kept = {INSTEAD_OF: instead_of} if instead_of else {}
    return {NOT_APPLICABLE: clean_line(reason)} | kept


def is_waiver(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def written(field: FormField, value: Value) -> Plain:
    """What stands in the control itself, in the shape that its kind wants even where the kind was changed meanwhile."""
    plain: Plain = value.get(INSTEAD_OF, empty_value(field)) if isinstance(value, dict) else value
    if field.kind == FormField.Kind.CHOICES:
        return plain if isinstance(plain, list) else [plain] if plain else []
    return enumeration(plain) if isinstance(plain, list) else plain


def frozen(value: Value) -> Value:
    """What a submission keeps: of a waiver the reason alone."""
    return {NOT_APPLICABLE: value[NOT_APPLICABLE]} if is_waiver(value) else value


def shown(value: Value, unit: str = "") -> str:
    """How an answer is read back; a number with its unit."""
    if is_waiver(value):
        return _("Not applicable: %(reason)s") % {"reason": value[NOT_APPLICABLE]}
    text = enumeration(value) if isinstance(value, list) else str(value or "")
    return f"{text} {unit}" if text and unit else text


def shown_frozen(answer: dict[str, Any]) -> str:
    """The same of an answer as a version keeps it (`submissions.snapshot`)."""
    return shown(answer.get("value") or "", answer.get("unit", ""))


def seen_mark(revision: int, value: Value) -> str:
    """What a page carries of the answer that the person saw: its revision and a short digest of its value."""
    return f"{revision}-{value_mark(value)}"


def value_mark(value: Value) -> str:
    return digest(value)[:SEEN_DIGITS]
