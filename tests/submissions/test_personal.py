"""The copy of one's own data: whole, one's own, and verifiable."""

import hashlib
import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.urls import reverse

from portal.journal.models import EventBody
from tests.submissions.factories import fresh, make_complete_entry, make_entry, make_member, make_person, submit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def copy_of(client, person):
    client.force_login(person)
    response = client.post(reverse("personal_copy"))
    return ZipFile(BytesIO(b"".join(response.streaming_content)))


def test_the_copy_holds_the_account_and_every_version_and_file_of_the_team(client):
    entry = make_complete_entry()
    member = make_member(entry).user
    version = submit(entry)
    archive = copy_of(client, member)
    assert archive.testzip() is None
    folder = f"entries/{fresh(entry).number}"
    file = version.files.get()
    assert json.loads(archive.read("account.json"))["email"] == member.email
    assert hashlib.sha256(archive.read(f"{folder}/version-1/content.json")).hexdigest() == version.digest
    assert archive.read(f"{folder}/version-1/entry.pdf").startswith(b"%PDF")
    assert hashlib.sha256(archive.read(f"{folder}/files/{file.sha256[:8]}-{file.name}")).hexdigest() == file.sha256
    assert json.loads(archive.read(f"{folder}/draft.json"))["entry"]["title"] == entry.title


def test_the_copy_holds_nothing_of_other_teams(client):
    mine, theirs = make_entry(), make_complete_entry()
    archive = copy_of(client, mine.team.captain)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert theirs.public_id.encode() not in everything
    assert theirs.team.captain.email.encode() not in everything
    assert {name.split("/")[1] for name in archive.namelist() if name.startswith("entries/")} == {mine.public_id}


def test_a_person_without_a_team_has_a_copy_too_and_it_is_journalled(client):
    person = make_person(name="李#{panic}")
    archive = copy_of(client, person)
    assert json.loads(archive.read("account.json"))["name"] == person.name
    kinds = [row["kind"] for row in json.loads(archive.read("journal.json"))]
    assert kinds[-1] == "account.copy_taken"
    assert EventBody.objects.filter(actor=person.public_id, event__kind="account.copy_taken").count() == 1


def test_a_copy_is_taken_by_a_button_not_by_a_link(client):
    client.force_login(make_person())
    assert client.get(reverse("personal_copy")).status_code == 405


def test_a_captain_who_asks_for_erasure_may_hand_the_draft_over_instead_of_deleting_it(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    way = reverse("hand_over", args=[entry.public_id])
    assert way not in client.get(reverse("erasure")).content.decode(), "there is nobody to hand it to"
    make_member(entry)
    assert way in client.get(reverse("erasure")).content.decode()
