"""Inviting experts, and their answers.

An expert goes from listed to invited, and from there to accepted or declined; who declined may be invited again. Accepting
ties the expert to the account that is signed in with the invited address.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from competition.models import Contest
from judging.events import EXPERT_ACCEPTED, EXPERT_DECLINED, EXPERT_INVITED, EXPERT_LIMITS
from judging.invitations import invitation_path
from judging.models import Expert
from judging.models.expert import MOST_LOAD
from judging.notices import JUDGE_INVITED
from judging.permissions import may_answer, may_change_availability, may_organise
from portal.accounts.models import User
from portal.journal.recording import record
from portal.notices.outbox import send
from portal.refusals import Refusal

PLEDGE_VERSION = "2026-1"
REASON_MAX = 300
RESEND_AFTER = timedelta(minutes=5)


@dataclass(frozen=True)
class Availability:
    """When an expert has time, and how many entries of a stage they take on at most; None is no limit."""

    from_on: date | None = None
    until_on: date | None = None
    max_load: int | None = None


INVITABLE = (Expert.Status.LISTED, Expert.Status.DECLINED)


@transaction.atomic
def invite_experts(
    *, actor: Any, contest: Contest, now: datetime, experts: Iterable[str] | None = None
) -> list[Expert]:
    """Invite the experts with these public ids, or everybody in the pool who was never invited.

    Locks the rows, sets them invited, records one event and sends one mail each. Experts who were invited meanwhile are
    passed over, so that pressing twice sends once. Returns those invited now.
    """
    may_organise(actor, contest).require()
    waiting = Expert.objects.select_for_update(of=("self",)).filter(contest=contest).order_by("pk")
    if experts is None:
        waiting = waiting.filter(status=Expert.Status.LISTED)
    else:
        waiting = waiting.filter(public_id__in=list(experts), status__in=INVITABLE)
    invited = list(waiting)
    for expert in invited:
        expert.status, expert.answered_at, expert.decline_reason = Expert.Status.INVITED, None, ""
    _send_invitations(actor, contest, invited, now)
    return invited


@transaction.atomic
def resend_invitation(*, actor: Any, expert: Expert, now: datetime) -> Expert:
    """Send the invitation once more; refused within five minutes of the last one and after an answer."""
    may_organise(actor, expert.contest).require()
    locked = Expert.objects.select_related("contest").lock(pk=expert.pk)
    if locked.status != Expert.Status.INVITED:
        raise Refusal(_("This expert has no open invitation to send again."), code="not_invited")
    if locked.invited_at and now - locked.invited_at < RESEND_AFTER:
        raise Refusal(
            _("The invitation was sent less than five minutes ago. Wait a little before sending it again."),
            code="too_soon",
        )
    _send_invitations(actor, locked.contest, [locked], now)
    return locked


@transaction.atomic
def accept_invitation(
    *, actor: Any, expert: Expert, pledged: bool, now: datetime, availability: Availability | None = None
) -> Expert:
    """Become a judge: the pledge of confidentiality is given, the account tied to the expert, and their limits known."""
    locked = Expert.objects.select_related("contest").lock(pk=expert.pk)
    may_answer(actor, locked).require()
    if not pledged:
        raise Refusal(
            _("Give the pledge of confidentiality to accept the invitation."), code="no_pledge", field="pledge"
        )
    locked.user, locked.status, locked.answered_at = actor, Expert.Status.ACCEPTED, now
    changed = _limit(locked, availability) if availability else []
    try:
        with transaction.atomic():
            locked.save(update_fields=["user", "status", "answered_at", *changed])
    except IntegrityError as error:
        raise Refusal(
            _("Your account already belongs to another expert of this contest. Tell the organisers."),
            code="account_taken",
        ) from error
    record(
        EXPERT_ACCEPTED,
        actor=actor,
        now=now,
        contest=locked.contest,
        subject=locked,
        code=locked.code,
        pledge=PLEDGE_VERSION,
    )
    return locked


@transaction.atomic
def change_availability(*, actor: Any, expert: Expert, availability: Availability, now: datetime) -> Expert:
    """The expert says anew when they have time and how much they take on: until entries are assigned to them."""
    locked = Expert.objects.select_related("contest").lock(pk=expert.pk)
    may_change_availability(actor, locked).require()
    locked.save(update_fields=_limit(locked, availability))
    record(
        EXPERT_LIMITS,
        actor=actor,
        now=now,
        contest=locked.contest,
        subject=locked,
        code=locked.code,
        available_from=str(locked.available_from_on or ""),
        available_until=str(locked.available_until_on or ""),
        max_load=locked.max_load,
    )
    return locked


def _limit(expert: Expert, availability: Availability) -> list[str]:
    """Set the limits on a locked row; returns the columns. The organisers' least number stands."""
    first, last, most = availability.from_on, availability.until_on, availability.max_load
    if first and last and last < first:
        raise Refusal(
            _("The last available day must not lie before the first."), code="days", field="available_until_on"
        )
    if most is not None and not 1 <= most <= MOST_LOAD:
        raise Refusal(_("Enter a number from 1 to {most}.").format(most=MOST_LOAD), code="max_load", field="max_load")
    if most is not None and expert.min_load is not None and most < expert.min_load:
        raise Refusal(
            _(
                "The organisers count on at least {least} entries from you. Enter that many or more, or write to them."
            ).format(least=expert.min_load),
            code="min_load",
            field="max_load",
        )
    expert.available_from_on, expert.available_until_on, expert.max_load = first, last, most
    return ["available_from_on", "available_until_on", "max_load"]


@transaction.atomic
def decline_invitation(*, actor: Any, expert: Expert, reason: str, now: datetime) -> Expert:
    """Say no; the organisers read the reason."""
    locked = Expert.objects.select_related("contest").lock(pk=expert.pk)
    may_answer(actor, locked).require()
    if not reason.strip():
        raise Refusal(_("Say why you decline: the organisers read it."), code="no_reason", field="reason")
    locked.status, locked.answered_at, locked.decline_reason = Expert.Status.DECLINED, now, reason.strip()[:REASON_MAX]
    locked.save(update_fields=["status", "answered_at", "decline_reason"])
    record(
        EXPERT_DECLINED,
        actor=actor,
        now=now,
        contest=locked.contest,
        subject=locked,
        code=locked.code,
        reason=locked.decline_reason,
    )
    return locked


def _send_invitations(actor: Any, contest: Contest, experts: list[Expert], now: datetime) -> None:
    accounts = {
        user.email.lower(): user for user in User.objects.filter(email__in=[expert.email.lower() for expert in experts])
    }
    for expert in experts:
        expert.invited_at = now
    Expert.objects.bulk_update(experts, ["status", "invited_at", "answered_at", "decline_reason"])
    for expert in experts:
        event = record(EXPERT_INVITED, actor=actor, now=now, contest=contest, subject=expert, code=expert.code)
        send(
            JUDGE_INVITED,
            to=[accounts.get(expert.email.lower(), expert.email)],
            now=now,
            dedupe=f"{expert.public_id}:{event.pk}",
            contest=contest,
            path=invitation_path(expert),
            events=[event],
            name=expert.name,
            contest_name=contest.name,
        )
