"""What is filled in around the expert pool: availability, draws, conflicts of interest, the pledge."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from judging.actions.draws import REASON_MAX as DRAW_REASON_MAX
from judging.actions.draws import REVEALED_MAX, TITLE_MAX
from judging.actions.experts import REASON_MAX as DECLINE_MAX
from judging.actions.experts import Availability
from judging.actions.pledges import NOTE_MAX
from judging.actions.recusal import REASON_MAX
from judging.models.expert import MOST_LOAD
from judging.reading.drawn import WHOLE_POOL
from portal.web.fields import FIRST_YEAR, LAST_YEAR, PlainText

MOST_SEATS = 500
WITNESS = re.compile(r"^(?P<name>.+?)[\s:：,，]+(?P<hash>\S+)$")


class AvailabilityForm(forms.Form):
    """When an expert has time, and how much they take on."""

    available_from_on = forms.DateField(
        required=False,
        label=_("Available from"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a day of the calendar, for example 2026-08-01.")},
    )
    available_until_on = forms.DateField(
        required=False,
        label=_("Available until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a day of the calendar, for example 2026-08-01.")},
    )
    max_load = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_LOAD,
        label=_("Most entries in one stage"),
        help_text=_("Leave empty to accept the limit that the organisers set."),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Enter a whole number from 1 to %(most)s.") % {"most": MOST_LOAD}
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("available_from_on", "available_until_on"):
            day = cleaned.get(name)
            if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, gettext("Enter a day of the calendar, for example 2026-08-01."))
        return cleaned

    @property
    def availability(self) -> Availability:
        given = self.cleaned_data
        return Availability(given.get("available_from_on"), given.get("available_until_on"), given.get("max_load"))


class AcceptForm(AvailabilityForm):
    """The pledge, and yes; with it when the expert has time and how much they take on."""

    pledge = forms.BooleanField(
        label=_(
            "I will keep what I read confidential, score by the rubric alone, and recuse myself where I have an interest."
        ),
        error_messages={"required": _("Give the pledge of confidentiality to accept the invitation.")},
    )


class DeclineForm(forms.Form):
    """No, and why."""

    reason = PlainText(
        lines=True,
        longest=DECLINE_MAX,
        label=_("Why do you decline?"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why you decline: the organisers read it.")},
    )


class DrawForm(forms.Form):
    """A rule: how many from where, and what decides."""

    hide_optional = True

    PUBLIC, WITNESSES = "public", "witnesses"

    title = PlainText(
        lines=False,
        longest=TITLE_MAX,
        label=pgettext_lazy("draw", "Title"),
        help_text=_("For example: judges of the online review."),
        error_messages={"required": _("Give the draw a title.")},
    )
    per_organisation = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_SEATS, label=_("At most from one organisation"), initial=1
    )
    per_region = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_SEATS, label=_("At most from one region")
    )
    source = forms.ChoiceField(
        label=_("Where it comes from"),
        choices=[(PUBLIC, _("A public number of a later day")), (WITNESSES, _("Words of witnesses"))],
        widget=forms.RadioSelect,
        initial=PUBLIC,
        error_messages={"required": _("Choose what decides."), "invalid_choice": _("Choose what decides.")},
    )
    announced = PlainText(
        lines=False,
        longest=200,
        required=False,
        label=_("Which public number"),
        help_text=_("For example: the Shanghai Composite Index at its close on 3 August 2026, two decimals."),
    )
    witnesses = PlainText(
        lines=True,
        longest=2000,
        required=False,
        label=_("Witnesses"),
        help_text=_("One per line: name, then the SHA-256 of words that only this witness knows until the draw."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, tracks: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wrong = _("Enter a whole number from 0 to %(most)s.") % {"most": MOST_SEATS}
        self.strata: list[tuple[str, Any]] = [
            (WHOLE_POOL, _("The whole pool")),
            *((str(number), name) for number, name in tracks),
        ]
        for key, label in self.strata:
            self.fields[self._name(key)] = forms.IntegerField(
                required=False,
                min_value=0,
                max_value=MOST_SEATS,
                label=label if key == WHOLE_POOL else f"{key} {label}",
                error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
            )
        for name in ("per_organisation", "per_region"):
            self.fields[name].error_messages = dict.fromkeys(
                ("invalid", "min_value", "max_value"), _("Enter a whole number from 1 on, or leave it empty.")
            )

    @staticmethod
    def _name(key: str) -> str:
        return "seats_all" if key == WHOLE_POOL else f"seats_{key}"

    @property
    def seat_fields(self) -> list[Any]:
        return [self[self._name(key)] for key, _label in self.strata]

    @property
    def seats(self) -> dict[str, int]:
        return {key: self.cleaned_data.get(self._name(key)) or 0 for key, _label in self.strata}

    @property
    def source_data(self) -> dict[str, Any]:
        if self.cleaned_data["source"] == self.PUBLIC:
            return {"kind": "public", "announced": self.cleaned_data["announced"]}
        lines = [line.strip() for line in self.cleaned_data["witnesses"].splitlines() if line.strip()]
        found = [WITNESS.match(line) for line in lines]
        return {
            "kind": "witnesses",
            "commitments": [
                [match["name"], match["hash"].lower()] if match else [line, ""]
                for line, match in zip(lines, found, strict=True)
            ],
        }


class RevealForm(forms.Form):
    """What nobody could know before."""

    def __init__(self, *args: Any, source: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = (
            [source["announced"]]
            if source.get("kind") == "public"
            else [gettext("Words of %(name)s") % {"name": name} for name, _hash in source.get("commitments", ())]
        )
        for place, label in enumerate(asked):
            self.fields[f"revealed_{place}"] = PlainText(
                lines=False,
                longest=REVEALED_MAX,
                label=label,
                error_messages={"required": _("Enter what was revealed: nothing may be missing.")},
            )

    @property
    def revealed(self) -> list[str]:
        return [self.cleaned_data[name] for name in self.fields]


class DrawReasonForm(forms.Form):
    """Why somebody leaves, or why a draw is withdrawn."""

    reason = PlainText(
        lines=False,
        longest=DRAW_REASON_MAX,
        label=_("Reason"),
        error_messages={"required": _("Say why: it stands in the minutes.")},
    )


class DecisionForm(forms.Form):
    """Pin or dismiss, with the reason; `seen` are the fingerprints of the evidence on the page."""

    reason = PlainText(
        lines=True,
        longest=REASON_MAX,
        label=_("Reason"),
        help_text=_("It stays on record, and the journal keeps it with the evidence."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why: whoever reads the record later must understand it.")},
    )
    seen = forms.CharField(required=False, max_length=20_000, widget=forms.HiddenInput)


class PinPairForm(forms.Form):
    """A conflict that only people know of."""

    expert = PlainText(
        lines=False,
        longest=12,
        label=_("Code of the expert"),
        error_messages={"required": _("Enter the code of the expert.")},
    )
    entry = PlainText(
        lines=False,
        longest=40,
        label=_("Entry number"),
        error_messages={"required": _("Enter the number of the entry.")},
    )
    reason = PlainText(
        lines=True,
        longest=REASON_MAX,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why: whoever reads the record later must understand it.")},
    )


class PledgeForm(forms.Form):
    """The promise; ticks stand in the list beside it."""

    note = PlainText(
        lines=True,
        longest=NOTE_MAX,
        required=False,
        label=_("Other interests"),
        help_text=_(
            "For example relatives or students in a team: name the person or the organisation. The organisers read it."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    pledge = forms.BooleanField(
        label=_(
            "I promise the above. I have read the whole list and ticked every organisation in which I have an interest."
        ),
        error_messages={"required": _("Give the pledge: entries open to judges who have given it.")},
    )
    shown = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)
