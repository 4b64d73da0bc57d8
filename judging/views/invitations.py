"""Where an expert answers an invitation. Opening the page changes nothing, because mail scanners open links too."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from judging.actions import accept_invitation, decline_invitation
from judging.forms.pool import AcceptForm, DeclineForm
from judging.invitations import find_invited
from judging.models import Expert
from judging.permissions import may_answer
from judging.reading.experts import invitation_facts
from portal.refusals import Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def expert_invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The invitation: a button to sign in, or the pledge with accept and decline for the person invited."""
    expert = find_invited(token)
    if expert is None:
        raise Http404
    accept, decline = AcceptForm(prefix="accept"), DeclineForm(prefix="decline")
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(_sign_in_url(request))
        declines = "decline" in request.POST
        form = DeclineForm(request.POST, prefix="decline") if declines else AcceptForm(request.POST, prefix="accept")
        if form.is_valid() and _answer(request, expert, form):
            return redirect("my_work" if declines else reverse("availability", args=[expert.public_id]))
        accept, decline = (accept, form) if declines else (form, decline)  # type: ignore[assignment]
    decision = may_answer(request.user, expert)
    context = {
        "contest": expert.contest,
        "expert": expert,
        "masked": masked(expert.email),
        "is_other": request.user.is_authenticated and request.user.email.lower() != expert.email.lower(),
        "decision": decision,
        "facts": invitation_facts(expert) if decision else [],
        "accept": accept,
        "decline": decline,
        "sign_in_url": _sign_in_url(request),
        "sign_up_url": f"{reverse('account_signup')}?{urlencode({'next': request.get_full_path()})}",
        "has_errors": bool(accept.errors or decline.errors),
    }
    return render(request, "judging/invitation.html", context)


def _answer(request: HttpRequest, expert: Expert, form: AcceptForm | DeclineForm) -> bool:
    """Answer; False puts the sentence of a refusal into the form."""
    now = now_of(request)
    try:
        if isinstance(form, DeclineForm):
            decline_invitation(actor=request.user, expert=expert, reason=form.cleaned_data["reason"], now=now)
            messages.info(request, _("You have declined the invitation to judge. Thank you for saying so."))
        else:
            accept_invitation(
                actor=request.user,
                expert=expert,
                pledged=form.cleaned_data["pledge"],
                availability=form.availability,
                now=now,
            )
            messages.success(
                request,
                _("You are a judge of this contest now. You will get one mail when entries are assigned to you."),
            )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    return True


def masked(email: str) -> str:
    """Enough of an address for its owner to know it: w***@example.cn."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}***@{domain}"


def _sign_in_url(request: HttpRequest) -> str:
    return f"{reverse('account_login')}?{urlencode({'next': request.get_full_path()})}"
