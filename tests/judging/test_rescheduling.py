"""Moving a roadshow: who hears of it, and when it is too late."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from judging.actions import Schedule, call_team, move_roadshow
from judging.actions.roadshows import SCHEDULED
from judging.events import ROADSHOW_MOVED
from judging.models import Roadshow
from judging.notices import ROADSHOW_MOVED_NOTICE
from portal.journal.models import Event
from portal.notices import rendering
from portal.notices.models import Notice
from portal.refusals import NotAllowed, Refusal, Stale
from tests.judging.factories import NOW
from tests.judging.roadshows import Show, make_show

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=3)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"), time_machine.travel(NOW, tick=False):
        yield


def schedule_of(roadshow: Roadshow) -> Schedule:
    return Schedule(**{name: getattr(roadshow, name) for name in SCHEDULED})


def move(show: Show, *, actor=None, seen: int | None = None, **changed) -> Roadshow:
    roadshow = show.again()
    return move_roadshow(
        actor=actor or show.host,
        roadshow=roadshow,
        schedule=replace(schedule_of(roadshow), **changed),
        seen=roadshow.revision if seen is None else seen,
        now=NOW,
    )


def told() -> dict[int, Notice]:
    return {row.recipient_id: row for row in Notice.objects.filter(kind=ROADSHOW_MOVED_NOTICE.key, channel="inbox")}


def test_teams_hear_their_new_hour_and_the_panel_the_new_place_once():
    show = make_show(experts=2, entries=2)
    move(show, starts_at=LATER, place="二楼报告厅")
    assert (show.again().starts_at, show.roadshow.place) == (LATER, "二楼报告厅")
    assert set(told()) == {expert.user_id for expert in show.experts} | {e.team.captain_id for e in show.entries}
    second = show.slots()[1]
    words = rendering.words(told()[second.entry.team.captain_id], language="en").text
    assert "二楼报告厅" in words
    assert "expected on stage" in words
    assert "expected on stage" not in rendering.words(told()[show.experts[0].user_id], language="en").text


def test_before_the_draw_only_the_panel_hears():
    show = make_show(experts=1, entries=2, drawn=False)
    move(show, presentation_seconds=600)
    assert set(told()) == {show.experts[0].user_id}


def test_a_new_name_or_another_way_of_showing_scores_is_the_hosts_own_matter():
    show = make_show(experts=1, entries=1)
    move(show, name="第二会场", reveal="end")
    assert not told()
    assert Event.objects.get(kind=ROADSHOW_MOVED.key).body.payload["after"] == {"name": "第二会场", "reveal": "end"}


def test_the_same_schedule_changes_nothing():
    show = make_show(experts=1, entries=1)
    before = show.again().revision
    move(show)
    assert show.again().revision == before
    assert not Event.objects.filter(kind=ROADSHOW_MOVED.key).exists()


def test_moved_twice_everybody_hears_twice():
    show = make_show(experts=1, entries=1)
    move(show, starts_at=LATER)
    move(show, starts_at=NOW)
    assert Notice.objects.filter(kind=ROADSHOW_MOVED_NOTICE.key, channel="inbox").count() == 4


def test_once_a_team_was_called_it_is_too_late():
    show = make_show(experts=1, entries=1)
    show.press(call_team, slot=None)
    with pytest.raises(Refusal, match="has begun"):
        move(show, starts_at=LATER)


def test_who_saw_an_older_state_looks_again():
    show = make_show(experts=1, entries=1)
    with pytest.raises(Stale):
        move(show, seen=show.again().revision - 1, starts_at=LATER)


def test_is_the_organisers():
    show = make_show(experts=1, entries=1)
    with pytest.raises(NotAllowed):
        move(show, actor=show.experts[0].user, starts_at=LATER)


class TestThePage:
    def posted(self, show: Show, **changed) -> dict[str, str]:
        given = {
            "change": "1", "seen": str(show.again().revision), "name": "第一会场", "place": "一楼", "starts_at_0": "2024-08-20",
            "starts_at_1": "14:30", "presentation": "8", "questions": "7", "scoring": "2", "reveal": "each",
        }  # fmt: skip
        return given | changed

    def page(self, show: Show, **posted):
        client = Client()
        client.force_login(show.host)
        address = reverse("roadshow_console", args=[show.contest.slug, show.roadshow.public_id])
        return client.post(address, posted, follow=True) if posted else client.get(address)

    def test_shows_what_stands_and_keeps_what_is_entered(self):
        show = make_show(experts=1, entries=1)
        assert 'name="presentation" value="8"' in self.page(show).content.decode()
        shown = self.page(show, **self.posted(show)).content.decode()
        assert "The roadshow is changed" in shown
        assert show.again().place == "一楼"

    def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_changed(self):
        show = make_show(experts=1, entries=1)
        shown = self.page(show, **self.posted(show, presentation="0", place="三楼")).content.decode()
        assert "Enter minutes from 0.5 to 120" in shown
        assert 'value="三楼"' in shown
        assert show.again().place != "三楼"

    def test_is_no_longer_offered_when_a_team_is_on_stage(self):
        show = make_show(experts=1, entries=1)
        show.press(call_team, slot=None)
        assert 'name="change"' not in self.page(show).content.decode()
        assert "has begun" in self.page(show, **self.posted(show)).content.decode()
