"""The statistics of a track: beside the official ranking, never over it; kept under the hash of what they rest on."""

from collections import defaultdict
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse

from judging.models import Assignment, EntryScore, Findings, ScoreSheet
from judging.reading import findings
from judging.reading.findings import key_of, make_findings, read_findings, store_findings
from judging.reading.results import read_ranking, stored_rows, tracks_and_criteria
from judging.reading.statistics import read_panel
from judging.tasks import calculate_statistics
from tests.judging.factories import NOW, Panel, make_entry, make_expert, make_panel, score, score_and_seal, seal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _after_some_judging():
    with time_machine.travel(NOW, tick=False):
        yield
    cache.clear()


def judged(entries: int = 12, experts: int = 4, seed: int = 1) -> Panel:
    """A track in which every judge has sealed every entry: the first entry the best, the judges not alike."""
    panel = make_panel(experts=experts, entries=entries)
    chance = np.random.default_rng(seed)
    sheets = defaultdict(list)
    for place, entry in enumerate(panel.entries):
        for number, expert in enumerate(panel.experts):
            mark = str(min(round(float(94 - 2 * place + 2 * number + chance.normal(0, 1)), 1), 100))
            sheets[expert].append(score(panel.assignment(expert, entry), mark, mark))
    for of_judge in sheets.values():
        seal(*of_judge)  # all of a judge's at once, as judges do
    return panel


def rows_of(panel):
    return list(stored_rows(panel.stage).filter(track=panel.track))


def panel_of(panel, **options):
    _tracks, criteria = tracks_and_criteria(panel.stage)
    return read_panel(panel.stage, panel.track.pk, criteria, **options)


def address(panel):
    return reverse("statistics", args=[panel.contest.slug, panel.stage.public_id])


def test_official_places_stand_left_and_advisory_ones_right():
    panel = judged()
    page = panel_of(panel, top=4)
    _tracks, criteria = tracks_and_criteria(panel.stage)
    official = read_ranking(panel.stage, panel.track.pk, criteria).rows
    assert [(line.row.number, line.row.rank) for line in page.lines] == [(row.number, row.rank) for row in official]
    assert page.lines[0].calibrated == 1
    assert all(line.low <= line.calibrated <= line.high for line in page.lines)
    assert [line.is_first_out for line in page.lines].index(True) == 4
    assert page.figures[0].name.startswith("平均分可靠度")


def test_beside_the_advice_stands_the_form_of_it_that_can_be_checked_by_hand(client):
    panel = judged()
    lines = panel_of(panel, top=4).lines
    by_rank = sorted(lines, key=lambda line: line.additive)
    assert [line.additive for line in by_rank] == list(range(1, len(lines) + 1))
    points = [float(line.adjusted) for line in by_rank]
    assert points == sorted(points, reverse=True)
    # Everybody judged everything, so that leniency moves nobody; the points only draw together.
    scores = [float(line.row.score) for line in by_rank]
    assert scores == sorted(scores, reverse=True)
    assert max(points) - min(points) < max(scores) - min(scores)
    client.force_login(panel.organiser)
    assert "扣除宽严" in client.get(address(panel), {"top": 4}).content.decode()


def test_nothing_official_changes_by_looking(client):
    panel = judged(entries=6)
    before = list(EntryScore.objects.order_by("pk").values())
    client.force_login(panel.organiser)
    assert client.get(address(panel), {"top": 3}).status_code == 200
    assert list(EntryScore.objects.order_by("pk").values()) == before
    assert not Findings.objects.exists()


def test_the_page_says_that_it_only_advises_and_never_replaces_recusal(client):
    panel = judged(entries=6)
    client.force_login(panel.organiser)
    text = client.get(address(panel)).content.decode()
    assert "统计只供决策者参考" in text
    assert "统计不能代替回避" in text


@pytest.mark.parametrize("top", ["0", "3", "999999", "-4", "x", "1e9", "²"])
def test_any_number_of_places_draws_a_line_that_makes_sense(client, top):
    panel = judged(entries=5, experts=3)
    client.force_login(panel.organiser)
    response = client.get(address(panel), {"top": top})
    assert response.status_code == 200
    assert 1 <= response.context["panel"].top <= 5


