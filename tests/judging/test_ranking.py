"""The official ranking: exact, shared ranks, tie-breaks shown, and out of sight before sealing."""

from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from judging.models import EntryScore, ScoreSheet
from judging.reading.results import read_ranking, tie_rule, tracks_and_criteria
from portal.journal.models import Event
from portal.web.cells import guarded
from tests.competition.factories import make_track
from tests.judging.factories import NOW, make_entry, make_expert, make_panel, score, score_and_seal
from tests.submissions.factories import disqualify

pytestmark = pytest.mark.django_db


def ranked(panel, start=0):
    _tracks, criteria = tracks_and_criteria(panel.stage)
    return read_ranking(panel.stage, panel.track.pk, criteria, start=start)


def mark_all(panel, entry, *marks):
    for expert, pair in zip(panel.experts, marks, strict=True):
        score_and_seal(panel.assignment(expert, entry), *pair)


def test_places_are_decided_by_fractions_not_by_what_is_shown():
    panel = make_panel(experts=3, entries=2, weights=(40, 60))
    better, worse = panel.entries
    mark_all(panel, better, ("80.01", "80.01"), (80, 80), (80, 80))
    mark_all(panel, worse, (80, "80.01"), (80, 80), (80, 80))
    first, second = ranked(panel).rows
    assert (first.number, first.rank, first.exact) == (better.number, 1, "24001/300")
    assert (second.number, second.rank, second.exact) == (worse.number, 2, str(Fraction("240.006") / 3))
    assert first.score == second.score == "80.00"


def test_a_half_is_rounded_up():
    panel = make_panel(experts=1, entries=1, weights=(50, 50))
    mark_all(panel, panel.entries[0], (80, "80.01"))
    assert ranked(panel).rows[0].score == "80.01"


def test_thirds_that_floats_would_split_share_a_rank():
    panel = make_panel(experts=3, entries=3, weights=(10, 90))
    for entry, marks in zip(panel.entries, ((70, 71, 72), (72, 70, 71), (71, 71, 71)), strict=True):
        mark_all(panel, entry, *[(mark, mark) for mark in marks])
    rows = ranked(panel).rows
    assert [(row.rank, row.shared) for row in rows] == [(1, True)] * 3
    assert all(row.tie_figures for row in rows)


def test_after_a_shared_rank_the_next_one_counts_all():
    panel = make_panel(experts=1, entries=3)
    for entry, mark in zip(panel.entries, (90, 90, 80), strict=True):
        mark_all(panel, entry, (mark, mark))
    assert [row.rank for row in ranked(panel).rows] == [1, 1, 3]


def test_a_tie_is_broken_by_the_criteria_of_the_stage_and_says_so():
    panel = make_panel(experts=1, entries=2, weights=(50, 50), tie_criteria=["C2"])
    mark_all(panel, panel.entries[0], (90, 80))
    mark_all(panel, panel.entries[1], (80, 90))
    first, second = ranked(panel).rows
    name = panel.rubric.criteria.get(code="C2").name
    assert (first.number, second.number) == (panel.entries[1].number, panel.entries[0].number)
    assert not first.shared
    assert name in first.decided_by
    assert tie_rule(panel.stage, tracks_and_criteria(panel.stage)[1])[1:] == [first.decided_by]


def test_the_mean_of_all_totals_comes_first_among_tie_breaks():
    panel = make_panel(experts=5, entries=2)
    for entry, totals in zip(panel.entries, ((60, 80, 80, 80, 90), (61, 80, 80, 80, 90)), strict=True):
        mark_all(panel, entry, *[(mark, mark) for mark in totals])
    first, second = ranked(panel).rows
    assert first.score == second.score == "80.00"
    assert (first.number, first.rank, second.rank) == (panel.entries[1].number, 1, 2)
    assert first.tie_figures[0][1] == "78.2000"
    assert [counts for _judge, _total, counts in first.totals] == [False, True, True, True, False]


def test_entries_without_a_sealed_sheet_have_no_place_and_show_no_figure():
    panel = make_panel(experts=2, entries=2)
    score(panel.assignment(panel.experts[0], panel.entries[0]), 99, 99)
    ranking = ranked(panel)
    assert [(row.rank, row.score, row.spots) for row in ranking.rows] == [(None, "", [])] * 2
    assert (ranking.total, ranking.scored, ranking.complete) == (2, 0, 0)


def test_entries_that_left_the_contest_are_not_ranked():
    panel = make_panel(experts=1, entries=2)
    disqualify(panel.entries[0])
    assert [row.number for row in ranked(panel).rows] == [panel.entries[1].number]


