"""Reminding judges who are late: whom it reaches, how often, what they read, and what the journal keeps."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from judging.actions import chase_judges
from judging.events import JUDGES_CHASED
from judging.notices import JUDGE_CHASED
from judging.reading import progress
from judging.reading.chasing import preview, to_chase
from judging.reading.progress import entries_in, entry_rows, judge_rows, judges_in
from portal.journal.models import Event
from portal.notices.kinds import Channel
from portal.notices.models import Notice
from portal.notices.rendering import mail_text, words
from portal.refusals import NotAllowed, Refusal
from tests.judging.factories import NOW, make_panel, score, score_and_seal
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def panel():
    return make_panel(experts=3, entries=2)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def codes(panel):
    return [expert.code for expert in panel.experts]


def chase(panel, *, now=NOW, experts=None, actor=None):
    return chase_judges(
        actor=actor or panel.organiser, stage=panel.stage, experts=codes(panel) if experts is None else experts, now=now
    )


def mails():
    return Notice.objects.filter(kind=JUDGE_CHASED.key, channel=Channel.MAIL)


class TestChasing:
    def test_reaches_those_who_have_sheets_to_seal_and_nobody_else(self, panel):
        for entry in panel.entries:
            score_and_seal(panel.assignment(panel.experts[0], entry), 80, 80)
        told = chase(panel)
        assert [expert.pk for expert in told] == [expert.pk for expert in panel.experts[1:]]
        assert {mail.recipient for mail in mails()} == {expert.user for expert in panel.experts[1:]}

    def test_reaches_nobody_twice_on_one_day_of_beijing(self, panel):
        first, second = panel.experts[:2]
        chase(panel, experts=[first.code])
        with pytest.raises(Refusal, match="reminded today already"):
            chase(panel, experts=[first.code], now=NOW + timedelta(hours=9))
        assert [one.pk for one in chase(panel, experts=[first.code, second.code])] == [second.pk]
        # 06:03 UTC is 14:03 in Beijing: ten hours later another day has begun there.
        assert [one.pk for one in chase(panel, experts=[first.code], now=NOW + timedelta(hours=10))] == [first.pk]
        assert mails().count() == 3

    def test_is_kept_in_the_journal_with_the_messages_that_went_out(self, panel):
        chase(panel)
        event = Event.objects.get(kind=JUDGES_CHASED.key)
        assert event.body.payload["codes"] == codes(panel)
        assert event.body.actor == panel.organiser.public_id
        assert event.notices.filter(channel=Channel.MAIL).count() == 3

    def test_of_judges_who_are_done_is_refused_and_writes_nothing(self, panel):
        for entry in panel.entries:
            score_and_seal(panel.assignment(panel.experts[0], entry), 80, 80)
        with pytest.raises(Refusal, match="nobody to remind"):
            chase(panel, experts=[panel.experts[0].code])
        assert not Event.objects.filter(kind=JUDGES_CHASED.key).exists()
        assert not mails().exists()

    def test_is_refused_while_judging_is_not_open(self, panel):
        with pytest.raises(Refusal, match="closed"):
            chase(panel, now=panel.stage.closes_at)
        with pytest.raises(Refusal, match="not opened"):
            chase(panel, now=panel.stage.opens_at - timedelta(seconds=1))

    def test_is_the_organisers_alone(self, panel):
        for person in (make_user(), panel.experts[0].user):
            with pytest.raises(NotAllowed):
                chase(panel, actor=person)


class TestThePreview:
    def test_is_the_mail_that_goes_out_to_the_letter(self, panel):
        score(panel.assignment(panel.experts[0], panel.entries[0]), 80, 80)
        row = to_chase(panel.stage, set(), NOW)[0]
        shown = preview(panel.stage, row, NOW)
        chase(panel, experts=[panel.experts[0].code])
        sent = mails().get()
        language = panel.experts[0].user.locale
        said = words(sent, language=language)
        assert shown.subject == said.subject
        assert shown.text == mail_text(sent, text=said.text, language=language)

    def test_says_how_many_are_left_and_how_many_only_wait_for_the_seal(self, panel):
        panel.experts[0].user.locale = "en"
        panel.experts[0].user.save()
        score(panel.assignment(panel.experts[0], panel.entries[0]), 80, 80)
        text = preview(panel.stage, to_chase(panel.stage, set(), NOW)[0], NOW).text
        assert "2 of the 2 score sheets given to you are not sealed yet." in text
        assert "1 of them is scored and only has to be sealed." in text

    def test_shows_who_has_been_reminded_today_and_does_not_tick_them(self, panel):
        chase(panel, experts=[panel.experts[0].code])
        rows = to_chase(panel.stage, set(), NOW)
        assert [(row.today, row.is_chosen) for row in rows] == [(True, False), (False, True), (False, True)]
        assert not any(row.today for row in to_chase(panel.stage, set(), NOW + timedelta(hours=10)))


class TestWhoIsBehind:
    def states(self, panel, now):
        return [row.state for row in judge_rows(list(judges_in(panel.stage)), panel.stage, now)]

    def test_nothing_saved_for_three_days_of_an_open_stage_is_silence(self, panel):
        opened = panel.stage.opens_at
        assert self.states(panel, opened + progress.SILENT_AFTER - timedelta(seconds=1)) == [progress.NOT_BEGUN] * 3
        score(panel.assignment(panel.experts[0], panel.entries[0]), 80, 80, now=opened + timedelta(days=2))
        assert self.states(panel, opened + progress.SILENT_AFTER) == [
            progress.UNDER_WAY,
            progress.SILENT,
            progress.SILENT,
        ]

    def test_the_last_day_makes_late_what_was_silent(self, panel):
        assert self.states(panel, panel.stage.closes_at - progress.LATE_WINDOW) == [progress.LATE] * 3

    def test_entries_are_counted_one_by_one(self, panel):
        score_and_seal(panel.assignment(panel.experts[0], panel.entries[0]), 80, 80)
        score(panel.assignment(panel.experts[1], panel.entries[0]), 80, 80)
        rows = entry_rows(list(entries_in(panel.stage).order_by("entry__number")))
        assert [(row.seats, row.scored, row.sealed, row.state) for row in rows] == [
            (3, 2, 1, progress.UNDER_WAY),
            (3, 0, 0, progress.NOT_BEGUN),
        ]


class TestPages:
    @pytest.fixture(autouse=True)
    def signed_in(self, client, panel):
        client.force_login(panel.organiser)
        with time_machine.travel(NOW, tick=False):
            yield

    def address(self, panel, name):
        return "/en" + reverse(name, args=[panel.contest.slug, panel.stage.public_id]).removeprefix("/en")

    def test_an_entry_of_the_list_leads_to_its_judges_where_a_seat_can_be_given(self, client, panel):
        page = client.get(self.address(panel, "progress") + "?by=entries").content.decode()
        links = re.findall(r'href="(/en/contests/[^"]+/plans/[^"]+/entries/[^"]+)"', page)
        assert len(links) == 2
        shown = client.get(links[0]).content.decode()
        assert panel.entries[0].number in shown
        assert "Give the seat" in shown

    def test_one_press_reminds_everybody_who_is_shown(self, client, panel):
        address = self.address(panel, "chase_judges")
        page = client.get(address).content.decode()
        assert page.count('name="judge"') == 3
        assert "score sheets to seal" in page or "待封存" in page
        response = client.post(address, {"judge": codes(panel)}, follow=True)
        assert "3 judges have been reminded." in response.content.decode()

    def test_a_refusal_says_why_and_keeps_what_was_ticked(self, client, panel):
        chase(panel, experts=[panel.experts[0].code])
        response = client.post(self.address(panel, "chase_judges"), {"judge": [panel.experts[0].code]})
        assert response.status_code == 409
        assert "reminded today already" in response.content.decode()

    def test_the_board_can_be_read_by_entry_and_narrowed_to_what_is_not_done(self, client, panel):
        for expert in panel.experts:
            score_and_seal(panel.assignment(expert, panel.entries[0]), 80, 80)
        page = client.get(self.address(panel, "progress") + "?by=entries&open=1").content.decode()
        assert panel.entries[1].number in page
        assert panel.entries[0].number not in page
