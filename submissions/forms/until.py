"""Until when: the last day and, where it is not its end, the time; in Beijing, as everything here."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.web.dates import BEIJING
from portal.web.fields import FIRST_YEAR, LAST_YEAR


class UntilForm(forms.Form):
    """A form that asks for an exclusive bound: `until` is midnight after the day, or the time on that day."""

    use_required_attribute = False

    until_on = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Your browser may show the month first."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        required=False,
        error_messages={"invalid": gettext_lazy("Enter the day as in 2026-07-20.")},
    )
    until_at = forms.TimeField(
        label=gettext_lazy("Time on that day"),
        help_text=gettext_lazy("Beijing time. Empty: 24:00, the end of the day."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S"],
        required=False,
        error_messages={"invalid": gettext_lazy("Enter the time as in 17:30.")},
    )

    @property
    def needs_end(self) -> bool:
        """Does what was pressed need a day?"""
        return True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        day = data.get("until_on")
        if not self.needs_end:
            return data
        if day is None and "until_on" not in self.errors:
            self.add_error("until_on", ValidationError(_("Choose the last day."), code="required"))
        elif day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            sentence = _("Enter a date between %(first)d and %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}
            self.add_error("until_on", ValidationError(sentence, code="absurd"))
        return data

    @property
    def until(self) -> datetime:
        """The bound, of a form that is valid and needs one."""
        day, at = self.cleaned_data["until_on"], self.cleaned_data.get("until_at")
        if at is None or at == time():
            return datetime.combine(day, time(), BEIJING) + timedelta(days=1)
        return datetime.combine(day, at, BEIJING)
