"""What forming a team and joining one have in common; callers hold the team's lock, or have just made the team."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from competition.models import Contest, Topic
from portal.accounts.models import User
from submissions.models import Entry, Invitation, Membership, Team, scope_key
from submissions.permissions import AlreadyInTeam, forget_members

INVITATION_LASTS = timedelta(days=30)


@dataclass(frozen=True)
class MemberDetails:
    """What a person says of themselves; the name counts only where the account has none."""

    name: str = ""
    employer: str = ""
    post: str = ""
    duty: str = ""
    phone: str = ""


def refuse_second_team(user: Any, contest: Contest, topic: Topic) -> None:
    """Raises AlreadyInTeam when the person is in a team of the scope of this topic."""
    found = (
        Membership.objects.filter(user=user, scope_key=scope_key(contest, topic)).select_related("team__entry").first()
    )
    if found:
        raise AlreadyInTeam(found.team.entry, contest, leads=found.team.captain_id == user.pk)


def add_member(entry: Entry, user: User, details: MemberDetails, *, now: datetime) -> Membership:
    """Put the person into the team; the database refuses a second team of the same scope."""
    take_name(user, details.name)
    try:
        with transaction.atomic():
            member = Membership.objects.create(
                team=entry.team,
                user=user,
                scope_key=scope_key(entry.contest, entry.topic),
                employer=details.employer,
                post=details.post,
                duty=details.duty,
                phone=details.phone,
                joined_at=now,
            )
    except IntegrityError:
        # Somebody was faster: the same person in another window, or a double click.
        refuse_second_team(user, entry.contest, entry.topic)
        raise
    forget_members(entry.team)
    return member


def take_name(user: User, name: str) -> None:
    """A person without a name gets the one they typed; a name that is there changes in the profile alone."""
    if name and not user.name:
        User.objects.filter(pk=user.pk, name="").update(name=name)
        user.name = name


def new_link(*, actor: User, team: Team, now: datetime) -> Invitation:
    """Revoke the team's open link, if there is one, and make another."""
    team.invitations.filter(email="", revoked_at__isnull=True).update(revoked_at=now)
    return Invitation.objects.create(team=team, invited_by=actor, created_at=now, expires_at=now + INVITATION_LASTS)
