"""The pages of one's own account that are ours, and allauth's where the house differs in a step."""

from copy import copy
from typing import Any

from allauth.account import views as allauth_views
from allauth.account.adapter import get_adapter
from allauth.account.decorators import secure_admin_login
from allauth.account.internal.constants import LoginStageKey
from allauth.account.stages import LoginStage
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import actions, consents, sessions
from portal.accounts.copying import archive_of
from portal.accounts.forms import ConsentForm, ProfileForm
from portal.accounts.models import Consent
from portal.refusals import Stale
from portal.web.requests import now_of, user_of


class _BackToTheDoor:
    """Going back to the first step lets a person mend a mistyped address instead of waiting for a code."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> HttpResponse | None:
        if stage.key == LoginStageKey.LOGIN_BY_CODE.value:
            return None
        return super()._redirect_to_pending_stage(request, stage)  # type: ignore[misc]


class SignInView(_BackToTheDoor, allauth_views.LoginView):
    """Code first, password below; says so when a session has ended."""

    def get(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        ended = sessions.has_ended(request)
        if ended:
            messages.info(request, _("Your session has ended. Sign in again: what you saved is still there."))
        response: HttpResponse = super().get(request, *arguments, **options)
        if ended:
            sessions.forget(response)
        return response


class RequestCodeView(_BackToTheDoor, allauth_views.RequestLoginCodeView):
    """Ask for a code."""


class SignOutView(allauth_views.LogoutView):
    """Signing out by oneself is no ended session."""

    def post(self, *arguments: Any, **options: Any) -> HttpResponse:
        response: HttpResponse = super().post(*arguments, **options)
        sessions.forget(response)
        return response


@secure_admin_login
def enter_administration(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """Visitors to our sign-in, staff to the front page. Django's own form would let a password in without the second factor."""
    return redirect("admin:index")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, telephone, language; what one agreed to."""
    form = ProfileForm(_posted(request), instance=copy(user_of(request)))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_profile(actor=user_of(request), now=now_of(request), **form.cleaned_data)
        except Stale as refusal:
            # Saving again, now that the person knows, is saving on top of what is there.
            typed = request.POST.copy()
            typed["revision"] = str(user_of(request).refreshed().revision)
            form.data = typed
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your details are saved."))
            return redirect("profile")
    context = {
        "form": form,
        "rows": consents.rows_of(user_of(request)),
        "missing": consents.missing(user_of(request)),
    }
    return render(request, "portal/accounts/profile.html", context)


@login_required
@require_POST
def withdraw(request: HttpRequest, consent_id: int) -> HttpResponse:
    """No longer agree."""
    consent = get_object_or_404(Consent, pk=consent_id, user=request.user)
    actions.withdraw_consent(actor=user_of(request), consent=consent, now=now_of(request))
    messages.success(request, _("Your agreement is withdrawn."))
    return redirect("profile")


@login_required
@require_POST
def personal_copy(request: HttpRequest) -> StreamingHttpResponse:
    """Everything that is kept of the person who asks, sent as it is put together."""
    user = actions.take_copy(actor=user_of(request), now=now_of(request))
    response = StreamingHttpResponse(archive_of(user), content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="chengshu-{user.public_id}.zip"'
    return response


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """Ask for the agreement that is missing, then go on to where the person was going."""
    texts = consents.missing(user_of(request))
    way = _way_on(request)
    if not texts:
        return HttpResponseRedirect(way)
    form = ConsentForm(_posted(request), texts=texts)
    if request.method == "POST" and form.is_valid():
        actions.give_consents(actor=user_of(request), texts=texts, now=now_of(request))
        return HttpResponseRedirect(way)
    language = consents.shown_language()
    context = {"form": form, "next": way, "texts": [(text, text.template(language)) for text in texts]}
    return render(request, "portal/accounts/consent.html", context)


@require_safe
def consent_text(request: HttpRequest, purpose: str, version: str = "") -> HttpResponse:
    """A text that people agree to, in the version asked for or the one in force."""
    text = consents.find(purpose, version)
    if text is None:
        raise Http404
    language = consents.shown_language()
    context = {
        "text": text,
        "template": text.template(language),
        "digest": text.digest(language),
        "current": text == consents.find(purpose),
    }
    return render(request, "portal/accounts/consent_text.html", context)


def _posted(request: HttpRequest) -> QueryDict | None:
    """What was sent; an empty form that was sent is still one that was sent."""
    return request.POST if request.method == "POST" else None


def _way_on(request: HttpRequest) -> str:
    """Where the person was going, if that is one of our pages."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if target and get_adapter().is_safe_url(target) else resolve_url("my_work")
