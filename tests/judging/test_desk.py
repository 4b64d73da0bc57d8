"""The desk as a judge meets it: what it shows, what it hides, and what it answers to bad input."""

import json
import re
from copy import deepcopy
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from judging.actions import recuse_judge, save_sheet
from judging.models import Assignment, Mark, ScoreSheet
from submissions.models import Entry
from tests.competition.factories import make_field, make_section
from tests.judging.factories import (
    NOW,
    make_entry,
    make_expert,
    make_panel,
    make_rubric_with_na,
    score,
    score_and_seal,
)
from tests.portal.factories import make_organisation, make_user
from tests.scenes import once_per_module

pytestmark = pytest.mark.django_db
MARKS = {"revision": "0", "mark_C1": "80", "mark_C2": "90.5", "comment": ""}


@pytest.fixture(autouse=True)
def _in_the_middle_of_the_review():
    with time_machine.travel(NOW, tick=False):
        yield


made = once_per_module(lambda: make_panel(experts=2, entries=3), at=NOW)


@pytest.fixture
def panel(made):
    return deepcopy(made)


@pytest.fixture
def judge(client, panel):
    client.force_login(panel.experts[0].user)
    return client


@pytest.fixture
def assignment(panel):
    return Assignment.objects.select_related("stage__rubric", "stage__contest", "entry", "expert").get(
        expert=panel.experts[0], position=1
    )


def url(assignment):
    return reverse("desk", args=[assignment.public_id])


def _answer(key, label, value):
    return {"key": key, "label": label, "kind": "long_text", "value": value}


def text_of(response):
    return re.sub(r"\s+", " ", response.content.decode())


class TestShowing:
    def test_the_form_and_the_rubric_stand_side_by_side(self, judge, assignment):
        page = text_of(judge.get(url(assignment)))
        assert assignment.title in page
        assert assignment.version.content["sections"][0]["answers"][0]["value"] in page
        for criterion in assignment.stage.rubric.criteria.all():
            assert criterion.name in page
            assert f'name="mark_{criterion.code}"' in page

    def test_the_total_so_far_is_shown_without_a_script(self, judge, assignment):
        score(assignment, 80, None)
        page = judge.get(url(assignment))
        assert page.context["total"].total == "80.00"
        assert [criterion.code for criterion in page.context["total"].missing] == ["C2"]
        assert page.context["current"] == "C2"

    def test_says_when_it_was_saved(self, judge, assignment):
        score(assignment, 80, 80)
        assert "14:03:00" in text_of(judge.get(url(assignment)))

    def test_ones_own_other_totals_are_shown_as_a_distribution(self, judge, panel, assignment):
        assert judge.get(url(assignment)).context["own"] is None
        other = Assignment.objects.get(expert=panel.experts[0], position=2)
        score(panel.assignment(other.expert, other.entry), 70, 70)
        own = judge.get(url(assignment)).context["own"]
        assert (own.count, own.median, own.spread) == (1, "70.00", "0.00")

    def test_says_how_many_are_done(self, judge, panel, assignment):
        score(assignment, 80, 80)
        tally = judge.get(url(assignment)).context["tally"]
        assert (tally.seats, tally.scored, tally.sealed) == (3, 1, 0)

    def test_the_anchor_of_the_band_is_marked(self, judge):
        panel = make_panel(experts=1, entries=1, publish=False)
        anchors = [
            ["优", 90, 100, "常态应用"],
            ["良", 75, 89, "已上线"],
            ["中", 60, 74, "试用"],
            ["差", 0, 59, "未应用"],
        ]
        panel.rubric.criteria.filter(code="C1").update(anchors=anchors)
        panel.publish()
        assignment = panel.assignment(panel.experts[0], panel.entries[0])
        judge.force_login(panel.experts[0].user)
        for mark, band in (("89.5", "良"), ("90", "优"), ("59.99", "差"), ("60", "中"), ("100", "优"), ("0", "差")):
            score(assignment, mark, None)
            row = judge.get(url(assignment)).context["rows"][0]
            assert [anchor.band for anchor in row.anchors if anchor.is_here] == [band]
            assert row.band == band

    def test_a_long_queue_is_shown_around_the_entry(self, client):
        panel = make_panel(experts=1, entries=60)
        client.force_login(panel.experts[0].user)
        places = {1: (1, 50), 30: (5, 54), 60: (11, 60)}
        for position, (first, last) in places.items():
            queue = client.get(url(panel.stage.assignments.get(position=position))).context["queue"]
            assert (queue[0].position, queue[-1].position, len(queue)) == (first, last, 50)


