"""A verdict on a possible duplicate."""

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.web.fields import PlainText
from submissions.models import Case

LONGEST_REASON = 1000


class CaseForm(forms.Form):
    """What the person found, why, and which state of the case they saw."""

    use_required_attribute = False

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    verdict = forms.ChoiceField(
        label=pgettext_lazy("a possible duplicate", "What you found"),
        choices=[(status.value, status.label) for status in Case.DECIDED],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you found.")},
    )
    reason = PlainText(
        lines=True,
        longest=LONGEST_REASON,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("What you compared and what it shows. Those who check read it; the teams do not."),
        error_messages={"required": gettext_lazy("Say why: whoever looks at it later has to understand it.")},
    )
