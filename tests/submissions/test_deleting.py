"""A draft goes whole and at once; what was submitted stays."""

import pytest
from django.urls import reverse

from portal.journal.recording import events_of
from portal.notices.models import Notice
from portal.refusals import NotAllowed, Refusal
from submissions.actions import delete_draft
from submissions.models import Answer, Entry, Membership, Team, Upload
from tests.competition.factories import NOW
from tests.submissions.factories import (
    fresh,
    make_complete_entry,
    make_member,
    make_open_topic,
    make_person,
    make_submitted_entry,
    make_team,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_draft_is_deleted_with_everything_in_it_and_every_member_is_told():
    entry = make_complete_entry()
    member, captain = make_member(entry).user, entry.team.captain
    delete_draft(actor=captain, entry=fresh(entry), now=NOW)
    assert not any(model.objects.exists() for model in (Team, Entry, Answer, Upload, Membership))
    told = Notice.objects.filter(kind="submissions.draft_deleted", channel="mail")
    assert {notice.recipient for notice in told} == {captain, member}
    assert events_of(entry)[0].kind == "entry.draft_deleted"


def test_whoever_deleted_a_draft_may_form_another_team():
    topic = make_open_topic()
    entry = make_complete_entry(topic)
    captain = entry.team.captain
    delete_draft(actor=captain, entry=entry, now=NOW)
    assert make_team(topic, captain=captain).captain == captain


def test_what_was_submitted_is_not_deleted():
    entry = make_submitted_entry()
    with pytest.raises(Refusal) as caught:
        delete_draft(actor=entry.team.captain, entry=entry, now=NOW)
    assert caught.value.code == "submitted_before"
    assert fresh(entry).current_version is not None


def test_only_the_captain_deletes():
    entry = make_complete_entry()
    member = make_member(entry).user
    with pytest.raises(Refusal) as caught:
        delete_draft(actor=member, entry=fresh(entry), now=NOW)
    assert caught.value.code == "captain_only"
    with pytest.raises(NotAllowed):
        delete_draft(actor=make_person(), entry=fresh(entry), now=NOW)


def test_it_is_asked_twice(client):
    entry = make_complete_entry()
    client.force_login(entry.team.captain)
    url = reverse("delete_draft", args=[entry.public_id])
    assert url in client.get(entry.get_absolute_url()).content.decode()
    assert client.get(url).status_code == 200
    assert Entry.objects.filter(pk=entry.pk).exists()
    assert client.post(url)["Location"] == reverse("my_work")
    assert not Entry.objects.filter(pk=entry.pk).exists()