class TestBlindness:
    """Who is in the team and for whom they work is not in what a judge reads."""

    def test_shows_neither_people_nor_organisations_nor_file_names(self, client):
        panel = make_panel(experts=1, entries=0, publish=False)
        captain = make_user("secret.captain@example.cn", name="江映雪")
        lead, partner = make_organisation(name="隐名牵头集团"), make_organisation(name="隐名联合研究院")
        make_entry(panel.track, captain=captain, lead=lead, partners=[partner])
        panel.publish()
        assignment = panel.stage.assignments.get()
        client.force_login(panel.experts[0].user)
        pages = [
            url(assignment),
            reverse("judge_queue", args=[panel.stage.public_id]),
            reverse("seal_sheets", args=[panel.stage.public_id]),
            reverse("recuse", args=[assignment.public_id]),
            reverse("my_work"),
        ]
        for address in pages:
            page = text_of(client.get(address))
            for secret in (
                captain.name,
                captain.email,
                captain.public_id,
                lead.name,
                lead.uscc,
                partner.name,
                lead.public_id,
            ):
                assert secret not in page, f"{secret} on {address}"

    def test_leaves_out_the_sections_and_questions_that_name_the_team(self, client):
        panel = make_panel(experts=1, entries=0, publish=False)
        about = make_section(panel.contest, title="牵头单位情况", names_team=True)
        make_field(about, key="intro", label="单位简介")
        scene = make_section(panel.contest, title="应用场景")
        make_field(scene, key="leader", label="项目负责人", names_team=True)
        make_field(scene, key="scene", label="应用场景")
        sections = [
            {"title": "牵头单位情况", "answers": [_answer("intro", "单位简介", "我们成立于某年。")]},
            {
                "title": "应用场景",
                "answers": [_answer("leader", "项目负责人", "总工程师。"), _answer("scene", "应用场景", "港口调度。")],
            },
        ]
        make_entry(panel.track, sections=sections)
        panel.publish()
        client.force_login(panel.experts[0].user)
        response = client.get(url(panel.stage.assignments.get()))
        seen = response.context["entry"]
        assert [(section.title, section.answers) for section in seen.sections] == [
            ("应用场景", [("应用场景", "港口调度。")])
        ]
        assert seen.characters == len("港口调度。")
        page = text_of(response)
        for secret in ("牵头单位情况", "单位简介", "成立于某年", "项目负责人", "总工程师"):
            assert secret not in page

    def test_puts_a_bar_over_the_names_that_a_text_mentions(self, client):
        panel = make_panel(experts=1, entries=0, publish=False)
        captain, lead = make_user(name="江映雪"), make_organisation(name="隐名牵头集团")
        partner = make_organisation(name="隐名联合研究院")
        text = "江映雪带领隐名牵头集团与隐名联合研究院共建平台。"
        sections = [{"title": "项目背景", "answers": [_answer("background", "项目背景", text)]}]
        make_entry(panel.track, captain=captain, lead=lead, partners=[partner], sections=sections)
        panel.publish()
        client.force_login(panel.experts[0].user)
        seen = client.get(url(panel.stage.assignments.get())).context["entry"]
        assert seen.sections[0].answers == [("项目背景", "███带领██████与███████共建平台。")]

    def test_what_another_judge_gave_is_nowhere(self, judge, panel, assignment):
        other = panel.assignment(panel.experts[1], assignment.entry)
        score_and_seal(other, "73.19", "73.19", comment="另一位评委的评语")
        for address in (
            url(assignment),
            reverse("judge_queue", args=[panel.stage.public_id]),
            reverse("seal_sheets", args=[panel.stage.public_id]),
        ):
            page = text_of(judge.get(address))
            assert "73.19" not in page
            assert "另一位评委的评语" not in page
            assert panel.experts[1].code not in page

    def test_the_team_sees_no_mark(self, client, panel, assignment):
        score_and_seal(assignment, "73.19", "73.19", comment="给组委会的评语")
        client.force_login(Entry.objects.get(pk=assignment.entry_id).team.captain)
        page = text_of(client.get(reverse("entry", args=[assignment.entry.public_id])))
        assert "73.19" not in page
        assert "给组委会的评语" not in page


