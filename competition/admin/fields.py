"""Form fields for what the models keep as JSON: ticks, lines, codes, bands."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.texts import clean_text

CODE = re.compile(r"^[A-Z][A-Z0-9]{0,7}$")
MARK = re.compile(r"\d{1,4}")
BAND_PARTS = 4


def plain(value: Decimal) -> str:
    """A decimal without the zeros that its column adds."""
    return f"{value.normalize():f}"


class PlainNumberInput(forms.TextInput):
    """A decimal as people write it."""

    def format_value(self, value: Any) -> str | None:
        return plain(value) if isinstance(value, Decimal) else super().format_value(value)


class TicksField(forms.MultipleChoiceField):
    """Some of a fixed set of words, kept in the set's order."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, choices: Sequence[tuple[str, Any]], **options: Any) -> None:
        super().__init__(choices=choices, **options)
        self.words = [word for word, _label in choices]

    def clean(self, value: Any) -> list[str]:
        chosen = set(super().clean(value))
        return [word for word in self.words if word in chosen]


class LinesField(forms.Field):
    """A list of words, one a line."""

    widget: Any = forms.Textarea(attrs={"rows": 4})

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False} | options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(self.lines_of(value)) if isinstance(value, list) else value

    def lines_of(self, value: Iterable[Any]) -> list[str]:
        """The kept value as lines."""
        return [str(line) for line in value]

    def to_python(self, value: Any) -> list[Any]:
        if isinstance(value, list):
            return value
        return [line.strip() for line in clean_text(str(value or "")).split("\n") if line.strip()]


class CodesField(LinesField):
    """Codes of criteria in order, separated by commas or blanks."""

    widget = forms.TextInput

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(self.lines_of(value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:
        if isinstance(value, list):
            return value
        codes = [code for code in re.split(r"[\s,，、;；]+", str(value or "").upper()) if code]
        wrong = [code for code in codes if not CODE.match(code)]
        if wrong:
            message = _("Write codes such as C1, separated by commas; this is none: %(codes)s")
            raise forms.ValidationError(message % {"codes": ", ".join(wrong)}, code="codes")
        if len(set(codes)) < len(codes):
            raise forms.ValidationError(_("Name each criterion once."), code="repeated")
        return codes


class BandsField(LinesField):
    """Bands of marks, one a line: name, lowest mark, highest mark, what it looks like."""

    def lines_of(self, value: Iterable[Any]) -> list[str]:
        return [", ".join(str(part) for part in band) for band in value]

    def to_python(self, value: Any) -> list[list[Any]]:
        if isinstance(value, list):
            return value
        return [self._band(line) for line in super().to_python(value)]

    def _band(self, line: str) -> list[Any]:
        parts = [part.strip() for part in re.split("[,，]", line, maxsplit=BAND_PARTS - 1)]
        if len(parts) < BAND_PARTS - 1 or not all(MARK.fullmatch(part) for part in parts[1:3]):
            message = _("Write a band as name, lowest, highest, description with whole numbers; this is none: %(line)s")
            raise forms.ValidationError(message % {"line": line}, code="band")
        low, high = int(parts[1]), int(parts[2])
        if low > high:
            message = _("In this band the lowest mark exceeds the highest: %(line)s")
            raise forms.ValidationError(message % {"line": line}, code="band_order")
        return [parts[0], low, high, parts[3] if len(parts) == BAND_PARTS else ""]
