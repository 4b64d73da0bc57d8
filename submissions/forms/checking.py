"""A verdict of the formal check, and a private note."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from competition.models import CheckItem
from portal.accounts.models import Organisation, User
from portal.web.fields import PlainText
from submissions.checklist import (
    LONGEST_NOTE,
    Line,
    Mark,
    Tick,
    Ticked,
    field_of,
    fingerprint,
    proposed_items,
    proposed_reason,
    record_of,
)
from submissions.correction import ItemGroup
from submissions.forms.until import UntilForm
from submissions.items import of_check_item
from submissions.models import Screening

LONGEST_REASON = 1000
#: What is pressed to let a first verdict count as it is.
CONFIRMED = "confirmed"


class VerdictForm(UntilForm):
    """Pass, fail or return, on the version and after the verdicts that the person saw. Whether a reason is needed, the
    action says. `groups` are what can be returned, `checklist` the contest's list, `answered` the lines that it begins with.
    """

    use_required_attribute = False
    hide_optional = True

    verdict = forms.ChoiceField(
        choices=[*Screening.Verdict.choices, (CONFIRMED, gettext_lazy("Confirmed"))], widget=forms.HiddenInput
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    reason = PlainText(
        lines=True,
        longest=LONGEST_REASON,
        label=gettext_lazy("Reason (needed unless the entry passes)"),
        help_text=gettext_lazy("The team reads it word for word. Say which document, which page, and what to do."),
        required=False,
    )
    items = forms.MultipleChoiceField(label=gettext_lazy("What the team is to correct"), required=False)

    list_seen = forms.CharField(widget=forms.HiddenInput, required=False)

    field_order = ("verdict", "version", "seen", "reason", "items", "until_on", "until_at")

    def __init__(
        self,
        *args: Any,
        groups: Sequence[ItemGroup],
        checklist: Sequence[CheckItem] = (),
        answered: Mapping[str, Line] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.groups = groups
        self.checklist = checklist
        self.fields["list_seen"].initial = fingerprint(checklist)
        for item in checklist:
            line = (answered or {}).get(item.public_id, {})
            self.fields[field_of(item)] = forms.ChoiceField(
                choices=Mark.choices, required=False, initial=line.get("mark", ""), label=item.text
            )
            self.fields[note_of(item)] = PlainText(
                lines=False,
                longest=LONGEST_NOTE,
                required=False,
                initial=line.get("note", ""),
                label=gettext_lazy("Note"),
            )
        self.fields["items"].choices = [  # type: ignore[attr-defined]
            pair for group in groups for pair in ([(group.whole, group.title)] if group.whole else []) + group.items
        ]

    @property
    def points(self) -> list[dict[str, Any]]:
        """The checklist as the page draws it."""
        return [
            {
                "item": item,
                "concerns": of_check_item(item),
                "mark": self[field_of(item)],
                "chosen": self[field_of(item)].value() or "",
                "note": self[note_of(item)],
            }
            for item in self.checklist
        ]

    @property
    def marks(self) -> Any:
        return Mark.choices

    @property
    def ticked(self) -> Ticked | None:
        """What was ticked on the list that the person saw; of a form that is valid. None where there is no list."""
        if not self.checklist:
            return None
        data = self.cleaned_data
        return Ticked(
            seen=data.get("list_seen", ""),
            ticks=[
                Tick(item.public_id, data[field_of(item)], data.get(note_of(item), ""))
                for item in self.checklist
                if data.get(field_of(item))
            ],
        )

    def clean(self) -> dict[str, Any]:
        """A verdict that needs a reason and has none gets one proposed, from the items that are not met."""
        data = super().clean()
        if (
            self.errors
            or data["verdict"] in (Screening.Verdict.PASSED, CONFIRMED)
            or data["reason"]
            or not self.checklist
        ):
            return data
        if data.get("list_seen") != fingerprint(self.checklist):
            return data  # the action says so
        record = record_of(self.checklist, self.ticked)
        if reason := proposed_reason(record):
            self.data = self.data.copy()  # type: ignore[attr-defined]
            self.data["reason"] = reason  # type: ignore[index]
            if not data["items"]:
                self.data.setlist("items", proposed_items(self.checklist, record))  # type: ignore[attr-defined]
            sentence = gettext(
                "The reason below was put together from the items that are not met. Read it, change what you like, and"
                " press once more."
            )
            self.add_error("reason", forms.ValidationError(sentence, code="proposed"))
        return data

    @property
    def needs_end(self) -> bool:
        return self.data.get("verdict") == Screening.Verdict.RETURNED

    def in_words(self, items: Collection[str]) -> list[str]:
        """The items of an earlier return, as far as the form still has them."""
        return [str(label) for item, label in self.fields["items"].choices if item in items]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[str]:
        """What is ticked when the page is drawn again."""
        items: list[str] = self.data.getlist("items") if self.is_bound else []  # type: ignore[attr-defined]
        return items


def note_of(item: CheckItem) -> str:
    """The name of the field for the item's note."""
    return f"note-{item.public_id}"


class CautionForm(forms.Form):
    """A note on one of the organisations and people behind an entry."""

    use_required_attribute = False

    on = forms.ChoiceField(
        label=gettext_lazy("On whom"),
        error_messages={"required": gettext_lazy("Choose the organisation or the person that the note is on.")},
    )
    reason = PlainText(
        lines=True,
        longest=LONGEST_REASON,
        label=gettext_lazy("What should be known"),
        help_text=gettext_lazy("Facts with their source, for example the number of a published decision."),
        error_messages={"required": gettext_lazy("Say what should be known.")},
    )

    def __init__(self, *args: Any, behind: dict[str, Organisation | User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.behind = behind
        self.fields["on"].choices = [("", gettext("Choose")), *((key, str(one)) for key, one in behind.items())]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Organisation | User:
        return self.behind[self.cleaned_data["on"]]
