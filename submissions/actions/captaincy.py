"""Handing the captaincy over: the captain offers it to a member, and the member takes it by making the commitment.

Nobody becomes captain without saying so: the captain answers to the contest for the team's data and rights. The offer
hangs on the membership, so that whoever leaves or is removed loses it with the same row.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.actions import give_consents
from portal.accounts.models import User
from portal.journal.recording import record
from portal.refusals import Refusal
from submissions import events, notices
from submissions.actions.locking import lock_team, touch_draft
from submissions.actions.teams import commitment
from submissions.models import Entry, Membership, Team
from submissions.permissions import forget_members, may_hand_over, may_take_over, membership_of


@transaction.atomic
def offer_captaincy(*, actor: User, entry: Entry, member: Membership, now: datetime) -> Team:
    """Offer it to a member, who is told; an earlier offer lapses. Until somebody accepts, the captain stays captain."""
    entry = lock_team(entry)
    may_hand_over(actor, entry, now).require()
    found = membership_of(member.user, entry.team)
    if found is None or found.user_id == actor.pk:
        raise Refusal(_("Choose another member of the team."), code="not_a_member", field="member")
    if entry.team.successor_id != found.pk:
        _set_successor(entry, found)
        event = record(
            events.CAPTAINCY_OFFERED,
            actor=actor,
            now=now,
            contest=entry.contest,
            subject=entry,
            member=found.user.public_id,
        )
        notices.tell_offered(found.user, entry=entry, by=actor, event=event, now=now)
    return entry.team


@transaction.atomic
def drop_offer(*, actor: User, entry: Entry, now: datetime) -> Team:
    """The captain takes the offer back, or the member declines it; where there is none, nothing changes."""
    entry = lock_team(entry)
    if not (allowed := may_hand_over(actor, entry, now)) and entry.team.successor_id:
        allowed = may_take_over(actor, entry, now)
    allowed.require()
    if entry.team.successor_id:
        _set_successor(entry, None)
        record(events.CAPTAINCY_OFFER_DROPPED, actor=actor, now=now, contest=entry.contest, subject=entry)
    return entry.team


@transaction.atomic
def accept_captaincy(*, actor: User, entry: Entry, consented: bool, now: datetime) -> Team:
    """The member becomes captain and makes the commitment; the captain before them stays as a member. All are told."""
    entry = lock_team(entry)
    may_take_over(actor, entry, now).require()
    if not consented:
        raise Refusal(
            _("Confirm the commitment on data and intellectual property."), code="no_consent", field="consent"
        )
    before = entry.team.captain
    Team.objects.filter(pk=entry.team_id).update(
        captain=actor, successor=None, members_saved_at=now, members_saved_by=actor
    )
    entry.team.captain, entry.team.successor = actor, None
    forget_members(entry.team)
    touch_draft(entry)
    give_consents(actor=actor, texts=[commitment()], now=now)
    event = record(
        events.CAPTAINCY_PASSED,
        actor=actor,
        now=now,
        contest=entry.contest,
        subject=entry,
        before=before.public_id,
    )
    notices.tell_captain(entry=entry, before=before, event=event, now=now)
    return entry.team


def _set_successor(entry: Entry, member: Membership | None) -> None:
    Team.objects.filter(pk=entry.team_id).update(successor=member)
    entry.team.successor = member
