"""More time for one team: who asks, who answers, and what it opens."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from competition.models import Stage
from portal.journal.recording import events_of
from portal.notices.models import Notice
from portal.refusals import Closed, NotAllowed, Refusal, Stale
from portal.web.dates import last_day
from submissions.actions import ask_extension, decline_extension, freeze_entries, grant_extension, submit_entry
from submissions.models import Entry, Extension
from tests.competition.factories import NOW, make_role
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_entry,
    make_extension,
    make_member,
    make_person,
    make_submitted_entry,
)
from tests.submissions.test_pages import page

pytestmark = pytest.mark.django_db
MICROSECOND, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
REASON = "提交当晚机房断电，请求延长一天。"


@pytest.fixture
def entry():
    return make_complete_entry()


@pytest.fixture
def organiser(entry):
    person = make_person()
    make_role(person, entry.contest, "organiser")
    return person


@pytest.fixture
def closes_at(entry):
    return entry.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at


def ask(entry, now=NOW):
    return ask_extension(actor=entry.team.captain, entry=entry, reason=REASON, now=now)


def code_of(action, **kwargs):
    with pytest.raises(Refusal) as caught:
        action(**{"now": NOW} | kwargs)
    return caught.value.code


# ── Asking ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_captain_asks_and_every_organiser_is_told(entry, organiser):
    extension = ask(entry)
    assert (extension.status, extension.asked_by, extension.until) == ("asked", entry.team.captain, None)
    told = Notice.objects.filter(kind="submissions.extension_asked", channel="mail")
    assert [notice.recipient for notice in told] == [organiser]
    assert told.get().context["reason"] == REASON
    assert events_of(entry).first().kind == "entry.extension_asked"
    assert REASON not in str(events_of(entry).first().body.payload)


def test_a_member_does_not_ask_and_a_stranger_learns_nothing(entry):
    member = make_member(entry)
    assert code_of(ask_extension, actor=member.user, entry=entry, reason=REASON) == "captain_only"
    with pytest.raises(NotAllowed):
        ask_extension(actor=make_person(), entry=entry, reason=REASON, now=NOW)


def test_asking_needs_a_reason(entry):
    assert code_of(ask_extension, actor=entry.team.captain, entry=entry, reason="") == "no_reason"


def test_one_request_is_open_at_a_time_and_the_database_says_so_too(entry):
    ask(entry)
    assert code_of(ask_extension, actor=entry.team.captain, entry=entry, reason=REASON) == "asked_already"
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.create(entry=entry, reason="再来", asked_by=entry.team.captain, asked_at=NOW)


def test_a_team_asks_three_times_at_most(entry, organiser):
    for _turn in range(3):
        decline_extension(actor=organiser, request=ask(entry), note="理由不充分", now=NOW)
    assert code_of(ask_extension, actor=entry.team.captain, entry=entry, reason=REASON) == "too_many"


def test_asking_ends_a_day_after_the_deadline(entry, closes_at):
    with pytest.raises(Closed):
        ask(entry, now=closes_at + DAY)
    assert ask(entry, now=closes_at + DAY - MICROSECOND).pk


# ── Answering ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_granted_time_opens_the_door_for_this_team_alone_until_then(entry, organiser, closes_at):
    other = make_complete_entry(entry.topic)
    until = closes_at + DAY
    now = closes_at + HOUR
    grant_extension(actor=organiser, entry=entry, request=ask(entry, now=now), until=until, note="同意", now=now)
    captain, revision = entry.team.captain, fresh(entry).revision
    with pytest.raises(Closed) as late:
        submit_entry(actor=captain, entry=entry, revision=revision, now=until)
    assert late.value.closed_at == until
    with pytest.raises(Closed):
        submit_entry(actor=other.team.captain, entry=other, revision=other.revision, now=until - MICROSECOND)
    version = submit_entry(actor=captain, entry=entry, revision=revision, now=until - MICROSECOND)
    assert version.number == 1


def test_the_whole_team_is_told_of_granted_time(entry, organiser, closes_at):
    make_member(entry)
    until = closes_at + DAY
    grant_extension(actor=organiser, entry=entry, request=ask(entry), until=until, note="同意延期", now=NOW)
    told = Notice.objects.filter(kind="submissions.extension_granted", channel="mail")
    assert told.count() == 2
    assert told.first().context["until_at"] == until.isoformat()
    assert events_of(entry).first().kind == "entry.extension_granted"


def test_declining_needs_a_note_that_the_team_reads(entry, organiser):
    request = ask(entry)
    assert code_of(decline_extension, actor=organiser, request=request, note="") == "no_note"
    decline_extension(actor=organiser, request=request, note="已给足时间", now=NOW)
    assert Notice.objects.get(kind="submissions.extension_declined", channel="mail").context["note"] == "已给足时间"
    assert fresh(entry).extension is None


def test_a_request_is_answered_once(entry, organiser, closes_at):
    request = ask(entry)
    grant_extension(actor=organiser, entry=entry, request=request, until=closes_at + DAY, note="", now=NOW)
    with pytest.raises(Stale):
        decline_extension(actor=organiser, request=request, note="改主意了", now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Extension.objects.filter(pk=request.pk).update(until=closes_at + 9 * DAY)


def test_nobodys_time_is_cut(entry, organiser, closes_at):
    grant = {"actor": organiser, "entry": entry, "request": None, "note": ""}
    assert code_of(grant_extension, **grant, until=closes_at) == "no_gain"
    make_extension(entry, until=closes_at + DAY)
    assert code_of(grant_extension, **grant, until=closes_at + DAY) == "no_gain"
    assert code_of(grant_extension, **grant, until=NOW) == "past"
    make_extension(entry, until=closes_at + 2 * DAY)
    assert fresh(entry).extension.until == closes_at + 2 * DAY


def test_time_given_unasked_does_not_pass_over_a_request_that_came_meanwhile(entry, organiser, closes_at):
    ask(entry)
    with pytest.raises(Stale):
        grant_extension(actor=organiser, entry=entry, request=None, until=closes_at + DAY, note="", now=NOW)


@pytest.mark.parametrize("role", ["screener", "supervisor", "observer"])
def test_only_organisers_answer(entry, role, closes_at):
    person = make_person()
    make_role(person, entry.contest, role)
    with pytest.raises(NotAllowed):
        grant_extension(actor=person, entry=entry, request=None, until=closes_at + DAY, note="", now=NOW)


def test_an_organiser_does_not_decide_on_their_own_team(entry, closes_at):
    make_role(entry.team.captain, entry.contest, "organiser")
    grant = {"actor": entry.team.captain, "entry": entry, "request": None, "until": closes_at + DAY, "note": ""}
    assert code_of(grant_extension, **grant) == "own_team"


def test_when_judging_has_begun_nothing_is_extended(organiser, closes_at, entry):
    submitted = make_submitted_entry(entry.topic)
    freeze_entries(actor=None, entries=[submitted], now=NOW)
    grant = {"actor": organiser, "entry": submitted, "request": None, "until": closes_at + DAY, "note": ""}
    assert code_of(grant_extension, **grant) == "frozen"


def test_a_contest_without_dates_has_nothing_to_extend(entry, organiser):
    entry.contest.stages.all().delete()
    grant = {"actor": organiser, "entry": entry, "request": None, "until": NOW + DAY, "note": ""}
    assert code_of(grant_extension, **grant) == "no_stage"


# ── Pages ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_too_late_keeps_everything_says_by_how_much_and_what_can_be_done(client, clock, entry, closes_at):
    clock.move_to(closes_at + timedelta(minutes=3, seconds=20))
    client.force_login(entry.team.captain)
    text = page(client.post(reverse("entry_check", args=[entry.public_id]), {"revision": entry.revision}), 403)
    assert "未提交：逾期 3 分 20 秒" in text
    assert "内容没有丢失" in text
    assert "申请延期" in text
    assert "项目摘要的内容。" in text
    entry = fresh(entry)
    assert (entry.status, entry.uploads.filter(state="stored").count()) == (Entry.Status.DRAFT, 1)


def test_one_microsecond_late_is_said_so(client, clock, entry, closes_at):
    clock.move_to(closes_at)
    client.force_login(entry.team.captain)
    assert "逾期 不到 1 秒" in page(
        client.post(reverse("entry_check", args=[entry.public_id]), {"revision": entry.revision}), 403
    )


def test_the_captain_asks_on_a_page_and_the_hub_says_that_it_is_with_the_organisers(client, clock, entry, closes_at):
    clock.move_to(closes_at + HOUR)
    client.force_login(entry.team.captain)
    url = reverse("ask_extension", args=[entry.public_id])
    assert url in client.get(entry.get_absolute_url()).content.decode()
    assert "请写明申请延期的理由" in page(client.post(url, {"reason": ""}), 409)
    assert "延期申请已送达组委会" in page(client.post(url, {"reason": REASON}, follow=True))
    assert "已申请延期" in page(client.get(entry.get_absolute_url()))


def test_the_organiser_grants_on_a_page_and_the_team_sees_its_own_deadline(client, clock, entry, organiser, closes_at):
    ask(entry)
    client.force_login(organiser)
    listed = reverse("extensions", args=[entry.contest.slug])
    url = reverse("extension", args=[entry.contest.slug, entry.public_id])
    assert url in client.get(listed).content.decode()
    request = Extension.objects.get().public_id
    wrong = page(client.post(url, {"answer": "grant", "request": request, "until_on": "", "note": "请尽快"}), 409)
    assert "请选择截止日期" in wrong
    assert "请尽快" in wrong
    given = {"answer": "grant", "request": request, "until_on": "2024-07-25", "until_at": "17:30", "note": "请尽快"}
    assert "已记录" in page(client.post(url, given, follow=True))
    assert "7月25日 17:30" in page(client.get(listed))
    client.force_login(entry.team.captain)
    hub = page(client.get(entry.get_absolute_url()))
    assert "本队已获延期" in hub
    assert "7月25日 17:30" in hub
    assert "7月25日 17:30" in page(client.get(reverse("my_work")))
    assert "7月25日 17:30" in page(client.get(reverse("entry_check", args=[entry.public_id])))


def test_one_day_more_than_the_team_has_is_proposed(client, clock, entry, organiser, closes_at):
    client.force_login(organiser)
    url = reverse("extension", args=[entry.contest.slug, entry.public_id])
    Stage.objects.filter(contest=entry.contest, kind="screening").update(closes_at=closes_at + 5 * DAY)
    assert client.get(url).context["form"].initial["until_on"] == last_day(closes_at) + DAY
    Stage.objects.filter(contest=entry.contest, kind="screening").update(closes_at=closes_at + DAY)
    assert client.get(url).context["form"].initial["until_on"] is None


def test_without_a_time_the_last_day_ends_at_24(client, clock, entry, organiser):
    client.force_login(organiser)
    url = reverse("extension", args=[entry.contest.slug, entry.public_id])
    client.post(url, {"answer": "grant", "request": "", "until_on": "2024-07-25", "note": ""})
    assert fresh(entry).extension.until.isoformat() == "2024-07-25T16:00:00+00:00"


def test_the_organiser_declines_on_a_page(client, clock, entry, organiser):
    request = ask(entry)
    client.force_login(organiser)
    url = reverse("extension", args=[entry.contest.slug, entry.public_id])
    assert "请写明不予延期的理由" in page(client.post(url, {"answer": "decline", "request": request.public_id}), 409)
    client.post(url, {"answer": "decline", "request": request.public_id, "note": "理由不充分"})
    client.force_login(entry.team.captain)
    assert "理由不充分" in page(client.get(reverse("ask_extension", args=[entry.public_id])))


def test_a_team_is_found_that_never_asked(client, clock, entry, organiser):
    client.force_login(organiser)
    name = entry.team.lead_organisation.name
    text = page(client.get(reverse("extensions", args=[entry.contest.slug]), {"q": name}))
    assert name in text
    assert "没有符合条件的队伍" in page(client.get(reverse("extensions", args=[entry.contest.slug]), {"q": "查无此名"}))


def test_a_decision_on_another_contests_entry_is_not_there(client, clock, entry, organiser):
    other = make_entry()
    client.force_login(organiser)
    assert client.get(reverse("extension", args=[entry.contest.slug, other.public_id])).status_code == 404
    url = reverse("extension", args=[entry.contest.slug, entry.public_id])
    assert client.post(url, {"answer": "decline", "note": "不"}).status_code == 404


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2024-13-45", "昨天"])
def test_an_impossible_day_gets_a_sentence(client, clock, entry, organiser, day):
    client.force_login(organiser)
    url = reverse("extension", args=[entry.contest.slug, entry.public_id])
    assert client.post(url, {"answer": "grant", "until_on": day}).status_code == 409