class TestSaving:
    def test_a_plain_form_saves_and_comes_back(self, judge, assignment):
        response = judge.post(url(assignment), MARKS | {"save": "1"})
        assert response.url == url(assignment)
        sheet = ScoreSheet.objects.get(assignment=assignment)
        assert (sheet.revision, sheet.total) == (1, "863/10")

    def test_next_leads_to_the_next_unscored_entry_and_round_to_the_first(self, judge, panel):
        first, second, third = Assignment.objects.filter(expert=panel.experts[0]).order_by("position")
        assert judge.post(url(second), MARKS | {"next": "1"}).url == url(third)
        assert judge.post(url(third), MARKS | {"next": "1"}).url == url(first)
        assert judge.post(url(first), MARKS | {"next": "1"}).url == reverse("seal_sheets", args=[panel.stage.public_id])

    def test_next_stays_where_only_the_comment_is_missing_and_says_so(self, judge, assignment):
        outer = MARKS | {"mark_C1": "96", "mark_C2": "96", "next": "1"}
        assert judge.post(url(assignment), outer).url == url(assignment)
        assert judge.get(url(assignment)).context["lacks_comment"]
        assert judge.post(url(assignment), outer | {"revision": "1", "comment": "应用成效突出"}).url != url(assignment)

    def test_next_passes_over_entries_that_were_left(self, judge, panel):
        first, second, third = Assignment.objects.filter(expert=panel.experts[0]).order_by("position")
        recuse_judge(actor=panel.experts[0].user, assignment=second, reason="合作", now=NOW)
        assert judge.post(url(first), MARKS | {"next": "1"}).url == url(third)

    def test_a_script_gets_the_revision_the_time_and_the_total(self, judge, assignment):
        response = judge.post(url(assignment), MARKS, headers={"accept": "application/json"})
        assert response.json() == {"revision": 1, "savedAt": "14:03:00", "total": "86.30", "isScored": True}

    @pytest.mark.parametrize(
        ("field", "typed"),
        [
            ("mark_C1", "NaN"),
            ("mark_C1", "101"),
            ("mark_C1", "-1"),
            ("mark_C2", "88.888"),
            ("mark_C2", "九十"),
            ("mark_C1", "1e2"),
            ("mark_C1", "<script>"),
        ],
    )
    def test_bad_marks_are_a_sentence_beside_the_box_and_everything_typed_stays(self, judge, assignment, field, typed):
        data = MARKS | {field: typed, "comment": "写了很久的评语"}
        response = judge.post(url(assignment), data)
        page = response.content.decode()
        assert response.status_code == 200
        assert response.context["form"].errors[field]
        row = next(row for row in response.context["rows"] if row.field == field)
        assert row.value == typed
        assert row.errors
        assert "写了很久的评语" in page
        assert "<script>" not in page.replace('<script src="', "")
        assert not ScoreSheet.objects.exists()

    def test_a_script_gets_the_same_sentences_by_field(self, judge, assignment):
        response = judge.post(url(assignment), MARKS | {"mark_C1": "101"}, headers={"accept": "application/json"})
        assert response.status_code == 422
        assert response.json()["code"] == "invalid"
        assert "100" in response.json()["fields"]["mark_C1"][0]

    @pytest.mark.parametrize("extra", [{"mark_C9": "50"}, {"mark_": "1"}, {"mark_c1": "1"}])
    def test_a_criterion_of_another_rubric_is_one_sentence(self, judge, assignment, extra):
        response = judge.post(url(assignment), MARKS | extra)
        assert response.context["form"].non_field_errors()
        assert not ScoreSheet.objects.exists()

    @pytest.mark.parametrize("revision", ["", "x", "-1", None])
    def test_a_page_without_its_revision_saves_nothing(self, judge, assignment, revision):
        data = {key: value for key, value in (MARKS | {"revision": revision}).items() if value is not None}
        response = judge.post(url(assignment), data)
        assert response.status_code == 200
        assert response.context["form"].errors["revision"]
        assert not ScoreSheet.objects.exists()

    def test_two_tabs_the_second_sees_what_the_first_saved_and_decides(self, judge, assignment):
        score(assignment, 80, 80)
        score(assignment, 70, 80)
        response = judge.post(url(assignment), {"revision": "1", "mark_C1": "60", "mark_C2": "80", "comment": "甲"})
        assert response.status_code == 409
        assert response.context["rows"][0].value == "60"
        assert response.context["rows"][0].elsewhere == "70"
        assert response.context["rows"][1].elsewhere == ""
        assert Mark.objects.get(criterion__code="C1").value == Decimal(70)
        revision = response.context["form"]["revision"].value()
        judge.post(url(assignment), {"revision": revision, "mark_C1": "60", "mark_C2": "80", "comment": "甲"})
        assert Mark.objects.get(criterion__code="C1").value == Decimal(60)

    def test_two_tabs_the_second_sees_what_the_first_took_back(self, judge, assignment):
        score(assignment, 80, 80)
        save_sheet(
            actor=assignment.expert.user, assignment=assignment, revision=1, marks={"C2": Decimal(80)}, comment="",
            now=NOW,
        )  # fmt: skip
        response = judge.post(url(assignment), {"revision": "1", "mark_C1": "60", "mark_C2": "80", "comment": ""})
        assert response.status_code == 409
        assert [row.elsewhere for row in response.context["rows"]] == ["无", ""]

    def test_a_script_learns_that_it_is_stale(self, judge, assignment):
        score(assignment, 80, 80)
        response = judge.post(url(assignment), MARKS | {"mark_C1": "1"}, headers={"accept": "application/json"})
        assert (response.status_code, response.json()["code"]) == (409, "stale")

    def test_after_the_end_the_page_says_since_when_and_keeps_what_was_typed(self, judge, panel, assignment):
        with time_machine.travel(panel.stage.closes_at + timedelta(seconds=1), tick=False):
            judge.force_login(panel.experts[0].user)
            response = judge.post(url(assignment), MARKS | {"comment": "最后一刻的评语"})
            page = response.content.decode()
            assert response.status_code == 403
            assert response.context["refusal_since"]
            assert "最后一刻的评语" in page
            reading = judge.get(url(assignment))
        assert not ScoreSheet.objects.exists()
        assert not reading.context["scoring"]
        assert "readonly" in reading.content.decode()

    def test_a_sealed_sheet_is_shown_and_not_saved(self, judge, assignment):
        score_and_seal(assignment, 80, 80)
        page = judge.get(url(assignment))
        assert 'name="next"' not in page.content.decode()
        response = judge.post(url(assignment), MARKS | {"revision": "2", "mark_C1": "1"})
        assert response.status_code == 409
        assert Mark.objects.get(criterion__code="C1").value == Decimal(80)

    def test_a_mark_and_not_applicable_at_once_is_asked_about(self, client):
        panel = make_panel(experts=1, entries=1, rubric=make_rubric_with_na)
        client.force_login(panel.experts[0].user)
        assignment = panel.stage.assignments.get()
        response = client.post(url(assignment), MARKS | {"na_C2": "on"})
        assert response.context["form"].errors["mark_C2"]
        client.post(url(assignment), MARKS | {"mark_C2": "", "na_C2": "on"})
        assert Mark.objects.get(criterion__code="C2").not_applicable

    def test_not_applicable_is_not_heard_where_it_is_not_offered(self, judge, assignment):
        judge.post(url(assignment), MARKS | {"mark_C2": "", "na_C2": "on"})
        assert not Mark.objects.filter(not_applicable=True).exists()

    def test_no_script_and_no_style_stands_in_the_page(self, judge, assignment):
        page = judge.get(url(assignment)).content.decode()
        assert not re.search(r"<script(?![^>]*src=)|\sstyle=|\son\w+=", page)


