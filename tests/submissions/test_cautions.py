"""Private notes: seen by those who check, made by organisers, and deciding nothing."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from portal.journal.recording import events_of
from submissions.actions import OrganisationDetails, add_partner, lift_caution, pass_check, raise_caution
from submissions.models import Caution
from tests.competition.factories import NOW, make_role
from tests.portal.factories import make_organisation, make_user
from tests.submissions.factories import fresh, make_member, make_person, make_submitted_entry
from tests.submissions.test_pages import page
from tests.submissions.test_teams import code_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
REASON = "2023年因数据造假被取消资格（鄂数函〔2023〕5号）"


@pytest.fixture
def entry():
    return make_submitted_entry()


def holder(entry, role):
    person = make_person()
    make_role(person, entry.contest, role)
    return person


@pytest.fixture
def organiser(entry):
    return holder(entry, "organiser")


def note(entry, organiser, on=None, reason=REASON):
    on = on or entry.team.lead_organisation
    return raise_caution(actor=organiser, entry=fresh(entry), on=on, reason=reason, now=NOW)


def test_a_note_stands_on_an_organisation_or_a_person_of_the_entry(entry, organiser):
    member = make_member(entry)
    partner = make_organisation()
    add_partner(actor=entry.team.captain, entry=entry, organisation=OrganisationDetails(uscc=partner.uscc), now=NOW)
    for on in (entry.team.lead_organisation, partner, member.user):
        note(entry, organiser, on)
    assert Caution.objects.standing().concerning(entry).count() == 3


def test_the_same_organisation_is_noted_in_every_entry_of_the_contest_and_in_no_other(entry, organiser):
    note(entry, organiser)
    again = make_submitted_entry(entry.topic, lead_organisation=entry.team.lead_organisation)
    elsewhere = make_submitted_entry(lead_organisation=entry.team.lead_organisation)
    assert Caution.objects.standing().concerning(again).count() == 1
    assert Caution.objects.standing().concerning(elsewhere).count() == 0


def test_a_note_needs_a_reason_somebody_behind_the_entry_and_an_organiser(entry, organiser):
    assert code_of(note, entry, organiser, reason="") == "no_reason"
    assert code_of(note, entry, organiser, make_user()) == "not_behind"
    assert code_of(note, entry, holder(entry, "screener")) == "not_allowed"
    note(entry, organiser)
    assert code_of(note, entry, organiser) == "noted_already"


def test_a_lifted_note_stays_as_a_row_and_another_may_follow(entry, organiser):
    caution = note(entry, organiser)
    lift_caution(actor=organiser, caution=caution, now=NOW)
    lifted = lift_caution(actor=make_user(is_superuser=True), caution=caution, now=NOW)
    assert lifted.lifted_by == organiser
    note(entry, organiser)
    assert Caution.objects.count() == 2


def test_a_note_decides_nothing(entry, organiser):
    note(entry, organiser)
    screener = holder(entry, "screener")
    assert pass_check(actor=screener, version=entry.current_version, seen=0, now=NOW).verdict == "passed"


def test_the_entrys_journal_does_not_tell_of_it(entry, organiser):
    before = events_of(entry).count()
    caution = note(entry, organiser)
    assert events_of(entry).count() == before
    assert events_of(caution).count() == 1


def test_the_database_wants_one_object_and_a_reason(entry, organiser):
    base = {"contest": entry.contest, "raised_by": organiser, "raised_at": NOW}
    organisation = entry.team.lead_organisation
    for wrong in (
        {},
        {"reason": "x"},
        {"organisation": organisation},
        {"organisation": organisation, "person": organiser, "reason": "x"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Caution.objects.create(**base | wrong)


def test_screeners_and_organisers_read_it_and_nobody_else(client, entry, organiser):
    note(entry, organiser)
    url = reverse("screening", args=[entry.contest.slug, entry.public_id])
    for role, sees in (("organiser", True), ("screener", True), ("supervisor", False), ("observer", False)):
        client.force_login(holder(entry, role))
        assert (REASON in page(client.get(url))) is sees, role
    client.force_login(entry.team.captain)
    assert REASON not in page(client.get(reverse("entry", args=[entry.public_id])))
    assert client.get(reverse("cautions", args=[entry.contest.slug, entry.public_id])).status_code == 404


def test_a_note_stands_before_the_verdict_and_that_there_is_none_after_it(client, entry, organiser):
    url = reverse("screening", args=[entry.contest.slug, entry.public_id])
    client.force_login(organiser)
    text = page(client.get(url))
    assert (
        text.index("审查结论") < text.index("对本作品的单位和人员没有备注") < text.index("未发现与其他作品重复的线索")
    )
    note(entry, organiser)
    assert (text := page(client.get(url))).index(REASON) < text.rindex("审查结论")
    assert text.count("内部备注") == 1


def test_those_who_check_may_call_and_no_version_holds_a_number(client):
    entry = make_submitted_entry()
    member = entry.team.memberships.get()
    member.phone = "027-87654321"
    member.save()
    url = reverse("screening", args=[entry.contest.slug, entry.public_id])
    for role, sees in (("screener", True), ("observer", False)):
        client.force_login(holder(entry, role))
        assert ("027-87654321" in page(client.get(url))) is sees
    assert all("phone" not in row for row in entry.current_version.content["members"])


def test_an_organiser_notes_and_lifts_on_a_page(client, entry, organiser):
    url = reverse("cautions", args=[entry.contest.slug, entry.public_id])
    client.force_login(organiser)
    assert "请写明备注内容" in page(client.post(url, {"on": entry.team.lead_organisation.public_id}))
    data = {"on": entry.team.lead_organisation.public_id, "reason": REASON}
    assert REASON in page(client.post(url, data, follow=True))
    assert "已有备注" in page(client.post(url, data))
    lift = reverse("lift_caution", args=[entry.contest.slug, entry.public_id, Caution.objects.get().public_id])
    assert "备注已解除" in page(client.post(lift, follow=True))
