"""The administration shows teams and entries of one's own contests, and changes none of them."""

import pytest
from django.urls import reverse

from portal.journal.models import Event
from tests.competition.factories import make_role
from tests.portal.factories import make_superuser
from tests.submissions.factories import make_passed_entry, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
MODELS = ("team", "entry", "entryversion", "screening")


def row_of(entry, model):
    version = entry.current_version
    rows = {"team": entry.team, "entry": entry, "entryversion": version}
    return rows.get(model) or version.screenings.get()


@pytest.fixture
def entry():
    return make_passed_entry()


def organise(client, contest):
    person = make_person()
    make_role(person, contest, "organiser")
    client.force_login(person)


@pytest.mark.parametrize("model", MODELS)
def test_organisers_see_the_rows_of_their_own_contest_alone(client, entry, model):
    other = make_passed_entry()
    organise(client, entry.contest)
    response = client.get(reverse(f"admin:submissions_{model}_changelist"))
    assert [row.pk for row in response.context["cl"].result_list] == [row_of(entry, model).pk]
    own, foreign = row_of(entry, model), row_of(other, model)
    for row, status in ((own, 200), (foreign, 302)):
        assert client.get(reverse(f"admin:submissions_{model}_change", args=[row.pk])).status_code == status


@pytest.mark.parametrize("model", MODELS)
def test_nobody_changes_them_there(client, entry, model):
    client.force_login(make_superuser())
    row = row_of(entry, model)
    assert client.get(reverse(f"admin:submissions_{model}_add")).status_code == 403
    assert client.post(reverse(f"admin:submissions_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert client.post(reverse(f"admin:submissions_{model}_change", args=[row.pk]), {"title": "x"}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_their_pages_open_and_so_does_their_log(client, entry, model):
    client.force_login(make_superuser())
    row = row_of(entry, model)
    assert client.get(reverse(f"admin:submissions_{model}_changelist") + "?q=x").status_code == 200
    assert client.get(reverse(f"admin:submissions_{model}_change", args=[row.pk])).status_code == 200
    assert client.get(reverse(f"admin:submissions_{model}_history", args=[row.pk])).status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_there_is_no_earlier_state_to_open_and_no_way_to_the_teams_own_page(client, entry, model):
    client.force_login(make_superuser())
    row = row_of(entry, model)
    assert client.get(reverse(f"admin:submissions_{model}_simple_history", args=[row.pk, 1])).status_code == 404
    page = client.get(reverse(f"admin:submissions_{model}_change", args=[row.pk])).content.decode()
    assert entry.get_absolute_url() not in page


def test_an_event_of_the_journal_names_its_contest_and_its_subject_and_keeps_the_record_apart(client, entry):
    client.force_login(make_superuser())
    event = Event.objects.filter(kind="entry.submitted").latest("sequence")
    response = client.get(reverse("admin:journal_event_change", args=[event.pk]))
    told, recorded = response.content.decode().split(event.leaf_hash)[0].rsplit("<details", 1)
    assert entry.contest.name in told
    assert entry.title in told
    assert entry.public_id not in told
    assert entry.public_id in recorded
