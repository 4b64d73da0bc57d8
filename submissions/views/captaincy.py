"""Handing the captaincy over, and taking it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.consents import shown_language
from portal.refusals import Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of, user_of
from submissions.actions import accept_captaincy, drop_offer, offer_captaincy
from submissions.actions.teams import commitment
from submissions.forms import HandOverForm, TakeOverForm
from submissions.permissions import is_captain, may_hand_over, may_take_over, members_of
from submissions.views.base import entry_of_member, frame_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """The captain offers the captaincy to a member."""
    entry, now, user = entry_of_member(request, public_id), now_of(request), user_of(request)
    may_hand_over(user, entry, now).require()
    others = [member for member in members_of(entry.team) if member.user_id != user.pk]
    form = HandOverForm(request.POST if request.method == "POST" else None, members=others)
    if request.method == "POST" and form.is_valid():
        try:
            offer_captaincy(actor=user, entry=entry, member=form.chosen, now=now)
            messages.success(request, _("%s is asked to take over. Until then you stay captain.") % form.chosen)
            return redirect("entry_members", public_id)
        except Refusal as refusal:
            show_refusal(form, refusal)
    offered = next((member for member in others if member.pk == entry.team.successor_id), None)
    context = frame_of(entry, now) | {"form": form, "others": others, "offered": offered}
    return render(request, "submissions/hand_over.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request: HttpRequest, public_id: str) -> HttpResponse:
    """The member reads what a captain answers for, and accepts."""
    entry, now, user = entry_of_member(request, public_id), now_of(request), user_of(request)
    may_take_over(user, entry, now).require()
    form = TakeOverForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        accept_captaincy(actor=user, entry=entry, consented=form.cleaned_data["consent"], now=now)
        messages.success(request, _("You are the captain of this team now."))
        return redirect(entry)
    text = commitment()
    context = frame_of(entry, now) | {
        "form": form,
        "commitment": text,
        "commitment_template": text.template(shown_language()),
    }
    return render(request, "submissions/take_over.html", context)


@login_required
@require_POST
def end_offer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Taken back by the captain, or declined by the member."""
    entry, user = entry_of_member(request, public_id), user_of(request)
    drop_offer(actor=user, entry=entry, now=now_of(request))
    if is_captain(user, entry.team):
        messages.success(request, _("The offer is taken back. You stay captain."))
    else:
        messages.success(request, _("You have declined. The captain stays."))
    return redirect("entry_members", public_id)
