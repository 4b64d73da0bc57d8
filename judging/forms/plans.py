"""Asking for a plan, taking one back, and giving one seat by hand."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from judging.actions.plans import SEED_MAX
from judging.actions.publishing import REASON_MAX as PLAN_REASON_MAX
from judging.assignment import Rules
from judging.models import AssignmentPlan
from portal.web.fields import PlainText


class DraftPlanForm(forms.Form):
    """The seed that makes an assignment repeatable, what is best, and how panels are put together."""

    seed = PlainText(
        lines=False,
        longest=SEED_MAX,
        label=_("Seed"),
        help_text=_("The same entries, experts and seed always give the same assignment."),
        error_messages={"required": _("Enter a seed of 1 to 64 characters: it makes the assignment repeatable.")},
    )
    objective = forms.ChoiceField(
        choices=AssignmentPlan.Objective.choices,
        initial=AssignmentPlan.Objective.BOTTLENECK,
        required=False,
        label=_("What is best"),
    )
    main_per_panel = forms.IntegerField(
        min_value=0,
        max_value=15,
        required=False,
        label=_("Experts of the main field per entry, at least"),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Enter a whole number from 0 to 15.")),
    )
    most_per_region = forms.IntegerField(
        min_value=1,
        max_value=15,
        required=False,
        label=_("Experts of one region per entry, at most"),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), _("Enter a whole number from 1 to 15.")),
    )

    connected = forms.BooleanField(
        required=False,
        label=_("Connect panels that share no judge"),
        help_text=_("They exchange one seat, so that their scores can be calibrated against each other."),
    )

    def clean_objective(self) -> str:
        return self.cleaned_data["objective"] or AssignmentPlan.Objective.BOTTLENECK

    @property
    def rules(self) -> Rules:
        """The rules of composition that were asked for."""
        return Rules(
            main_per_panel=self.cleaned_data["main_per_panel"] or 0,
            most_per_region=self.cleaned_data["most_per_region"],
            connected=self.cleaned_data["connected"],
        )


class SeatForm(forms.Form):
    """Who takes a seat, in whose place, and why where it is published already."""

    revision = forms.IntegerField(min_value=0, required=False, widget=forms.HiddenInput)
    instead = forms.CharField(max_length=12, required=False, label=_("In the place of"))
    judge = forms.CharField(max_length=12, required=False, label=_("Judge"))
    reason = PlainText(
        lines=True,
        longest=PLAN_REASON_MAX,
        label=_("Reason"),
        error_messages={"required": _("Give the reason: it is kept for ever.")},
    )

    def __init__(self, *args: Any, is_draft: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_draft:
            del self.fields["reason"]


class RevertForm(forms.Form):
    """Why a published plan is taken back."""

    reason = PlainText(
        lines=True,
        longest=PLAN_REASON_MAX,
        label=_("Reason"),
        error_messages={"required": _("Give the reason: it is kept for ever.")},
    )
