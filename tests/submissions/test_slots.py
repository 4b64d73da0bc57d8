"""What the app adds to "my work", the board, the digest and the invariants; and its notices in both languages."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection

from portal import guards
from portal.journal.recording import record
from portal.notices import rendering
from portal.notices.models import Notice
from submissions import events, invariants, notices, work
from submissions.actions import (
    accept_captaincy,
    ask_extension,
    change_topic,
    decline_extension,
    delete_draft,
    disqualify_entry,
    fail_check,
    grant_extension,
    invite_by_email,
    offer_captaincy,
    pass_check,
    reinstate_entry,
    remove_member,
    withdraw_entry,
)
from submissions.actions.reminding import remind_teams
from submissions.models import Entry, EntryVersion, Membership, Team, Upload
from tests.competition.factories import NOW, make_role, make_topic, make_track
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_correction,
    make_entry,
    make_member,
    make_open_contest,
    make_person,
    make_screening,
    make_submitted_entry,
    submit,
)
from tests.submissions.test_submission import change

pytestmark = pytest.mark.django_db


def person_in(contest, role):
    person = make_person()
    make_role(person, contest, role)
    return person


# ── My work ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_my_work_lists_my_entries_with_state_and_deadline():
    entry = make_entry()
    make_submitted_entry()
    (section,) = work.entry_sections(entry.team.captain, NOW)
    (item,) = section.items
    assert item.url == f"/entries/{entry.public_id}/"
    assert item.due_at == entry.contest.stages.get(kind="submission").closes_at
    assert work.entry_sections(make_person(), NOW)[0].items == []


def test_my_work_tells_screeners_how_many_wait():
    entry = make_submitted_entry()
    screener = person_in(entry.contest, "screener")
    (section,) = work.screening_sections(screener, NOW)
    assert "1" in str(section.items[0].meta)
    pass_check(actor=screener, version=entry.current_version, seen=0, now=NOW)
    assert work.screening_sections(screener, NOW)[0].items == []
    assert work.screening_sections(entry.team.captain, NOW) == []


# ── The board and the digest ───────────────────────────────────────────────────────────────────────────────────────
def test_the_board_counts_and_shows_who_waits():
    contest = make_open_contest()
    topic = make_topic(make_track(contest))
    entry = make_submitted_entry(topic)
    make_entry(topic)
    organiser = person_in(contest, "organiser")
    assert [figure.value for figure in work.figures(organiser, contest, NOW)] == ["2", "1", "1"]
    (queue,) = work.queues(organiser, contest, NOW)
    assert (queue.count, [row.label for row in queue.rows]) == (1, [entry.number])
    assert work.queues(person_in(contest, "observer"), contest, NOW) == []


def test_tabs_follow_the_role():
    contest = make_open_contest()
    keys = {
        role: [tab.key for tab in work.workspace_tabs(person_in(contest, role), contest)]
        for role in ("screener", "observer")
    }
    assert keys == {"screener": ["entries", "screening"], "observer": ["entries"]}
    assert work.workspace_tabs(make_person(), contest) == []


def test_the_digest_tells_of_the_day_and_is_silent_when_there_is_nothing():
    contest = make_open_contest()
    day = {"since": NOW - timedelta(hours=1), "until": NOW + timedelta(hours=1)}
    assert work.digest_lines(contest, **day) == []
    topic = make_topic(make_track(contest))
    make_submitted_entry(topic)
    make_entry(topic, now=NOW - timedelta(hours=3))
    assert len(work.digest_lines(contest, **day)) == 3
    later = {"since": NOW + timedelta(hours=1), "until": NOW + timedelta(hours=2)}
    assert len(work.digest_lines(contest, **later)) == 1


# ── Invariants ─────────────────────────────────────────────────────────────────────────────────────────────────────
def broken():
    return {one.name: list(one.violations()) for one in invariants.INVARIANTS if list(one.violations())}


def test_nothing_is_broken_by_the_actions():
    entry = make_submitted_entry()
    make_member(entry)
    submit(change(entry))
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    make_complete_entry()
    assert broken() == {}


@pytest.mark.parametrize(
    ("name", "harm"),
    [
        ("the digest of a version is that of its content", lambda entry: _raw("entryversion", "digest", "'0'", entry)),
        (
            "an entry that was submitted counts its newest version",
            lambda entry: Entry.objects.filter(pk=entry.pk).update(
                current_version=make_submitted_entry().current_version
            ),
        ),
        ("the bytes of every file are there", lambda entry: default_storage.delete(entry.uploads.get().storage_path)),
        (
            "the bytes of every file are there",
            lambda entry: Path(default_storage.path(entry.uploads.get().storage_path)).write_bytes(b"%PDF"),
        ),
        ("the captain is a member of the team", lambda entry: Membership.objects.filter(team=entry.team).delete()),
        (
            "a team has one entry in its own contest",
            lambda entry: Team.objects.filter(pk=make_entry().team_id).update(contest=entry.contest),
        ),
        ("a team has one entry in its own contest", lambda entry: make_entry().delete()),
        (
            "an extension that counts was granted to the entry",
            lambda entry: Entry.objects.filter(pk=entry.pk).update(
                extension=ask_extension(actor=entry.team.captain, entry=entry, reason="断电", now=NOW)
            ),
        ),
        (
            "a returned entry was returned by its verdict",
            lambda entry: Entry.objects.filter(pk=entry.pk).update(
                correction=make_screening(entry), status=Entry.Status.RETURNED
            ),
        ),
        ("verdicts on a version have no gap", lambda entry: _gap(make_screening(entry))),
        ("one team per person follows the contest's rule", lambda entry: Membership.objects.update(scope_key="x")),
        ("versions of an entry have no gap", lambda entry: _raw("entryversion", "number", "5", entry)),
    ],
)
def test_each_harm_is_found(name, harm):
    entry = make_submitted_entry()
    harm(entry)
    assert broken()[name]


def _raw(table, column, value, entry):
    """Past the triggers, as somebody with the database's password might."""
    guards.lift(connection)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE submissions_{table} SET {column} = {value} WHERE entry_id = %s", [entry.pk])  # noqa: S608
    guards.install(connection)


