"""An organisation by its code: one that is known brings its name, kind and region along; a new one is described."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from competition.models import Contest
from portal.accounts.models import Organisation
from portal.accounts.regions import Region
from portal.accounts.uscc import normal_uscc, validate_uscc
from portal.web.fields import PlainText
from submissions.actions import OrganisationDetails
from submissions.forms.lines import line_for

DESCRIPTION = ("name", "kind", "region")


class OrganisationForm(forms.Form):
    """`uscc` finds the organisation; the description counts only where the code is new.

    When a known organisation has another name than the one that was typed, the form comes back once with what is
    registered, so that nobody enters for the wrong one. `must_lead_in` offers only the kinds that may lead there.
    """

    use_required_attribute = False
    looks_up = True

    uscc = PlainText(
        lines=False,
        longest=40,
        label=gettext_lazy("Unified social credit code"),
        help_text=gettext_lazy("18 characters, as on the business licence or the certificate of the legal person."),
        error_messages={"required": gettext_lazy("Enter the unified social credit code of the organisation.")},
    )
    name = line_for(
        Organisation,
        "name",
        label=gettext_lazy("Name of the organisation"),
        required=False,
        error_messages={"required": gettext_lazy("Enter the name of the organisation.")},
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of organisation"),
        required=False,
        error_messages={"required": gettext_lazy("Choose the kind of organisation.")},
    )
    region = forms.ChoiceField(
        label=gettext_lazy("Registered in"),
        required=False,
        error_messages={"required": gettext_lazy("Choose where the organisation is registered.")},
    )
    known = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, must_lead_in: Contest | None = None, contest: Contest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.organisation: Organisation | None = None
        kinds = must_lead_in.eligible_kinds if must_lead_in else Organisation.Kind.values
        self._choices("kind", [(kind, Organisation.Kind(kind).label) for kind in kinds])
        self._choices("region", list(Region.choices))
        if must_lead_in and must_lead_in.lead_in_region:
            self.fields["region"].help_text = _("The lead organisation must be registered in %(region)s.") % {
                "region": must_lead_in.get_region_display()
            }
        self.fields["region"].initial = contest.region
        for name in DESCRIPTION:
            # Not marked as optional: a new organisation needs all three.
            self.fields[name].required = True
        self.fields["uscc"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false", "data-organisation-code": ""}

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        field.choices = [("", _("Choose")), *choices]  # type: ignore[attr-defined]

    def clean_uscc(self) -> str:
        code = normal_uscc(self.cleaned_data["uscc"])
        validate_uscc(code)
        self.organisation = Organisation.objects.filter(uscc=code).first() if self.looks_up else None
        return code

    def clean(self) -> dict[str, Any]:
        if self.organisation is not None:
            for name in DESCRIPTION:
                self.errors.pop(name, None)
            typed = self.cleaned_data.get("name") or ""
            confirmed = self.cleaned_data.get("known") == self.organisation.public_id
            if typed and typed != self.organisation.name and not confirmed:
                raise ValidationError(
                    _(
                        "This code is registered to “%(name)s”. We have filled in what is registered: check it and send the form again."
                    )
                    % {"name": self.organisation.name},
                    code="known",
                )
        return self.cleaned_data

    @property
    def details(self) -> OrganisationDetails:
        """What the action needs."""
        data = self.cleaned_data
        return OrganisationDetails(
            uscc=data["uscc"], name=data.get("name", ""), kind=data.get("kind", ""), region=data.get("region", "")
        )

    def show_known(self) -> None:
        """Before the form is drawn again: the known organisation's description, locked."""
        if self.organisation is None:
            return
        data: dict[str, Any] = dict(self.data.items())
        data["known"] = self.organisation.public_id
        for name in DESCRIPTION:
            data[name] = getattr(self.organisation, name)
            self.fields[name].widget.attrs["data-locked"] = ""
            if name == "name":
                self.fields[name].widget.attrs["readonly"] = True
            else:
                chosen = getattr(self.organisation, name)
                label = getattr(self.organisation, f"get_{name}_display")()
                self.fields[name].choices = [(chosen, label)]  # type: ignore[attr-defined]
        self.data = data
