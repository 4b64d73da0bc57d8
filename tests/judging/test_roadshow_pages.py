"""The pages of a roadshow: console, tablet, wall, paper; who sees what before a score is shown."""

import asyncio
import re
import threading
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.db import InterfaceError, OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from competition.models import Contest
from judging import streams
from judging.actions import close_slot, reveal_score
from judging.models import PaperKeying, Roadshow, ScoreSheet
from judging.reading import live
from judging.reading.live import read_live, versions
from tests.budgets import check_page
from tests.competition.factories import make_role
from tests.judging.factories import NOW
from tests.judging.roadshows import make_show
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_the_hall():
    with translation.override("en"), time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def show():
    show = make_show(experts=5, entries=2)
    Contest.objects.filter(pk=show.contest.pk).update(is_published=True)
    return show


def at(name, *arguments):
    return "/en" + reverse(name, args=arguments).removeprefix("/en")


def console(show):
    return at("roadshow_console", show.contest.slug, show.roadshow.public_id)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def press(client, show, **pressed):
    return client.post(console(show), {"seen": str(show.again().revision)} | pressed, follow=True)


MARKS = {"revision": "0", "mark_C1": "91.2", "mark_C2": "91.2", "comment": "答辩清楚"}


class TestAWholeTurnThroughThePages:
    def test_the_host_calls_the_judges_submit_the_wall_shows_who_and_then_what(self, show):
        host, wall = signed_in(show.host), at("wall", show.roadshow.public_id)
        tablets = [signed_in(expert.user) for expert in show.experts]
        tablet = at("live_desk", show.roadshow.public_id)
        assert "No team is on stage" in tablets[0].get(tablet).content.decode()
        assert "Start the clock" in press(host, show, press="call").content.decode()
        team = show.slots()[0].entry
        for place, client in enumerate(tablets):
            page = client.get(tablet).content.decode()
            assert team.title in page
            seat = re.search(r'name="assignment" value="(\w+)"', page)[1]
            mark = str(80 + place)
            done = client.post(tablet, MARKS | {"assignment": seat, "mark_C1": mark, "mark_C2": mark}, follow=True)
            assert "Your score sheet is sealed" in done.content.decode()
            shown = Client().get(wall).content.decode()
            assert f"{place + 1}<i> / 5</i>" in shown
            assert f"{mark}.00" not in shown
        on_console = host.get(console(show)).content.decode()
        assert "84.00" in on_console
        assert "highest, dropped" in on_console
        press(host, show, press="close")
        assert "82.00" not in Client().get(wall).content.decode()
        press(host, show, press="reveal")
        shown = Client().get(wall).content.decode()
        assert "82.00" in shown
        assert "highest, dropped" in shown

    def test_a_judge_sees_nothing_of_the_others(self, show):
        entry = show.call().entry
        show.submit(show.experts[0], entry, "88.25")
        page = signed_in(show.experts[1].user).get(at("live_desk", show.roadshow.public_id)).content.decode()
        assert "88.25" not in page
        assert "1 of 5 submitted" in page

    def test_a_stale_press_is_refused_with_a_sentence_and_does_nothing(self, show):
        host = signed_in(show.host)
        response = host.post(console(show), {"seen": "999", "press": "call"})
        assert response.status_code == 409
        assert "has moved on" in response.content.decode()
        assert host.post(console(show), {"seen": "x", "press": "nonsense"}).status_code == 409
        assert show.again().status == Roadshow.Status.DRAWN

    def test_what_a_judge_typed_stays_when_it_is_refused(self, show):
        entry = show.call().entry
        seat = show.seat(show.experts[0], entry).public_id
        client = signed_in(show.experts[0].user)
        page = client.post(
            at("live_desk", show.roadshow.public_id), MARKS | {"assignment": seat, "mark_C2": "101"}
        ).content.decode()
        assert 'value="91.2"' in page
        assert 'value="101"' in page
        show.press(close_slot, without_missing=True)
        page = client.post(at("live_desk", show.roadshow.public_id), MARKS | {"assignment": seat}).content.decode()
        assert "The scoring of this team is closed" in page
        assert 'value="91.2"' in page
        assert not ScoreSheet.objects.exists()

    def test_every_mark_that_is_missing_is_named_and_leads_to_its_box(self, show):
        seat = show.seat(show.experts[0], show.call().entry).public_id
        client = signed_in(show.experts[0].user)
        page = client.post(
            at("live_desk", show.roadshow.public_id), {"revision": "0", "assignment": seat, "comment": ""}
        ).content.decode()
        for criterion in ("C1", "C2"):
            assert f'<a href="#id_mark_{criterion}">' in page
            assert f'id="error-{criterion}"' in page
        assert not ScoreSheet.objects.exists()

    def test_the_console_says_why_the_clock_stands_and_gives_no_rank_before_the_scoring_is_closed(self, show):
        host = signed_in(show.host)
        assert "not started" in press(host, show, press="call").content.decode()
        assert "not started" not in press(host, show, press="start").content.decode()
        entry = show.slots()[0].entry
        show.submit(show.experts[0], entry, "88")
        with time_machine.travel(NOW + timedelta(seconds=30), tick=False):
            page = press(host, show, press="pause").content.decode()
        assert "paused" in page
        assert "Resume the clock" in page
        assert "provisional score" in page
        before = read_live(show.again(), NOW, sees_totals=True).order[0]
        assert (before.score, before.rank, before.is_provisional) == ("88.00", None, True)
        show.press(close_slot, without_missing=True)
        after = read_live(show.again(), NOW, sees_totals=True).order[0]
        assert (after.score, after.rank, after.is_provisional) == ("88.00", 1, False)


