"""The formal check: who decides, on what, and how a mind is changed."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from competition.models import Stage
from portal.journal.recording import events_of
from portal.notices.models import Notice
from portal.refusals import Closed, NotAllowed, Refusal, Stale
from submissions.actions import confirm_verdict, fail_check, freeze_entries, pass_check, withdraw_entry
from submissions.items import TITLE, of_file
from submissions.models import Entry, Screening
from tests.competition.factories import NOW, make_role
from tests.submissions.factories import (
    fresh,
    make_member,
    make_open_topic,
    make_passed_entry,
    make_person,
    make_submitted_entry,
    submit,
)
from tests.submissions.test_submission import change

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry():
    return make_submitted_entry()


@pytest.fixture
def screener(entry):
    return person_with_role(entry, "screener")


def person_with_role(entry, role):
    person = make_person()
    make_role(person, entry.contest, role)
    return person


def code_of(action, **kwargs):
    with pytest.raises(Refusal) as caught:
        action(**{"now": NOW, "seen": 0} | kwargs)
    return caught.value.code


def test_a_passed_entry_may_be_judged_and_the_team_is_told(entry, screener):
    assert entry in Entry.objects.awaiting_check()
    pass_check(actor=screener, version=entry.current_version, seen=0, now=NOW)
    assert entry in Entry.objects.passed_check()
    assert entry not in Entry.objects.awaiting_check()
    assert Notice.objects.filter(kind="submissions.check_passed", recipient=entry.team.captain, channel="mail").exists()


def test_a_failed_entry_says_why_and_may_not_be_judged(entry, screener):
    fail_check(actor=screener, version=entry.current_version, seen=0, reason="第 2 页缺少公章", now=NOW)
    assert entry not in Entry.objects.passed_check()
    notice = Notice.objects.get(kind="submissions.check_failed", channel="mail")
    assert notice.context["reason"] == "第 2 页缺少公章"


def test_a_failed_entry_names_what_it_is_about(entry, screener):
    wanted = entry.contest.wanted_files.get()
    items = [TITLE, of_file(wanted)]
    fail_check(actor=screener, version=entry.current_version, seen=0, reason="缺公章", items=items, now=NOW)
    assert Screening.objects.get().items == sorted(items)
    notice = Notice.objects.get(kind="submissions.check_failed", channel="mail")
    assert notice.context["items"] == ["项目名称", "佐证材料"]
    payload = events_of(entry).get(kind="entry.check_failed").body.payload
    assert payload["items"] == sorted(items)


def test_a_verdict_names_nothing_that_the_entry_does_not_have(entry, screener):
    foreign = of_file(make_submitted_entry().contest.wanted_files.get())
    given = {"actor": screener, "version": entry.current_version, "reason": "缺公章"}
    assert code_of(fail_check, **given, items=[foreign]) == "bad_items"
    assert not Screening.objects.exists()


def test_a_second_look_confirms_the_items_too(screener):
    entry = make_submitted_entry(make_open_topic(second_look="all"))
    first, second = person_with_role(entry, "screener"), person_with_role(entry, "screener")
    fail_check(actor=first, version=entry.current_version, seen=0, reason="缺公章", items=[TITLE], now=NOW)
    assert confirm_verdict(actor=second, version=entry.current_version, seen=1, now=NOW).items == [TITLE]


def test_the_page_sends_the_items_of_a_verdict(client, clock, entry, screener):
    client.force_login(screener)
    url = reverse("screening", args=[entry.contest.slug, entry.public_id])
    data = {"verdict": "failed", "version": 1, "seen": 0, "reason": "缺公章", "items": [TITLE]}
    assert client.post(url, data).status_code == 302
    assert Screening.objects.get().items == [TITLE]
    assert "项目名称" in client.get(url).content.decode()


def test_failing_needs_a_reason_and_the_database_says_so_too(entry, screener):
    assert code_of(fail_check, actor=screener, version=entry.current_version, reason="") == "no_reason"
    with pytest.raises(DatabaseError), transaction.atomic():
        Screening.objects.create(
            version=entry.current_version, verdict="failed", reason="", screened_by=screener, screened_at=NOW
        )


@pytest.mark.parametrize(
    ("role", "may"), [("screener", True), ("organiser", True), ("supervisor", False), ("observer", False)]
)
def test_screeners_and_organisers_decide(entry, role, may):
    person = person_with_role(entry, role)
    if may:
        assert pass_check(actor=person, version=entry.current_version, seen=0, now=NOW).pk
    else:
        with pytest.raises(NotAllowed):
            pass_check(actor=person, version=entry.current_version, seen=0, now=NOW)


def test_the_captain_and_screeners_of_other_contests_do_not(entry):
    other = person_with_role(make_submitted_entry(), "screener")
    for person in (entry.team.captain, other):
        with pytest.raises(NotAllowed):
            pass_check(actor=person, version=entry.current_version, seen=0, now=NOW)


def test_nobody_checks_the_entry_of_their_own_team(entry):
    member = make_member(entry).user
    make_role(member, entry.contest, "screener")
    assert code_of(pass_check, actor=member, version=entry.current_version) == "own_team"


def test_a_second_verdict_needs_a_reason_and_is_a_further_row(entry, screener):
    version = entry.current_version
    pass_check(actor=screener, version=version, seen=0, now=NOW)
    with pytest.raises(Stale):
        fail_check(actor=screener, version=version, seen=0, reason="看错了", now=NOW)
    fail_check(actor=screener, version=version, seen=1, reason="看错了", now=NOW)
    assert code_of(pass_check, actor=screener, version=version, seen=2) == "no_reason"
    assert code_of(fail_check, actor=screener, version=version, seen=2, reason="再次") == "same_verdict"
    pass_check(actor=screener, version=version, seen=2, reason="核对原件后通过", now=NOW)
    assert list(version.screenings.values_list("number", "verdict")) == [(3, "passed"), (2, "failed"), (1, "passed")]
    assert entry in Entry.objects.passed_check()


def test_a_verdict_stays(entry, screener):
    screening = pass_check(actor=screener, version=entry.current_version, seen=0, now=NOW)
    for attempt in (lambda: Screening.objects.update(verdict="failed"), screening.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_a_version_that_was_replaced_meanwhile_is_not_decided(entry, screener):
    old = entry.current_version
    submit(change(entry))
    with pytest.raises(Stale):
        pass_check(actor=screener, version=old, seen=0, now=NOW)


def test_a_new_version_is_checked_anew(screener, entry):
    pass_check(actor=screener, version=entry.current_version, seen=0, now=NOW)
    submit(change(entry))
    assert fresh(entry) in Entry.objects.awaiting_check()
    assert fresh(entry) not in Entry.objects.passed_check()


def test_a_withdrawn_entry_is_not_checked(entry, screener):
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    assert code_of(pass_check, actor=screener, version=entry.current_version) == "not_submitted"
    assert fresh(entry) not in Entry.objects.awaiting_check()


def test_once_judging_has_begun_the_verdict_stands():
    entry = make_passed_entry()
    screener = person_with_role(entry, "screener")
    freeze_entries(actor=None, entries=[entry], now=NOW)
    assert code_of(fail_check, actor=screener, version=entry.current_version, seen=1, reason="晚了") == "frozen"


@pytest.mark.parametrize(("offset", "is_open"), [(timedelta(microseconds=-1), True), (timedelta(), False)])
def test_the_check_closes_with_its_stage(entry, screener, offset, is_open):
    closes_at = entry.contest.stages.get(kind=Stage.Kind.SCREENING).closes_at
    if is_open:
        assert pass_check(actor=screener, version=entry.current_version, seen=0, now=closes_at + offset).pk
    else:
        with pytest.raises(Closed):
            pass_check(actor=screener, version=entry.current_version, seen=0, now=closes_at + offset)


def test_a_contest_without_a_stage_of_check_says_so(entry, screener):
    entry.contest.stages.filter(kind=Stage.Kind.SCREENING).delete()
    assert code_of(pass_check, actor=screener, version=entry.current_version) == "no_stage"