def _gap(screening):
    """The second verdict, where there is no first."""
    guards.lift(connection)
    type(screening).objects.filter(pk=screening.pk).update(number=2)
    guards.install(connection)


def test_a_file_that_is_not_in_the_content_is_found():
    version = make_submitted_entry().current_version
    guards.lift(connection)
    version.files.update(sha256="0" * 64)
    guards.install(connection)
    assert list(invariants.files_that_differ()) == [f"version {version.public_id} lists other files than it has"]
    assert EntryVersion.objects.count() == 1


def test_the_board_shows_who_asks_for_more_time():
    entry = make_entry()
    organiser, screener = person_in(entry.contest, "organiser"), person_in(entry.contest, "screener")
    assert work.extension_queues(organiser, entry.contest, NOW) == []
    ask_extension(actor=entry.team.captain, entry=entry, reason="机房断电", now=NOW)
    (queue,) = work.extension_queues(organiser, entry.contest, NOW)
    assert (queue.count, [row.url for row in queue.rows]) == (
        1,
        [f"/contests/{entry.contest.slug}/extensions/{entry.public_id}/"],
    )
    assert work.extension_queues(screener, entry.contest, NOW) == []


# ── Notices ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def every_notice():
    """Everything that this app sends, once."""
    contest = make_open_contest()
    topic = make_topic(make_track(contest))
    entry = make_complete_entry(topic)
    captain = entry.team.captain
    invite_by_email(actor=captain, entry=entry, email="guest@example.cn", now=NOW)
    member = make_member(entry)
    submit(entry)
    submit(change(fresh(entry)))
    screener = person_in(contest, "screener")
    version = fresh(entry).current_version
    fail_check(actor=screener, version=version, seen=0, reason="第 2 页缺少公章", now=NOW)
    pass_check(actor=screener, version=version, seen=1, reason="已核对原件", now=NOW)
    organiser = person_in(contest, "organiser")
    ask = {"actor": captain, "entry": entry, "reason": "机房断电", "now": NOW}
    decline_extension(actor=organiser, request=ask_extension(**ask), note="理由不充分", now=NOW)
    closes_at = contest.stages.get(kind="submission").closes_at
    until = closes_at + timedelta(days=1)
    grant_extension(actor=organiser, entry=entry, request=ask_extension(**ask), until=until, note="同意", now=NOW)
    make_complete_entry(topic)
    make_entry(topic)
    remind_teams(now=closes_at - timedelta(days=1))
    make_correction(fresh(entry), items=["title"], until=closes_at, screener=screener)
    remind_teams(now=closes_at - timedelta(hours=2))
    remind_teams(now=until - timedelta(hours=2))
    submit(fresh(entry))
    out = disqualify_entry(
        actor=organiser, entry=entry, seen=fresh(entry).current_version.number, reason="冒用他人成果", now=NOW
    )
    reinstate_entry(actor=organiser, row=out, reason="已核实", now=NOW)
    remove_member(actor=captain, member=member, now=NOW)
    withdraw_entry(actor=captain, entry=entry, now=NOW)
    draft = make_complete_entry(topic)
    successor = make_member(draft)
    offer_captaincy(actor=draft.team.captain, entry=draft, member=successor, now=NOW)
    draft = Entry.objects.get(
        pk=accept_captaincy(actor=successor.user, entry=fresh(draft), consented=True, now=NOW).entry.pk
    )
    other = make_topic(topic.track, number=2)
    change_topic(actor=draft.team.captain, entry=draft, topic=other, seen=topic.public_id, now=NOW)
    draft = fresh(draft)
    delete_draft(actor=draft.team.captain, entry=draft, now=NOW)
    upload = Upload.objects.filter(entry=entry, state="stored").first()
    infected = record(
        events.FILE_INFECTED, actor=None, now=NOW, contest=contest, subject=entry, name=upload.name, finding="EICAR"
    )
    notices.tell_infected(upload=upload, finding="EICAR", event=infected, now=NOW)
    return {notice.kind: notice for notice in Notice.objects.all()}


