"""Being forgotten: asked, decided, carried out; and what stays is said before."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse

from portal.accounts.erasing import (
    ask_erasure,
    decide_erasure,
    erase_what_is_due,
    kept_of,
    obstacles_of,
    take_back_erasure,
)
from portal.accounts.models import ErasureRequest, User
from portal.journal.models import EventBody
from portal.journal.recording import tampered
from portal.notices.models import Notice
from portal.refusals import NotAllowed, Refusal
from tests.competition.factories import NOW
from tests.portal.factories import make_superuser
from tests.submissions.factories import make_entry, make_member, make_person, make_submitted_entry

pytestmark = pytest.mark.django_db
State = ErasureRequest.State


@pytest.fixture
def administrator():
    return make_superuser("administrator@example.cn")


def ask(person, **options):
    return ask_erasure(actor=person, reason="不再参赛", now=NOW, **options)


def grant(administrator, request):
    return decide_erasure(actor=administrator, request=request, grant=True, answer="", now=NOW)


# ── Asking ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_asking_tells_every_administrator_once(administrator):
    person = make_person()
    assert ask(person) == ask(person)
    assert Notice.objects.filter(kind="accounts.erasure_asked", recipient=administrator, channel="mail").count() == 1


def test_a_request_can_be_taken_back_until_it_is_decided(administrator):
    person = make_person()
    request = ask(person)
    assert take_back_erasure(actor=person, request=request, now=NOW).state == State.WITHDRAWN
    with pytest.raises(Refusal) as caught:
        grant(administrator, request)
    assert caught.value.code == "not_open"


def test_nobody_takes_back_anothers_request():
    request = ask(make_person())
    with pytest.raises(Refusal):
        take_back_erasure(actor=make_person(), request=request, now=NOW)
    assert request.refreshed().state == State.OPEN


def test_an_administrator_is_not_erased(administrator):
    with pytest.raises(Refusal) as caught:
        ask(administrator)
    assert caught.value.code == "administrator"


# ── Deciding ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_granted_request_closes_the_account_and_names_nobody(administrator):
    person = make_person(name="周敏", phone="13900000001")
    address = person.email
    grant(administrator, ask(person))
    person = User.objects.get(pk=person.pk)
    assert (person.name, person.phone, person.is_active) == ("", "", False)
    assert address not in person.email
    assert not person.emailaddress_set.exists()
    told = Notice.objects.get(kind="accounts.erasure_decided")
    assert (told.address, told.recipient) == (address, None)


def test_a_refusal_says_why_and_changes_nothing(administrator):
    person = make_person(name="周敏")
    request = ask(person)
    with pytest.raises(Refusal) as caught:
        decide_erasure(actor=administrator, request=request, grant=False, answer=" ", now=NOW)
    assert caught.value.code == "no_reason"
    decide_erasure(actor=administrator, request=request, grant=False, answer="作品正在公示", now=NOW)
    assert User.objects.get(pk=person.pk).name == "周敏"
    assert Notice.objects.filter(kind="accounts.erasure_decided", recipient=person, channel="inbox").exists()


def test_only_administrators_decide():
    request = ask(make_person())
    with pytest.raises(NotAllowed):
        grant(make_person(), request)


def test_drafts_are_settled_first(administrator):
    entry = make_entry()
    member = make_member(entry).user
    captain = entry.team.captain
    first, second = obstacles_of(captain, NOW)[0], obstacles_of(member, NOW)[0]
    assert ("请先删除草稿" in str(first), "请先退出草稿" in str(second)) == (True, True)
    assert (first.url, second.url) == (
        f"/entries/{entry.public_id}/delete/",
        f"/entries/{entry.public_id}/members/leave/",
    )
    with pytest.raises(Refusal) as caught:
        ask(captain)
    assert caught.value.code == "obstacles"


def test_a_draft_that_was_begun_after_asking_is_settled_before_the_account_closes(administrator):
    captain = make_person()
    request = ask(captain)
    make_entry(captain=captain)
    with pytest.raises(Refusal) as caught:
        grant(administrator, request)
    assert caught.value.code == "obstacles"


def test_the_page_leads_to_what_is_settled_first_and_offers_no_button_before(client):
    entry = make_entry()
    client.force_login(entry.team.captain)
    text = client.get("/accounts/profile/erasure/").content.decode()
    assert f'href="/entries/{entry.public_id}/delete/"' in text
    assert "申请删除</button>" not in text


# ── What stays ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_submitted_versions_stay_as_they_were_and_the_page_says_so(administrator):
    entry = make_submitted_entry()
    captain = entry.team.captain
    assert entry.number in kept_of(captain)[0]
    before = entry.current_version.digest
    grant(administrator, ask(captain))
    assert entry.current_version.refreshed().digest == before
    call_command("check_invariants")


def test_what_the_journal_says_of_the_account_goes_after_six_months(administrator):
    person = make_person()
    grant(administrator, ask(person))
    about = EventBody.objects.filter(subject_id=person.public_id)
    assert about.exists()
    assert erase_what_is_due(now=NOW + timedelta(days=180)) == 0
    assert erase_what_is_due(now=NOW + timedelta(days=185)) == 1
    assert not about.exists()
    assert list(tampered()) == []
    assert erase_what_is_due(now=NOW + timedelta(days=186)) == 0


# ── The pages ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_person_asks_and_takes_it_back_on_their_page(client):
    person = make_person()
    client.force_login(person)
    url = reverse("erasure")
    client.post(url, {"reason": ""})
    assert "您的申请正在处理" in client.get(url).content.decode()
    client.post(url, {"back": "1"})
    assert ErasureRequest.objects.get().state == State.WITHDRAWN


def test_an_administrator_decides_on_theirs_and_keeps_what_was_typed(client, administrator):
    captain = make_person()
    request = ask(captain)
    make_entry(captain=captain)
    client.force_login(administrator)
    url = reverse("erasures")
    answer = client.post(url, {"request": request.public_id, "decision": "grant", "answer": "同意"})
    assert answer.status_code == 409
    assert "同意</textarea>" in answer.content.decode()
    client.post(url, {"request": request.public_id, "decision": "refuse", "answer": "请先删除草稿"})
    assert request.refreshed().state == State.REFUSED
