"""The standard score (标准分): the core, and what a stage that asks for it shows, exports and refuses."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import localcontext
from fractions import Fraction
from html import unescape
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from competition.models import Stage
from judging.actions import draft_plan, open_arbitration
from judging.aggregation import Rules, ScoredEntry, mean
from judging.disputes import find_disputes
from judging.exports import ranking_workbook
from judging.models import Arbitration, Assignment, EntryScore
from judging.reading.figures import two_places
from judging.reading.results import Ranking, read_ranking, read_rankings, tracks_and_criteria
from judging.reading.standard import plan_warnings
from judging.reading.statistics import read_panel
from judging.reading.third_opinions import third_judges
from judging.reading.ties import entries_beside, ranked_track, score_in_track
from judging.scoring import rules_of
from judging.standard_scores import NoStandardScore, standardised
from portal.journal import verify_ranking
from portal.refusals import Refusal
from tests.budgets import check_page
from tests.competition.factories import make_contest, make_stage
from tests.judging.factories import NOW, Panel, make_expert, make_panel
from tests.submissions.factories import disqualify

NAMES = {"C1": "一", "C2": "二"}


def contest(entries: int = 20, judges: int = 3) -> dict[str, dict[str, Fraction]]:
    return {
        f"E{n:02d}": {f"J{judge}": Fraction(50 + 2 * n + (judge + 1) * (n % 5)) for judge in range(judges)}
        for n in range(entries)
    }


def standard_scores(totals: Mapping[str, Mapping[str, Fraction]], trim_from: int | None = None) -> dict[str, Fraction]:
    """The score of every entry that has one, by code."""
    entries = [ScoredEntry(code, given_, mean(given_.values()) if given_ else None) for code, given_ in totals.items()]
    scored = standardised(entries, Rules(trim_from))
    return {entry.code: entry.score for entry in scored if entry.score is not None}


class TestTheStandardScore:
    """标准分."""

    def test_puts_every_judge_on_one_scale(self) -> None:
        totals = contest()
        shifted = {
            code: {judge: value * (2 if judge == "J1" else 1) + 3 for judge, value in given_.items()}
            for code, given_ in totals.items()
        }
        assert standard_scores(totals) == standard_scores(shifted)

    def test_is_fifty_on_average_and_agrees_with_floats(self) -> None:
        totals = contest()
        scores = standard_scores(totals)
        assert abs(mean(scores.values()) - 50) < Fraction(1, 10**25)
        for code, given_ in totals.items():
            expected = []
            for judge, value in given_.items():
                own = [float(other[judge]) for other in totals.values()]
                middle = sum(own) / len(own)
                deviation = (sum((one - middle) ** 2 for one in own) / (len(own) - 1)) ** 0.5
                expected.append(50 + 10 * (float(value) - middle) / deviation)
            assert float(scores[code]) == pytest.approx(sum(expected) / len(expected))

    def test_keeps_equal_equal(self) -> None:
        totals = contest()
        totals["E98"] = {"J0": Fraction(70), "J1": Fraction(81), "J2": Fraction(77)}
        totals["E99"] = dict(reversed(totals["E98"].items()))
        assert standard_scores(totals)["E98"] == standard_scores(totals)["E99"]

    def test_is_refused_below_fifteen_entries_with_the_judges(self) -> None:
        totals = contest()
        totals["E00"]["J9"] = Fraction(80)
        with pytest.raises(NoStandardScore) as refused:
            standard_scores(totals)
        assert (refused.value.code, refused.value.judges) == ("few", ("J9",))

    def test_is_refused_for_a_judge_with_one_mark(self) -> None:
        totals = {code: {**given_, "J1": Fraction(80)} for code, given_ in contest().items()}
        with pytest.raises(NoStandardScore) as refused:
            standard_scores(totals)
        assert (refused.value.code, refused.value.judges) == ("flat", ("J1",))

    def test_is_refused_where_panels_share_no_judge(self) -> None:
        totals = contest()
        totals |= {
            f"F{code}": {f"K{judge}": value for judge, value in given_.items()} for code, given_ in contest().items()
        }
        with pytest.raises(NoStandardScore) as refused:
            standard_scores(totals)
        assert refused.value.code == "apart"

    def test_is_refused_without_any_total(self) -> None:
        with pytest.raises(NoStandardScore):
            standard_scores({})

    def test_leaves_out_what_nobody_scored(self) -> None:
        assert "E99" not in standard_scores({**contest(), "E99": {}})

    def test_drops_the_highest_and_the_lowest_of_the_standard_scores(self) -> None:
        """A lenient judge's highest total can be a low one on the common scale: it is the scale that counts."""
        totals = contest(judges=5)
        for given_ in totals.values():
            given_["J4"] += 20
        totals["E00"]["J4"] -= 15
        entries = [ScoredEntry(code, given_, None) for code, given_ in totals.items()]
        scored = {entry.code: entry for entry in standardised(entries, Rules(5))}
        first = scored["E00"]
        assert first.standards is not None
        ordered = sorted(first.standards, key=lambda judge: first.standards[judge])
        assert set(first.dropped) == {ordered[0], ordered[-1]}
        assert first.score == mean(first.standards[judge] for judge in ordered[1:-1])
        assert ordered[0] == "J4" != min(first.totals, key=lambda judge: first.totals[judge])
        assert standard_scores(totals, 6)["E00"] == mean(first.standards.values())

    def test_does_not_depend_on_the_precision_of_the_thread(self) -> None:
        expected = standard_scores(contest())
        with localcontext() as context:
            context.prec = 5
            assert standard_scores(contest()) == expected

    def test_of_a_root_without_a_fraction_is_cut_at_thirty_places(self) -> None:
        totals = {f"E{n:02d}": {"J0": Fraction(n)} for n in range(15)}
        assert standard_scores(totals)["E14"] == 50 + 10 * Fraction("1.565247584249852787486421568112")  # √2.45

    @given(st.lists(st.integers(0, 10_000), min_size=15, max_size=40).filter(lambda marks: len(set(marks)) > 1))
    def test_comes_out_in_the_check_of_an_export_to_the_last_digit(self, marks: list[int]) -> None:
        totals = {f"E{n:02d}": {"J0": Fraction(mark, 7)} for n, mark in enumerate(marks)}
        assert {code: mean(found) for code, found in verify_ranking.standards_of(totals).items()} == standard_scores(
            totals
        )

    @pytest.mark.parametrize("change", ["few", "flat", "apart", "nothing", ""])
    def test_is_refused_by_the_check_of_an_export_for_the_same_reason(self, change: str) -> None:
        totals = contest()
        if change == "few":
            totals["E00"]["J9"] = Fraction(80)
        elif change == "flat":
            totals = {code: {**given_, "J1": Fraction(80)} for code, given_ in totals.items()}
        elif change == "apart":
            totals |= {f"F{code}": {"K0": given_["J0"]} for code, given_ in contest().items()}
        elif change == "nothing":
            totals = {}
        try:
            standard_scores(totals)
        except NoStandardScore as refusal:
            told = refusal.code, list(refusal.judges)
        else:
            told = "", []
        assert verify_ranking.why_mean(totals) == told


