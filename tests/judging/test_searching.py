"""A search for conflicts of interest on its way: asked for, done by the worker, lost and found again."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from judging.actions import begin_search, dismiss_conflict, look_for_conflicts, searching
from judging.actions.background import SILENT_FOR
from judging.actions.searching import awaited_searches, search_conflicts
from judging.models import ConflictSearch, Recusal
from judging.tasks import look_every_night
from portal.journal.models import Event
from portal.refusals import NotAllowed, Refusal
from tests.judging.factories import NOW, make_entry, make_expert, make_panel
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db
Status = ConflictSearch.Status


@pytest.fixture
def panel():
    """Somebody of the pool has the name of somebody in a team."""
    panel = make_panel(experts=0, entries=0, publish=False)
    make_expert(panel.contest, panel.track, name="欧阳海")
    make_entry(panel.track, captain=make_user(name="欧阳海"))
    return panel


def begin(panel):
    return begin_search(actor=panel.organiser, contest=panel.contest, now=NOW)


def events():
    return Event.objects.filter(kind="judging.conflicts_found")


class TestASearch:
    def test_finds_nothing_in_the_request_and_everything_in_the_worker(self, panel):
        search = begin(panel)
        assert not Recusal.objects.exists()
        search_conflicts(pk=search.pk, clock_now=lambda: NOW)
        search.refresh_from_db()
        assert (search.status, search.progress, search.new) == (Status.DONE, 100, 1)
        assert events().get().body.actor == panel.organiser.public_id

    def test_tells_how_far_it_is(self, panel, monkeypatch):
        told = []

        class Listening(searching.Watch):
            def __call__(self, step, share):
                super().__call__(step, share)
                told.append((step, *self.wanted.values_list("step", "progress").get()))

        monkeypatch.setattr(searching, "Watch", Listening)
        search_conflicts(pk=begin(panel).pk, clock_now=lambda: NOW)
        assert [step for step, _written, _progress in told] == ["reading", *["comparing"] * 5, "keeping"]
        assert {(step, written) for step, written, _progress in told} == {
            (step, step) for step in ("reading", "comparing", "keeping")
        }

    def test_cannot_be_asked_for_while_one_is_under_way(self, panel):
        search = begin(panel)
        with pytest.raises(Refusal) as refusal:
            begin(panel)
        assert refusal.value.code == "searching"
        search_conflicts(pk=search.pk, clock_now=lambda: NOW)
        assert begin(panel).pk != search.pk

    def test_done_twice_keeps_its_findings_once(self, panel):
        search = begin(panel)
        search_conflicts(pk=search.pk, clock_now=lambda: NOW)
        search_conflicts(pk=search.pk, clock_now=lambda: NOW)
        assert events().count() == Recusal.objects.count() == 1

    def test_of_which_nobody_has_heard_is_found_again(self, panel):
        search = begin(panel)
        assert awaited_searches(NOW) == []
        assert awaited_searches(NOW + SILENT_FOR + timedelta(seconds=1)) == [search.pk]
        search_conflicts(pk=search.pk, clock_now=lambda: NOW)
        assert awaited_searches(NOW + timedelta(days=1)) == []

    def test_that_breaks_off_says_so_and_can_be_asked_for_again(self, panel, monkeypatch):
        search = begin(panel)
        with monkeypatch.context() as patch:
            patch.setattr(searching, "read_findings", lambda *_args, **_options: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                search_conflicts(pk=search.pk, clock_now=lambda: NOW)
        search.refresh_from_db()
        assert search.status == Status.FAILED
        assert look_for_conflicts(actor=panel.organiser, contest=panel.contest, now=NOW).new == 1

    def test_looks_at_what_was_decided_while_it_compared(self, panel, monkeypatch):
        """A finding that a person dismissed in the meantime stays dismissed."""
        look_for_conflicts(actor=panel.organiser, contest=panel.contest, now=NOW)
        search, compared = begin(panel), searching.read_findings

        def dismissed_meanwhile(*given, **options):
            found = compared(*given, **options)
            dismiss_conflict(actor=panel.organiser, recusal=Recusal.objects.get(), reason="同名", now=NOW)
            return found

        monkeypatch.setattr(searching, "read_findings", dismissed_meanwhile)
        search_conflicts(pk=search.pk, clock_now=lambda: NOW)
        assert Recusal.objects.get().state == Recusal.State.DISMISSED

    def test_is_for_organisers(self, panel):
        with pytest.raises(NotAllowed):
            begin_search(actor=make_user(), contest=panel.contest, now=NOW)

    def test_begins_every_night_unless_one_is_under_way(self, panel):
        with time_machine.travel(NOW, tick=False):
            look_every_night()
            look_every_night()
        assert ConflictSearch.objects.get().asked_by is None


class TestThePage:
    @pytest.fixture
    def page(self, client, panel):
        client.force_login(panel.organiser)
        address = reverse("conflicts", args=[panel.contest.slug])

        def ask(**posted):
            answer = client.post(address, posted, follow=True) if posted else client.get(address)
            return answer.content.decode()

        return ask

    def test_shows_how_far_the_search_is_and_what_came_of_it(self, page):
        asked = page(look="1")
        assert "等待后台处理" in asked
        assert 'name="look"' not in asked
        assert "data-waiting" in asked
        ConflictSearch.objects.update(step="comparing", progress=37)
        assert 'value="37"' in page()
        search_conflicts(pk=ConflictSearch.objects.get().pk, clock_now=lambda: NOW)
        done = page()
        assert "data-waiting" not in done
        assert 'name="look"' in done
        assert '新发现 <span class="cs-nowrap">1 条</span>' in done

    def test_says_that_one_is_under_way_already(self, page):
        page(look="1")
        assert "正在查找利益冲突" in page(look="1")
        assert ConflictSearch.objects.count() == 1

    def test_says_that_a_search_broke_off(self, panel, page):
        ConflictSearch.objects.create(contest=panel.contest, status=Status.FAILED, asked_at=NOW)
        assert "上一次查找中断" in page()
