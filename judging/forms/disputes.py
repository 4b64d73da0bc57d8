"""What organisers fill in to settle a disputed score: a third opinion, a note of the deliberation, a vote."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from judging.actions.arbitration import NOTE_MAX, REASON_MAX
from judging.actions.votes import MINUTES_MAX
from judging.forms.lists import listed
from judging.models import Expert
from judging.reading.third_opinions import Candidate
from portal.web.dates import BEIJING
from portal.web.fields import FIRST_YEAR, LAST_YEAR, PlainText

CODES_MAX = 400


class Day(forms.DateField):
    """A day that every zone can hold."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(widget=widget, **options)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(_("Enter a date between 2000 and 2100."), code="absurd")
        return day


class ArbitrationForm(forms.Form):
    """Who is asked, why, and until when."""

    judge = forms.ChoiceField(
        label=_("Who gives the third opinion?"),
        help_text=_("Qualified for the track, without a conflict of interest, and not yet seated on this entry."),
        error_messages={
            "required": _("Choose a judge."),
            "invalid_choice": _(
                "This judge may not judge the entry. Choose one of the list; it may have changed meanwhile."
            ),
        },
    )
    reason = PlainText(
        lines=True,
        longest=REASON_MAX,
        label=_("Why is a third opinion needed?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why a third opinion is needed: it stays on record.")},
    )
    due_on = Day(
        label=_("Seal by the end of"),
        error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")},
    )

    def __init__(self, *args: Any, candidates: Sequence[Candidate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.code, f"{one.name} {one.code} ({one.load})") for one in candidates]
        self.fields["judge"].choices = [("", _("Choose")), *choices]  # type: ignore[attr-defined]

    def due_at(self) -> datetime:
        """The first instant after the chosen day in Beijing."""
        return datetime.combine(self.cleaned_data["due_on"] + timedelta(days=1), time(), tzinfo=BEIJING)


class NoteForm(forms.Form):
    """What the panel said."""

    text = PlainText(
        lines=True,
        longest=NOTE_MAX,
        label=pgettext_lazy("deliberation", "What did the panel say?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what the panel said.")},
    )


class VotersForm(forms.Form):
    """Who votes: the judges of the track, or whoever is named."""

    codes = PlainText(
        lines=False,
        longest=CODES_MAX,
        required=False,
        label=_("Voters, by code"),
        help_text=_(
            "For example J001, J014. The judges of the track unless you name others: any expert who accepted and has no "
            "interest in one of these entries."
        ),
    )

    def named(self) -> list[str]:
        """The codes, each once; empty where nobody is named."""
        return list(dict.fromkeys(listed(self.cleaned_data.get("codes", ""))))


class VoteForm(forms.Form):
    """One place for each tied entry on each voter's ballot; a ballot left empty was not cast."""

    held_on = Day(label=_("Held on"), error_messages={"required": _("Choose a day."), "invalid": _("Choose a day.")})
    minutes = PlainText(
        lines=True,
        longest=MINUTES_MAX,
        label=pgettext_lazy("of a meeting", "Minutes"),
        help_text=_("Who was present, what was said, what was decided."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write the minutes: who was present, and what was decided.")},
    )

    def __init__(self, *args: Any, voters: Sequence[Expert], entries: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        """`entries`: (number, title) of what is tied."""
        super().__init__(*args, **kwargs)
        self.voters, self.entries = voters, entries
        self.numbers = numbers = [number for number, _title in entries]
        places = [("", "—"), *((str(place), str(place)) for place in range(1, len(numbers) + 1))]
        for voter in voters:
            for number in numbers:
                self.fields[_name(voter.code, number)] = forms.ChoiceField(
                    required=False,
                    choices=places,
                    label=_("%(voter)s: place of %(number)s") % {"voter": voter.name, "number": number},
                    widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
                )

    def rows(self) -> list[tuple[Expert, list[tuple[str, str, forms.BoundField]]]]:
        """(voter, the boxes of the ballot, each with number and title of its entry), for the table."""
        return [
            (voter, [(number, title, self[_name(voter.code, number)]) for number, title in self.entries])
            for voter in self.voters
        ]

    def ballots(self) -> Mapping[str, Sequence[str]]:
        """Orders of the ballots that were cast, best first. A half-filled or doubled ballot is given as it is: the action
        names the voter."""
        cast: dict[str, Sequence[str]] = {}
        for voter in self.voters:
            placed = [(self.cleaned_data.get(_name(voter.code, number)) or "", number) for number in self.numbers]
            if not any(place for place, _number in placed):
                continue
            given = sorted((int(place), number) for place, number in placed if place)
            is_whole = [place for place, _number in given] == list(range(1, len(self.numbers) + 1))
            cast[voter.code] = [number for _place, number in given] if is_whole else []
        return cast


def _name(code: str, number: str) -> str:
    return f"place_{code}_{number}"
