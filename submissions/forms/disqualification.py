"""Disqualifying an entry, and lifting that."""

from django import forms
from django.utils.translation import gettext_lazy

from portal.web.fields import PlainText

LONGEST_REASON = 1000


class ReasonForm(forms.Form):
    """Why, in the words that the team reads. `seen` is what the person saw: the number of a version, or a decision."""

    use_required_attribute = False
    hide_optional = True

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    reason = PlainText(
        lines=True,
        longest=LONGEST_REASON,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("The team reads it word for word."),
        required=False,
    )

    @property
    def seen_number(self) -> int:
        """The version that was seen; 0, which none has, where this is no number."""
        text = self.cleaned_data["seen"]
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
