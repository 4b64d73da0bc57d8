"""Until when an entry may be changed and submitted, and why: the stage, an extension, a correction."""

from datetime import timedelta

import pytest

from competition.models import Stage
from submissions.doors import (
    ASKING_LASTS,
    Why,
    asking_door,
    closes_for_entry,
    draft_door,
    ordinary_door,
    submit_door,
    term_of,
    terms_of,
    upload_door,
)
from submissions.items import MEMBERS, ORGANISATIONS, TITLE, of_file, of_question
from submissions.models import Entry
from submissions.permissions import may_change_team, may_leave
from tests.competition.factories import NOW, make_stage
from tests.submissions.factories import (
    fresh,
    make_correction,
    make_entry,
    make_extension,
    make_member,
    make_submitted_entry,
)

pytestmark = pytest.mark.django_db
MICROSECOND, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)


def close_of(entry):
    return entry.contest.stages.get(kind=Stage.Kind.SUBMISSION).closes_at


def close_stage(entry, **more):
    """Submission closed an hour ago."""
    entry.contest.stages.filter(kind=Stage.Kind.SUBMISSION).update(closes_at=NOW - HOUR, **more)
    return fresh(entry)


def test_the_stage_is_the_term_of_everybody():
    entry = make_entry()
    term = term_of(entry)
    assert (term.closes_at, term.why) == (close_of(entry), Why.STAGE)


def test_an_extension_is_the_term_of_its_team_alone():
    entry = make_entry()
    other = make_entry(entry.topic)
    until = close_of(entry) + DAY
    make_extension(entry, until=until)
    entry, other = fresh(entry), fresh(other)
    assert (term_of(entry).closes_at, term_of(entry).why) == (until, Why.EXTENSION)
    assert term_of(other).why == Why.STAGE
    for open_at, opens in ((until - MICROSECOND, True), (until, False)):
        assert bool(ordinary_door(entry, open_at)) is opens
        assert bool(submit_door(entry, open_at)) is opens
        assert not ordinary_door(other, open_at)
    assert ordinary_door(entry, until).refusal.closed_at == until


def test_an_extension_that_the_stage_has_overtaken_says_nothing():
    entry = make_entry()
    until = close_of(entry) + HOUR
    make_extension(entry, until=until)
    entry.contest.stages.update(closes_at=until + DAY)
    assert term_of(fresh(entry)).why == Why.STAGE


def test_before_the_stage_opens_an_extension_opens_nothing():
    entry = make_entry()
    make_extension(entry, until=close_of(entry) + DAY)
    assert not ordinary_door(fresh(entry), NOW - 2 * DAY)


def test_a_correction_opens_what_was_returned_until_its_date():
    entry = close_stage(make_submitted_entry())
    until = NOW + DAY
    entry = make_correction(entry, items=[TITLE], until=until)
    assert (term_of(entry).closes_at, term_of(entry).why) == (until, Why.CORRECTION)
    assert draft_door(entry, until - MICROSECOND, TITLE)
    assert draft_door(entry, NOW, MEMBERS).refusal.code == "not_returned"
    assert draft_door(entry, until, TITLE).refusal.closed_at == until
    assert submit_door(entry, until - MICROSECOND)
    assert not submit_door(entry, until)


def test_while_submission_is_open_a_returned_entry_is_open_as_a_whole():
    entry = make_submitted_entry()
    entry = make_correction(entry, items=[TITLE], until=NOW + DAY)
    assert draft_door(entry, NOW, MEMBERS)
    assert term_of(entry).why == Why.STAGE  # the later of the two


def test_a_section_opens_its_questions():
    entry = close_stage(make_submitted_entry())
    section = entry.contest.form_sections.get(task="application")
    question = section.fields.get()
    entry = make_correction(entry, items=[f"section:{section.public_id}"], until=NOW + DAY)
    assert draft_door(entry, NOW, of_question(question), section=section)
    other = entry.contest.form_sections.get(task="overview")
    assert not draft_door(entry, NOW, of_question(other.fields.get()), section=other)


def test_a_returned_team_may_be_changed_where_it_was_returned():
    entry = make_submitted_entry()
    member = make_member(entry)
    entry = make_correction(close_stage(entry), items=[MEMBERS], until=NOW + DAY)
    captain = entry.team.captain
    assert may_change_team(captain, entry, NOW)
    assert may_leave(member.user, entry, NOW)
    assert may_change_team(captain, entry, NOW, ORGANISATIONS).refusal.code == "not_returned"
    assert not may_change_team(captain, entry, NOW + DAY)


def test_more_time_to_submit_is_more_time_to_form_the_team_where_both_are_one_stage():
    entry = make_entry()
    at = close_of(entry) + HOUR
    make_extension(entry, until=at + HOUR)
    assert may_change_team(entry.team.captain, fresh(entry), at)
    make_stage(entry.contest, Stage.Kind.REGISTRATION)
    assert not may_change_team(entry.team.captain, fresh(entry), at)


def test_an_upload_begun_in_time_may_finish_within_the_grace():
    entry = make_entry()
    entry.contest.stages.update(grace_minutes=30)
    entry, closes_at = fresh(entry), close_of(entry)
    item = of_file(entry.contest.wanted_files.get())
    grace, begun = timedelta(minutes=30), closes_at - MICROSECOND
    assert upload_door(entry, item, begun_at=begun, now=closes_at + grace - MICROSECOND)
    assert not upload_door(entry, item, begun_at=begun, now=closes_at + grace)
    assert not upload_door(entry, item, begun_at=closes_at, now=closes_at + MICROSECOND)
    assert upload_door(entry, item, begun_at=begun, now=begun)


def test_the_grace_follows_the_teams_own_deadline():
    entry = make_entry()
    entry.contest.stages.update(grace_minutes=30)
    until = close_of(entry) + DAY
    make_extension(entry, until=until)
    entry = fresh(entry)
    item = of_file(entry.contest.wanted_files.get())
    assert upload_door(entry, item, begun_at=until - HOUR, now=until + MICROSECOND)
    assert not upload_door(entry, item, begun_at=until - HOUR, now=until + HOUR)


def test_more_time_may_be_asked_for_until_a_day_after_the_deadline():
    entry = make_entry()
    late = close_of(entry) + ASKING_LASTS
    assert asking_door(entry, NOW)
    assert asking_door(entry, late - MICROSECOND)
    assert asking_door(entry, late).refusal.closed_at == late
    assert not asking_door(entry, NOW - 2 * DAY)


def test_a_contest_without_dates_has_no_term():
    entry = make_entry()
    entry.contest.stages.all().delete()
    entry = fresh(entry)
    assert term_of(entry) is None
    assert not asking_door(entry, NOW)
    assert not upload_door(entry, "", begun_at=NOW, now=NOW)


def test_lists_and_pages_agree_on_the_deadline(django_assert_num_queries):
    entry = make_entry()
    other = make_entry(entry.topic)
    make_extension(entry, until=close_of(entry) + DAY)
    rows = list(Entry.objects.select_related("extension", "correction").annotate(closes_at=closes_for_entry()))
    with django_assert_num_queries(1):
        terms = terms_of(rows)
    assert {row.pk: row.closes_at for row in rows} == {pk: term.closes_at for pk, term in terms.items()}
    assert terms[entry.pk].closes_at - terms[other.pk].closes_at == DAY