def test_each_track_has_its_own():
    panel = make_panel(experts=1, entries=1, publish=False)
    other = make_track(panel.contest)
    make_entry(other)
    make_expert(panel.contest, other)
    panel.publish()
    tracks, _criteria = tracks_and_criteria(panel.stage)
    assert [(track.number, track.entries) for track in tracks] == [(1, 1), (2, 1)]
    assert [row.number for row in ranked(panel).rows] == [panel.entries[0].number]


def test_comes_in_pages_with_places_that_go_on():
    panel = make_panel(experts=1, entries=52)
    for entry in panel.entries:
        mark_all(panel, entry, (80, 80))
    first, second = ranked(panel), ranked(panel, start=50)
    assert (len(first.rows), first.next_start, first.previous_start) == (50, 50, None)
    assert (len(second.rows), second.next_start, second.previous_start) == (2, None, 0)
    assert {row.rank for row in second.rows} == {1}


def test_no_figure_on_the_way_is_a_float():
    panel = make_panel(experts=3, entries=1)
    mark_all(panel, panel.entries[0], ("33.33", 71), (90, "0.01"), (100, 99))
    stored = EntryScore.objects.get()
    texts = [stored.score, *stored.totals.values(), *stored.means.values()]
    texts += ScoreSheet.objects.values_list("total", flat=True)
    assert all(isinstance(text, str) and str(Fraction(text)) == text for text in texts)
    totals = [
        Fraction(40 * Decimal(a) + 60 * Decimal(b)) / 100 for a, b in (("33.33", "71"), ("90", "0.01"), ("100", "99"))
    ]
    assert Fraction(stored.score) == sum(totals) / 3


class TestPages:
    @time_machine.travel(NOW, tick=False)
    def test_the_page_shows_rank_range_and_rule(self, client):
        panel = make_panel(experts=2, entries=2)
        mark_all(panel, panel.entries[0], (70, 70), (90, 90))
        client.force_login(panel.organiser)
        page = client.get(reverse("ranking", args=[panel.contest.slug, panel.stage.public_id])).content.decode()
        assert "70.00 – 90.00" in page
        assert reverse("receipt", args=[panel.entries[0].public_id, 1]) in page
        assert "80.00" in page
        assert "2 / 2" in page

    def test_an_unknown_track_is_404(self, client):
        panel = make_panel(experts=1, entries=1)
        client.force_login(panel.organiser)
        url = reverse("ranking", args=[panel.contest.slug, panel.stage.public_id])
        assert client.get(f"{url}?track=99").status_code == 404
        assert client.get(f"{url}?track=1&start=nonsense").status_code == 200

    def test_drafts_are_nowhere_on_the_organisers_pages(self, client):
        panel = make_panel(experts=1, entries=1)
        score(panel.assignment(panel.experts[0], panel.entries[0]), "87.31", "87.31", comment="这是未封存的评语")
        client.force_login(panel.organiser)
        for name in ("ranking", "progress"):
            page = client.get(reverse(name, args=[panel.contest.slug, panel.stage.public_id])).content.decode()
            assert "87.31" not in page
            assert "这是未封存的评语" not in page


class TestExport:
    def sheets(self, client, panel):
        client.force_login(panel.organiser)
        response = client.post(reverse("ranking_export", args=[panel.contest.slug, panel.stage.public_id]))
        assert response.status_code == 200
        assert response.headers["Content-Disposition"].endswith('.xlsx"')
        return load_workbook(BytesIO(response.content))

    def test_has_every_track_with_rounded_and_exact_scores(self, client):
        panel = make_panel(experts=3, entries=1)
        mark_all(panel, panel.entries[0], (70, 70), (70, 70), (71, 71))
        book = self.sheets(client, panel)
        head, row = list(book.worksheets[0].iter_rows(values_only=True))
        line = dict(zip(head, row, strict=True))
        assert 70.33 in row
        assert "211/3" in row
        assert panel.entries[0].number in line.values()
        assert len(book.worksheets) == 2

    def test_text_of_teams_cannot_become_a_formula(self, client):
        panel = make_panel(experts=1, entries=0, publish=False)
        make_entry(panel.track, title="=HYPERLINK(1)")
        panel.publish()
        rows = list(self.sheets(client, panel).worksheets[0].iter_rows())
        assert "'=HYPERLINK(1)" in [cell.value for cell in rows[1]]
        assert not [cell for row in rows for cell in row if cell.data_type == "f"]

    @pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"])
    def test_neutralises_every_beginning_of_a_formula(self, text):
        assert guarded(text) == f"'{text}"
        assert guarded("数据=1") == "数据=1"

    def test_is_noted_in_the_journal(self, client):
        panel = make_panel(experts=1, entries=1)
        self.sheets(client, panel)
        assert Event.objects.filter(kind="judging.ranking_exported").count() == 1
