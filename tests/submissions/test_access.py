"""Who is refused what, by POST and through addresses of their own. All addresses × roles stand in tests/permissions."""

from copy import deepcopy
from types import SimpleNamespace

import pytest
from django.urls import reverse

from tests.competition.factories import make_role
from tests.scenes import once_per_module
from tests.submissions.factories import fresh, make_member, make_person, make_submitted_entry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LOGIN, GONE, NO = "login", 404, 409

# What each may not do by POST; what those who may do it get is told by the other tests.
REFUSED_POSTS = {
    "entry_organisations": {"stranger": GONE, "organiser": GONE},
    "remove_partner": {"stranger": GONE, "organiser": GONE},
    "renew_link": {"stranger": GONE, "member": NO, "organiser": GONE},
    "revoke_invitation": {"stranger": GONE, "member": NO, "organiser": GONE},
    "remove_member": {"stranger": GONE, "member": NO, "organiser": GONE},
    "leave_team": {"stranger": GONE, "captain": NO, "organiser": GONE},
    "entry_member": {"stranger": GONE, "organiser": GONE},
    "entry_section": {"stranger": GONE, "organiser": GONE},
    "entry_files": {"stranger": GONE, "organiser": GONE},
    "remove_file": {"stranger": GONE, "organiser": GONE},
    "entry_check": {"stranger": GONE, "organiser": GONE},
    "withdraw_entry": {"stranger": GONE, "member": NO, "organiser": GONE},
    "ask_extension": {"stranger": GONE, "member": NO, "organiser": GONE},
    "extension": {"stranger": GONE, "captain": GONE, "screener": GONE, "observer": GONE},
    "screening": {"stranger": GONE, "captain": GONE},
    "export_entries": {"captain": GONE, "screener": GONE, "observer": GONE},
}


def everybody():
    entry = make_submitted_entry()
    member = make_member(entry)
    contest = entry.contest
    people = {"captain": entry.team.captain, "member": member.user, "stranger": make_submitted_entry().team.captain}
    for role in ("observer", "screener", "organiser"):
        people[role] = make_person()
        make_role(people[role], contest, role)
    people["foreign_organiser"] = make_person()
    make_role(people["foreign_organiser"], make_submitted_entry().contest, "organiser")
    invitation = entry.team.invitations.get()
    upload, lead = entry.uploads.get(), entry.team.lead_organisation
    section = contest.form_sections.get(task="application")
    arguments = {
        "remove_partner": [entry.public_id, lead.public_id],
        "entry_member": [entry.public_id, member.public_id],
        "remove_member": [entry.public_id, member.public_id],
        "revoke_invitation": [entry.public_id, invitation.public_id],
        "entry_section": [entry.public_id, section.public_id],
        "remove_file": [entry.public_id, upload.public_id],
        "export_entries": [contest.slug],
        "extension": [contest.slug, entry.public_id],
        "screening": [contest.slug, entry.public_id],
    }
    urls = {name: reverse(name, args=arguments.get(name, [entry.public_id])) for name in REFUSED_POSTS}
    return SimpleNamespace(entry=fresh(entry), people=people, urls=urls)


made = once_per_module(everybody)


@pytest.fixture
def scene(made):
    return deepcopy(made)


def answer(response):
    if response.status_code == 302 and response.url.startswith("/accounts/login/"):
        return LOGIN
    return response.status_code


@pytest.mark.parametrize("name", REFUSED_POSTS)
def test_nobody_changes_what_the_table_denies_them(client, scene, name):
    before = scene.entry.revision
    for role, expected in REFUSED_POSTS[name].items():
        client.force_login(scene.people[role])
        assert answer(client.post(scene.urls[name], {"revision": 0})) == expected, role
    client.logout()
    assert answer(client.post(scene.urls[name])) == LOGIN
    assert fresh(scene.entry).revision == before


def test_a_member_of_another_entry_reaches_nothing_of_this_one_through_their_own_address(client, scene):
    other = make_submitted_entry()
    client.force_login(other.team.captain)
    upload = scene.entry.uploads.get()
    member = scene.entry.team.memberships.last()
    for url in (
        reverse("upload_file", args=[other.public_id, upload.public_id]),
        reverse("version_file", args=[other.public_id, 1, upload.public_id]),
        reverse("entry_member", args=[other.public_id, member.public_id]),
    ):
        assert client.get(url).status_code == GONE
    for url in (
        reverse("remove_file", args=[other.public_id, upload.public_id]),
        reverse("remove_member", args=[other.public_id, member.public_id]),
        reverse("revoke_invitation", args=[other.public_id, scene.entry.team.invitations.get().public_id]),
    ):
        assert client.post(url).status_code == GONE


def test_a_section_of_another_contest_is_not_there(client, scene):
    other = make_submitted_entry()
    section = other.contest.form_sections.first()
    client.force_login(scene.people["captain"])
    assert client.get(reverse("entry_section", args=[scene.entry.public_id, section.public_id])).status_code == GONE
