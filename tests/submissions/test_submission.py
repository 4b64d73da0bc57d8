"""Submitting: exactly what was checked, once, in time, and for ever."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from portal.canonical import digest
from portal.journal.recording import events_of
from portal.notices.models import Notice
from portal.refusals import Closed, NotAllowed, Refusal, Stale
from submissions.actions import (
    AlreadySubmitted,
    NotReady,
    OrganisationDetails,
    add_partner,
    freeze_entries,
    remove_upload,
    submit_entry,
    upload_file,
    withdraw_entry,
)
from submissions.draft import load_draft
from submissions.models import Entry, EntryVersion
from submissions.readiness import missing_in
from tests.competition.factories import NOW, make_field, make_topic, make_track, make_wanted_file
from tests.portal.factories import make_organisation
from tests.submissions.factories import (
    disqualify,
    fill,
    fresh,
    make_complete_entry,
    make_entry,
    make_member,
    make_open_contest,
    make_open_topic,
    make_person,
    make_submitted_entry,
    submit,
)
from tests.submissions.files import pdf, upload

pytestmark = pytest.mark.django_db
SECOND, MICROSECOND = timedelta(seconds=1), timedelta(microseconds=1)


def change(entry):
    """Something in the draft changes."""
    organisation = OrganisationDetails(uscc=make_organisation().uscc)
    add_partner(actor=entry.team.captain, entry=entry, organisation=organisation, now=NOW)
    return fresh(entry)


# ── The version ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_submission_freezes_everything_under_one_digest():
    entry = make_complete_entry()
    make_member(entry)
    version = submit(entry)
    content = version.content
    assert version.digest == digest(content)
    assert content["entry"]["title"] == entry.title
    assert content["topic"]["description"] == entry.topic.description
    assert [member["is_captain"] for member in content["members"]] == [True, False]
    assert content["lead_organisation"]["uscc"] == entry.team.lead_organisation.uscc
    assert [answer["value"] for section in content["sections"] for answer in section["answers"]] == [
        "项目摘要的内容。",
        "数据基础说明的内容。",
    ]
    assert [(file["name"], file["sha256"]) for file in content["files"]] == [
        (file.name, file.sha256) for file in version.files.all()
    ]


def test_the_entry_counts_its_version_and_has_a_number():
    entry = make_submitted_entry()
    assert entry.status == Entry.Status.SUBMITTED
    assert entry.number == f"{entry.contest.code}-{entry.topic.track.number:02d}-0001"
    assert entry.current_version.number == 1
    assert entry.submitted_at == NOW


def test_numbers_follow_each_other_within_a_track():
    contest = make_open_contest()
    track, other = make_track(contest), make_track(contest)
    numbers = [make_submitted_entry(make_topic(place)).number for place in (track, track, other)]
    assert [number[-7:] for number in numbers] == ["01-0001", "01-0002", "02-0001"]


def test_the_receipt_goes_to_every_member_by_mail_and_inbox():
    entry = make_complete_entry()
    member = make_member(entry)
    version = submit(entry)
    sent = Notice.objects.filter(kind="submissions.entry_submitted")
    assert {(notice.recipient, notice.channel) for notice in sent} == {
        (person, channel) for person in (entry.team.captain, member.user) for channel in ("mail", "inbox")
    }
    assert {notice.path for notice in sent} == {f"/entries/{entry.public_id}/versions/1/"}
    assert version.content["submitted_by"]["name"] == str(entry.team.captain)


def test_a_version_cannot_be_changed_or_deleted():
    version = make_submitted_entry().current_version
    for attempt in (
        lambda: EntryVersion.objects.filter(pk=version.pk).update(number=9),
        lambda: EntryVersion.objects.filter(pk=version.pk).delete(),
        lambda: version.files.update(name="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()
    assert EntryVersion.objects.get(pk=version.pk).number == 1


# ── Once ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_double_click_submits_once_and_is_told_so():
    entry = make_complete_entry()
    captain, revision = entry.team.captain, entry.revision
    version = submit_entry(actor=captain, entry=entry, revision=revision, now=NOW)
    with pytest.raises(AlreadySubmitted) as caught:
        submit_entry(actor=captain, entry=entry, revision=revision, now=NOW + SECOND)
    assert caught.value.version == version
    assert EntryVersion.objects.count() == 1
    assert Notice.objects.filter(kind="submissions.entry_submitted", channel="mail").count() == 1


def test_a_second_submission_after_a_change_is_the_next_version_with_the_same_number():
    entry = make_submitted_entry()
    first = entry.current_version
    version = submit(change(entry), now=NOW + SECOND)
    entry = fresh(entry)
    assert (version.number, entry.current_version, entry.number) == (2, version, first.content["entry"]["number"])
    assert EntryVersion.objects.get(pk=first.pk).digest == first.digest
    assert Notice.objects.filter(kind="submissions.entry_resubmitted", channel="mail").count() == 1


def test_what_changed_after_it_was_checked_is_not_submitted():
    entry = make_complete_entry()
    change(entry)
    with pytest.raises(Stale):
        submit_entry(actor=entry.team.captain, entry=entry, revision=entry.revision, now=NOW)
    assert fresh(entry).status == Entry.Status.DRAFT


# ── In time ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("offset", "accepted"),
    [(-SECOND, True), (-MICROSECOND, True), (timedelta(), False), (MICROSECOND, False), (SECOND, False)],
)
def test_the_deadline_is_exclusive_to_the_microsecond(offset, accepted):
    entry = make_complete_entry()
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    if accepted:
        assert submit(entry, now=closes_at + offset).number == 1
        return
    with pytest.raises(Closed) as caught:
        submit(entry, now=closes_at + offset)
    assert caught.value.closed_at == closes_at
    assert fresh(entry).status == Entry.Status.DRAFT


def test_nothing_is_submitted_before_submission_opens():
    entry = make_complete_entry()
    opens_at = entry.contest.stages.get(kind="submission").opens_at
    with pytest.raises(Closed) as caught:
        submit(entry, now=opens_at - MICROSECOND)
    assert caught.value.opens_at == opens_at
    assert submit(entry, now=opens_at).number == 1


# ── By whom ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_only_the_captain_submits_and_withdraws():
    entry = make_complete_entry()
    member, stranger = make_member(entry).user, make_person()
    entry = fresh(entry)
    with pytest.raises(Refusal) as caught:
        submit_entry(actor=member, entry=entry, revision=entry.revision, now=NOW)
    assert caught.value.code == "captain_only"
    assert str(entry.team.captain) in str(caught.value)
    with pytest.raises(NotAllowed):
        submit_entry(actor=stranger, entry=entry, revision=entry.revision, now=NOW)
    submit(entry)
    with pytest.raises(Refusal):
        withdraw_entry(actor=member, entry=entry, now=NOW)


# ── What is missing ────────────────────────────────────────────────────────────────────────────────────────────────
def missing(entry):
    return missing_in(load_draft(fresh(entry)))


def test_an_empty_draft_says_everything_that_is_missing_and_where():
    entry = make_entry(post="", employer="")
    lines = missing(entry)
    assert [line.task for line in lines] == ["members", "overview", "overview", "application", "evidence"]
    assert all(line.url.startswith(f"/entries/{entry.public_id}/") for line in lines)
    with pytest.raises(NotReady) as caught:
        submit(entry)
    assert len(caught.value.missing) == len(lines)


def test_a_team_that_is_too_small_is_not_ready():
    entry = make_complete_entry(make_open_topic(team_min=2))
    assert [line.task for line in missing(entry)] == ["members"]
    make_member(entry)
    assert missing(entry) == []


def test_a_team_that_is_too_large_since_the_rule_changed_is_not_ready():
    entry = make_complete_entry()
    make_member(entry)
    entry.contest.team_max = 1
    entry.contest.save()
    (line,) = missing(entry)
    assert line.task == "members"
    assert "2" in line.text
    with pytest.raises(NotReady):
        submit(entry)


def test_a_wrong_answer_is_not_ready_also_when_the_rule_came_later():
    entry = make_complete_entry()
    entry.contest.form_sections.get(task="application").fields.update(max_length=3)
    assert [line.task for line in missing(entry)] == ["application"]
    with pytest.raises(NotReady):
        submit(entry)


def test_a_lead_that_is_no_longer_eligible_is_not_ready():
    entry = make_complete_entry()
    entry.team.lead_organisation.kind = "government"
    entry.team.lead_organisation.save()
    assert [line.task for line in missing(entry)] == ["organisations"]


def test_an_optional_question_and_an_optional_file_may_be_missing():
    topic = make_open_topic()
    section = topic.track.contest.form_sections.get(task="application")
    make_field(section, key="extra", required=False)
    make_wanted_file(topic.track.contest, key="video", kinds=["mp4"], required=False)
    entry = make_entry(topic)
    fill(entry, title="项目")
    assert not entry.uploads.filter(wanted__key="video").exists()
    assert submit(entry).number == 1


def test_a_removed_file_is_missing_again_but_the_version_keeps_it():
    entry = make_submitted_entry()
    stored = entry.uploads.get()
    remove_upload(actor=entry.team.captain, upload=stored, now=NOW)
    assert [line.task for line in missing(entry)] == ["evidence"]
    assert entry.current_version.files.get().upload == stored


# ── Withdrawing, freezing ──────────────────────────────────────────────────────────────────────────────────────────
def test_withdrawing_is_undone_by_submitting_again():
    entry = make_submitted_entry()
    checked = entry.revision
    withdraw_entry(actor=entry.team.captain, entry=entry, now=NOW)
    entry = fresh(entry)
    assert entry.status == Entry.Status.WITHDRAWN
    assert Notice.objects.filter(kind="submissions.entry_withdrawn", channel="mail").count() == 1
    with pytest.raises(Stale):
        submit_entry(actor=entry.team.captain, entry=entry, revision=checked, now=NOW)
    assert submit(entry).number == 2
    assert [event.kind for event in events_of(entry)][:3] == ["entry.submitted", "entry.withdrawn", "entry.submitted"]


def test_only_what_is_submitted_is_withdrawn_and_only_in_time():
    draft = make_entry()
    with pytest.raises(Refusal) as caught:
        withdraw_entry(actor=draft.team.captain, entry=draft, now=NOW)
    assert caught.value.code == "not_submitted"
    entry = make_submitted_entry()
    closes_at = entry.contest.stages.get(kind="submission").closes_at
    with pytest.raises(Closed):
        withdraw_entry(actor=entry.team.captain, entry=entry, now=closes_at)


def test_a_frozen_entry_takes_no_further_version():
    entry = make_submitted_entry()
    assert freeze_entries(actor=None, entries=[entry], now=NOW) == 1
    assert freeze_entries(actor=None, entries=[entry], now=NOW + SECOND) == 0
    for attempt in (submit, lambda one: withdraw_entry(actor=one.team.captain, entry=one, now=NOW)):
        with pytest.raises(Refusal) as caught:
            attempt(fresh(entry))
        assert caught.value.code == "frozen"
    assert fresh(entry).frozen_at == NOW


def test_drafts_are_not_frozen():
    assert freeze_entries(actor=None, entries=[make_entry()], now=NOW) == 0


def test_a_disqualified_entry_is_not_submitted_again():
    entry = make_submitted_entry()
    disqualify(entry)
    with pytest.raises(Refusal) as caught:
        submit(entry)
    assert caught.value.code == "disqualified"


def test_a_replaced_file_makes_a_new_version_with_the_new_hash():
    entry = make_submitted_entry()
    wanted, before = entry.uploads.get().wanted, entry.uploads.get()
    file = upload(pdf(note="second"), "第二份.pdf")
    upload_file(actor=entry.team.captain, entry=entry, wanted=wanted, file=file, replaces=before.public_id, now=NOW)
    version = submit(entry)
    assert version.files.get().name == "第二份.pdf"
    assert EntryVersion.objects.get(entry=entry, number=1).files.get().upload == before
