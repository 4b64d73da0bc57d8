"""Joining a team by an invitation: a page that says what one joins, and a button."""

from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from competition.doors import find_stage
from competition.models import Stage
from portal.refusals import Refusal
from portal.web.requests import now_of, user_of
from submissions.actions import join_team
from submissions.actions.membership import refuse_second_team
from submissions.forms import JoinForm
from submissions.invitations import find_invitation
from submissions.models import Entry, Invitation
from submissions.permissions import has_room, may_join, members_of, takes_members
from submissions.views.base import place_of, surround

GONE = 410


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Everybody with the link sees what it is; joining needs sign-in and a click, because mail scanners follow links."""
    invitation = find_invitation(token)
    if invitation is None:
        return render(request, "submissions/join_unknown.html", status=404)
    if request.user.is_authenticated:
        return _join(request, invitation)
    entry, now = _entry_of(invitation), now_of(request)
    context = _context(request, invitation, entry)
    # Nobody is to sign in only to read that the link is old, the team full or registration over.
    if not invitation.is_open(now):
        context["refusal"] = may_join(request.user, invitation, entry, now).refusal
        return render(request, "submissions/join_refused.html", context, status=GONE)
    if refusal := takes_members(entry, now).and_then(has_room(entry)).refusal:
        return render(request, "submissions/join_refused.html", context | {"refusal": refusal}, status=refusal.status)
    return render(request, "submissions/join_welcome.html", context)


@login_required
def _join(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    entry, user, now = _entry_of(invitation), user_of(request), now_of(request)
    form = JoinForm(
        request.POST if request.method == "POST" else None,
        ask_name=not user.name,
        initial={"employer": invitation.team.lead_organisation.name, "phone": user.phone},
    )
    try:
        may_join(user, invitation, entry, now).require()
        refuse_second_team(user, entry.contest, entry.topic)
        has_room(entry).require()
        if request.method == "POST" and form.is_valid():
            join_team(actor=user, invitation=invitation, details=form.details, now=now)
            messages.success(request, _("You have joined the team."))
            return redirect(entry)
    except Refusal as refusal:
        context = _context(request, invitation, entry) | {
            "refusal": refusal,
            "is_mine": refusal.code == "already_member",
        }
        status = GONE if refusal.code in {"revoked", "expired", "used"} else refusal.status
        return render(request, "submissions/join_refused.html", context, status=status)
    return render(request, "submissions/join.html", _context(request, invitation, entry) | {"form": form})


def _entry_of(invitation: Invitation) -> Entry:
    entry = Entry.objects.select_related("team__captain", "contest__parent", "topic__track__parent").get(
        team=invitation.team
    )
    entry.team = invitation.team
    return entry


def _context(request: HttpRequest, invitation: Invitation, entry: Entry) -> dict[str, object]:
    """What the page says of the team; the members' names only to those who are signed in."""
    surround(entry.contest, now_of(request))
    return {
        "contest": entry.contest,
        "crumbs": [(_("Home"), entry.contest.get_absolute_url()), (place_of(entry), None)],
        "entry": entry,
        "place": place_of(entry),
        "invitation": invitation,
        "team": entry.team,
        "member_count": len(members_of(entry.team)),
        "submission": find_stage(entry.contest, Stage.Kind.SUBMISSION),
        "next_name": REDIRECT_FIELD_NAME,
        "here": request.get_full_path(),
    }
