"""What judges and organisers fill in. A sentence of refusal stands beside its field; what was typed stays."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import Criterion
from judging.actions.reopening import REASON_MAX as REOPEN_MAX
from judging.actions.reports import TEXT_MAX
from judging.actions.sheets import COMMENT_MAX, REASON_MAX
from judging.marks import NOT_APPLICABLE, GivenMark, GivenMarks, field_name, missing, parse_mark, plain
from portal.refusals import Refusal
from portal.web.fields import PlainText

TABLE_BYTES = 2 << 20


class MarkField(forms.CharField):
    """A mark as it was typed; cleans to a Decimal, or None where nothing was typed."""

    def __init__(self, criterion: Criterion) -> None:
        super().__init__(required=False, label=criterion.name)
        self.criterion = criterion

    def clean(self, value: Any) -> Decimal | None:
        try:
            return parse_mark(str(value or ""), self.criterion)
        except Refusal as refusal:
            raise ValidationError(str(refusal.message), code=refusal.code) from refusal


class ScoreForm(forms.Form):
    """The score card: a mark or “not applicable” per criterion, a comment, and the revision that the judge saw."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput, error_messages={"required": "", "invalid": ""})
    comment = PlainText(lines=True, longest=COMMENT_MAX, required=False, label=pgettext_lazy("score sheet", "Comment"))

    def __init__(self, *args: Any, criteria: Sequence[Criterion], whole: bool = False, **kwargs: Any) -> None:
        """`whole`: the sheet is sealed as it comes, so that every mark that is missing is named at its box."""
        super().__init__(*args, **kwargs)
        self.criteria, self.whole = criteria, whole
        self.fields["revision"].error_messages = dict.fromkeys(
            ("required", "invalid", "min_value"), _("This page is incomplete. Reload it and enter the marks again.")
        )
        for criterion in criteria:
            self.fields[field_name(criterion.code)] = MarkField(criterion)
            if criterion.allow_na:
                label = _("%(criterion)s: not applicable") % {"criterion": criterion.name}
                self.fields[f"na_{criterion.code}"] = forms.BooleanField(required=False, label=label)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for criterion in self.criteria:
            if cleaned.get(f"na_{criterion.code}") and cleaned.get(field_name(criterion.code)) is not None:
                self.add_error(
                    field_name(criterion.code),
                    _("%(criterion)s: give a mark, or say that it does not apply, not both.")
                    % {"criterion": criterion.name},
                )
        if self.whole:
            self._ask_for_missing()
        known = {field_name(criterion.code) for criterion in self.criteria}
        if any(name.startswith("mark_") and name not in known for name in self.data):
            self.add_error(
                None, _("This page shows another rubric than the one in force. Reload it and enter the marks again.")
            )
        return cleaned

    def _ask_for_missing(self) -> None:
        for criterion in missing(self.given_marks(), self.criteria):
            name = field_name(criterion.code)
            if name not in self.errors:
                self.add_error(
                    name,
                    _("{criterion}: enter a number from 0 to {full}.").format(
                        criterion=criterion.name, full=plain(criterion.max_mark)
                    ),
                )

    def told_seconds(self) -> int:
        """How long the page says it was looked at; a wrong number tells nothing and is no reason to refuse marks."""
        text = str(self.data.get("seconds", ""))
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0

    def given_marks(self) -> GivenMarks:
        """What was given and can be read; criteria left open are absent."""
        cleaned = getattr(self, "cleaned_data", {})
        marks: dict[str, GivenMark] = {}
        for criterion in self.criteria:
            value = cleaned.get(field_name(criterion.code))
            if value is not None:
                marks[criterion.code] = value
            elif cleaned.get(f"na_{criterion.code}"):
                marks[criterion.code] = NOT_APPLICABLE
        return marks

    def typed_marks(self) -> dict[str, str]:
        """What stands in the boxes, readable or not."""
        return {field_name(c.code): str(self.data.get(field_name(c.code), "")) for c in self.criteria}


class RecusalForm(forms.Form):
    """Why a judge leaves an entry."""

    reason = PlainText(
        lines=True,
        longest=REASON_MAX,
        label=_("What is the conflict of interest?"),
        help_text=_("For example: I work with the lead organisation. The organisers read it, the team does not."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what the conflict of interest is: the organisers read it.")},
    )


class ReportForm(forms.Form):
    """What is wrong with an entry, in the judge's words."""

    text = PlainText(
        lines=True,
        longest=TEXT_MAX,
        label=_("What is wrong?"),
        help_text=_("The organisers read it, the team does not. Your marks stay as they are."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what is wrong: the organisers read it.")},
    )


class AnswerForm(forms.Form):
    """What the organisers answer to a report."""

    answer = PlainText(
        lines=True,
        longest=TEXT_MAX,
        label=_("Answer to the judge"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write what the judge should know.")},
    )


class ReopenForm(forms.Form):
    """Why a sealed sheet is opened, and which revision the organiser saw."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    reason = PlainText(
        lines=True,
        longest=REOPEN_MAX,
        label=_("Why is this sheet opened?"),
        help_text=_("The judge reads it, and the journal keeps it beside the old marks."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why the sheet is opened: the judge reads it.")},
    )


class TableForm(forms.Form):
    """Marks in a table, as it was downloaded here."""

    table = forms.FileField(
        label=_("The table with your marks"),
        help_text=_("The Excel file that you downloaded here, or the same as CSV in UTF-8; up to 2 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        error_messages={
            "required": _("Choose the table with your marks first."),
            "empty": _("This file is empty. Choose the table with your marks."),
        },
    )

    def clean_table(self) -> Any:
        table = self.cleaned_data["table"]
        if table.size > TABLE_BYTES:
            raise ValidationError(_("This file is larger than 2 MB. Choose the table that you downloaded here."))
        return table
