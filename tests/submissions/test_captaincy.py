"""Handing the captaincy over: asked, accepted with the commitment, and never left hanging on somebody who is gone."""

import pytest
from django.urls import reverse

from competition.models import Stage
from portal.accounts.consents import TEAM_COMMITMENT
from portal.notices.models import Notice
from submissions.actions import (
    accept_captaincy,
    drop_offer,
    freeze_entries,
    leave_team,
    offer_captaincy,
    remove_member,
)
from submissions.invariants import captains_outside
from tests.competition.factories import NOW, make_stage
from tests.submissions.factories import fresh, make_entry, make_member, make_submitted_entry
from tests.submissions.test_pages import page, url_of
from tests.submissions.test_teams import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def entry():
    return make_entry()


@pytest.fixture
def member(entry):
    return make_member(entry)


def offer(entry, member):
    return offer_captaincy(actor=entry.team.captain, entry=fresh(entry), member=member, now=NOW)


def accept(entry, member, **values):
    return accept_captaincy(**{"actor": member.user, "entry": fresh(entry), "consented": True, "now": NOW} | values)


def test_an_offer_changes_nothing_until_it_is_accepted(entry, member):
    captain = entry.team.captain
    offer(entry, member)
    assert fresh(entry).team.captain == captain
    assert Notice.objects.filter(recipient=member.user, kind="submissions.captaincy_offered").count() >= 1
    accept(entry, member)
    team = fresh(entry).team
    assert (team.captain, team.successor) == (member.user, None)
    assert team.memberships.filter(user=captain).exists()
    assert member.user.consents.filter(purpose=TEAM_COMMITMENT, withdrawn_at=None).exists()
    assert list(captains_outside()) == []


def test_offering_twice_to_the_same_member_tells_them_once(entry, member):
    offer(entry, member)
    told = Notice.objects.filter(recipient=member.user).count()
    offer(entry, member)
    assert Notice.objects.filter(recipient=member.user).count() == told


def test_nobody_becomes_captain_without_the_commitment(entry, member):
    offer(entry, member)
    assert code_of(accept, entry, member, consented=False) == "no_consent"
    assert fresh(entry).team.captain == entry.team.captain


def test_only_the_member_asked_may_accept(entry, member):
    other = make_member(entry)
    offer(entry, member)
    assert code_of(accept, entry, other) == "not_offered"
    assert code_of(offer_captaincy, actor=member.user, entry=entry, member=other, now=NOW) == "captain_only"


def test_the_captain_does_not_offer_to_themselves_nor_to_a_stranger(entry, member):
    own = entry.team.memberships.get(user=entry.team.captain)
    assert code_of(offer, entry, own) == "not_a_member"
    assert code_of(offer, entry, make_member(make_entry())) == "not_a_member"


@pytest.mark.parametrize("by", ["captain", "member"])
def test_an_offer_is_taken_back_or_declined(entry, member, by):
    offer(entry, member)
    drop_offer(actor=entry.team.captain if by == "captain" else member.user, entry=fresh(entry), now=NOW)
    assert fresh(entry).team.successor is None
    assert code_of(accept, entry, member) == "not_offered"


def test_who_leaves_or_is_removed_loses_the_offer(entry, member):
    offer(entry, member)
    leave_team(actor=member.user, entry=fresh(entry), now=NOW)
    assert fresh(entry).team.successor is None
    another = make_member(entry)
    offer(entry, another)
    remove_member(actor=entry.team.captain, member=another, now=NOW)
    assert fresh(entry).team.successor is None
    assert code_of(accept, entry, another) == "not_allowed"


def test_the_captain_before_may_leave_afterwards(entry, member):
    captain = entry.team.captain
    offer(entry, member)
    accept(entry, member)
    leave_team(actor=captain, entry=fresh(entry), now=NOW)
    assert fresh(entry).team.memberships.count() == 1


def test_a_submission_that_was_checked_before_is_stale_after_the_hand_over(entry, member):
    revision = fresh(entry).revision
    offer(entry, member)
    accept(entry, member)
    assert fresh(entry).revision == revision + 1


def test_the_captaincy_passes_on_after_members_are_frozen_until_submission_closes(entry, member, clock):
    contest = entry.contest
    submission = contest.stages.get(kind=Stage.Kind.SUBMISSION)
    make_stage(contest, Stage.Kind.REGISTRATION, opens_at=submission.opens_at, closes_at=NOW)
    offer(entry, member)
    accept(entry, member)
    late = {"now": submission.closes_at}
    back = fresh(entry).team.memberships.get(user=entry.team.captain)
    assert code_of(offer_captaincy, actor=member.user, entry=fresh(entry), member=back, **late) == "closed"


def test_nothing_passes_on_once_judging_has_begun():
    entry = make_submitted_entry()
    member = make_member(entry)
    freeze_entries(actor=None, entries=[entry], now=NOW)
    assert code_of(offer, entry, member) == "frozen"


def test_captain_and_member_walk_through_the_pages(client, entry, member):
    client.force_login(entry.team.captain)
    assert url_of("hand_over", entry) in client.get(url_of("entry_members", entry)).content.decode()
    assert "请选择接任队长的成员" in page(client.post(url_of("hand_over", entry), {}))
    answer = client.post(url_of("hand_over", entry), {"member": member.public_id}, follow=True)
    assert "待接任队长" in page(answer)
    client.force_login(member.user)
    assert url_of("take_over", entry) in client.get(url_of("entry_members", entry)).content.decode()
    assert "未作承诺不能担任队长" in page(client.post(url_of("take_over", entry), {}))
    answer = client.post(url_of("take_over", entry), {"consent": "on"}, follow=True)
    assert answer.redirect_chain == [(url_of("entry", entry), 302)]
    assert fresh(entry).team.captain == member.user


def test_an_offer_is_ended_from_either_page(client, entry, member):
    offer(entry, member)
    client.force_login(member.user)
    assert "您已谢绝" in page(client.post(reverse("end_offer", args=[entry.public_id]), follow=True))
    offer(entry, member)
    client.force_login(entry.team.captain)
    assert "尚未答复" in page(client.get(url_of("hand_over", entry)))
    assert "移交已撤回" in page(client.post(reverse("end_offer", args=[entry.public_id]), follow=True))


def test_a_captain_alone_is_led_to_inviting(client, entry):
    client.force_login(entry.team.captain)
    assert "请先邀请接任者加入队伍" in page(client.get(url_of("hand_over", entry)))