# ── A stage that asks for it ──────────────────────────────────────────────────────────────────────────────────────────


def judged(
    *, entries: int = 20, experts: int = 4, seats: int = 3, given_to: Callable[[int, int], int] | None = None
) -> Panel:
    """A track in which every seat has its total, as if all sheets were sealed; the second judge puts entries further apart."""
    panel = make_panel(entries=entries, experts=experts, seats=seats, scoring=Stage.Scoring.STANDARD)
    give = given_to or (lambda place, judge: 60 + place * (2 if judge == 1 else 1) + (place * 7 + judge * 3) % 5)
    places = {expert.code: number for number, expert in enumerate(panel.experts)}
    for place, entry in enumerate(panel.entries):
        seats_of = Assignment.objects.filter(stage=panel.stage, entry=entry).values_list("expert__code", flat=True)
        totals = {code: Fraction(give(place, places[code])) for code in seats_of}
        EntryScore.objects.filter(stage=panel.stage, entry=entry).update(
            sheets=len(totals),
            score=str(mean(totals.values())),
            totals={code: str(total) for code, total in totals.items()},
            means=dict.fromkeys(NAMES, str(mean(totals.values()))),
        )
    return panel


def one_sheet_of(panel: Panel, code: str, total: int = 70) -> None:
    """Somebody gives the first entry one total more."""
    score = EntryScore.objects.get(entry=panel.entries[0])
    EntryScore.objects.filter(pk=score.pk).update(totals={**score.totals, code: str(total)}, sheets=score.sheets + 1)


