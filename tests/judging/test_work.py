"""What judging adds to "my work", the workspace and the daily digest, and what its messages say."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from competition.models import Stage
from judging import work
from judging.actions import invite_experts, recuse_judge
from judging.models import Expert
from portal.notices.models import Notice
from portal.notices.rendering import words
from tests.competition.factories import make_contest, make_role
from tests.judging.factories import NOW, make_expert, make_panel, score, score_and_seal
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return make_panel(experts=2, entries=3)


class TestMyWork:
    def items(self, user, now=NOW):
        return [item for section in work.judge_sections(user, now) for item in section.items]

    def test_a_stage_says_how_far_it_is(self, panel):
        judge = panel.experts[0]
        score(panel.assignment(judge, panel.entries[0]), 80, 80)
        score_and_seal(panel.assignment(judge, panel.entries[1]), 80, 80)
        with translation.override("en"):
            item, appointment = self.items(judge.user)
            assert appointment.url == reverse("availability", args=[judge.public_id])
            assert item.meta == "2 of 3 scored, 1 sealed"
        assert item.state == work.TO_SCORE
        assert item.due_at == panel.stage.closes_at
        assert item.url.endswith(reverse("judge_queue", args=[panel.stage.public_id]))

    def test_the_state_follows_the_sheets_and_the_clock(self, panel):
        judge = panel.experts[0]
        for entry in panel.entries:
            score(panel.assignment(judge, entry), 80, 80)
        assert self.items(judge.user)[0].state == work.TO_SEAL
        assert self.items(judge.user, panel.stage.closes_at)[0].state == work.OVER
        for entry in panel.entries:
            score_and_seal(panel.assignment(judge, entry), 81, 81)
        assert self.items(judge.user)[0].state == work.SEALED

    def test_an_invitation_waits_for_its_person_alone(self, panel):
        user = make_user()
        make_expert(panel.contest, status=Expert.Status.LISTED, email=user.email.upper(), user=None)
        assert self.items(user) == []
        invite_experts(actor=panel.organiser, contest=panel.contest, now=NOW)
        (item,) = self.items(user)
        assert "/judging/invitations/" in item.url
        assert self.items(make_user()) == []

    def test_an_entry_that_was_left_no_longer_counts(self, panel):
        judge = panel.experts[0]
        for entry in panel.entries:
            recuse_judge(actor=judge.user, assignment=panel.assignment(judge, entry), reason="合作", now=NOW)
        (item,) = self.items(judge.user)
        assert item.url == reverse("availability", args=[judge.public_id])

    @time_machine.travel(NOW, tick=False)
    def test_stands_on_the_page(self, client, panel):
        client.force_login(panel.experts[0].user)
        page = client.get(reverse("my_work")).content.decode()
        assert reverse("judge_queue", args=[panel.stage.public_id]) in page


class TestWorkspace:
    def test_tabs_follow_the_role(self, panel):
        tabs = {"organiser": ["experts", "plans", "progress", "disputes", "ranking"]}
        for role in ("screener", "supervisor", "observer"):
            person = make_user()
            make_role(person, panel.contest, role)
            tabs[role] = [link.key for link in work.workspace_tabs(person, panel.contest)]
        assert [link.key for link in work.workspace_tabs(panel.organiser, panel.contest)] == tabs["organiser"]
        assert tabs["screener"] == []
        assert tabs["supervisor"] == tabs["observer"] == ["progress", "disputes", "ranking"]

    def test_a_contest_without_judging_has_no_results(self):
        contest, organiser = make_contest(), make_user()
        make_role(organiser, contest)
        assert [link.key for link in work.workspace_tabs(organiser, contest)] == ["experts", "plans"]

    def test_the_board_counts_judges_and_sheets(self, panel):
        make_expert(panel.contest, status=Expert.Status.LISTED)
        score_and_seal(panel.assignment(panel.experts[0], panel.entries[0]), 80, 80)
        figures = [(figure.value, figure.unit) for figure in work.board_figures(panel.organiser, panel.contest, NOW)]
        assert figures == [("2", "/ 3"), ("1", "/ 6")]
        assert work.board_figures(make_user(), panel.contest, NOW) == []

    def test_the_board_speaks_of_sheets_once_there_are_seats(self):
        panel = make_panel(experts=2, entries=1, publish=False)
        figures = work.board_figures(panel.organiser, panel.contest, NOW)
        assert [(figure.value, figure.unit) for figure in figures] == [("2", "/ 2")]

    def test_the_board_names_nobody_once_every_sheet_is_sealed(self, panel):
        for judge in panel.experts:
            for entry in panel.entries:
                score_and_seal(panel.assignment(judge, entry), 80, 80)
        assert work.board_queues(panel.organiser, panel.contest, panel.stage.closes_at) == []
        since = panel.stage.closes_at
        assert work.digest_lines(panel.contest, since=since, until=since + timedelta(days=1)) == []

    def test_the_board_names_late_judges_on_the_last_day(self, panel):
        for entry in panel.entries:
            score_and_seal(panel.assignment(panel.experts[0], entry), 80, 80)
        last_day = panel.stage.closes_at - timedelta(hours=24)
        assert work.board_queues(panel.organiser, panel.contest, last_day - timedelta(seconds=1)) == []
        (queue,) = work.board_queues(panel.organiser, panel.contest, last_day)
        assert [row.label for row in queue.rows] == [panel.experts[1].code]
        assert work.board_queues(panel.organiser, panel.contest, panel.stage.closes_at + timedelta(days=7)) == []


class TestDigest:
    def lines(self, panel, since, until):
        with translation.override("en"):
            return work.digest_lines(panel.contest, since=since, until=until)

    def test_tells_of_the_day_alone(self, panel):
        day = timedelta(days=1)
        score_and_seal(panel.assignment(panel.experts[0], panel.entries[0]), 80, 80)
        recuse_judge(
            actor=panel.experts[1].user,
            assignment=panel.assignment(panel.experts[1], panel.entries[0]),
            reason="合作",
            now=NOW,
        )
        Expert.objects.filter(pk=panel.experts[0].pk).update(answered_at=NOW)
        lines = self.lines(panel, NOW, NOW + day)
        assert lines == [
            "1 expert accepted the invitation.",
            "1 score sheet was sealed.",
            "1 judge recused from an entry: the seat is empty until you publish another plan.",
        ]
        assert self.lines(panel, NOW - day, NOW) == []

    def test_names_late_judges_from_the_last_day_on(self, panel):
        closes = panel.stage.closes_at
        (line,) = self.lines(panel, closes - timedelta(days=1), closes)
        assert line.endswith("2 judges have score sheets that are not sealed.")
        assert self.lines(panel, NOW, closes - timedelta(days=2)) == []


class TestMessages:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_say_what_happened_in_both_languages(self, panel, language):
        make_expert(panel.contest, status=Expert.Status.LISTED, name="顾评")
        invite_experts(actor=panel.organiser, contest=panel.contest, now=NOW)
        score_and_seal(panel.assignment(panel.experts[0], panel.entries[0]), 80, "90.5")
        said = {
            kind: words(Notice.objects.filter(kind=f"judging.{kind}", channel="mail").first(), language=language)
            for kind in ("judge_invited", "assignments_published", "sheet_sealed")
        }
        assert all(panel.contest.name in one.subject + one.text for one in said.values())
        assert "顾评" in said["judge_invited"].text
        assert "3" in said["assignments_published"].subject
        assert "86.30" in said["sheet_sealed"].text
        assert panel.entries[0].number in said["sheet_sealed"].text
        assert ("评" in said["sheet_sealed"].subject) == (language == "zh-hans")

    @pytest.mark.parametrize(
        ("name", "language", "word"),
        [
            ("", "zh-hans", "网络初评"),
            ("", "en", "Online review"),
            ("专家盲评", "zh-hans", "专家盲评"),
            ("专家盲评", "en", "Online review"),
        ],
    )
    def test_name_the_stage_in_the_language_of_the_recipient(self, name, language, word):
        with translation.override("zh-hans"):  # an organiser at work on Chinese pages
            panel = make_panel(experts=1, entries=1, publish=False)
            Stage.objects.filter(pk=panel.stage.pk).update(name=name)
            panel.publish()
            score_and_seal(panel.assignment(panel.experts[0], panel.entries[0]), 80, "90.5")
        for kind in ("assignments_published", "sheet_sealed"):
            text = words(Notice.objects.filter(kind=f"judging.{kind}", channel="mail").first(), language=language).text
            assert word in text
            assert (name in text) == (name in word)

    def test_lead_to_the_page_and_name_no_language(self, panel):
        paths = set(Notice.objects.filter(kind="judging.assignments_published").values_list("path", flat=True))
        assert paths == {f"/judging/stages/{panel.stage.public_id}/"}
