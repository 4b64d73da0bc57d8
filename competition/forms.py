"""Forms of the competition app."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from competition import guide as guides
from competition.guide import Guide, Unreadable
from portal.texts import without_marks
from portal.web.fields import PlainText

LONGEST_SUMMARY = 2000


class GuideUploadForm(forms.Form):
    """A topic guide as a text file."""

    file = forms.FileField(
        label=_("Topic guide"),
        help_text=_("A text file (UTF-8 or GB18030) of at most 2 MB, in the shape of the published guides."),
        error_messages={"required": _("Choose the file of the guide.")},
    )

    def clean_file(self) -> str:
        """The text of the file."""
        try:
            return without_marks(guides.decode(self.cleaned_data["file"].read(guides.MAXIMUM_BYTES + 1)))
        except Unreadable as error:
            raise forms.ValidationError(gettext(error.message), code=error.code) from error


class GuideConfirmForm(forms.Form):
    """The guide that was shown, with the fingerprint of the changes that it would make."""

    text = forms.CharField(widget=forms.HiddenInput, strip=False, max_length=guides.MAXIMUM_BYTES)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def guide(self) -> Guide:
        return guides.parse(without_marks(self.cleaned_data["text"]))


class SummaryForm(forms.Form):
    """What a team means to do, in its own words; it is read, and kept nowhere."""

    use_required_attribute = False

    summary = PlainText(
        lines=True,
        longest=LONGEST_SUMMARY,
        label=_("What your project does"),
        help_text=_("A few sentences or your whole summary. The text is compared here and not stored."),
        error_messages={"required": _("Paste a summary of your project, or write two or three sentences about it.")},
        widget=forms.Textarea(attrs={"rows": 5}),
    )


def confirm_form(text: str, seen: str) -> GuideConfirmForm:
    """The form behind the button of the preview."""
    initial: dict[str, Any] = {"text": text, "seen": seen}
    return GuideConfirmForm(initial=initial)
