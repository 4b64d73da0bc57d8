"""Text that people type, in every form of the house and of the administration: cleaned, and told how much too long it is."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.texts import clean_line, clean_text, count_characters

LONGEST_PROSE = 100_000
FIRST_YEAR, LAST_YEAR = 2000, 2100


class PlainText(forms.CharField):
    """Text of one or several lines; `is_counted`: a long one shows how much of its limit is used."""

    is_counted = True

    def __init__(self, *, lines: bool, longest: int | None, label: Any, **options: Any) -> None:
        widget = forms.Textarea(attrs={"rows": rows_for(longest)}) if lines else forms.TextInput()
        super().__init__(label=label, widget=options.pop("widget", widget), strip=False, **options)
        self.lines = lines
        self.max_length = longest

    def to_python(self, value: Any) -> str:
        raw = "" if value in self.empty_values else str(value)
        if "\x00" in raw:
            raise ValidationError(
                _("“%(label)s” contains a character that cannot be stored (NUL). Paste the text again as plain text.")
                % {"label": self.label},
                code="nul",
            )
        return clean_text(raw) if self.lines else clean_line(raw)

    def validate(self, value: str) -> None:
        super().validate(value)
        count = self.count(value)
        if self.max_length and count > self.max_length:
            raise ValidationError(
                _("Shorten “%(label)s” to %(most)d characters: it has %(count)d, that is %(over)d too many.")
                % {"label": self.label, "most": self.max_length, "count": count, "over": count - self.max_length},
                code="too_long",
            )

    def count(self, value: str) -> int:
        """How much of the limit the text takes."""
        return count_characters(value)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}  # a maxlength attribute would cut what is pasted without a word


class Moment(forms.SplitDateTimeField):
    """A day and a time that every zone can hold: at the ends of the calendar, turning one into another zone fails."""

    def compress(self, data_list: Any) -> datetime | None:
        moment: datetime | None = super().compress(data_list)
        if moment and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            sentence = _("Enter a date between %(first)d and %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
            raise ValidationError(sentence, code="absurd")
        return moment


def rows_for(longest: int | None) -> int:
    """Height of a text area that suits its limit."""
    return max(3, min(16, (longest or 0) // 200))


def line(*, max_length: int | None = None, **options: Any) -> PlainText:
    """The form field of a column of one line."""
    return PlainText(lines=False, longest=max_length, **options)


def prose(*, max_length: int | None = None, **options: Any) -> PlainText:
    """The form field of a column of several lines."""
    return PlainText(lines=True, longest=max_length or LONGEST_PROSE, **options)
