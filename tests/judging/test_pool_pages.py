"""Pages around the expert pool: conflicts of interest, the pledge, availability, the letter; and what they cost."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from judging.actions import Availability, accept_invitation, change_availability, invite_experts, look_for_conflicts
from judging.actions.searching import search_conflicts
from judging.models import Assignment, ConflictSearch, Expert, Pledge, Recusal
from judging.reading.experts import limits_in_words
from judging.tasks import look_every_night
from portal.refusals import NotAllowed, Refusal
from tests.budgets import check_list, check_page
from tests.judging.factories import NOW, make_entry, make_expert, make_panel
from tests.portal.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_middle_of_the_review():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def panel():
    return make_panel(experts=2, entries=2)


def namesakes(panel, count):
    for number in range(count):
        make_expert(panel.contest, panel.track, name=f"欧阳{number}海{panel.contest.experts.count()}")
        name = Expert.objects.order_by("-pk").first().name
        make_entry(panel.track, captain=make_user(name=name))
    look_for_conflicts(actor=panel.organiser, contest=panel.contest, now=NOW)


class TestConflicts:
    def test_the_list_keeps_its_budget(self, client, panel):
        client.force_login(panel.organiser)
        namesakes(panel, 1)
        check_list(client, reverse("conflicts", args=[panel.contest.slug]), "conflicts", lambda: namesakes(panel, 55))

    def test_one_keeps_its_budget(self, client, panel):
        client.force_login(panel.organiser)
        namesakes(panel, 1)
        row = Recusal.objects.get()
        check_page(client, reverse("conflict", args=[panel.contest.slug, row.public_id]), "conflict")

    def test_looking_dismissing_and_pinning_through_the_pages(self, client, panel):
        client.force_login(panel.organiser)
        make_expert(panel.contest, panel.track, name="欧阳海")
        make_entry(panel.track, captain=make_user(name="欧阳海"))
        address = reverse("conflicts", args=[panel.contest.slug])
        client.post(address, {"look": "1"})
        search_conflicts(pk=ConflictSearch.objects.get().pk, clock_now=lambda: NOW)
        row = Recusal.objects.get()
        one = reverse("conflict", args=[panel.contest.slug, row.public_id])
        page = client.get(one)
        assert "欧阳海" in page.content.decode()
        assert client.post(one, {"dismiss": "1", "reason": "", "seen": ""}).status_code == 200
        client.post(one, {"dismiss": "1", "reason": "同名", "seen": page.context["form"].initial["seen"]})
        assert row.refreshed().state == Recusal.State.DISMISSED
        client.post(one, {"pin": "1", "reason": "确为本人"})
        assert row.refreshed().state == Recusal.State.PINNED

    def test_a_pair_is_pinned_by_code_and_number(self, client, panel):
        client.force_login(panel.organiser)
        address, seat = reverse("conflicts", args=[panel.contest.slug]), Assignment.objects.first()
        wrong = client.post(address, {"pin": "1", "expert": "nobody", "entry": "none", "reason": "亲属"})
        assert set(wrong.context["form"].errors) == {"expert", "entry"}
        client.post(
            address, {"pin": "1", "expert": seat.expert.code.lower(), "entry": seat.entry.number, "reason": "亲属"}
        )
        assert seat.refreshed().status == Assignment.Status.QUARANTINED
        page = client.get(f"{address}?seat=quarantined").content.decode()
        assert seat.entry.number in page

    def test_filters_narrow_the_list(self, client, panel):
        client.force_login(panel.organiser)
        namesakes(panel, 2)
        address = reverse("conflicts", args=[panel.contest.slug])
        first = Recusal.objects.first()
        assert len(client.get(f"{address}?q={first.expert.code}").context["rows"]) == 1
        found = client.get(f"{address}?q=nobody").context
        assert [chip.count for chip in found["state_chips"]] == [0] * (1 + len(Recusal.State.choices))
        assert found["open"] == client.get(address).context["open"] > 0
        assert client.get(f"{address}?kind=phone").context["rows"] == []
        assert len(client.get(f"{address}?state=detected&kind=name").context["rows"]) == 2
        assert len(client.get(f"{address}?kind=nonsense").context["rows"]) == 2

    def test_the_portal_looks_every_night(self, panel):
        panel.entries[0].team.partners.add(panel.experts[0].organisation)
        look_every_night()
        search_conflicts(pk=ConflictSearch.objects.get().pk)
        assert Recusal.objects.get().kind == Recusal.Kind.ORGANISATION


class TestThePledgePage:
    @pytest.fixture
    def judge(self, panel):
        Assignment.objects.update(pledged_at=None)
        return panel.experts[0]

    def test_stands_before_queue_and_desk(self, client, panel, judge):
        client.force_login(judge.user)
        pledge = reverse("pledge", args=[panel.stage.public_id])
        seat = panel.assignment(judge, panel.entries[0])
        for name, key in (("judge_queue", panel.stage.public_id), ("desk", seat.public_id)):
            assert client.get(reverse(name, args=[key])).url == pledge
        page = client.get(pledge)
        assert panel.entries[0].team.lead_organisation.name in page.content.decode()
        assert panel.entries[0].number not in page.content.decode()
        client.post(pledge, {"shown": page.context["form"].initial["shown"], "pledge": "on"})
        assert client.get(reverse("desk", args=[seat.public_id])).status_code == 200
        assert client.get(pledge).url == reverse("judge_queue", args=[panel.stage.public_id])

    def test_ticks_and_words_stay_when_something_is_missing(self, client, panel, judge):
        client.force_login(judge.user)
        lead = panel.entries[0].team.lead_organisation
        page = client.post(
            reverse("pledge", args=[panel.stage.public_id]),
            {"organisation": [lead.public_id], "note": "学生在队", "shown": "old", "pledge": "on"},
        )
        assert not Pledge.objects.exists()
        content = page.content.decode()
        assert f'value="{lead.public_id}" checked' in content
        assert "学生在队" in content

    def test_keeps_its_budget(self, client, panel, judge):
        client.force_login(judge.user)

        def longer():
            for _ in range(55):
                make_entry(panel.track)

        check_list(client, reverse("pledge", args=[panel.stage.public_id]), "pledge", longer)


class TestAvailability:
    @pytest.fixture
    def panel(self):
        return make_panel(experts=0, entries=0, publish=False, seats=1)

    def test_is_told_when_accepting(self, panel):
        listed = make_expert(panel.contest, panel.track, status=Expert.Status.LISTED, user=None)
        invite_experts(actor=panel.organiser, contest=panel.contest, now=NOW)
        user = make_user(email=listed.email)
        given = Availability(date(2024, 7, 29), date(2024, 8, 3), 12)
        accepted = accept_invitation(actor=user, expert=listed, pledged=True, availability=given, now=NOW)
        assert (accepted.refreshed().max_load, accepted.available_until_on) == (12, date(2024, 8, 3))

    def test_can_be_changed_until_entries_are_assigned(self, panel):
        expert = make_expert(panel.contest, panel.track)
        change_availability(actor=expert.user, expert=expert, availability=Availability(max_load=5), now=NOW)
        make_entry(panel.track)
        panel.publish()
        with pytest.raises(Refusal) as refusal:
            change_availability(actor=expert.user, expert=expert, availability=Availability(max_load=4), now=NOW)
        assert refusal.value.code == "assigned"
        assert expert.refreshed().max_load == 5

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            (Availability(date(2024, 8, 3), date(2024, 8, 1)), "available_until_on"),
            (Availability(max_load=0), "max_load"),
            (Availability(max_load=2), "max_load"),
        ],
    )
    def test_what_cannot_be_is_refused_beside_its_field(self, panel, given, field):
        expert = make_expert(panel.contest, panel.track, min_load=3)
        with pytest.raises(Refusal) as refusal:
            change_availability(actor=expert.user, expert=expert, availability=given, now=NOW)
        assert refusal.value.field == field

    def test_is_the_experts_own(self, panel):
        expert = make_expert(panel.contest, panel.track)
        with pytest.raises(NotAllowed):
            change_availability(actor=panel.organiser, expert=expert, availability=Availability(), now=NOW)

    @pytest.mark.parametrize(
        ("given", "low", "high"),
        [({}, 0, 20), ({"max_load": 8}, 0, 8), ({"max_load": 30, "min_load": 25}, 20, 20), ({"min_load": 4}, 4, 20)],
    )
    def test_the_limits_of_a_stage_and_of_the_expert_both_hold(self, panel, given, low, high):
        panel.stage.max_load = 20
        assert make_expert(panel.contest, panel.track, **given).limits_in(panel.stage) == (low, high)

    @pytest.mark.parametrize(
        ("first", "last", "free"),
        [
            (None, None, True),
            (date(2024, 8, 8), None, True),
            (date(2024, 8, 9), None, False),
            (None, date(2024, 7, 28), True),
            (None, date(2024, 7, 27), False),
        ],
    )
    def test_an_expert_is_available_who_has_time_on_one_day_of_the_stage(self, panel, first, last, free):
        panel.stage.opens_at, panel.stage.closes_at = "2024-07-27T16:00:00+00:00", "2024-08-08T16:00:00+00:00"
        panel.stage.save()
        stage = panel.stage.refreshed()
        expert = make_expert(panel.contest, panel.track, available_from_on=first, available_until_on=last)
        assert expert.is_available_in(stage) is free
        assert Expert.objects.available_in(stage).filter(pk=expert.pk).exists() is free

    def test_the_page_saves_and_says_what_is_wrong(self, client, panel):
        expert = make_expert(panel.contest, panel.track)
        client.force_login(expert.user)
        address = reverse("availability", args=[expert.public_id])
        assert client.post(address, {"max_load": "-1"}).status_code == 200
        client.post(address, {"max_load": "7", "available_from_on": "2024-08-01"})
        assert (expert.refreshed().max_load, expert.refreshed().available_from_on) == (7, date(2024, 8, 1))

    def test_a_day_of_another_century_is_none_of_the_calendar(self, client, panel):
        expert = make_expert(panel.contest, panel.track)
        client.force_login(expert.user)
        page = client.post(reverse("availability", args=[expert.public_id]), {"available_until_on": "0202-08-01"})
        assert "available_until_on" in page.context["form"].errors
        assert expert.refreshed().available_until_on is None

    @pytest.mark.parametrize(
        ("limits", "words"),
        [
            ({}, ""),
            ({"available_from_on": date(2024, 8, 1)}, "8月1日 –"),
            ({"available_until_on": date(2024, 8, 9)}, "– 8月9日"),
            ({"min_load": 5, "max_load": 20}, "至少 5 件 · 至多 20 件"),
        ],
    )
    def test_limits_are_told_in_words_where_there_are_any(self, panel, limits, words):
        assert limits_in_words(make_expert(panel.contest, panel.track, **limits)) == words

    def test_the_letter_is_a_pdf_for_the_judge_and_the_organisers(self, client, panel):
        expert = make_expert(panel.contest, panel.track, answered_at=NOW, organisation=make_organisation())
        address = reverse("appointment_letter", args=[expert.public_id])
        for user in (expert.user, panel.organiser):
            client.force_login(user)
            assert client.get(address).content.startswith(b"%PDF")
        client.force_login(make_user())
        assert client.get(address).status_code == 404
        Expert.objects.filter(pk=expert.pk).update(status=Expert.Status.INVITED)
        client.force_login(panel.organiser)
        assert client.get(address).status_code == 409