def test_a_track_without_sheets_has_no_statistics(client):
    panel = make_panel()
    client.force_login(panel.organiser)
    assert "尚无统计" in client.get(address(panel)).content.decode()


def test_panels_that_share_no_judge_get_the_reason_and_no_advisory_place():
    panel = judged(entries=4, experts=3)
    page = panel_of(panel)
    assert page.refusal == ""
    strangers = [make_expert(panel.contest, panel.track) for _ in range(2)]
    entry = make_entry(panel.track)
    score = EntryScore.objects.create(stage=panel.stage, track=panel.track, entry=entry, updated_at=NOW)
    totals = {expert.code: "85" for expert in strangers}
    EntryScore.objects.filter(pk=score.pk).update(score="85", totals=totals, sheets=2, means={"C1": "85", "C2": "85"})
    page = panel_of(panel)
    assert "2 组" in page.refusal
    assert "4、1" in page.refusal
    assert all(line.calibrated is None and line.whisker is None for line in page.lines)
    assert page.figures
    assert page.judges


def test_a_judge_who_gives_one_mark_to_all_is_told_with_what_it_means():
    panel = judged(entries=8, experts=4)
    code = panel.experts[0].code
    for stored in EntryScore.objects.filter(stage=panel.stage):
        stored.totals[code] = "80"
        stored.save(update_fields=["totals"])
    flags = panel_of(panel).flags
    flag = next(flag for flag in flags if flag.state.tone == "red")
    assert flag.who == f"{code} {panel.experts[0].name}"
    assert "离散程度仅 0.00 分" in flag.seen
    assert "请询问是否逐件审阅" in flag.meaning


def test_a_wide_range_asks_for_a_third_party_score():
    panel = judged(entries=8, experts=4)
    score = EntryScore.objects.get(entry=panel.entries[3])
    score.totals[panel.experts[0].code] = "40"
    score.save(update_fields=["totals"])
    page = panel_of(panel, top=4)
    number = panel.entries[3].refreshed().number
    assert number in [advice.number for advice in page.entry_flags]
    assert page.advice[0].number == number
    assert page.advice[0].what == "加派 1 位第三方评委"
    line = next(line for line in page.lines if line.row.number == number)
    assert line.tags[0].tone == "amber"


def test_judges_who_disagree_within_the_published_range_are_marked_without_a_number():
    panel = judged(entries=8, experts=4)
    stored = EntryScore.objects.get(entry=panel.entries[3])
    stored.totals[panel.experts[0].code] = "81"
    stored.save(update_fields=["totals"])
    line = next(line for line in panel_of(panel, top=4).lines if line.row.number == panel.entries[3].refreshed().number)
    assert (line.tags[0].tone, line.tags[0].text) == ("amber", "意见分歧")


def test_without_advisory_places_a_wide_range_still_asks_for_a_third_party_score():
    panel = judged(entries=8, experts=4)
    score = EntryScore.objects.get(entry=panel.entries[3])
    score.totals[panel.experts[0].code] = "40"
    score.save(update_fields=["totals"])
    entry, strangers = make_entry(panel.track), [make_expert(panel.contest, panel.track) for _ in range(2)]
    totals, means = {expert.code: "85" for expert in strangers}, {"C1": "85", "C2": "85"}
    given = {"score": "85", "totals": totals, "sheets": 2, "means": means}
    EntryScore.objects.create(stage=panel.stage, track=panel.track, entry=entry, updated_at=NOW, **given)
    page = panel_of(panel, top=4)
    assert "2 组" in page.refusal
    assert [advice.number for advice in page.advice] == [panel.entries[3].refreshed().number]
    assert "P(" not in page.advice[0].why


def test_intervals_beyond_the_axis_are_cut_off_or_not_drawn():
    panel, axis = judged(entries=20, experts=2), 15
    one, other = (expert.code for expert in panel.experts)
    for place, entry in enumerate(panel.entries[9:19]):  # ten whom nobody can tell apart, around the end of the axis
        EntryScore.objects.filter(entry=entry).update(totals={one: f"{62 + place}", other: f"{71 - place}"})
    # Officially the first, by its judges' totals the last.
    EntryScore.objects.filter(entry=panel.entries[19]).update(score="99", totals={one: "10", other: "10"})
    page = panel_of(panel, top=1)
    for line in page.lines:
        path = line.whisker.path
        assert bool(path) == (line.low <= axis)
        assert path.count("v8") == (line.low <= axis) + (line.low <= line.high <= axis)
    assert {line.whisker.path.count("v8") for line in page.lines} == {0, 1, 2}