def ranking_of(panel: Panel) -> Ranking:
    return read_ranking(panel.stage, panel.track.pk, NAMES)


def page(client: Client, panel: Panel, name: str, *more: str) -> str:
    client.force_login(panel.organiser)
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        url = reverse(name, args=[panel.contest.slug, panel.stage.public_id, *more])
        return unescape(client.get(url).content.decode())


@pytest.mark.django_db
class TestAStageOfStandardScores:
    def test_is_ranked_by_them_and_still_shows_totals(self) -> None:
        panel = judged()
        stored = {row.entry.number: row for row in EntryScore.objects.select_related("entry")}
        totals = {
            number: {judge: Fraction(total) for judge, total in row.totals.items()} for number, row in stored.items()
        }
        expected = standard_scores(totals)
        found = ranking_of(panel)
        assert found.is_standard
        assert {row.number: Fraction(row.exact) for row in found.rows} == expected
        assert [row.number for row in found.rows] == sorted(expected, key=lambda number: -expected[number])
        by_mean = sorted(stored, key=lambda number: -Fraction(stored[number].score))
        assert [row.number for row in found.rows] != by_mean
        row = found.rows[0]
        assert {judge: total for judge, total, _counts in row.totals} == {
            judge: f"{float(total):.2f}" for judge, total in totals[row.number].items()
        }
        assert (row.score_x, len(row.spots)) == ("", 3)

    def test_gives_one_score_and_one_place_wherever_they_are_read(self) -> None:
        panel = judged()
        expected = {row.number: (row.rank, row.score) for row in ranking_of(panel).rows}
        exported = read_rankings(panel.stage, NAMES)[panel.track.pk].rows
        assert {row.number: (row.rank, row.score) for row in exported} == expected
        beside = [line.row for line in read_panel(panel.stage, panel.track.pk, NAMES, top=10).lines]
        assert {row.number: (row.rank, row.score) for row in beside}.items() <= expected.items()
        results = ranked_track(panel.stage, panel.track)
        assert {one.entry.code: (one.rank, two_places(one.entry.score)) for one in results} == expected
        one = EntryScore.objects.select_related("stage", "track", "entry").get(entry=panel.entries[3])
        assert two_places(score_in_track(one, entries_beside(one)).score) == expected[panel.entries[3].number][1]

    def test_says_what_the_score_is_on_every_page_and_in_the_export(self, client: Client) -> None:
        panel = judged()
        first = panel.entries[0].public_id
        for name, more in (("ranking", ()), ("statistics", ()), ("disputes", ()), ("dispute", (first,))):
            assert "standard score" in page(client, panel, name, *more), name
        assert "50 + 10 ×" in page(client, panel, "ranking")
        with translation.override("en"):
            sheet, rules = load_workbook(BytesIO(ranking_workbook(panel.stage, *tracks_and_criteria(panel.stage))))
        head, row = list(sheet.iter_rows(values_only=True))[:2]
        assert dict(zip(head, row, strict=True))["What the score is"] == "standard score"
        assert dict(rules.iter_rows(values_only=True))["Score"].startswith("The score is a standard score")

    def test_keeps_the_pages_within_their_budgets(self, client: Client) -> None:
        panel = judged()
        client.force_login(panel.organiser)
        slug, stage = panel.contest.slug, panel.stage.public_id
        for name in ("ranking", "statistics", "disputes"):
            check_page(client, reverse(name, args=[slug, stage]), name)
        check_page(client, reverse("dispute", args=[slug, stage, panel.entries[0].public_id]), "dispute")

    def test_counts_the_mean_of_the_totals_where_a_judge_has_too_few_entries_and_says_what_to_do(
        self, client: Client
    ) -> None:
        panel = judged()
        one_sheet_of(panel, "J9999")
        found = ranking_of(panel)
        assert not found.is_standard
        assert [Fraction(row.exact) for row in found.rows] == [
            Fraction(score.score) for score in sorted(EntryScore.objects.all(), key=lambda one: -Fraction(one.score))
        ]
        for name in ("ranking", "statistics"):
            text = page(client, panel, name)
            assert "1 judge has fewer than 15 ranked entries with a sealed sheet in it (J9999)" in text
            assert "give the judge further entries" in text
        with translation.override("en"):
            book = load_workbook(BytesIO(ranking_workbook(panel.stage, *tracks_and_criteria(panel.stage))))
        assert "J9999" in dict(book.worksheets[1].iter_rows(values_only=True))["Track 1"]

    def test_names_a_judge_with_one_total_and_panels_without_a_shared_judge(self) -> None:
        panel = judged(given_to=lambda place, judge: 80 if judge == 2 else 60 + place)
        with translation.override("en"):
            assert f"{panel.experts[2].code} gave all of its entries the same total" in ranking_of(panel).why_mean
        apart = judged(entries=30, experts=2, seats=1)
        with translation.override("en"):
            assert "share no judge" in ranking_of(apart).why_mean

    def test_says_nothing_before_the_first_sheet(self) -> None:
        panel = make_panel(scoring=Stage.Scoring.STANDARD)
        assert (ranking_of(panel).is_standard, ranking_of(panel).why_mean) == (False, "")

    def test_leaves_an_entry_that_left_its_mean_and_forgets_it_in_the_scales(self) -> None:
        panel = judged(entries=21, experts=3)
        before = {row.number: row.exact for row in ranking_of(panel).rows}
        gone = panel.entries[20]
        disqualify(gone)
        after = {row.number: row.exact for row in ranking_of(panel).rows}
        assert set(after) == set(before) - {gone.number}
        assert all(after[number] != before[number] for number in after)
        stored = EntryScore.objects.select_related("stage", "track", "entry").get(entry=gone)
        assert score_in_track(stored, entries_beside(stored)).standards is None

    def test_looks_at_the_cut_line_on_the_scale_on_which_places_are_made(self) -> None:
        panel = judged()
        results = ranked_track(panel.stage, panel.track)
        found = find_disputes(results, limit=Fraction(0), places=5, rules=rules_of(panel.stage))
        assert len(found) == 20
        for dispute in found:
            assert dispute.low <= dispute.score <= dispute.high
            assert dispute.spread == next(one.entry.spread for one in results if one.entry.code == dispute.code)


