"""Who is in the team: invitations, joining, leaving, and what is said of each member."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.journal.recording import record
from portal.refusals import Refusal
from submissions import events, notices
from submissions.actions.locking import lock_team, touch_draft
from submissions.actions.membership import (
    INVITATION_LASTS,
    MemberDetails,
    add_member,
    new_link,
    refuse_second_team,
    take_name,
)
from submissions.models import Entry, Invitation, Membership, Team
from submissions.permissions import (
    forget_members,
    has_room,
    may_change_team,
    may_edit_member,
    may_join,
    may_leave,
    members_of,
)

DAY = timedelta(days=1)
MOST_MAILS_A_DAY = 20  # nobody's address is to be flooded through us


# ── Invitations ────────────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def open_link(*, actor: User, entry: Entry, now: datetime) -> Invitation:
    """A new invitation link for whoever has it; the one before it becomes old."""
    entry = lock_team(entry)
    may_change_team(actor, entry, now).require()
    invitation = new_link(actor=actor, team=entry.team, now=now)
    record(
        events.LINK_OPENED, actor=actor, now=now, contest=entry.contest, subject=entry, invitation=invitation.public_id
    )
    return invitation


@transaction.atomic
def invite_by_email(*, actor: User, entry: Entry, email: str, now: datetime) -> Invitation:
    """Invite one person; an earlier invitation to the same address becomes old. Refuses members and a full team."""
    entry = lock_team(entry)
    may_change_team(actor, entry, now).require()
    has_room(entry).require()
    email = email.lower()
    if any(member.user.email.lower() == email for member in members_of(entry.team)):
        raise Refusal(_("This person is in the team already."), code="already_member", field="email")
    recent = entry.team.invitations.exclude(email="").filter(created_at__gt=now - DAY)
    if recent.count() >= MOST_MAILS_A_DAY:
        raise Refusal(
            _(
                "Your team has sent many invitations in the last 24 hours. Send the invitation link yourself, or wait a day."
            ),
            code="too_many_mails",
            field="email",
        )
    entry.team.invitations.filter(email=email, revoked_at__isnull=True, accepted_at__isnull=True).update(revoked_at=now)
    invitation = Invitation.objects.create(
        team=entry.team, email=email, invited_by=actor, created_at=now, expires_at=now + INVITATION_LASTS
    )
    event = record(
        events.INVITED, actor=actor, now=now, contest=entry.contest, subject=entry, invitation=invitation.public_id
    )
    known = User.objects.filter(email__iexact=email, is_active=True).first()
    notices.invite(known or email, entry=entry, invitation=invitation, by=actor, event=event, now=now)
    return invitation


@transaction.atomic
def revoke_invitation(*, actor: User, invitation: Invitation, now: datetime) -> Invitation:
    """Nobody joins by it any more; one that is old already changes nothing."""
    entry = lock_team(invitation.team.entry)
    may_change_team(actor, entry, now).require()
    revoked = Invitation.objects.filter(pk=invitation.pk, revoked_at__isnull=True, accepted_at__isnull=True)
    if revoked.update(revoked_at=now):
        record(
            events.INVITATION_REVOKED,
            actor=actor,
            now=now,
            contest=entry.contest,
            subject=entry,
            invitation=invitation.public_id,
        )
    return invitation.refreshed()


# ── Coming and going ───────────────────────────────────────────────────────────────────────────────────────────────
@transaction.atomic
def join_team(*, actor: User, invitation: Invitation, details: MemberDetails, now: datetime) -> Membership:
    """Join by an invitation. Size is asked under the team's lock; one team per scope is the database's word."""
    entry = lock_team(invitation.team.entry)
    invitation = invitation.refreshed()
    may_join(actor, invitation, entry, now).require()
    refuse_second_team(actor, entry.contest, entry.topic)
    has_room(entry).require()
    member = add_member(entry, actor, details, now=now)
    if invitation.email:
        Invitation.objects.filter(pk=invitation.pk).update(accepted_at=now)
    _members_saved(entry, actor, now)
    event = record(
        events.MEMBER_JOINED, actor=actor, now=now, contest=entry.contest, subject=entry, member=actor.public_id
    )
    notices.tell_joined(entry=entry, member=member, event=event, now=now)
    return member


@transaction.atomic
def leave_team(*, actor: User, entry: Entry, now: datetime) -> Entry:
    """A member goes, and with them an offer of the captaincy; the captain hands it over first."""
    entry = lock_team(entry)
    may_leave(actor, entry, now).require()
    Membership.objects.filter(team=entry.team, user=actor).delete()
    _members_saved(entry, actor, now)
    record(events.MEMBER_LEFT, actor=actor, now=now, contest=entry.contest, subject=entry, member=actor.public_id)
    return entry


@transaction.atomic
def remove_member(*, actor: User, member: Membership, now: datetime) -> Entry:
    """The captain takes a member out, and tells them. The open link becomes old, or it would let them in again."""
    entry = lock_team(member.team.entry)
    may_change_team(actor, entry, now).require()
    if member.user_id == entry.team.captain_id:
        raise Refusal(
            _("The captain cannot be removed. The captaincy can be handed over to another member."),
            code="captain_stays",
        )
    gone, _rows = Membership.objects.filter(pk=member.pk, team=entry.team).delete()
    if gone:
        entry.team.invitations.filter(email="", revoked_at__isnull=True).update(revoked_at=now)
        _members_saved(entry, actor, now)
        event = record(
            events.MEMBER_REMOVED,
            actor=actor,
            now=now,
            contest=entry.contest,
            subject=entry,
            member=member.user.public_id,
        )
        notices.tell_removed(member.user, entry=entry, by=actor, event=event, now=now)
    return entry


@transaction.atomic
def change_member(
    *, actor: User, member: Membership, revision: int, details: MemberDetails, now: datetime
) -> Membership:
    """Correct what is said of a member: that member, or the captain. Raises Stale when it changed since it was shown."""
    entry = lock_team(member.team.entry)
    may_edit_member(actor, member, entry, now).require()
    if member.user_id == actor.pk:
        take_name(actor, details.name)
    Membership.objects.compare_and_set(
        pk=member.pk,
        revision=revision,
        employer=details.employer,
        post=details.post,
        duty=details.duty,
        phone=details.phone,
    )
    _members_saved(entry, actor, now)
    record(
        events.MEMBER_CHANGED, actor=actor, now=now, contest=entry.contest, subject=entry, member=member.user.public_id
    )
    return member.refreshed()


def _members_saved(entry: Entry, actor: User, now: datetime) -> None:
    Team.objects.filter(pk=entry.team_id).update(members_saved_at=now, members_saved_by=actor)
    touch_draft(entry)
    forget_members(entry.team)