def test_a_tie_on_the_line_shows_every_rule_and_which_one_decided():
    panel = make_panel(experts=1, entries=3, weights=(50, 50))
    for entry, marks in zip(panel.entries, ((90, 90), (80, 82), (82, 80)), strict=True):
        score_and_seal(panel.assignment(panel.experts[0], entry), *marks)
    page = panel_of(panel, top=2)
    assert page.tie is not None
    assert page.tie.settled
    assert [state for _rule, _figures, state in page.tie.rules] == ["", "", "decided"]
    assert "依同分规则第 2 步" in page.cut_words
    assert page.tie.entries == [panel.entries[2].refreshed().number, panel.entries[1].refreshed().number]


def test_whom_no_rule_tells_apart_the_committee_votes_on():
    panel = make_panel(experts=1, entries=3)
    for entry in panel.entries:
        score_and_seal(panel.assignment(panel.experts[0], entry), 80, 80)
    page = panel_of(panel, top=2)
    assert page.tie is not None
    assert not page.tie.settled
    assert "由组委会表决" in page.cut_words


class TestKeeping:
    """Findings are those of these totals, or none."""

    def test_the_same_totals_are_calculated_once(self, monkeypatch):
        panel = judged(entries=4, experts=3)
        made = []
        monkeypatch.setattr(findings, "make_findings", lambda *given: made.append(1) or make_findings(*given))
        for _turn in range(3):
            panel_of(panel, top=2)
        assert len(made) == 1

    def test_another_total_other_places_or_another_stage_have_another_key(self):
        panel = judged(entries=4, experts=3)
        rows = rows_of(panel)
        key = key_of(panel.stage, panel.track.pk, 2, rows)
        assert key == key_of(panel.stage, panel.track.pk, 2, rows_of(panel))
        assert key != key_of(panel.stage, panel.track.pk, 3, rows)
        rows[0]["totals"] = {**rows[0]["totals"], panel.experts[0].code: "1/3"}
        assert key != key_of(panel.stage, panel.track.pk, 2, rows)

    def test_very_many_totals_are_calculated_by_the_worker_and_shown_then(self, monkeypatch):
        panel = judged(entries=4, experts=3)
        monkeypatch.setattr(findings, "WAITS", 5)
        asked = []
        monkeypatch.setattr(findings, "_enqueue", lambda *given: asked.append(given))
        page = panel_of(panel, top=2)
        assert page.waiting
        assert page.lines[0].calibrated is None
        panel_of(panel, top=2)
        assert asked == [(panel.stage, panel.track.pk, 2)]
        calculate_statistics(panel.stage.pk, panel.track.pk, 2)
        page = panel_of(panel, top=2)
        assert not page.waiting
        assert page.lines[0].calibrated is not None

    def test_what_was_stored_is_not_shown_for_other_totals(self, monkeypatch):
        panel = judged(entries=4, experts=3)
        monkeypatch.setattr(findings, "WAITS", 5)
        monkeypatch.setattr(findings, "_enqueue", lambda *given: None)
        store_findings(stage=panel.stage, track=panel.track.pk, top=2, now=NOW)
        score = EntryScore.objects.first()
        score.totals[panel.experts[0].code] = "33"
        score.save(update_fields=["totals"])
        told = read_findings(panel.stage, panel.track.pk, 2, rows_of(panel))
        assert (told.found, told.before) == (None, NOW)
        store_findings(stage=panel.stage, track=panel.track.pk, top=2, now=NOW + timedelta(hours=1))
        assert Findings.objects.count() == 1
        assert read_findings(panel.stage, panel.track.pk, 2, rows_of(panel)).found is not None

    def test_what_the_worker_stores_is_what_the_page_would_calculate(self):
        panel = judged(entries=4, experts=3)
        store_findings(stage=panel.stage, track=panel.track.pk, top=2, now=NOW)
        made = make_findings(panel.stage, 2, rows_of(panel))
        assert Findings.objects.get().found["entries"] == made["entries"]

    def test_time_spent_is_that_of_the_sheets_of_these_entries(self):
        panel = make_panel(experts=2, entries=6)
        for place, entry in enumerate(panel.entries):
            for expert in panel.experts:
                sheet = score(panel.assignment(expert, entry), 80, 80)
                ScoreSheet.objects.filter(pk=sheet.pk).update(seconds=600 if place < 5 else 0)
                seal(sheet)
        rows, last = rows_of(panel), panel.entries[5].number
        others = [row for row in rows if row["entry__number"] != last]
        for known in (rows, others):  # where the desk counted nothing, nothing is said
            assert [judge["seconds"] for judge in make_findings(panel.stage, 1, known)["judges"]] == [600, 600]
        four = make_findings(panel.stage, 1, others[:4])
        assert [judge["seconds"] for judge in four["judges"]] == [None, None]

    def test_a_stage_or_track_that_is_gone_or_empty_stores_nothing(self):
        panel = make_panel()
        calculate_statistics(panel.stage.pk, panel.track.pk, 2)
        calculate_statistics(10**9, 1, 2)
        assert not Findings.objects.exists()

    def test_a_broker_that_is_away_leaves_the_page_as_it_is(self, monkeypatch):
        panel = judged(entries=4, experts=3)
        monkeypatch.setattr(findings, "WAITS", 5)

        def away(*given, **options):
            raise calculate_statistics.OperationalError("away")

        monkeypatch.setattr(calculate_statistics, "apply_async", away)
        assert panel_of(panel, top=2).waiting


