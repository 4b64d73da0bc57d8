"""How far planning and judging are, track by track: nothing that has entries is passed over in silence."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from judging.actions import recuse_judge
from judging.models import Expert
from judging.reading.figures import percent
from judging.reading.planning import stage_numbers
from judging.reading.progress import tracks_in
from tests.competition.factories import make_track
from tests.judging.factories import NOW, make_entry, make_expert, make_panel

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return make_panel(experts=2, entries=1)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(7, 9, 78), (2, 3, 67), (1, 8, 13), (5, 9, 56), (0, 9, 0), (9, 9, 100), (299, 300, 99), (0, 0, 0)],
)
def test_a_share_is_rounded_half_up_and_is_whole_only_when_nothing_is_left(part, whole, shown):
    assert percent(part, whole) == shown


class TestTracksThatCannotBePlanned:
    def test_one_whose_entries_await_the_check_is_named_with_the_reason(self, panel):
        make_entry(make_track(panel.contest), passed=False)
        for rows in (stage_numbers(panel.stage).tracks, tracks_in(panel.stage)):
            assert [(row.number, row.entries, row.note) for row in rows] == [
                (1, 1, ""),
                (2, 0, "Cannot be assigned yet: 1 entry awaits the formal check."),
            ]

    def test_one_without_a_judge_says_so(self, panel):
        make_entry(make_track(panel.contest))
        row = stage_numbers(panel.stage).tracks[1]
        assert row.note == "Cannot be assigned yet: no expert who accepted is qualified for this track."
        assert (row.needed, row.load) == (2, "")
        assert tracks_in(panel.stage)[1].note == "Not assigned yet."

    def test_one_with_too_few_judges_says_so(self, panel):
        track = make_track(panel.contest)
        make_entry(track)
        make_expert(panel.contest, track)
        assert stage_numbers(panel.stage).tracks[1].note == (
            "Each entry needs 2 judges, and 1 is qualified: seats will stay empty."
        )

    def test_one_without_entries_is_not_named(self, panel):
        make_track(panel.contest)
        assert [row.number for row in tracks_in(panel.stage)] == [1]


class TestPages:
    @pytest.fixture(autouse=True)
    def in_the_middle_of_the_review(self):
        with time_machine.travel(NOW, tick=False):
            yield

    def page(self, client, panel, name):
        client.force_login(panel.organiser)
        return client.get("/en" + reverse(name, args=[panel.contest.slug, panel.stage.public_id]).removeprefix("/en"))

    def test_the_column_of_recusals_stands_there_once_somebody_recused(self, client, panel):
        assert "Recused" not in self.page(client, panel, "progress").content.decode()
        judge = Expert.objects.order_by("pk").first()
        assignment = panel.assignment(judge, panel.entries[0])
        recuse_judge(actor=judge.user, assignment=assignment, reason="合作", now=NOW)
        assert "Recused" in self.page(client, panel, "progress").content.decode()

    def test_a_ranking_is_provisional_until_the_stage_is_over(self, client, panel):
        assert "Provisional ranking" in self.page(client, panel, "ranking").content.decode()
        with time_machine.travel(panel.stage.closes_at, tick=False):
            over = self.page(client, panel, "ranking").content.decode()
        assert "Official ranking" in over
        assert "Provisional" not in over
        assert "Some sheets were not sealed in time" in over
