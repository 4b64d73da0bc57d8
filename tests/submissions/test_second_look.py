"""The second look: a first verdict waits, and counts when somebody else has confirmed it or decided otherwise."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from portal.journal.recording import events_of
from portal.notices.models import Notice
from portal.refusals import Refusal, Stale
from submissions import work
from submissions.actions import confirm_verdict, fail_check, pass_check, return_for_correction
from submissions.items import TITLE
from submissions.models import Entry, Screening
from tests.competition.factories import NOW, make_check_item, make_role
from tests.submissions.factories import (
    fresh,
    make_member,
    make_open_topic,
    make_person,
    make_submitted_entry,
    submit,
    tick,
)
from tests.submissions.test_pages import page
from tests.submissions.test_returning import UNTIL
from tests.submissions.test_submission import change

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def topic():
    return make_open_topic(second_look="all")


@pytest.fixture
def entry(topic):
    return make_submitted_entry(topic)


def person_in(entry, role="screener"):
    person = make_person()
    make_role(person, entry.contest, role)
    return person


@pytest.fixture
def screener(entry):
    return person_in(entry)


@pytest.fixture
def second(entry):
    return person_in(entry)


def look(action, entry, actor, seen=0, **kwargs):
    return action(actor=actor, version=entry.current_version, seen=seen, now=NOW, **kwargs)


def code_of(*args, **kwargs):
    with pytest.raises(Refusal) as caught:
        look(*args, **kwargs)
    return caught.value.code


def told(entry):
    kinds = Notice.objects.filter(recipient=entry.team.captain, kind__startswith="submissions.check").values("kind")
    return {row["kind"] for row in kinds}


# ── What needs one ─────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("rule", "passes", "fails"), [("none", True, True), ("failures", True, False), ("all", False, False)]
)
def test_the_contest_says_which_verdicts_wait(rule, passes, fails):
    topic = make_open_topic(second_look=rule)
    for action, reason, counts in ((pass_check, "", passes), (fail_check, "缺章", fails)):
        entry = make_submitted_entry(topic)
        assert look(action, entry, person_in(entry), reason=reason).in_force is counts


def test_a_return_waits_only_where_every_verdict_does():
    for rule, counts in (("failures", True), ("all", False)):
        entry = make_submitted_entry(make_open_topic(second_look=rule))
        given = {"items": [TITLE], "until": UNTIL, "reason": "请改名称"}
        assert look(return_for_correction, entry, person_in(entry), **given).in_force is counts
        assert fresh(entry).status == (Entry.Status.RETURNED if counts else Entry.Status.SUBMITTED)


# ── While it waits ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_first_verdict_counts_for_nothing_and_the_team_is_not_told(client, entry, screener):
    look(pass_check, entry, screener)
    assert entry not in Entry.objects.passed_check()
    assert entry in Entry.objects.awaiting_second_look()
    assert entry not in Entry.objects.awaiting_check()
    assert told(entry) == set()
    client.force_login(entry.team.captain)
    for url in (entry.get_absolute_url(), reverse("receipt", args=[entry.public_id, 1])):
        text = page(client.get(url))
        assert "形式审查通过" not in text
        assert "复核" not in text
    assert events_of(entry).first().kind == "entry.check_looked_at"


def test_a_failure_that_waits_is_not_shown_to_the_team(client, entry, screener):
    look(fail_check, entry, screener, reason="第 2 页缺少公章")
    client.force_login(entry.team.captain)
    for url in (entry.get_absolute_url(), reverse("receipt", args=[entry.public_id, 1]), reverse("my_work")):
        text = page(client.get(url))
        assert "第 2 页缺少公章" not in text
        assert "未通过" not in text


def test_a_verdict_that_is_to_change_counts_until_the_second_look_and_yet_nothing_is_judged(entry, screener, second):
    look(pass_check, entry, screener)
    look(confirm_verdict, entry, second, seen=1)
    assert entry in Entry.objects.passed_check()
    look(fail_check, entry, screener, seen=2, reason="看错了")
    assert Entry.objects.with_verdict().get(pk=entry.pk).last_verdict == "passed"
    assert entry not in Entry.objects.passed_check()
    look(confirm_verdict, entry, second, seen=3)
    assert Entry.objects.with_verdict().get(pk=entry.pk).last_verdict == "failed"


def test_a_new_version_is_looked_at_from_the_beginning(entry, screener):
    look(fail_check, entry, screener, reason="缺章")
    submit(change(entry))
    assert fresh(entry) in Entry.objects.awaiting_check()
    assert fresh(entry) not in Entry.objects.awaiting_second_look()


# ── The second look ────────────────────────────────────────────────────────────────────────────────────────────────
def test_another_person_confirms_and_then_it_counts(entry, screener, second):
    make_check_item(entry.contest, text="承诺书已盖章")
    first = look(fail_check, entry, screener, reason="缺章", ticked=tick(entry.contest, 承诺书已盖章="缺章"))
    screening = look(confirm_verdict, entry, second, seen=1)
    assert (screening.verdict, screening.reason, screening.answers) == ("failed", "缺章", first.answers)
    assert (screening.in_force, screening.first, screening.number) == (True, first, 2)
    assert told(entry) == {"submissions.check_failed"}
    payload = events_of(entry).first().body.payload
    assert payload["first"] == first.public_id


def test_a_confirmed_return_goes_back_to_the_team(entry, screener, second):
    given = {"items": [TITLE], "until": UNTIL, "reason": "请改名称"}
    look(return_for_correction, entry, screener, **given)
    screening = look(confirm_verdict, entry, second, seen=1)
    entry = fresh(entry)
    assert (entry.status, entry.correction) == (Entry.Status.RETURNED, screening)
    assert told(entry) == {"submissions.check_returned"}


def test_a_return_whose_time_is_over_is_not_confirmed_but_given_a_new_one(entry, screener, second):
    given = {"items": [TITLE], "until": UNTIL, "reason": "请改名称"}
    look(return_for_correction, entry, screener, **given)
    with pytest.raises(Refusal) as caught:
        confirm_verdict(actor=second, version=entry.current_version, seen=1, now=UNTIL)
    assert caught.value.code == "past"
    later = given | {"until": UNTIL + timedelta(days=1)}
    assert return_for_correction(actor=second, version=entry.current_version, seen=1, now=UNTIL, **later).in_force


def test_another_person_decides_otherwise_and_says_why(entry, screener, second):
    look(fail_check, entry, screener, reason="缺章")
    assert code_of(pass_check, entry, second, seen=1) == "no_reason"
    screening = look(pass_check, entry, second, seen=1, reason="公章在第 3 页")
    assert (screening.in_force, screening.first.verdict) == (True, "failed")
    assert entry in Entry.objects.passed_check()
    assert told(entry) == {"submissions.check_passed"}


def test_nobody_confirms_or_changes_their_own_first_verdict(entry, screener):
    look(pass_check, entry, screener)
    assert code_of(confirm_verdict, entry, screener, seen=1) == "own_verdict"
    assert code_of(fail_check, entry, screener, seen=1, reason="缺章") == "own_verdict"


def test_the_contest_may_stop_asking_and_what_waits_still_needs_somebody_else(entry, screener, second):
    look(pass_check, entry, screener)
    type(entry.contest).objects.filter(pk=entry.contest_id).update(second_look="none")
    assert code_of(confirm_verdict, fresh(entry), screener, seen=1) == "own_verdict"
    assert look(confirm_verdict, fresh(entry), second, seen=1).in_force


def test_a_second_look_comes_once(entry, screener, second):
    look(pass_check, entry, screener)
    look(confirm_verdict, entry, second, seen=1)
    for seen in (1, 2):
        with pytest.raises(Stale):
            look(confirm_verdict, entry, second, seen=seen)


def test_the_team_the_captain_and_overseers_confirm_nothing(entry, screener):
    look(pass_check, entry, screener)
    member = make_member(entry).user
    make_role(member, entry.contest, "screener")
    assert code_of(confirm_verdict, entry, member, seen=1) == "own_team"
    for person in (entry.team.captain, person_in(entry, "supervisor"), person_in(make_submitted_entry())):
        assert code_of(confirm_verdict, entry, person, seen=1) == "not_allowed"


def test_the_database_keeps_a_second_look_another_persons(entry, screener, second):
    first = look(pass_check, entry, screener)
    common = {"version": entry.current_version, "number": 2, "verdict": "passed", "screened_at": NOW}
    wrong = (
        {"first": first, "screened_by": screener},  # their own
        {"screened_by": second},  # past the one that waits
        {"first": first, "screened_by": second, "in_force": False},  # a second look that does not count
        {"first": first, "screened_by": second, "version": make_submitted_entry().current_version},
    )
    for fields in wrong:
        with pytest.raises(DatabaseError), transaction.atomic():
            Screening.objects.create(**common | fields)
    assert Screening.objects.create(**common, first=first, screened_by=second).pk


# ── The pages ──────────────────────────────────────────────────────────────────────────────────────────────────────
def url_of(entry):
    return reverse("screening", args=[entry.contest.slug, entry.public_id])


def pressed(client, entry, verdict, seen, **fields):
    return client.post(url_of(entry), {"verdict": verdict, "version": 1, "seen": seen, "reason": ""} | fields)


def test_two_people_decide_on_the_page_and_each_is_led_on(client, topic, entry, screener, second):
    other = make_submitted_entry(topic)
    client.force_login(screener)
    assert pressed(client, entry, "failed", 0, reason="缺章").url == url_of(other)
    assert "复核" in page(client.get(url_of(other)))
    queue = reverse("screening_queue", args=[entry.contest.slug])
    assert pressed(client, other, "passed", 0).url == queue
    text = page(client.get(url_of(entry)))
    assert "初审结论由您作出" in text
    client.force_login(second)
    assert "确认初审结论" in page(client.get(url_of(entry)))
    assert pressed(client, entry, "confirmed", 1).url == url_of(other)
    assert pressed(client, other, "failed", 1, reason="缺页").url == queue
    found = Screening.objects.in_force().values_list("verdict", "reason")
    assert sorted(found) == [("failed", "缺章"), ("failed", "缺页")]


def test_whoever_is_in_the_team_does_not_read_the_first_verdict_even_with_a_role(client, entry, screener):
    look(fail_check, entry, screener, reason="第 2 页缺少公章")
    member = make_member(entry).user
    make_role(member, entry.contest, "observer")
    client.force_login(member)
    text = page(client.get(url_of(entry)))
    assert "第 2 页缺少公章" not in text
    assert "复核" not in text


def test_the_queue_the_board_and_my_work_count_what_waits_for_a_second_look(client, topic, entry, screener, second):
    make_submitted_entry(topic)
    look(fail_check, entry, screener, reason="缺章")
    queue = reverse("screening_queue", args=[entry.contest.slug])
    client.force_login(second)
    response = client.get(f"{queue}?state=second")
    assert [row[0][0] for row in response.context["rows"]] == [entry.number]
    assert [work.queues(person, entry.contest, NOW)[0].count for person in (screener, second)] == [1, 2]
    assert "待复核 1" in str(work.figures(second, entry.contest, NOW)[2].note)
    assert work.figures(second, entry.contest, NOW)[0].value == "2"
    assert "2" in str(work.screening_sections(second, NOW)[0].items[0].meta)
    lines = work.digest_lines(entry.contest, since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))
    assert any("复核" in line for line in lines)
