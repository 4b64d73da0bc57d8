"""Asking for more time, and answering."""

from django import forms
from django.utils.translation import gettext_lazy

from portal.web.fields import PlainText
from submissions.forms.until import UntilForm

LONGEST_REASON = 500


class AskForm(forms.Form):
    """Why the team needs more time."""

    use_required_attribute = False
    hide_optional = True

    reason = PlainText(
        lines=True,
        longest=LONGEST_REASON,
        label=gettext_lazy("Why does the team need more time?"),
        help_text=gettext_lazy("The organisers read it and decide. Say what happened, and how much time is needed."),
        required=False,
    )


class AnswerForm(UntilForm):
    """Grant until then, or decline; `request` is the public id of what is answered, empty for time given unasked."""

    hide_optional = True

    GRANT, DECLINE = "grant", "decline"

    answer = forms.ChoiceField(choices=[(GRANT, GRANT), (DECLINE, DECLINE)], widget=forms.HiddenInput)
    request = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)
    note = PlainText(
        lines=True,
        longest=LONGEST_REASON,
        label=gettext_lazy("Note to the team (needed when you decline)"),
        help_text=gettext_lazy("The team reads it word for word."),
        required=False,
    )

    @property
    def needs_end(self) -> bool:
        return self.data.get("answer") == self.GRANT