def test_every_kind_of_notice_is_sent_by_some_action(every_notice):
    kinds = [value for value in vars(notices).values() if type(value).__name__ == "NoticeKind"]
    assert {kind.key for kind in kinds} == set(every_notice)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_notice_reads_well_in_both_languages(every_notice, language):
    for kind, notice in every_notice.items():
        words = rendering.words(notice, language=language)
        for text in (words.subject, words.text):
            assert text, kind
            assert not {"{{", "%(", "None", "{%"} & {text[at : at + 2] for at in range(len(text))}, (kind, text)
        assert ("“" in words.text) or kind.endswith("submitted"), kind
        if language == "zh-hans":
            assert "版本：第" in words.text or "submitted" not in kind


def test_the_receipt_by_mail_carries_number_time_and_hashes(every_notice):
    text = rendering.words(every_notice["submissions.entry_resubmitted"], language="zh-hans").text
    version = EntryVersion.objects.get(number=2)
    for expected in (
        version.digest,
        version.files.get().sha256,
        "2024年7月17日 14:03:00",
        version.content["entry"]["number"],
    ):
        assert expected in text


def test_an_invitation_by_mail_leads_to_the_join_page(every_notice):
    notice = every_notice["submissions.team_invitation"]
    assert notice.path.startswith("/join/")
    assert "2024年7月20日 14:03" in rendering.words(notice, language="zh-hans").text