@pytest.mark.django_db
class TestAThirdOpinionInSuchAStage:
    def ask(self, panel: Panel, judge: str) -> Arbitration:
        return open_arbitration(
            actor=panel.organiser,
            score=self.score(panel),
            judge=judge,
            signs=["range"],
            reason="分差过大",
            due_at=NOW + timedelta(days=20),
            now=NOW,
        )

    def score(self, panel: Panel) -> EntryScore:
        return EntryScore.objects.select_related("stage__contest", "track", "entry").get(entry=panel.entries[0])

    def offered(self, panel: Panel) -> list[str]:
        score = self.score(panel)
        return [one.code for one in third_judges(score, entries_beside(score))]

    def test_is_asked_only_of_judges_whose_sheet_leaves_the_track_its_standard_scores(self) -> None:
        panel = judged()
        new = make_expert(panel.contest, panel.track)
        free = next(one.code for one in panel.experts if one.code not in self.score(panel).totals)
        assert self.offered(panel) == [free]
        with translation.override("en"), pytest.raises(Refusal, match="fewer than 15 entries of the track") as refused:
            self.ask(panel, new.code)
        assert (refused.value.code, refused.value.field) == ("too_new", "judge")
        assert not Arbitration.objects.exists()
        official = next(row.exact for row in ranking_of(panel).rows if row.number == panel.entries[0].number)
        assert self.ask(panel, free).figures["score"] == official

    def test_is_asked_of_anybody_eligible_in_a_track_too_small_for_standard_scores(self) -> None:
        panel = judged(entries=6)
        new = make_expert(panel.contest, panel.track)
        assert new.code in self.offered(panel)
        assert self.ask(panel, new.code).assignment.expert == new


