"""Teams and the organisations behind them."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from competition.models import Contest, Topic
from portal.accounts.actions import give_consents
from portal.accounts.consents import TEAM_COMMITMENT, ConsentText, find
from portal.accounts.models import Organisation, User
from portal.journal.kinds import EventKind
from portal.journal.recording import record
from portal.refusals import Refusal
from submissions import events
from submissions.actions.locking import lock_team, touch_draft
from submissions.actions.membership import MemberDetails, add_member, new_link, refuse_second_team
from submissions.items import ORGANISATIONS
from submissions.models import Entry, Team
from submissions.permissions import may_change_team, may_register
from submissions.readiness import is_eligible


@dataclass(frozen=True)
class OrganisationDetails:
    """An organisation by its code; name, kind and region count only where the code is new to us."""

    uscc: str
    name: str = ""
    kind: str = ""
    region: str = ""


@transaction.atomic
def create_team(
    *,
    actor: User,
    topic: Topic,
    organisation: OrganisationDetails,
    captain: MemberDetails,
    consented: bool,
    now: datetime,
) -> Team:
    """Register for a topic: the team, its captain, its draft entry, the consent and the first invitation link.

    Refuses with `AlreadyInTeam` when the person is in a team of the contest's scope.
    """
    contest = topic.track.contest
    may_register(actor, contest, now).require()
    if not consented:
        raise Refusal(
            _("Confirm the commitment on data and intellectual property."), code="no_consent", field="consent"
        )
    refuse_second_team(actor, contest, topic)
    lead = find_or_add_organisation(organisation, must_lead_in=contest)
    team = Team.objects.create(
        contest=contest,
        captain=actor,
        lead_organisation=lead,
        created_at=now,
        organisations_saved_at=now,
        organisations_saved_by=actor,
        members_saved_at=now,
        members_saved_by=actor,
    )
    entry = Entry.objects.create(team=team, contest=contest, topic=topic, created_at=now)
    add_member(entry, actor, captain, now=now)
    give_consents(actor=actor, texts=[commitment()], now=now)
    new_link(actor=actor, team=team, now=now)
    record(
        events.TEAM_CREATED, actor=actor, now=now, contest=contest, subject=entry, topic=topic.public_id, lead=lead.uscc
    )
    return team


@transaction.atomic
def add_partner(*, actor: User, entry: Entry, organisation: OrganisationDetails, now: datetime) -> Organisation:
    """A partner organisation joins the team; refuses the lead, a second time, and more than the contest allows."""
    entry = lock_team(entry)
    may_change_team(actor, entry, now, ORGANISATIONS).require()
    team, most = entry.team, entry.contest.partners_max
    partner = find_or_add_organisation(organisation)
    partners = set(team.partners.values_list("pk", flat=True))
    if partner.pk == team.lead_organisation_id:
        raise Refusal(_("“%s” leads the team already.") % partner.name, code="is_lead", field="uscc")
    if partner.pk in partners:
        raise Refusal(_("“%s” is a partner already.") % partner.name, code="is_partner", field="uscc")
    if len(partners) >= most:
        raise Refusal(
            _("At most %(most)d partner organisations are allowed in this contest.") % {"most": most},
            code="too_many_partners",
        )
    team.partners.add(partner)
    _organisations_saved(entry, events.PARTNER_ADDED, partner, actor=actor, now=now)
    return partner


@transaction.atomic
def remove_partner(*, actor: User, entry: Entry, partner: Organisation, now: datetime) -> Team:
    """A partner organisation leaves the team; one that has left already changes nothing."""
    entry = lock_team(entry)
    may_change_team(actor, entry, now, ORGANISATIONS).require()
    if entry.team.partners.filter(pk=partner.pk).exists():
        entry.team.partners.remove(partner)
        _organisations_saved(entry, events.PARTNER_REMOVED, partner, actor=actor, now=now)
    return entry.team


@transaction.atomic
def change_lead(*, actor: User, entry: Entry, organisation: OrganisationDetails, now: datetime) -> Organisation:
    """Another organisation leads the team; it may not be a partner as well."""
    entry = lock_team(entry)
    may_change_team(actor, entry, now, ORGANISATIONS).require()
    team = entry.team
    lead = find_or_add_organisation(organisation, must_lead_in=entry.contest)
    if lead.pk == team.lead_organisation_id:
        return lead
    if team.partners.filter(pk=lead.pk).exists():
        raise Refusal(
            _("“%s” is a partner of this team. Remove it from the partners first.") % lead.name,
            code="is_partner",
            field="uscc",
        )
    Team.objects.filter(pk=team.pk).update(lead_organisation=lead)
    _organisations_saved(entry, events.LEAD_CHANGED, lead, actor=actor, now=now)
    return lead


def commitment() -> ConsentText:
    """The commitment on data and intellectual property in force, which the captain agrees to."""
    text = find(TEAM_COMMITMENT)
    assert text is not None, "the text is part of the product"  # noqa: S101 - narrows the type
    return text


def find_or_add_organisation(details: OrganisationDetails, *, must_lead_in: Contest | None = None) -> Organisation:
    """The organisation with this code, made from the details where it is new; checked before anything is written."""
    known = Organisation.objects.filter(uscc=details.uscc).first()
    organisation = known or Organisation(uscc=details.uscc, name=details.name, kind=details.kind, region=details.region)
    if must_lead_in is not None:
        is_eligible(organisation, must_lead_in).require()
    if known:
        return known
    organisation, _made = Organisation.objects.get_or_create(
        uscc=details.uscc, defaults={"name": details.name, "kind": details.kind, "region": details.region}
    )
    return organisation


def _organisations_saved(
    entry: Entry, kind: EventKind, organisation: Organisation, *, actor: User, now: datetime
) -> None:
    """What follows every change of the organisations: who saved last, the draft's mark, the journal."""
    Team.objects.filter(pk=entry.team_id).update(organisations_saved_at=now, organisations_saved_by=actor)
    touch_draft(entry)
    record(
        kind,
        actor=actor,
        now=now,
        contest=entry.contest,
        subject=entry,
        organisation=organisation.name,
        uscc=organisation.uscc,
    )
