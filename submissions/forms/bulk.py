"""Passing several entries at once: which, and that their checklists were looked at."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from submissions.actions import Chosen

MOST_AT_ONCE = 50
_CHOSEN = re.compile(r"([0-9a-z]{12}):([1-9][0-9]{0,4}):([0-9]{1,4})")


class PassSeveralForm(forms.Form):
    """`chosen` holds public id, version and number of verdicts of each entry, as the page showed them."""

    use_required_attribute = False
    hide_optional = True

    list_seen = forms.CharField(widget=forms.HiddenInput, required=False)
    looked = forms.BooleanField(
        label=gettext_lazy("I have looked at every item that must be met, in each of these entries."), required=False
    )

    @property
    def chosen(self) -> list[Chosen]:
        """What was chosen, also of a form that is not in order; what makes no sense is passed over."""
        given: list[str] = self.data.getlist("chosen") if self.is_bound else []  # type: ignore[attr-defined]
        return [Chosen(one[1], int(one[2]), int(one[3])) for one in map(_CHOSEN.fullmatch, given) if one]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        given: list[str] = self.data.getlist("chosen")  # type: ignore[attr-defined]
        if not given or len(self.chosen) < len(given):
            self.add_error(None, gettext("Choose the entries in the queue."))
        elif len(given) > MOST_AT_ONCE:
            self.add_error(None, gettext("Choose at most %(most)d entries at once.") % {"most": MOST_AT_ONCE})
        data["chosen"] = self.chosen
        return data
