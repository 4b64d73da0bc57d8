"""What the pages of judging cost, with one row and with more than fifty."""

import pytest
import time_machine
from django.urls import reverse

from judging.actions import draft_plan, report_entry
from judging.models import Assignment, Expert
from portal.journal.checkpoints import make_checkpoint
from tests.budgets import check_action, check_list, check_page
from tests.judging.factories import NOW, make_entry, make_expert, make_panel, score, score_and_seal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_the_middle_of_the_review():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def panel():
    return make_panel(experts=1, entries=1, weights=(25, 20, 25, 15, 10, 5))


def grow(panel, entries=55):
    for _ in range(entries):
        make_entry(panel.track)
    panel.publish(seed="more")


def every_sheet(panel, seal=False):
    for assignment in Assignment.objects.filter(stage=panel.stage).select_related("stage__rubric", "expert__user"):
        if not hasattr(assignment, "sheet"):
            (score_and_seal if seal else score)(assignment, *[80] * 6)


def test_the_queue_keeps_its_budget(client, panel):
    client.force_login(panel.experts[0].user)
    check_list(client, reverse("judge_queue", args=[panel.stage.public_id]), "judge_queue", lambda: grow(panel))


def test_the_desk_keeps_its_budget(client, panel):
    client.force_login(panel.experts[0].user)
    every_sheet(panel)
    first = Assignment.objects.get(position=1)

    def longer():
        grow(panel)
        every_sheet(panel)

    check_list(client, reverse("desk", args=[first.public_id]), "desk", longer)


def test_looking_over_before_sealing_keeps_its_budget(client, panel):
    client.force_login(panel.experts[0].user)
    every_sheet(panel)

    def longer():
        grow(panel)
        every_sheet(panel)

    check_list(client, reverse("seal_sheets", args=[panel.stage.public_id]), "seal_sheets", longer)


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_saving_a_mark_keeps_its_budget(client, panel, accept):
    client.force_login(panel.experts[0].user)
    grow(panel)
    assignment = Assignment.objects.get(position=1)
    address = reverse("desk", args=[assignment.public_id])
    marks = {f"mark_C{place}": "80" for place in range(1, 7)}

    def save(revision, **changed):
        data = {"revision": str(revision), "comment": "", **marks, **changed}
        return client.post(address, data, headers={"accept": accept})

    assert save(0, mark_C6="").status_code in (200, 302)
    check_action(lambda: save(1), "save_a_mark")
    check_action(lambda: save(2, mark_C1="81"), "save_a_mark")
    assert assignment.sheet.refreshed().revision == 3


def test_settling_disputes_keeps_its_budget(client):
    panel = make_panel(experts=2, entries=2)
    client.force_login(panel.organiser)
    slug, stage = panel.contest.slug, panel.stage.public_id

    def seal_apart():
        for assignment in Assignment.objects.filter(stage=panel.stage, sheet=None).select_related(
            "stage__rubric", "expert__user"
        ):
            mark = 60 if assignment.expert_id == panel.experts[0].pk else 90
            score_and_seal(assignment, mark, mark)

    def longer():
        grow(panel, entries=20)
        seal_apart()

    seal_apart()
    check_list(client, reverse("disputes", args=[slug, stage]), "disputes", longer)
    check_page(client, reverse("dispute", args=[slug, stage, panel.entries[0].public_id]), "dispute")


def test_recording_a_vote_keeps_its_budget(client):
    panel = make_panel(experts=3, entries=2)
    client.force_login(panel.organiser)
    for assignment in Assignment.objects.select_related("stage__rubric", "expert__user"):
        score_and_seal(assignment, 80, 80)
    check_page(client, reverse("panel_vote", args=[panel.contest.slug, panel.stage.public_id, 1, 1]), "panel_vote")


def test_the_experts_keep_their_budget(client, panel):
    client.force_login(panel.organiser)

    def longer():
        for _ in range(55):
            make_expert(panel.contest, panel.track, status=Expert.Status.LISTED)

    check_list(client, reverse("experts", args=[panel.contest.slug]), "experts", longer)


def test_the_plans_keep_their_budget(client, panel):
    client.force_login(panel.organiser)
    check_list(client, reverse("plans", args=[panel.contest.slug]), "plans", lambda: grow(panel))


@pytest.mark.parametrize("view", ["", "?view=judges"])
def test_a_plan_keeps_its_budget(client, panel, view):
    client.force_login(panel.organiser)
    check_page(client, reverse("plan", args=[panel.contest.slug, panel.plan.public_id]) + view, "plan")
    grow(panel)
    check_page(client, reverse("plan", args=[panel.contest.slug, panel.plan.public_id]) + view, "plan")


