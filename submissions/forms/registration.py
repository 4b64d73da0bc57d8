"""Registering for a topic: one form."""

from typing import Any

from django.utils.translation import gettext_lazy

from competition.models import Contest
from portal.accounts.models import Organisation, User
from submissions.actions import MemberDetails
from submissions.forms.lines import commitment_box, line_for
from submissions.forms.organisations import DESCRIPTION, OrganisationForm
from submissions.models import Membership


class RegistrationForm(OrganisationForm):
    """The lead organisation, the captain and the commitment."""

    captain_name = line_for(
        User,
        "name",
        label=gettext_lazy("Your name"),
        error_messages={"required": gettext_lazy("Enter your name.")},
    )
    post = line_for(
        Membership,
        "post",
        label=gettext_lazy("Your post"),
        help_text=gettext_lazy("What you are at this organisation, for example project manager."),
        error_messages={"required": gettext_lazy("Enter your post.")},
    )
    consent = commitment_box()

    def __init__(self, *args: Any, user: User | None, contest: Contest, **kwargs: Any) -> None:
        super().__init__(*args, contest=contest, must_lead_in=contest, **kwargs)
        self.fields["captain_name"].widget.attrs["autocomplete"] = "name"
        self.fields["post"].widget.attrs["autocomplete"] = "organization-title"
        if user is None or user.name:
            del self.fields["captain_name"]

    @property
    def captain(self) -> MemberDetails:
        organisation = self.organisation.name if self.organisation else self.cleaned_data["name"]
        return MemberDetails(
            name=self.cleaned_data.get("captain_name", ""), employer=organisation, post=self.cleaned_data["post"]
        )


class VisitorForm(RegistrationForm):
    """The same before signing in. The name is asked at sign-up; whether we know the organisation is not told to visitors."""

    looks_up = False

    def __init__(self, *args: Any, contest: Contest, **kwargs: Any) -> None:
        super().__init__(*args, user=None, contest=contest, **kwargs)

    @property
    def typed(self) -> dict[str, str]:
        """What to keep: the fields in order, and the tick."""
        data = self.cleaned_data
        return {name: data[name] for name in ("uscc", *DESCRIPTION, "post")} | {"consent": "on"}

    @property
    def described(self) -> Organisation:
        """The organisation as it was typed; nothing is stored."""
        details = self.details
        return Organisation(uscc=details.uscc, name=details.name, kind=details.kind, region=details.region)
