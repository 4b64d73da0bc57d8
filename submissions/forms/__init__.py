"""What people fill in: organisations, registration, members, sections of the form, verdicts, requests for more time."""

from submissions.forms.cases import CaseForm
from submissions.forms.checking import CONFIRMED, CautionForm, VerdictForm
from submissions.forms.disqualification import ReasonForm
from submissions.forms.extensions import AnswerForm, AskForm
from submissions.forms.members import HandOverForm, InviteForm, JoinForm, MemberForm, TakeOverForm
from submissions.forms.organisations import OrganisationForm
from submissions.forms.registration import RegistrationForm, VisitorForm
from submissions.forms.sections import SectionForm

__all__ = [
    "CONFIRMED",
    "AnswerForm",
    "AskForm",
    "CaseForm",
    "CautionForm",
    "HandOverForm",
    "InviteForm",
    "JoinForm",
    "MemberForm",
    "OrganisationForm",
    "ReasonForm",
    "RegistrationForm",
    "SectionForm",
    "TakeOverForm",
    "VerdictForm",
    "VisitorForm",
]