class TestPlanningThroughThePages:
    def test_from_the_form_to_the_drawn_order(self):
        show = make_show(experts=2, entries=2, drawn=False)
        host = signed_in(show.host)
        listed = at("roadshows", show.contest.slug, show.stage.public_id)
        assert show.roadshow.name in host.get(listed).content.decode()
        given = {
            "name": "第二会场",
            "starts_at_0": "2024-08-20",
            "starts_at_1": "09:00",
            "presentation": "8",
            "questions": "7.5",
            "scoring": "2",
            "reveal": "end",
            "judges": show.experts[0].code,
            "entries": show.entries[0].number,
        }
        refused = host.post(listed, given)
        assert "already has its turn" in refused.content.decode()
        assert "Enter minutes" in host.post(listed, given | {"questions": "0"}).content.decode()
        assert "announced" in host.post(console(show), {"announce": "1", "source": "3D"}, follow=True).content.decode()
        page = host.post(console(show), {"draw": "1", "number": "371"}, follow=True).content.decode()
        assert "Call the next team" in page
        assert show.again().status == Roadshow.Status.DRAWN


class TestPaperThroughThePages:
    def test_two_people_key_and_the_difference_is_settled(self, show):
        entry = show.call().entry
        seat = show.seat(show.experts[0], entry)
        address = at("paper_sheet", show.contest.slug, show.roadshow.public_id, seat.public_id)
        other = make_user()
        make_role(other, show.contest, "organiser")
        one, two = signed_in(show.host), signed_in(other)
        keyed = MARKS | {"key": "1"}
        assert "Somebody else enters" in one.post(address, keyed, follow=True).content.decode()
        assert "91.2" not in two.get(address).content.decode()
        assert "differ" in two.post(address, keyed | {"mark_C1": "19.2"}, follow=True).content.decode()
        page = one.get(address).content.decode()
        assert "19.2" in page
        assert "Choose which" in one.post(address, {"settle": "1"}).content.decode()
        one.post(address, {"settle": "1", "turn_C1": "1"}, follow=True)
        assert ScoreSheet.objects.get().state == "sealed"
        assert PaperKeying.objects.count() == 3


