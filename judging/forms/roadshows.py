"""What organisers fill in to plan a roadshow, to change its schedule and to draw its order; what somebody keys from paper."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from judging.actions.publishing import REASON_MAX
from judging.actions.roadshows import NUMBER_MAX, SOURCE_MAX, Schedule
from judging.forms.lists import Listed, listed
from judging.models import Roadshow
from judging.models.roadshow import LONGEST
from portal.web.dates import BEIJING
from portal.web.fields import Moment, PlainText


class Minutes(forms.DecimalField):
    """A length in minutes, to the half; cleans to seconds."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            min_value=0.5,
            max_value=LONGEST // 60,
            decimal_places=1,
            max_digits=5,
            error_messages=dict.fromkeys(
                ("invalid", "required", "min_value", "max_value", "max_decimal_places", "max_digits"),
                _("Enter minutes from 0.5 to 120, with at most one decimal."),
            ),
            **options,
        )

    def clean(self, value: Any) -> Any:
        minutes = super().clean(value)
        return None if minutes is None else int(minutes * 60)


class ScheduleForm(forms.Form):
    """When, where and how long."""

    name = PlainText(
        lines=False,
        longest=60,
        label=pgettext_lazy("roadshow", "Name"),
        help_text=_("For example: Session 1, transport."),
    )
    place = PlainText(lines=False, longest=100, required=False, label=_("Venue"))
    starts_at = Moment(
        label=_("Begins"),
        help_text=_("Beijing time."),
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "aria-label": _("Begins: day")},  # type: ignore[dict-item]  # a lazy text is one
            time_attrs={"type": "time", "aria-label": _("Begins: time")},  # type: ignore[dict-item]
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
        error_messages={"required": _("Enter day and time."), "invalid": _("Enter day and time.")},
    )
    presentation = Minutes(label=_("Presentation, minutes"), initial=8)
    questions = Minutes(label=_("Questions, minutes"), initial=7)
    scoring = Minutes(label=_("Scoring, minutes"), initial=2)
    reveal = forms.ChoiceField(label=_("Scores are shown"), choices=Roadshow.Reveal.choices)

    def schedule(self) -> Schedule:
        data = self.cleaned_data
        return Schedule(
            name=data["name"],
            place=data["place"],
            starts_at=data["starts_at"].astimezone(BEIJING),
            presentation_seconds=data["presentation"],
            question_seconds=data["questions"],
            scoring_seconds=data["scoring"],
            reveal=data["reveal"],
        )

    @staticmethod
    def of(roadshow: Roadshow) -> dict[str, Any]:
        """What the roadshow has now, as initial values."""
        return {
            "name": roadshow.name,
            "place": roadshow.place,
            "starts_at": roadshow.starts_at,
            "presentation": Decimal(roadshow.presentation_seconds) / 60,
            "questions": Decimal(roadshow.question_seconds) / 60,
            "scoring": Decimal(roadshow.scoring_seconds) / 60,
            "reveal": roadshow.reveal,
        }


class RoadshowForm(ScheduleForm):
    """Besides: before whom, and who presents."""

    judges = Listed(
        label=_("Judges, by code"),
        error_messages={"required": _("Name the judges by their codes.")},
        help_text=_(
            "For example J001, J014. Experts who accepted; whoever has an interest in an entry gets no seat on it."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    entries = Listed(
        label=_("Entries, by number"),
        error_messages={"required": _("Name the entries by their numbers.")},
        help_text=_("In any order: the running order is drawn by lot."),
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def listed(self, name: str) -> list[str]:
        """The codes or numbers."""
        return listed(self.cleaned_data[name])


class CallOffForm(forms.Form):
    """Why it does not take place."""

    reason = PlainText(
        lines=False,
        longest=REASON_MAX,
        label=_("Why is it called off?"),
        help_text=_("Panel and teams read it, and so does everybody on the wall."),
        error_messages={"required": _("Say why the roadshow is called off: panel and teams read it.")},
    )


class SourceForm(forms.Form):
    """What decides, said before anybody can know it."""

    source = PlainText(
        lines=False,
        longest=SOURCE_MAX,
        label=_("What decides the order?"),
        help_text=_(
            "A number that nobody knows yet and everybody can look up, for example a lottery result of a named day."
        ),
        error_messages={"required": _("Say which number will decide, and where everybody can see it.")},
    )


class NumberForm(forms.Form):
    """The number, once it is known."""

    number = PlainText(
        lines=False,
        longest=NUMBER_MAX,
        label=_("The number that has become known"),
        error_messages={"required": _("Enter the number that decides.")},
    )


class SettleForm(forms.Form):
    """Which of two keyed figures stands on the paper, criterion by criterion."""

    def __init__(self, *args: Any, differing: Sequence[tuple[str, str, str, str]], **kwargs: Any) -> None:
        """`differing`: (code, name, first, second)."""
        super().__init__(*args, **kwargs)
        for code, name, first, second in differing:
            self.fields[f"turn_{code}"] = forms.TypedChoiceField(
                label=name,
                coerce=int,
                choices=[("1", first), ("2", second)],
                widget=forms.RadioSelect,
                error_messages={"required": _("Choose which of the two figures stands on the paper.")},
            )

    def chosen(self) -> dict[str, int]:
        return {name.removeprefix("turn_"): turn for name, turn in self.cleaned_data.items()}