class TestLeaving:
    def test_recusing_leads_on_and_hides_the_entry(self, judge, panel, assignment):
        secret = assignment.version.content["sections"][0]["answers"][0]["value"]
        response = judge.post(reverse("recuse", args=[assignment.public_id]), {"reason": "与牵头单位合作"})
        assert response.url.startswith("/judging/assignments/")
        left = judge.get(url(assignment))
        assert left.status_code == 403
        assert secret not in left.content.decode()
        assert "与牵头单位合作" not in left.content.decode()

    def test_wants_a_reason_and_keeps_the_seat_without(self, judge, assignment):
        response = judge.post(reverse("recuse", args=[assignment.public_id]), {"reason": "  "})
        assert response.status_code == 200
        assert response.context["form"].errors["reason"]
        assert Assignment.objects.get(pk=assignment.pk).status == Assignment.Status.ACTIVE


class TestQueue:
    def test_lists_own_entries_in_their_order_with_state_and_total(self, judge, panel):
        first, second, third = Assignment.objects.filter(expert=panel.experts[0]).order_by("position")
        score_and_seal(panel.assignment(first.expert, first.entry), 80, 80)
        score(panel.assignment(second.expert, second.entry), 70, 70)
        recuse_judge(actor=panel.experts[0].user, assignment=third, reason="合作", now=NOW)
        page = judge.get(reverse("judge_queue", args=[panel.stage.public_id]))
        assert [(row.position, row.total, row.is_out) for row in page.context["page"].rows] == [
            (1, "80.00", False),
            (2, "70.00", False),
            (3, "", True),
        ]
        assert page.context["next_unscored"] is None

    def test_begins_with_the_first_unscored(self, judge, panel):
        page = judge.get(reverse("judge_queue", args=[panel.stage.public_id]))
        assert page.context["next_unscored"] == Assignment.objects.get(expert=panel.experts[0], position=1).public_id

    def test_comes_in_pages(self, client):
        panel = make_panel(experts=1, entries=51)
        client.force_login(panel.experts[0].user)
        address = reverse("judge_queue", args=[panel.stage.public_id])
        first = client.get(address).context["page"]
        second = client.get(address + first.next_url).context["page"]
        assert [row.position for row in first.rows + second.rows] == list(range(1, 52))
        assert not second.next_url