class TestWhoSeesTheWall:
    def test_everybody_once_the_order_is_drawn_and_the_contest_public(self, show):
        assert Client().get(at("wall", show.roadshow.public_id)).status_code == 200

    def test_organisers_alone_before(self):
        show = make_show(experts=1, entries=1, drawn=False)
        address = at("wall", show.roadshow.public_id)
        assert Client().get(address).status_code == 404
        assert signed_in(show.host).get(address).status_code == 200

    def test_nothing_hidden_reaches_it_before_the_score_is_shown(self, show):
        entry = show.call().entry
        show.submit(show.experts[0], entry, "77.77")
        show.press(close_slot, without_missing=True)
        live = read_live(show.again(), NOW, sees_totals=False)
        assert "77.77" not in repr(live)
        show.press(reveal_score)
        assert "77.77" in repr(read_live(show.again(), NOW, sees_totals=False))


class TestHearingOfChanges:
    def test_the_version_changes_with_every_press_and_every_submission_and_not_otherwise(self, show):
        def version():
            return versions([show.roadshow.public_id])[show.roadshow.public_id]

        before = version()
        assert version() == before
        entry = show.call().entry
        called = version()
        show.submit(show.experts[0], entry, 80)
        assert len({before, called, version()}) == 3

    def test_what_changes_while_a_page_is_drawn_makes_another_version_than_the_page_says(self, show, monkeypatch):
        entry = show.call().entry
        show.submit(show.experts[0], entry, "77.77")
        show.press(close_slot, without_missing=True)
        roadshow, read = show.again(), live._current

        def read_and_reveal(slots):
            show.press(reveal_score)
            return read(slots)

        monkeypatch.setattr(live, "_current", read_and_reveal)
        drawn = read_live(roadshow, NOW, sees_totals=False)
        assert not drawn.now_on.is_shown
        assert drawn.version != versions([roadshow.public_id])[roadshow.public_id]

    def test_a_page_that_knows_the_version_gets_nothing_twice(self, show):
        address = at("live_state", show.roadshow.public_id)
        first = Client().get(address)
        assert first.json()["version"]
        again = Client().get(address, headers={"if-none-match": first.headers["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        show.call()
        assert Client().get(address, headers={"if-none-match": first.headers["ETag"]}).status_code == 200
        assert Client().get(at("live_state", "0" * 12)).status_code == 404

    @pytest.mark.django_db(transaction=True)  # a stream that ends lets its connection go
    def test_streams_are_few_and_the_next_one_is_sent_to_poll(self, show, monkeypatch):
        monkeypatch.setattr(streams, "watcher", streams.Watcher())
        monkeypatch.setattr(streams.Watcher, "_run", lambda self: None)
        address = at("live_events", show.roadshow.public_id)
        held = [Client().get(address) for _ in range(streams.STREAMS)]
        try:
            assert {response.status_code for response in held} == {200}
            assert next(iter(held[0].streaming_content)).startswith(b"retry: 1000\n\ndata: {")
            assert Client().get(address).status_code == 204
        finally:
            for response in held:
                response.close()
        freed = Client().get(address)
        assert freed.status_code == 200
        freed.close()

    def test_a_stream_tells_a_new_version_as_soon_as_it_is_known(self, monkeypatch):
        told = streams.Watcher()
        monkeypatch.setattr(streams, "watcher", told)
        monkeypatch.setattr(streams.Watcher, "_run", lambda self: None)
        assert streams.take_place()
        stream = streams.Stream("abc", "1.0")
        assert b"1.0" in next(stream)

        def change():
            with told._changed:
                told._known["abc"] = "2.0"
                told._changed.notify_all()

        threading.Timer(0.05, change).start()
        assert next(stream) == b'data: {"version": "2.0"}\n\n'
        stream.close()
        stream.close()
        assert streams.take_place()
        streams._free.release()

    def test_a_stream_beats_while_nothing_happens_and_ends_when_its_time_is_over(self, monkeypatch):
        monkeypatch.setattr(streams, "watcher", streams.Watcher())
        monkeypatch.setattr(streams.Watcher, "_run", lambda self: None)
        monkeypatch.setattr(streams, "BEAT", 0)
        assert streams.take_place()
        stream = streams.Stream("abc", "1.0")
        try:
            assert next(stream).startswith(streams.RETRY)
            assert next(stream) == streams.BEAT_LINE
            stream._ends = 0
            assert list(stream) == []
        finally:
            stream.close()

    @pytest.mark.parametrize("beat", [0, 3600])
    def test_a_stream_that_holds_no_thread_tells_the_same(self, monkeypatch, beat):
        """Time is what the loop asks for: each turn of it is a second, and nobody waits."""
        told, turns = streams.Watcher(), []
        monkeypatch.setattr(streams, "watcher", told)
        monkeypatch.setattr(streams.Watcher, "_run", lambda self: None)
        monkeypatch.setattr(streams, "BEAT", beat)
        monkeypatch.setattr(streams, "LIFETIME", 4)
        monkeypatch.setattr(streams, "time", SimpleNamespace(monotonic=lambda: len(turns)))

        async def turn(_seconds):
            turns.append("abc")
            if len(turns) == 2:
                told._known["abc"] = "2.0"

        monkeypatch.setattr(streams, "asyncio", SimpleNamespace(sleep=turn))

        async def read():
            return [part async for part in streams.stream_async("abc", "1.0")]

        news = b'data: {"version": "2.0"}\n\n'
        beats = [streams.BEAT_LINE] if beat == 0 else []
        assert asyncio.run(read()) == [streams.RETRY + b'data: {"version": "1.0"}\n\n', *beats, news, *beats, *beats]
        assert told.known("abc") == ""

    @pytest.mark.django_db(transaction=True)  # the connection that failed is closed
    @pytest.mark.parametrize("error", [OperationalError, InterfaceError])
    def test_the_watcher_outlives_a_database_that_does_not_answer(self, show, error):
        def away(*_arguments):
            raise error

        name, told = show.roadshow.public_id, streams.Watcher()
        with connection.execute_wrapper(away):
            assert told._ask([name]) == {}
        assert told._ask([name]) == versions([name])

    @pytest.mark.django_db(transaction=True)  # the watcher reads on a connection of its own
    def test_the_watcher_reads_what_is_wanted_and_rests_when_nobody_watches(self, show, monkeypatch):
        told = streams.Watcher()
        monkeypatch.setattr(streams, "EVERY", 0)
        name = show.roadshow.public_id
        told.begin(name, "seen before")
        thread = told._thread
        assert told.wait(name, "seen before", 60) == versions([name])[name]
        told.end(name)
        thread.join(60)
        assert (thread.is_alive(), told._thread, told.known(name)) == (False, None, "")


def test_the_pages_keep_their_budgets():
    show = make_show(experts=5, entries=4)
    entry = show.call().entry
    for expert in show.experts[:3]:
        show.submit(expert, entry, 80)
    host, judge = signed_in(show.host), signed_in(show.experts[3].user)
    check_page(host, at("roadshows", show.contest.slug, show.stage.public_id), "roadshows")
    check_page(host, console(show), "roadshow_console")
    for tablet in (judge, signed_in(show.experts[0].user)):  # with nothing yet, and with a sealed sheet
        check_page(tablet, at("live_desk", show.roadshow.public_id), "live_desk")
    Contest.objects.filter(pk=show.contest.pk).update(is_published=True)
    check_page(Client(), at("wall", show.roadshow.public_id), "wall")
    check_page(Client(), at("live_state", show.roadshow.public_id), "live_state")
    seat = show.seat(show.experts[4], entry).public_id
    check_page(host, at("paper_sheet", show.contest.slug, show.roadshow.public_id, seat), "paper_sheet")