@pytest.mark.django_db
class TestAPlanInSuchAStage:
    def drafted(self, panel: Panel) -> str:
        drafted = draft_plan(actor=panel.organiser, stage=panel.stage, seed="s", now=NOW)
        with translation.override("en"):
            return " ".join(plan_warnings(panel.stage, drafted.result))

    def stage(self, entries: int, experts: int, seats: int, scoring: str = Stage.Scoring.STANDARD) -> Panel:
        return make_panel(entries=entries, experts=experts, seats=seats, scoring=scoring, publish=False)

    def test_warns_of_judges_with_too_few_entries_of_a_track(self) -> None:
        warning = self.drafted(self.stage(20, 3, 2))
        assert "3 judges have fewer than 15 of its entries" in warning
        assert "draft again" in warning

    def test_warns_of_a_track_too_small(self) -> None:
        assert "it has 4 in all" in self.drafted(self.stage(4, 3, 3))

    def test_warns_of_panels_that_share_no_judge(self) -> None:
        assert "groups of its entries share no judge" in self.drafted(self.stage(30, 2, 1))

    def test_has_nothing_to_warn_of_where_standard_scores_are_possible_or_nobody_asks_for_them(self) -> None:
        assert self.drafted(self.stage(15, 3, 3)) == ""
        assert self.drafted(self.stage(4, 3, 3, Stage.Scoring.MEAN)) == ""

    def test_shows_the_warning_before_publication(self, client: Client) -> None:
        panel = self.stage(4, 3, 3)
        drafted = draft_plan(actor=panel.organiser, stage=panel.stage, seed="s", now=NOW)
        client.force_login(panel.organiser)
        with time_machine.travel(NOW, tick=False), translation.override("en"):
            text = client.get(reverse("plan", args=[panel.contest.slug, drafted.public_id])).content.decode()
        assert "every judge needs 15 of its entries and it has 4 in all" in text


@pytest.mark.django_db
class TestTheSetting:
    def test_stays_once_judging_has_begun(self) -> None:
        panel = make_panel()
        panel.stage.scoring = Stage.Scoring.STANDARD
        with pytest.raises(ValidationError):
            panel.stage.full_clean()
        with pytest.raises(IntegrityError, match="judging has begun"), transaction.atomic():
            Stage.objects.filter(pk=panel.stage.pk).update(scoring=Stage.Scoring.STANDARD)

    def test_is_for_online_review_only(self) -> None:
        stage = make_stage(make_contest(), Stage.Kind.ROADSHOW)
        stage.scoring = Stage.Scoring.STANDARD
        with pytest.raises(ValidationError) as refused:
            stage.full_clean()
        assert set(refused.value.message_dict) == {"scoring"}
        with pytest.raises(IntegrityError), transaction.atomic():
            stage.save()
