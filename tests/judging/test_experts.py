"""Inviting experts and their answers, as actions and as the page behind the link in the mail."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from competition.models import Contest
from competition.words import track_label
from judging.actions import accept_invitation, decline_invitation, invite_experts, resend_invitation
from judging.invitations import find_invited, invitation_path, invitation_token
from judging.models import Expert
from portal.journal.models import Event
from portal.notices.models import Notice
from portal.refusals import NotAllowed, Refusal
from tests.competition.factories import make_role
from tests.judging.factories import NOW, make_expert, make_panel
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return make_panel(experts=0, entries=0, publish=False, seats=3)


@pytest.fixture
def listed(panel):
    return make_expert(panel.contest, panel.track, status=Expert.Status.LISTED)


@pytest.fixture
def invited(panel, listed):
    (expert,) = invite_experts(actor=panel.organiser, contest=panel.contest, now=NOW)
    return expert


class TestInviting:
    def test_all_who_were_never_invited_get_one_mail_each(self, panel):
        for status in Expert.Status.values:
            make_expert(panel.contest, panel.track, status=status)
        make_expert(panel.contest, panel.track, status=Expert.Status.LISTED)
        invited = invite_experts(actor=panel.organiser, contest=panel.contest, now=NOW)
        assert len(invited) == 2
        assert {(expert.status, expert.invited_at) for expert in invited} == {(Expert.Status.INVITED, NOW)}
        assert Notice.objects.filter(kind="judging.judge_invited").count() == 2
        assert Event.objects.filter(kind="judging.expert_invited").count() == 2

    def test_pressing_twice_sends_once(self, panel, invited):
        again = invite_experts(actor=panel.organiser, contest=panel.contest, experts=[invited.public_id], now=NOW)
        assert again == []
        assert Notice.objects.filter(kind="judging.judge_invited").count() == 1

    def test_somebody_with_an_account_finds_it_in_the_inbox_too(self, panel):
        user = make_user()
        make_expert(panel.contest, status=Expert.Status.LISTED, user=None, email=user.email.upper())
        invite_experts(actor=panel.organiser, contest=panel.contest, now=NOW)
        sent = Notice.objects.filter(kind="judging.judge_invited", recipient=user)
        assert sorted(sent.values_list("channel", flat=True)) == ["inbox", "mail"]

    def test_who_declined_may_be_invited_again(self, panel):
        expert = make_expert(panel.contest, status=Expert.Status.DECLINED, decline_reason="没有时间", answered_at=NOW)
        (again,) = invite_experts(actor=panel.organiser, contest=panel.contest, experts=[expert.public_id], now=NOW)
        assert (again.status, again.decline_reason, again.answered_at) == (Expert.Status.INVITED, "", None)

    def test_again_after_a_while_and_not_sooner(self, panel, invited):
        with pytest.raises(Refusal) as caught:
            resend_invitation(actor=panel.organiser, expert=invited, now=NOW + timedelta(minutes=4))
        assert caught.value.code == "too_soon"
        resend_invitation(actor=panel.organiser, expert=invited, now=NOW + timedelta(minutes=5))
        assert Notice.objects.filter(kind="judging.judge_invited").count() == 2

    @pytest.mark.parametrize("status", [Expert.Status.LISTED, Expert.Status.ACCEPTED, Expert.Status.DECLINED])
    def test_again_is_for_open_invitations_alone(self, panel, status):
        expert = make_expert(panel.contest, status=status)
        with pytest.raises(Refusal) as caught:
            resend_invitation(actor=panel.organiser, expert=expert, now=NOW)
        assert caught.value.code == "not_invited"
        assert not Notice.objects.exists()

    def test_is_for_organisers_of_this_contest(self, panel, listed):
        screener = make_user()
        make_role(screener, panel.contest, "screener")
        for actor in (screener, make_panel(experts=0, entries=0, publish=False, seats=3).organiser):
            with pytest.raises(NotAllowed):
                invite_experts(actor=actor, contest=panel.contest, now=NOW)
            with pytest.raises(NotAllowed):
                resend_invitation(actor=actor, expert=listed, now=NOW)

    def test_experts_of_another_contest_are_passed_over(self, panel):
        foreign = make_expert(
            make_panel(experts=0, entries=0, publish=False, seats=3).contest, status=Expert.Status.LISTED
        )
        assert invite_experts(actor=panel.organiser, contest=panel.contest, experts=[foreign.public_id], now=NOW) == []


class TestAnswering:
    def test_accepting_ties_the_expert_to_the_account(self, invited):
        user = make_user(invited.email)
        accepted = accept_invitation(actor=user, expert=invited, pledged=True, now=NOW)
        assert (accepted.user, accepted.status, accepted.answered_at) == (user, Expert.Status.ACCEPTED, NOW)
        assert Event.objects.get(kind="judging.expert_accepted").body.payload["pledge"]

    def test_the_pledge_is_the_condition(self, invited):
        with pytest.raises(Refusal) as caught:
            accept_invitation(actor=make_user(invited.email), expert=invited, pledged=False, now=NOW)
        assert caught.value.field == "pledge"

    def test_declining_wants_a_reason(self, invited):
        user = make_user(invited.email)
        with pytest.raises(Refusal) as caught:
            decline_invitation(actor=user, expert=invited, reason=" ", now=NOW)
        assert caught.value.field == "reason"
        declined = decline_invitation(actor=user, expert=invited, reason="出差", now=NOW)
        assert (declined.status, declined.decline_reason, declined.user) == (Expert.Status.DECLINED, "出差", None)

    def test_another_address_answers_nothing(self, invited):
        for act in (
            lambda user: accept_invitation(actor=user, expert=invited, pledged=True, now=NOW),
            lambda user: decline_invitation(actor=user, expert=invited, reason="出差", now=NOW),
        ):
            with pytest.raises(Refusal) as caught:
                act(make_user())
            assert caught.value.code == "other_address"

    @pytest.mark.parametrize("status", ["accepted", "declined", "listed"])
    def test_only_an_open_invitation_is_answered(self, panel, status):
        user = make_user()
        expert = make_expert(panel.contest, status=status, user=user)
        with pytest.raises(Refusal):
            accept_invitation(actor=user, expert=expert, pledged=True, now=NOW)

    def test_one_account_is_one_expert_of_a_contest(self, panel, invited):
        user = make_user(invited.email)
        make_expert(panel.contest, user=user, email="former@example.cn")
        with pytest.raises(Refusal) as caught:
            accept_invitation(actor=user, expert=invited, pledged=True, now=NOW)
        assert caught.value.code == "account_taken"
        assert invited.refreshed().status == Expert.Status.INVITED


class TestLink:
    def test_a_forged_or_old_one_leads_nowhere(self, client, invited):
        token = invitation_token(invited)
        assert find_invited(token) == invited
        for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), invited.public_id, "~", "x~y", token.upper()):
            assert find_invited(wrong) is None
            assert client.get(reverse("expert_invitation", args=[wrong])).status_code == 404
        Expert.objects.filter(pk=invited.pk).update(email="corrected@example.cn")
        assert find_invited(token) is None

    def test_opening_it_changes_nothing_for_anybody(self, client, invited):
        path = invitation_path(invited)
        for visitor in (None, make_user(), make_user(invited.email)):
            if visitor:
                client.force_login(visitor)
            assert client.get(path).status_code == 200
            assert client.head(path).status_code == 200
        assert invited.refreshed().status == Expert.Status.INVITED
        assert not Event.objects.filter(kind__in=["judging.expert_accepted", "judging.expert_declined"]).exists()

    def test_it_says_when_what_and_whom_to_ask(self, client, panel, invited):
        Contest.objects.filter(pk=panel.contest.pk).update(contact_phone="027-12345678")
        client.force_login(make_user(invited.email))
        page = client.get(invitation_path(invited)).content.decode()
        track = f"{track_label(panel.track.number)} {panel.track.name}"
        for known in ("027-12345678", track, "0 件", str(panel.stage.closes_at.year)):
            assert known in page

    def test_its_secret_address_stays_off_paper(self, client, invited):
        client.force_login(make_user(invited.email))
        foot = client.get(invitation_path(invited)).content.decode().split("cs-print-foot")[1].split("</div>")[0]
        assert invited.contest.name in foot
        assert invitation_token(invited) not in foot

    def test_a_visitor_gets_a_button_to_sign_in_and_no_full_address(self, client, invited):
        page = client.get(invitation_path(invited)).content.decode()
        assert f'href="/accounts/login/?{urlencode({"next": invitation_path(invited)})}"' in page
        assert invited.email not in page

    def test_a_visitor_who_posts_is_sent_to_sign_in(self, client, invited):
        response = client.post(invitation_path(invited), {"accept": "1", "accept-pledge": "on"})
        assert response.status_code == 302
        assert response.url.startswith("/accounts/login/")
        assert invited.refreshed().status == Expert.Status.INVITED

    def test_another_person_gets_a_sentence(self, client, invited):
        other = make_user()
        client.force_login(other)
        page = client.get(invitation_path(invited)).content.decode()
        assert other.email in page
        assert invited.email not in page
        assert 'name="accept"' not in page

    @time_machine.travel(NOW, tick=False)
    def test_the_person_invited_accepts(self, client, invited):
        client.force_login(make_user(invited.email))
        response = client.post(invitation_path(invited), {"accept": "1", "accept-pledge": "on"})
        assert response.url == reverse("availability", args=[invited.public_id])
        assert invited.refreshed().status == Expert.Status.ACCEPTED

    @time_machine.travel(NOW, tick=False)
    def test_without_the_pledge_the_page_says_what_to_do(self, client, invited):
        client.force_login(make_user(invited.email))
        response = client.post(invitation_path(invited), {"accept": "1"})
        assert response.status_code == 200
        assert response.context["accept"].errors["pledge"]
        assert invited.refreshed().status == Expert.Status.INVITED

    @time_machine.travel(NOW, tick=False)
    def test_declining_keeps_the_reason(self, client, invited):
        client.force_login(make_user(invited.email))
        assert client.post(invitation_path(invited), {"decline": "1", "decline-reason": ""}).status_code == 200
        client.post(invitation_path(invited), {"decline": "1", "decline-reason": "与参赛单位有合作"})
        assert invited.refreshed().decline_reason == "与参赛单位有合作"


class TestPage:
    @pytest.fixture
    def organiser(self, client, panel):
        client.force_login(panel.organiser)
        return client

    @time_machine.travel(NOW, tick=False)
    def test_invites_one_or_all_and_sends_again(self, organiser, panel, listed):
        other = make_expert(panel.contest, status=Expert.Status.LISTED)
        url = reverse("experts", args=[panel.contest.slug])
        organiser.post(url, {"invite": listed.public_id})
        assert listed.refreshed().status == Expert.Status.INVITED
        organiser.post(url, {"invite_all": "1"})
        assert other.refreshed().status == Expert.Status.INVITED
        Expert.objects.update(invited_at=NOW - timedelta(days=1))
        organiser.post(url, {"resend": other.public_id})
        assert Notice.objects.filter(kind="judging.judge_invited").count() == 3

    @time_machine.travel(NOW, tick=False)
    def test_a_refusal_is_shown_on_the_page(self, organiser, panel, invited):
        url = reverse("experts", args=[panel.contest.slug])
        page = organiser.post(url, {"resend": invited.public_id}, follow=True)
        assert [message.level_tag for message in page.context["messages"]] == ["error"]

    def test_is_filtered_by_words_and_state(self, organiser, panel, listed):
        make_expert(panel.contest, panel.track, name="顾评")
        url = reverse("experts", args=[panel.contest.slug])
        for query, found in (
            ("?q=顾评", 1),
            ("?status=listed", 1),
            ("?status=listed&q=顾评", 0),
            ("?status=nonsense", 2),
        ):
            assert len(organiser.get(url + query).context["page"].rows) == found

    def test_counts_what_the_words_found_and_no_states_where_they_found_nobody(self, organiser, panel, listed):
        make_expert(panel.contest, panel.track, name="顾评")
        url = reverse("experts", args=[panel.contest.slug])
        found = organiser.get(url, {"q": "顾评"}).context
        assert (found["chips"][0].count, found["total"]) == (1, 2)
        nobody = organiser.get(url, {"q": "查无此人"})
        assert "status=listed" not in nobody.content.decode()

    def test_does_not_show_the_pool_of_another_contest(self, organiser, panel):
        foreign = make_expert(make_panel(experts=0, entries=0, publish=False, seats=3).contest)
        assert foreign.email not in organiser.get(reverse("experts", args=[panel.contest.slug])).content.decode()
