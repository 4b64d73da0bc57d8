"""The organisers' daily digest: once a day, at eight, in their language, and only when there is something to say."""

from datetime import datetime, timedelta

import pytest
from django.utils.translation import gettext

from portal.notices import digest
from portal.notices.digest import send_digests, undelivered
from portal.notices.models import Notice
from portal.notices.rendering import words
from portal.slots import DigestAudience, DigestSection, Slot
from portal.web.dates import BEIJING
from tests.notices.factories import make_notice
from tests.portal.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db

EIGHT = datetime(2024, 7, 17, 8, 0, tzinfo=BEIJING)
ASKED = []


@pytest.fixture
def contest():
    """Anything with a public id will do: the ground floor knows no contests."""
    return make_organisation()


@pytest.fixture
def organisers():
    return [make_user(), make_user(locale="en"), make_user()]


@pytest.fixture
def slots(monkeypatch, contest, organisers):
    """One contest with three organisers, and one section that tells of today."""
    ASKED.clear()
    audiences, sections = Slot("audiences"), Slot("sections")
    audiences.register(lambda now: [DigestAudience(contest, "湖北分赛", organisers, path="/contests/hb/")])

    def lines(contest, *, since, until):
        ASKED.append((since, until))
        return [gettext("Mark all as read")]

    sections.register(DigestSection("形式审查", lines))
    monkeypatch.setattr(digest, "digest_audiences", audiences)
    monkeypatch.setattr(digest, "digest_sections", sections)
    return sections


def test_nothing_goes_out_before_eight(slots):
    assert send_digests(now=EIGHT - timedelta(seconds=1)) == []


def test_each_organiser_gets_one_mail_a_day_in_their_language(slots, organisers):
    sent = send_digests(now=EIGHT)
    assert {notice.recipient for notice in sent} == set(organisers)
    assert {notice.channel for notice in sent} == {"mail"}
    texts = {notice.language: words(notice, language=notice.language).text for notice in sent}
    assert "- 全部标为已读" in texts["zh-hans"]
    assert "- Mark all as read" in texts["en"]
    assert send_digests(now=EIGHT + timedelta(minutes=15)) == []
    assert send_digests(now=EIGHT + timedelta(hours=15)) == []
    assert len(send_digests(now=EIGHT + timedelta(days=1))) == 3


def test_a_day_of_the_digest_goes_from_eight_to_eight_however_late_it_is_made(slots):
    send_digests(now=EIGHT + timedelta(hours=5))
    assert set(ASKED) == {(EIGHT - timedelta(days=1), EIGHT)}


def test_a_quiet_day_sends_nothing(slots):
    slots._items[:] = [DigestSection("nothing", lambda contest, *, since, until: [])]
    assert send_digests(now=EIGHT) == []
    assert not Notice.objects.exists()


def test_mails_that_did_not_get_through_are_told(contest):
    day = {"since": EIGHT - timedelta(days=1), "until": EIGHT}
    for number, state in enumerate(("failed", "failed", "uncertain", "sent")):
        notice = make_notice(dedupe=str(number), now=EIGHT - timedelta(hours=1), contest=contest)
        Notice.objects.filter(pk=notice.pk).update(state=state)
    assert undelivered(contest, **day) == ["有 2 封邮件未能送达。", "有 1 封邮件无法确认是否送达。"]
    assert undelivered(make_organisation(), **day) == []
