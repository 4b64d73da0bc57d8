"""Notes that organisers keep on an organisation or a person; they decide nothing by themselves."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import Organisation, User
from portal.journal.recording import record
from portal.refusals import Refusal
from submissions import events
from submissions.models import Caution, Entry
from submissions.permissions import may_caution


@transaction.atomic
def raise_caution(*, actor: User, entry: Entry, on: Organisation | User, reason: str, now: datetime) -> Caution:
    """Note something on an organisation or a person behind this entry. It holds in the whole contest, until lifted.

    The journal says that there is a note and on which entry it was made, not what it says nor of whom.
    """
    may_caution(actor, entry.contest).require()
    if not reason:
        raise Refusal(_("Say what should be known."), code="no_reason", field="reason")
    subject = {"organisation": on} if isinstance(on, Organisation) else {"person": on}
    caution = Caution(contest=entry.contest, reason=reason, raised_by=actor, raised_at=now, **subject)
    if not _is_behind(entry, on):
        raise Refusal(_("Choose an organisation or a person of this entry."), code="not_behind", field="on")
    try:
        with transaction.atomic():
            caution.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal(
            _("There is a note on %(name)s already. Lift it first, if another is to stand in its place.")
            % {"name": on},
            code="noted_already",
            field="on",
        ) from error
    record(
        events.CAUTION_RAISED,
        actor=actor,
        now=now,
        contest=entry.contest,
        subject=caution,
    )
    return caution


@transaction.atomic
def lift_caution(*, actor: User, caution: Caution, now: datetime) -> Caution:
    """It no longer stands; the row stays. One that is lifted already changes nothing."""
    may_caution(actor, caution.contest).require()
    if Caution.objects.standing().filter(pk=caution.pk).update(lifted_by=actor, lifted_at=now):
        record(events.CAUTION_LIFTED, actor=actor, now=now, contest=caution.contest, subject=caution)
    return caution.refreshed()


def _is_behind(entry: Entry, on: Organisation | User) -> bool:
    team = entry.team
    if isinstance(on, User):
        return team.memberships.filter(user=on).exists()
    return on.pk == team.lead_organisation_id or team.partners.filter(pk=on.pk).exists()
