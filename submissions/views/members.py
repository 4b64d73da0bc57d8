"""The people in a team, and those who are invited."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from portal.refusals import Refusal
from portal.web.forms import show_refusal
from portal.web.requests import now_of, user_of
from submissions.actions import (
    change_member,
    invite_by_email,
    leave_team,
    open_link,
    remove_member,
    revoke_invitation,
)
from submissions.doors import usable_until
from submissions.forms import InviteForm, MemberForm
from submissions.invitations import token_of
from submissions.models import Entry, Invitation, Membership
from submissions.permissions import (
    has_room,
    is_captain,
    may_change_team,
    may_edit_member,
    may_hand_over,
    may_leave,
    may_take_over,
    members_of,
    membership_of,
)
from submissions.readiness import is_complete
from submissions.views.base import closing, entry_of_member, frame_of


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who is in the team, the link, and inviting by e-mail."""
    entry, now, user = entry_of_member(request, public_id), now_of(request), user_of(request)
    form = InviteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = invite_by_email(actor=user, entry=entry, email=form.cleaned_data["email"], now=now)
            messages.success(request, _("Invitation sent to %s") % invitation.email)
            return redirect("entry_members", public_id)
        except Refusal as refusal:
            show_refusal(form, refusal)
    door = may_change_team(user, entry, now)
    context = frame_of(entry, now) | {
        "form": form,
        "door": closing(door),
        "has_room": has_room(entry),
        "is_captain": is_captain(user, entry.team),
        "may_leave": bool(may_leave(user, entry, now)),
        "may_hand_over": bool(may_hand_over(user, entry, now)),
        "may_take_over": bool(may_take_over(user, entry, now)),
        "rows": [_row(user, member, entry, now) for member in members_of(entry.team)],
        **(_invitations(request, entry, now) if door else {}),
    }
    return render(request, "submissions/members.html", context)


def _row(user: Any, member: Membership, entry: Entry, now: Any) -> dict[str, Any]:
    return {
        "member": member,
        "is_captain": member.user_id == entry.team.captain_id,
        "is_me": member.user_id == user.pk,
        "is_complete": is_complete(member),
        "is_asked": member.pk == entry.team.successor_id,
        "may_edit": bool(may_edit_member(user, member, entry, now)),
    }


def _invitations(request: HttpRequest, entry: Entry, now: Any) -> dict[str, Any]:
    """The open link and the addresses that were invited: for the captain."""
    waiting = entry.team.invitations.filter(revoked_at__isnull=True, accepted_at__isnull=True)
    links = [invitation for invitation in waiting if not invitation.email]
    link = next((invitation for invitation in links if invitation.is_open(now)), None)
    return {
        "link": link,
        "link_until": usable_until(link, entry) if link else None,
        "link_url": request.build_absolute_uri(reverse("join", args=[token_of(link)])) if link else "",
        "link_is_old": bool(links) and link is None,
        "invited": [
            {"invitation": invitation, "is_open": invitation.is_open(now), "until": usable_until(invitation, entry)}
            for invitation in waiting
            if invitation.email
        ],
    }


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def member(request: HttpRequest, public_id: str, member: str) -> HttpResponse:
    """What is said of one member."""
    entry, now, user = entry_of_member(request, public_id), now_of(request), user_of(request)
    found = get_object_or_404(
        Membership.objects.select_related("user", "team__entry"), public_id=member, team=entry.team
    )
    may_edit_member(user, found, entry, now).require()
    is_me = found.user_id == user.pk
    form = MemberForm(
        request.POST if request.method == "POST" else None,
        ask_name=is_me and not user.name,
        initial={
            "employer": found.employer,
            "post": found.post,
            "duty": found.duty,
            "phone": found.phone or (user.phone if is_me else ""),
            "revision": found.revision,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_member(
                actor=user,
                member=found,
                revision=form.cleaned_data["revision"] or 0,
                details=form.details,
                now=now,
            )
            messages.success(request, _("Saved."))
            return redirect("entry_members", public_id)
        except Refusal as refusal:
            show_refusal(form, refusal)
            # The next attempt is made in the knowledge of what stands there now.
            form.data = {**dict(form.data.items()), "revision": str(found.refreshed().revision)}
    context = frame_of(entry, now) | {
        "form": form,
        "member": found,
        "is_me": is_me,
        "now_stored": found.refreshed() if form.errors else None,
    }
    return render(request, "submissions/member.html", context)


@login_required
@require_POST
def drop_member(request: HttpRequest, public_id: str, member: str) -> HttpResponse:
    entry = entry_of_member(request, public_id)
    found = get_object_or_404(
        Membership.objects.select_related("user", "team__entry"), public_id=member, team=entry.team
    )
    remove_member(actor=user_of(request), member=found, now=now_of(request))
    messages.success(
        request, _("%s is no longer in the team. The old invitation link does not work any more.") % found.user
    )
    return redirect("entry_members", public_id)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, public_id: str) -> HttpResponse:
    """Leaving is asked twice: coming back needs a new invitation."""
    entry, now, user = entry_of_member(request, public_id), now_of(request), user_of(request)
    may_leave(user, entry, now).require()
    if request.method == "POST":
        leave_team(actor=user, entry=entry, now=now)
        messages.success(request, _("You have left the team."))
        return redirect("my_work")
    context = frame_of(entry, now) | {"membership": membership_of(user, entry.team)}
    return render(request, "submissions/leave.html", context)


@login_required
@require_POST
def renew_link(request: HttpRequest, public_id: str) -> HttpResponse:
    entry = entry_of_member(request, public_id)
    open_link(actor=user_of(request), entry=entry, now=now_of(request))
    messages.success(request, _("There is a new link. The one before does not work any more."))
    return redirect("entry_members", public_id)


@login_required
@require_POST
def revoke(request: HttpRequest, public_id: str, invitation: str) -> HttpResponse:
    entry = entry_of_member(request, public_id)
    found = get_object_or_404(Invitation.objects.select_related("team__entry"), public_id=invitation, team=entry.team)
    revoke_invitation(actor=user_of(request), invitation=found, now=now_of(request))
    messages.success(request, _("The invitation does not work any more."))
    return redirect("entry_members", public_id)
