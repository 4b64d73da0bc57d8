"""Pages and actions cost what tests/budgets.toml says, with few rows and with many."""

import pytest
from django.urls import reverse

from submissions.actions import (
    OrganisationDetails,
    add_partner,
    ask_extension,
    decline_extension,
    offer_captaincy,
    raise_caution,
    submit_entry,
)
from submissions.models import Entry
from tests.budgets import check_action, check_list, check_page
from tests.competition.factories import (
    NOW,
    make_check_item,
    make_field,
    make_role,
    make_topic,
    make_track,
    make_wanted_file,
)
from tests.portal.factories import make_organisation
from tests.submissions.factories import (
    make_complete_entry,
    make_entry,
    make_member,
    make_open_contest,
    make_person,
    make_screening,
    make_submitted_entry,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
ROWS = 50


@pytest.fixture
def contest():
    return make_open_contest(team_max=ROWS, partners_max=ROWS)


def url_of(name, entry, *args):
    return reverse(name, args=[entry.public_id, *args])


def grow_team(entry):
    for _turn in range(8):
        make_member(entry)
        organisation = OrganisationDetails(uscc=make_organisation().uscc)
        add_partner(actor=entry.team.captain, entry=entry, organisation=organisation, now=NOW)


@pytest.mark.parametrize("name", ["entry", "entry_organisations", "entry_members", "entry_files", "entry_check"])
def test_the_pages_of_an_entry_keep_their_budget(client, contest, name):
    entry = make_submitted_entry(make_topic(make_track(contest)))
    client.force_login(entry.team.captain)
    assert check_list(client, url_of(name, entry), name, lambda: grow_team(entry))


def test_the_commitment_letter_keeps_its_budget(client, contest):
    wanted = make_wanted_file(contest, task="commitment", letter="我单位承诺。", required=False)
    entry = make_submitted_entry(make_topic(make_track(contest)))
    client.force_login(entry.team.captain)
    assert check_list(client, url_of("entry_commitment", entry), "entry_commitment", lambda: grow_team(entry))
    assert check_page(client, url_of("letter_paper", entry, wanted.public_id), "letter_paper")


def test_a_section_of_the_form_keeps_its_budget(client, contest):
    entry = make_complete_entry(make_topic(make_track(contest)))
    client.force_login(entry.team.captain)
    section = contest.form_sections.get(task="overview")
    assert check_list(
        client, url_of("entry_section", entry, section.public_id), "entry_section", lambda: grow_team(entry)
    )


def test_registering_keeps_its_budget(client, contest):
    topic = make_topic(make_track(contest))
    client.force_login(make_person())
    assert check_page(client, reverse("register", args=[contest.slug, topic.track.number, topic.number]), "register")


def test_registering_as_a_visitor_keeps_its_budget(client, contest):
    topic = make_topic(make_track(contest))
    assert check_page(
        client, reverse("register", args=[contest.slug, topic.track.number, topic.number]), "register_visitor"
    )


def test_the_pages_of_another_topic_keep_their_budget(client, contest):
    entry = make_complete_entry(make_topic(make_track(contest)))
    other = make_topic(make_track(contest))
    section = contest.form_sections.get(task="application")
    client.force_login(entry.team.captain)

    def grow():
        grow_team(entry)
        for _turn in range(ROWS):
            make_topic(other.track)
            make_field(section, track=other.track)

    url = url_of("confirm_topic", entry, other.track.number, other.number)
    assert check_list(client, url, "confirm_topic", grow)
    assert check_page(client, url_of("entry_topic", entry), "entry_topic")


def test_handing_over_and_taking_over_keep_their_budget(client, contest):
    entry = make_entry(make_topic(make_track(contest)))
    member = make_member(entry)
    client.force_login(entry.team.captain)
    assert check_list(client, url_of("hand_over", entry), "hand_over", lambda: grow_team(entry))
    offer_captaincy(actor=entry.team.captain, entry=entry, member=member, now=NOW)
    client.force_login(member.user)
    assert check_page(client, url_of("take_over", entry), "take_over")


def test_private_notes_keep_their_budget(client, contest):
    entry, organiser = make_submitted_entry(make_topic(make_track(contest))), make_person()
    make_role(organiser, contest, "organiser")
    client.force_login(organiser)

    def grow():
        grow_team(entry)
        for member in entry.team.memberships.all():
            raise_caution(actor=organiser, entry=entry, on=member.user, reason="来源：公告", now=NOW)

    url = reverse("cautions", args=[contest.slug, entry.public_id])
    assert check_list(client, url, "cautions", grow)


def test_the_receipt_keeps_its_budget(client, contest):
    entry = make_submitted_entry(make_topic(make_track(contest)))
    client.force_login(entry.team.captain)
    assert check_page(client, url_of("receipt", entry, 1), "receipt")


def test_the_receipt_on_paper_and_its_public_proof(client, contest):
    entry = make_submitted_entry(make_topic(make_track(contest)))
    assert check_page(client, reverse("verify", args=[entry.current_version.public_id]), "verify")
    client.force_login(entry.team.captain)
    assert check_page(client, url_of("receipt_paper", entry, 1), "receipt_paper")
    assert check_page(client, url_of("entry_paper", entry, 1), "entry_paper")


@pytest.fixture
def screener(contest):
    person = make_person()
    make_role(person, contest, "screener")
    return person


def many(contest):
    topic = make_topic(make_track(contest))
    for _turn in range(ROWS):
        make_submitted_entry(topic)
    make_entry(topic)


def test_the_organisers_list_keeps_its_budget_with_few_rows_and_many(client, contest, screener):
    make_submitted_entry(make_topic(make_track(contest)))
    client.force_login(screener)
    assert check_list(client, reverse("entry_list", args=[contest.slug]), "entry_list", lambda: many(contest))


def test_searching_the_organisers_list_keeps_its_budget(client, contest, screener):
    make_submitted_entry(make_topic(make_track(contest)))
    client.force_login(screener)
    url = reverse("entry_list", args=[contest.slug]) + "?q=长江&track=1&state=waiting"
    assert check_page(client, url, "entry_list")


def test_the_queue_of_the_formal_check_keeps_its_budget(client, contest, screener):
    make_submitted_entry(make_topic(make_track(contest)))
    client.force_login(screener)
    assert check_list(client, reverse("screening_queue", args=[contest.slug]), "screening_queue", lambda: many(contest))


def test_passing_several_entries_keeps_its_budget_with_few_and_many(client, contest, screener):
    type(contest).objects.filter(pk=contest.pk).update(bulk_pass=True)
    make_submitted_entry(make_topic(make_track(contest)))
    client.force_login(screener)
    queue = reverse("screening_queue", args=[contest.slug])
    assert check_page(client, queue, "screening_queue")
    url = reverse("pass_several", args=[contest.slug])

    def chosen():
        return "&".join(f"entry={name}" for name in Entry.objects.values_list("public_id", flat=True)[:ROWS])

    few = check_page(client, f"{url}?{chosen()}", "pass_several")
    many(contest)
    assert check_page(client, f"{url}?{chosen()}", "pass_several") == few


def test_an_entry_to_check_keeps_its_budget(client, contest, screener):
    for _turn in range(12):
        make_check_item(contest)
    entry = make_submitted_entry(make_topic(make_track(contest)))
    client.force_login(screener)
    url = reverse("screening", args=[contest.slug, entry.public_id])
    assert check_page(client, url, "screening")
    make_screening(entry, screener=screener)
    assert check_page(client, url, "screening")


def test_asking_for_more_time_keeps_its_budget(client, contest):
    entry = make_entry(make_topic(make_track(contest)))
    ask_extension(actor=entry.team.captain, entry=entry, reason="机房断电", now=NOW)
    client.force_login(entry.team.captain)
    assert check_page(client, url_of("ask_extension", entry), "ask_extension")


def test_the_organisers_list_of_requests_keeps_its_budget_with_few_rows_and_many(client, contest):
    topic, organiser = make_topic(make_track(contest)), make_person()
    make_role(organiser, contest, "organiser")
    client.force_login(organiser)

    def more(teams=ROWS):
        for _turn in range(teams):
            entry = make_entry(topic)
            request = ask_extension(actor=entry.team.captain, entry=entry, reason="机房断电", now=NOW)
        decline_extension(actor=organiser, request=request, note="理由不充分", now=NOW)

    more(2)
    assert check_list(client, reverse("extensions", args=[contest.slug]), "extensions", more)


def test_the_answer_to_a_request_keeps_its_budget(client, contest):
    entry, organiser = make_entry(make_topic(make_track(contest))), make_person()
    make_role(organiser, contest, "organiser")
    ask_extension(actor=entry.team.captain, entry=entry, reason="机房断电", now=NOW)
    client.force_login(organiser)
    assert check_page(client, reverse("extension", args=[contest.slug, entry.public_id]), "extension")


def test_a_whole_submission_keeps_its_budget(contest):
    entry = make_complete_entry(make_topic(make_track(contest)))
    for _turn in range(4):
        make_member(entry)
    entry = entry.refreshed()
    version = check_action(
        lambda: submit_entry(actor=entry.team.captain, entry=entry, revision=entry.revision, now=NOW), "submit_entry"
    )
    assert version.number == 1