def test_two_plans_side_by_side_keep_their_budget(client, panel):
    client.force_login(panel.organiser)
    make_entry(panel.track)
    other = draft_plan(actor=panel.organiser, stage=panel.stage, seed="another", now=NOW)
    address = reverse("compare_plans", args=[panel.contest.slug])
    check_page(client, f"{address}?first={panel.plan.public_id}&second={other.public_id}", "compare_plans")


def test_the_judges_of_an_entry_keep_their_budget(client, panel):
    client.force_login(panel.organiser)
    address = reverse("plan_entry", args=[panel.contest.slug, panel.plan.public_id, panel.entries[0].public_id])
    check_page(client, address, "plan_entry")
    for _ in range(40):
        make_expert(panel.contest, panel.track)
    grow(panel)
    check_page(client, address, "plan_entry")


def test_the_progress_keeps_its_budget(client, panel):
    client.force_login(panel.organiser)

    def longer():
        for _ in range(55):
            make_expert(panel.contest, panel.track)
        type(panel.stage).objects.filter(pk=panel.stage.pk).update(seats=15)
        panel.stage = panel.stage.refreshed()
        grow(panel, entries=5)

    check_list(client, reverse("progress", args=[panel.contest.slug, panel.stage.public_id]), "progress", longer)
    check_page(
        client, reverse("progress", args=[panel.contest.slug, panel.stage.public_id]) + "?by=entries", "progress"
    )
    check_page(client, reverse("chase_judges", args=[panel.contest.slug, panel.stage.public_id]), "chase_judges")


def test_the_ranking_keeps_its_budget(client, panel):
    client.force_login(panel.organiser)
    every_sheet(panel, seal=True)

    def longer():
        grow(panel)
        every_sheet(panel, seal=True)

    check_list(client, reverse("ranking", args=[panel.contest.slug, panel.stage.public_id]), "ranking", longer)


def test_the_statistics_keep_their_budget(client, panel):
    client.force_login(panel.organiser)
    every_sheet(panel, seal=True)

    def longer():
        panel.experts.append(make_expert(panel.contest, panel.track))
        type(panel.stage).objects.filter(pk=panel.stage.pk).update(seats=2)
        panel.stage = panel.stage.refreshed()
        grow(panel)
        every_sheet(panel, seal=True)

    check_list(client, reverse("statistics", args=[panel.contest.slug, panel.stage.public_id]), "statistics", longer)


def test_the_export_keeps_its_budget(client, panel):
    client.force_login(panel.organiser)
    address = reverse("ranking_export", args=[panel.contest.slug, panel.stage.public_id])
    for _ in range(2):
        assert check_action(lambda: client.post(address), "ranking_export").status_code == 200
        grow(panel, entries=5)
        every_sheet(panel, seal=True)


def test_ones_receipts_keep_their_budget(client, panel):
    client.force_login(panel.experts[0].user)
    every_sheet(panel, seal=True)

    def longer():
        grow(panel)
        every_sheet(panel, seal=True)

    check_list(client, reverse("seal_receipts", args=[panel.stage.public_id]), "seal_receipts", longer)


def test_marks_in_excel_keep_their_budget(client, panel):
    client.force_login(panel.experts[0].user)
    check_page(client, reverse("marks_table", args=[panel.stage.public_id]), "marks_table")


def test_sealed_sheets_keep_their_budget(client, panel):
    client.force_login(panel.organiser)
    every_sheet(panel, seal=True)
    address = reverse("sealed_sheets", args=[panel.contest.slug, panel.stage.public_id])
    sheet = Assignment.objects.get(position=1).sheet
    check_page(client, f"{address}{sheet.public_id}/", "sealed_sheet")

    def longer():
        grow(panel)
        every_sheet(panel, seal=True)

    check_list(client, address, "sealed_sheets", longer)


def test_reports_of_judges_keep_their_budget(client, panel):
    client.force_login(panel.organiser)

    def report():
        for seat in Assignment.objects.filter(reports=None).select_related("expert__user"):
            report_entry(actor=seat.expert.user, assignment=seat, kind="cannot_open", text="打不开", now=NOW)

    def longer():
        grow(panel)
        report()

    report()
    check_list(client, reverse("judge_reports", args=[panel.contest.slug]), "judge_reports", longer)


def test_the_signed_state_of_the_journal_keeps_its_budget(client, panel):
    make_checkpoint(now=NOW)
    check_page(client, reverse("checkpoint"), "checkpoint")
