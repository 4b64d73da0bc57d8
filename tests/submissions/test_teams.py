"""Registering, organisations, invitations, joining and leaving."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from competition.models import Contest, Stage
from portal.accounts.models import Consent, Organisation
from portal.journal.recording import events_of
from portal.notices.models import Notice
from portal.refusals import Closed, NotAllowed, Refusal, Stale
from submissions.actions import (
    MemberDetails,
    OrganisationDetails,
    add_partner,
    change_lead,
    change_member,
    create_team,
    freeze_entries,
    invite_by_email,
    join_team,
    leave_team,
    open_link,
    remove_member,
    remove_partner,
    revoke_invitation,
)
from submissions.models import Entry, Invitation, Membership, Team
from submissions.permissions import AlreadyInTeam
from tests.competition.factories import NOW, make_stage, make_topic, make_track
from tests.portal.factories import make_organisation, make_uscc, make_user
from tests.submissions.factories import (
    DETAILS,
    fresh,
    make_entry,
    make_member,
    make_open_contest,
    make_open_topic,
    make_person,
    make_submitted_entry,
    make_team,
)

pytestmark = pytest.mark.django_db
MICROSECOND = timedelta(microseconds=1)


def register(actor, topic, *, organisation=None, consented=True, now=NOW):
    details = OrganisationDetails(uscc=(organisation or make_organisation()).uscc)
    captain = MemberDetails(employer="单位", post="经理")
    return create_team(actor=actor, topic=topic, organisation=details, captain=captain, consented=consented, now=now)


def code_of(action, *args, **kwargs):
    """The code of the refusal that the action raises."""
    with pytest.raises(Refusal) as caught:
        action(*args, **kwargs)
    return caught.value.code


# ── Registering ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_registering_makes_team_captain_draft_consent_and_link():
    person, topic = make_person(), make_open_topic()
    team = register(person, topic)
    assert team.captain == person
    assert team.entry.status == Entry.Status.DRAFT
    assert [member.user for member in team.memberships.all()] == [person]
    assert Consent.objects.filter(user=person, purpose="team-commitment").exists()
    assert team.invitations.get().is_open(NOW)
    assert events_of(team.entry).get().kind == "team.created"


def test_a_known_organisation_is_found_whatever_was_typed_of_it():
    known = make_organisation()
    details = OrganisationDetails(uscc=known.uscc, name="别的名字", kind="university", region="11")
    team = create_team(
        actor=make_person(), topic=make_open_topic(), organisation=details, captain=DETAILS, consented=True, now=NOW
    )
    assert team.lead_organisation == known
    assert Organisation.objects.get(pk=known.pk).name == known.name


def test_a_new_organisation_is_made():
    details = OrganisationDetails(uscc=make_uscc(), name="宜昌示例港务有限公司", kind="enterprise", region="42")
    team = create_team(
        actor=make_person(), topic=make_open_topic(), organisation=details, captain=DETAILS, consented=True, now=NOW
    )
    assert team.lead_organisation.name == "宜昌示例港务有限公司"


def test_a_person_without_a_name_gets_the_one_they_typed():
    person = make_person(name="")
    details = MemberDetails(name="周敏", employer="单位", post="经理")
    create_team(
        actor=person,
        topic=make_open_topic(),
        organisation=OrganisationDetails(uscc=make_organisation().uscc),
        captain=details,
        consented=True,
        now=NOW,
    )
    person.refresh_from_db()
    assert person.name == "周敏"


def test_nobody_registers_without_the_commitment():
    assert code_of(register, make_person(), make_open_topic(), consented=False) == "no_consent"
    assert not Team.objects.exists()


def test_nobody_registers_without_agreeing_to_the_notice_on_personal_data():
    assert code_of(register, make_user(), make_open_topic()) == "consent_missing"


def test_an_ineligible_kind_of_organisation_is_refused_and_not_made():
    topic = make_open_topic(eligible_kinds=["university"])
    details = OrganisationDetails(uscc=make_uscc(), name="示例公司", kind="enterprise", region="42")
    with pytest.raises(Refusal, match="示例公司"):
        create_team(actor=make_person(), topic=topic, organisation=details, captain=DETAILS, consented=True, now=NOW)
    assert not Organisation.objects.exists()


def test_the_lead_comes_from_the_region_where_the_contest_says_so():
    topic = make_open_topic(lead_in_region=True, region="42")
    elsewhere = make_organisation(region="43")
    assert code_of(register, make_person(), topic, organisation=elsewhere) == "region_not_eligible"
    assert register(make_person(), topic, organisation=make_organisation(region="42")).pk


@pytest.mark.parametrize(
    ("offset", "is_open"), [(-MICROSECOND, True), (timedelta(), False), (timedelta(seconds=1), False)]
)
def test_registration_closes_at_the_very_instant(offset, is_open):
    topic = make_open_topic()
    closes_at = topic.track.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at
    if is_open:
        assert register(make_person(), topic, now=closes_at + offset).pk
    else:
        with pytest.raises(Closed) as caught:
            register(make_person(), topic, now=closes_at + offset)
        assert caught.value.closed_at == closes_at


def test_registration_has_not_opened_yet_before_its_stage():
    topic = make_open_topic()
    opens_at = topic.track.contest.stages.get(kind=Stage.Kind.SUBMISSION).opens_at
    assert code_of(register, make_person(), topic, now=opens_at - MICROSECOND) == "not_open_yet"
    assert register(make_person(), topic, now=opens_at).pk


def test_a_stage_of_registration_closes_registration_before_submission():
    topic = make_open_topic()
    stage = make_stage(topic.track.contest, Stage.Kind.REGISTRATION, closes_at=NOW + timedelta(hours=1))
    topic = make_topic(topic.track)
    assert code_of(register, make_person(), topic, now=stage.closes_at) == "closed"


def test_an_unpublished_contest_is_not_there():
    topic = make_open_topic(is_published=False)
    with pytest.raises(NotAllowed):
        register(make_person(), topic)


# ── One team per person and scope ──────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("scope", "same_topic", "same_track", "same_contest", "rule"),
    [
        ("topic", False, True, True, "同一赛题一人只能参加一支队伍"),
        ("track", False, False, True, "同一赛道一人只能参加一支队伍"),
        ("contest", False, False, False, "按本赛事规则，一人只能参加一支队伍"),
    ],
)
def test_one_team_per_person_and_scope_in_the_words_of_that_scope(scope, same_topic, same_track, same_contest, rule):
    contest = make_open_contest(uniqueness_scope=scope)
    track = make_track(contest)
    first, sibling, other = make_topic(track), make_topic(track), make_topic(make_track(contest))
    person = make_person()
    entry = register(person, first).entry
    for topic, allowed in ((first, same_topic), (sibling, same_track), (other, same_contest)):
        if allowed:
            assert register(person, topic).pk
        else:
            with pytest.raises(AlreadyInTeam) as caught:
                register(person, topic)
            assert caught.value.entry.team.memberships.filter(user=person).exists()
            assert rule in str(caught.value)
    assert entry.team.memberships.count() == 1


def test_a_direction_belongs_to_its_track():
    contest = make_open_contest(uniqueness_scope=Contest.UniquenessScope.TRACK)
    track = make_track(contest)
    direction = make_track(contest, parent=track)
    person = make_person()
    register(person, make_topic(track))
    assert code_of(register, person, make_topic(direction)) == "already_in_team"


def test_the_database_refuses_a_second_team_of_one_scope():
    member = make_entry().team.memberships.get()
    other = make_team()
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(team=other, user=member.user, scope_key=member.scope_key, joined_at=NOW)


# ── Organisations ──────────────────────────────────────────────────────────────────────────────────────────────────
def partner(entry, organisation=None, *, actor=None, now=NOW):
    details = OrganisationDetails(uscc=(organisation or make_organisation()).uscc)
    return add_partner(actor=actor or entry.team.captain, entry=entry, organisation=details, now=now)


def test_partners_come_and_go_and_the_draft_knows():
    entry = make_entry()
    organisation = partner(entry)
    assert list(entry.team.partners.all()) == [organisation]
    assert fresh(entry).revision == entry.revision + 1
    remove_partner(actor=entry.team.captain, entry=entry, partner=organisation, now=NOW)
    remove_partner(actor=entry.team.captain, entry=entry, partner=organisation, now=NOW)
    assert not entry.team.partners.exists()
    assert fresh(entry).revision == entry.revision + 2


def test_partners_are_refused_with_a_reason():
    entry = make_entry(make_open_topic(partners_max=1))
    assert code_of(partner, entry, entry.team.lead_organisation) == "is_lead"
    organisation = partner(entry)
    assert code_of(partner, entry, organisation) == "is_partner"
    assert code_of(partner, entry) == "too_many_partners"
    member = make_member(entry)
    assert code_of(partner, entry, actor=member.user) == "captain_only"
    with pytest.raises(NotAllowed):
        partner(entry, actor=make_person())


def test_another_organisation_may_lead_but_not_a_partner():
    entry = make_entry()
    other, organisation = make_organisation(), partner(entry)
    captain = entry.team.captain
    change_lead(actor=captain, entry=entry, organisation=OrganisationDetails(uscc=other.uscc), now=NOW)
    assert fresh(entry).team.lead_organisation == other
    details = OrganisationDetails(uscc=organisation.uscc)
    assert code_of(change_lead, actor=captain, entry=entry, organisation=details, now=NOW) == "is_partner"


# ── Invitations and joining ────────────────────────────────────────────────────────────────────────────────────────
def join(entry, invitation=None, *, user=None, now=NOW):
    invitation = invitation or entry.team.invitations.get(email="", revoked_at=None)
    return join_team(actor=user or make_person(), invitation=invitation, details=DETAILS, now=now)


def test_joining_tells_every_member_once():
    entry = make_entry()
    member = join(entry)
    told = Notice.objects.filter(kind="submissions.member_joined", channel="mail")
    assert {notice.recipient for notice in told} == {entry.team.captain, member.user}


def test_a_new_link_makes_the_one_before_old():
    entry = make_entry()
    before = entry.team.invitations.get()
    after = open_link(actor=entry.team.captain, entry=entry, now=NOW)
    assert code_of(join, entry, before) == "revoked"
    assert join(entry, after).pk


def test_a_revoked_link_is_old_and_revoking_twice_changes_nothing():
    entry = make_entry()
    invitation = entry.team.invitations.get()
    for _turn in range(2):
        revoke_invitation(actor=entry.team.captain, invitation=invitation, now=NOW)
    assert code_of(join, entry, invitation) == "revoked"
    assert events_of(entry).filter(kind="team.invitation_revoked").count() == 1


@pytest.mark.parametrize(("offset", "is_open"), [(-MICROSECOND, True), (timedelta(), False)])
def test_a_link_expires_at_its_instant(offset, is_open):
    entry = make_entry()
    invitation = entry.team.invitations.get()
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=NOW + timedelta(hours=1))
    now = NOW + timedelta(hours=1) + offset
    if is_open:
        assert join(entry, invitation, now=now).pk
    else:
        assert code_of(join, entry, invitation, now=now) == "expired"


def test_an_invitation_by_mail_is_for_that_person_and_for_once():
    entry = make_entry()
    guest = make_person(email="guest@example.cn")
    invitation = invite_by_email(actor=entry.team.captain, entry=entry, email="Guest@Example.cn", now=NOW)
    assert code_of(join, entry, invitation) == "other_address"
    member = join(entry, invitation, user=guest)
    remove_member(actor=entry.team.captain, member=member, now=NOW)
    assert code_of(join, entry, invitation, user=guest) == "used"


def test_a_person_without_an_account_is_invited_by_mail_in_the_captains_language():
    entry = make_entry(captain=make_person(locale="en"))
    invite_by_email(actor=entry.team.captain, entry=entry, email="new@example.cn", now=NOW)
    notice = Notice.objects.get(kind="submissions.team_invitation")
    assert (notice.recipient, notice.address, notice.language) == (None, "new@example.cn", "en")


def test_inviting_the_same_address_again_makes_the_first_old():
    entry = make_entry()
    first = invite_by_email(actor=entry.team.captain, entry=entry, email="new@example.cn", now=NOW)
    second = invite_by_email(actor=entry.team.captain, entry=entry, email="new@example.cn", now=NOW)
    assert not first.refreshed().is_open(NOW)
    assert second.is_open(NOW)


def test_whoever_is_in_the_team_is_not_invited_again():
    entry = make_entry()
    captain = entry.team.captain
    assert code_of(invite_by_email, actor=captain, entry=entry, email=captain.email, now=NOW) == "already_member"


def test_nobody_is_flooded_with_invitations():
    entry = make_entry()
    captain = entry.team.captain
    for place in range(20):
        invite_by_email(actor=captain, entry=entry, email=f"p{place}@example.cn", now=NOW)
    assert code_of(invite_by_email, actor=captain, entry=entry, email="x@example.cn", now=NOW) == "too_many_mails"
    later = NOW + timedelta(days=1)
    assert invite_by_email(actor=captain, entry=entry, email="x@example.cn", now=later).pk


def test_joining_twice_is_refused():
    entry = make_entry()
    member = join(entry)
    assert code_of(join, entry, user=member.user) == "already_member"


def test_a_full_team_takes_nobody_and_invites_nobody():
    entry = make_entry(make_open_topic(team_max=2))
    join(entry)
    assert code_of(join, entry) == "team_full"
    captain = entry.team.captain
    assert code_of(invite_by_email, actor=captain, entry=entry, email="x@example.cn", now=NOW) == "team_full"


def test_a_member_of_another_team_of_the_scope_is_sent_there():
    entry = make_entry()
    other = make_entry(entry.topic)
    with pytest.raises(AlreadyInTeam) as caught:
        join(entry, user=other.team.captain)
    assert caught.value.entry == other


def test_nobody_joins_after_the_door_has_closed():
    entry = make_entry()
    closes_at = entry.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at
    assert join(entry, now=closes_at - MICROSECOND).pk
    assert code_of(join, entry, now=closes_at) == "closed"


def test_nobody_joins_once_judging_has_begun():
    entry = make_submitted_entry()
    freeze_entries(actor=None, entries=[entry], now=NOW)
    assert code_of(join, entry) == "frozen"


def test_joining_needs_the_agreement_on_personal_data():
    assert code_of(join, make_entry(), user=make_user()) == "consent_missing"


# ── Members ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_removed_member_is_told_and_the_link_no_longer_lets_them_in():
    entry = make_entry()
    invitation = entry.team.invitations.get()
    member = join(entry)
    remove_member(actor=entry.team.captain, member=member, now=NOW)
    assert Notice.objects.filter(kind="submissions.member_removed", recipient=member.user).exists()
    assert code_of(join, entry, invitation, user=member.user) == "revoked"


def test_the_captain_stays():
    entry = make_entry()
    captain = entry.team.memberships.get()
    assert code_of(remove_member, actor=captain.user, member=captain, now=NOW) == "captain_stays"
    assert code_of(leave_team, actor=captain.user, entry=entry, now=NOW) == "captain_stays"


def test_a_member_leaves_and_may_join_elsewhere():
    entry = make_entry()
    member = join(entry)
    leave_team(actor=member.user, entry=entry, now=NOW)
    assert register(member.user, entry.topic).pk


def test_a_member_does_not_remove_another():
    entry = make_entry()
    one, other = join(entry), join(entry)
    assert code_of(remove_member, actor=one.user, member=other, now=NOW) == "captain_only"


def test_details_are_changed_by_the_member_or_the_captain_and_by_nobody_else():
    entry = make_entry()
    one, other = join(entry), join(entry)
    details = MemberDetails(employer="新单位", post="新职务")
    changed = change_member(actor=one.user, member=one, revision=0, details=details, now=NOW)
    assert (changed.employer, changed.revision) == ("新单位", 1)
    changed = change_member(actor=entry.team.captain, member=one, revision=1, details=DETAILS, now=NOW)
    assert changed.employer == DETAILS.employer
    assert code_of(change_member, actor=other.user, member=one, revision=2, details=details, now=NOW) == "not_yours"
    with pytest.raises(NotAllowed):
        change_member(actor=make_person(), member=one, revision=2, details=details, now=NOW)


def test_details_that_changed_meanwhile_are_not_overwritten():
    entry = make_entry()
    member = join(entry)
    change_member(
        actor=member.user, member=member, revision=0, details=MemberDetails(employer="甲", post="乙"), now=NOW
    )
    with pytest.raises(Stale):
        change_member(actor=entry.team.captain, member=member, revision=0, details=DETAILS, now=NOW)
    assert member.refreshed().employer == "甲"