class TestSealPage:
    @pytest.fixture
    def address(self, panel):
        return reverse("seal_sheets", args=[panel.stage.public_id])

    def test_shows_what_is_ready_unfinished_and_tied(self, judge, panel, address):
        first, second, third = Assignment.objects.filter(expert=panel.experts[0]).order_by("position")
        for assignment in (first, second):
            score(panel.assignment(assignment.expert, assignment.entry), 80, 80)
        score(panel.assignment(third.expert, third.entry), 80, None)
        context = judge.get(address).context
        assert [row.position for row in context["ready"]] == [1, 2]
        assert [row.position for row in context["unfinished"]] == [3]
        assert context["ties"] == [("80.00", 2)]
        assert context["own"].count == 2

    def test_seals_the_chosen_ones(self, judge, panel, address, assignment):
        sheet = score(assignment, 80, 80)
        response = judge.post(
            address,
            {"sheet": [f"{assignment.public_id}:{sheet.revision}"], "signature": assignment.expert.name},
        )
        assert response.url == address
        assert sheet.refreshed().state == ScoreSheet.State.SEALED
        assert judge.get(address).context["tally"].sealed == 1

    @pytest.mark.parametrize("seen", [[], ["{id}:9"], ["{id}:x"], ["{id}"], ["{id}:"]])
    def test_what_was_not_seen_as_it_is_now_is_not_sealed(self, judge, address, assignment, seen):
        score(assignment, 80, 80)
        response = judge.post(
            address,
            {
                "sheet": [text.format(id=assignment.public_id) for text in seen],
                "signature": assignment.expert.name,
            },
        )
        assert response.status_code == 409
        assert response.context["refusal"]
        assert not ScoreSheet.objects.filter(state=ScoreSheet.State.SEALED).exists()

    def test_a_sheet_of_another_stage_or_judge_does_not_exist(self, judge, panel, address):
        other = panel.assignment(panel.experts[1], panel.entries[0])
        score(other, 80, 80)
        assert judge.post(address, {"sheet": [f"{other.public_id}:1"]}).status_code == 404


def test_the_desk_speaks_english_under_its_prefix(judge, assignment):
    page = judge.get(f"/en{url(assignment)}").content.decode()
    assert "Weighted total" in page
    assert 'lang="en"' in page


def test_a_judge_without_an_entry_in_a_stage_has_no_queue_there(client, panel):
    newcomer = make_expert(panel.contest, panel.track)
    client.force_login(newcomer.user)
    assert client.get(reverse("judge_queue", args=[panel.stage.public_id])).status_code == 404


def test_the_answer_for_a_script_is_json_even_when_refused(client, panel, assignment):
    client.force_login(panel.experts[0].user)
    score_and_seal(assignment, 80, 80)
    response = client.post(url(assignment), MARKS, headers={"accept": "application/json"})
    assert response.status_code == 409
    assert json.loads(response.content)["code"] == "sealed"
