"""What is said of a member, and inviting one."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from submissions.actions import MemberDetails
from submissions.forms.lines import commitment_box, line_for
from submissions.models import Membership


class MemberForm(forms.Form):
    """Employer, post, duty and telephone; `name` only for the person themselves, while their account has none."""

    use_required_attribute = False

    name = line_for(
        User, "name", label=gettext_lazy("Your name"), error_messages={"required": gettext_lazy("Enter your name.")}
    )
    employer = line_for(
        Membership,
        "employer",
        label=gettext_lazy("Employer"),
        help_text=gettext_lazy("Full name of the organisation or university."),
        error_messages={"required": gettext_lazy("Enter the employer.")},
    )
    post = line_for(
        Membership, "post", label=gettext_lazy("Post"), error_messages={"required": gettext_lazy("Enter the post.")}
    )
    duty = line_for(
        Membership,
        "duty",
        label=gettext_lazy("Role in the project"),
        help_text=gettext_lazy("For example data governance, algorithms, business."),
        required=False,
    )
    phone = line_for(
        Membership,
        "phone",
        label=gettext_lazy("Telephone"),
        help_text=gettext_lazy("The organisers call only when something is urgent. Judges never see it."),
        required=False,
        validators=[
            RegexValidator(
                r"^\+?[0-9][0-9 ()-]{4,18}$",
                gettext_lazy("Enter a telephone number in digits, for example 13800000000 or 027-87654321."),
            )
        ],
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, *args: Any, ask_name: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, purpose in (
            ("name", "name"),
            ("employer", "organization"),
            ("post", "organization-title"),
            ("phone", "tel"),
        ):
            self.fields[name].widget.attrs["autocomplete"] = purpose
        if not ask_name:
            del self.fields["name"]

    @property
    def details(self) -> MemberDetails:
        data = self.cleaned_data
        return MemberDetails(
            name=data.get("name", ""),
            employer=data["employer"],
            post=data["post"],
            duty=data["duty"],
            phone=data["phone"],
        )


class JoinForm(MemberForm):
    """What a person says of themselves when they join."""


class HandOverForm(forms.Form):
    """Who is to be captain."""

    use_required_attribute = False

    member = forms.ChoiceField(
        label=gettext_lazy("New captain"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose the member who is to become captain.")},
    )

    def __init__(self, *args: Any, members: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.members = {member.public_id: member for member in members}
        self.fields["member"].choices = [(key, str(member)) for key, member in self.members.items()]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Membership:
        return self.members[self.cleaned_data["member"]]


class TakeOverForm(forms.Form):
    """The commitment that every captain makes."""

    use_required_attribute = False

    consent = commitment_box()


class InviteForm(forms.Form):
    """One person by e-mail."""

    use_required_attribute = False

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Enter the e-mail address of the person."),
            "invalid": gettext_lazy("Enter a whole e-mail address, for example name@example.cn."),
        },
    )