def test_sheets_that_no_longer_count_are_in_no_figure():
    panel = judged(entries=6, experts=4)
    assert panel_of(panel).sheets == 24
    known = {judge.code: judge.totals for judge in panel_of(panel).judges}
    assert known == {expert.code: 6 for expert in panel.experts}
    assert Assignment.objects.filter(sheet__state=ScoreSheet.State.SEALED).count() == 24


def test_the_distance_to_the_line_is_that_of_the_exact_scores():
    panel = make_panel(experts=1, entries=3)
    for entry, mark in zip(panel.entries, ("90", "80.01", "80"), strict=True):
        score_and_seal(panel.assignment(panel.experts[0], entry), mark, mark)
    page = panel_of(panel, top=2)
    assert [line.distance for line in page.lines] == ["+10.00", "+0.01", "−0.01"]
    assert Fraction(page.lines[1].row.exact) - Fraction(page.lines[2].row.exact) == Fraction(1, 100)


def leader(panel: Panel):
    figures = {figure.name: figure for figure in panel_of(panel).figures}
    return figures.get("第一名确为最优")


def marked(*rows: tuple[float, ...]) -> Panel:
    """A track with a row of marks per entry, one of each judge."""
    panel = make_panel(experts=len(rows[0]), entries=len(rows))
    for number, expert in enumerate(panel.experts):
        seal(
            *(
                score(panel.assignment(expert, entry), *[str(row[number])] * 2)
                for entry, row in zip(panel.entries, rows, strict=True)
            )
        )
    return panel


def test_a_leader_whom_further_marks_would_hardly_change_is_settled():
    figure = leader(marked((95, 96, 95, 96), (86, 87, 86, 87), (77, 78, 77, 78), (68, 69, 68, 69), (59, 60, 59, 60)))
    assert figure.value in {"95%", "96%", "97%", "98%", "99%", ">99%"}
    assert figure.note == "95% 及以上：已成定局"


def test_a_leader_by_a_hair_is_not_settled():
    figure = leader(marked((90, 89, 88, 91), (89, 90, 91, 87), (80, 82, 81, 79), (70, 72, 69, 71), (60, 62, 59, 61)))
    assert figure.note == "低于 95%：尚未定局"


def test_nobody_is_called_the_best_while_the_first_rank_is_shared():
    assert leader(marked((90, 91, 90, 91), (91, 90, 91, 90), (80, 82, 81, 79), (70, 72, 69, 71))) is None
