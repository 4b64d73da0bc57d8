"""The pages of being forgotten: the person's own, and the administrators' list."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts import erasing
from portal.accounts.models import ErasureRequest
from portal.accounts.permissions import may_administer, may_ask_erasure
from portal.refusals import NotAllowed, Refusal
from portal.web.fields import PlainText
from portal.web.requests import now_of, user_of

LONGEST = 500


class ErasureForm(forms.Form):
    """Why; nobody has to say."""

    use_required_attribute = False
    reason = PlainText(lines=True, longest=LONGEST, label=gettext_lazy("Anything we should know"), required=False)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erasure(request: HttpRequest) -> HttpResponse:
    """What goes, what stays and why, what has to be settled first; ask, or take it back."""
    user, now = user_of(request), now_of(request)
    waiting = ErasureRequest.objects.filter(user=user, state=ErasureRequest.State.OPEN).first()
    form = ErasureForm(request.POST if request.method == "POST" and "back" not in request.POST else None)
    if request.method == "POST" and "back" in request.POST and waiting:
        erasing.take_back_erasure(actor=user, request=waiting, now=now)
        messages.success(request, _("Your request is taken back. Nothing was erased."))
        return redirect("erasure")
    if form.is_valid():
        erasing.ask_erasure(actor=user, reason=form.cleaned_data["reason"], now=now)
        messages.success(
            request, _("Your request is with the administrators. You will be told by e-mail what is decided.")
        )
        return redirect("erasure")
    context = {
        "form": form,
        "waiting": waiting,
        "last": user.erasure_requests.exclude(decided_at=None).last(),
        "door": may_ask_erasure(user),
        "obstacles": erasing.obstacles_of(user, now),
        "kept": erasing.kept_of(user),
    }
    return render(request, "portal/accounts/erasure.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erasures(request: HttpRequest) -> HttpResponse:
    """Requests that wait for a decision, for administrators."""
    user = user_of(request)
    may_administer(user).require()
    refusal, refused = None, ""
    if request.method == "POST":
        refused = request.POST.get("request", "")
        wanted = get_object_or_404(ErasureRequest, public_id=refused)
        try:
            erasing.decide_erasure(
                actor=user,
                request=wanted,
                grant=request.POST.get("decision") == "grant",
                answer=request.POST.get("answer", "")[:LONGEST],
                now=now_of(request),
            )
            messages.success(request, _("Decided; the person is told."))
            return redirect("erasures")
        except NotAllowed:
            raise
        except Refusal as caught:
            refusal = caught
    waiting = ErasureRequest.objects.filter(state=ErasureRequest.State.OPEN).select_related("user")[:50]
    rows = [
        {
            "request": one,
            "obstacles": erasing.obstacles_of(one.user, now_of(request)),
            "kept": erasing.kept_of(one.user),
            "refusal": refusal if one.public_id == refused else None,
            "answer": request.POST.get("answer", "") if one.public_id == refused else "",
        }
        for one in waiting
    ]
    return render(request, "portal/accounts/erasures.html", {"rows": rows}, status=409 if refusal else 200)
