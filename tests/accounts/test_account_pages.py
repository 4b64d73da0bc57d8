"""Looking after one's own account: details, consents, address, second factor, sessions."""

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.urls import reverse

from portal.accounts import actions, consents
from portal.accounts.models import Consent, User
from portal.accounts.permissions import may_take_part, may_withdraw
from portal.journal.models import Event
from portal.refusals import NotAllowed, Refusal, Stale
from tests.portal.factories import NOW, PASSWORD, make_superuser, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    """Signed in with the password just now, having agreed to everything."""
    user = make_user("zhou.min@example.cn", name="周敏")
    actions.give_consents(actor=user, texts=consents.required(), now=NOW)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return user


def kinds(user):
    return list(
        Event.objects.filter(body__subject_id=user.public_id).order_by("sequence").values_list("kind", flat=True)
    )


def profile(**changes):
    return {"name": "周敏", "phone": "", "locale": "zh-hans", "revision": 0} | changes


@pytest.mark.parametrize(
    "name", ["profile", "account_email", "mfa_index", "usersessions_list", "my_work", "inbox", "consent"]
)
def test_strangers_are_asked_to_sign_in_first(client, name):
    url = reverse(name)
    assert client.get(url).url == f"{reverse('account_login')}?next={url}"


# ── Details ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_details_are_saved_and_the_journal_names_the_fields_alone(client, person):
    response = client.post(reverse("profile"), profile(phone="+86 138-0000 1111", locale="en"))
    assert response.url == reverse("profile")
    person.refresh_from_db()
    assert (person.phone, person.locale, person.revision) == ("+8613800001111", "en", 1)
    payload = Event.objects.get(kind="account.profile_changed").body.payload
    assert payload == {"fields": ["phone", "locale"]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"phone": "call me"}, "phone"),
        ({"locale": "fr"}, "locale"),
        ({"name": "长" * 61}, "name"),
    ],
)
def test_wrong_details_are_refused_with_a_sentence_and_kept_in_the_form(client, person, changes, field):
    page = client.post(reverse("profile"), profile(**changes))
    assert page.context["form"].errors[field]
    assert page.context["user"].name == "周敏"  # the frame shows who one is, not what was typed
    person.refresh_from_db()
    assert person.revision == 0


def test_details_changed_in_another_tab_are_not_overwritten_unless_one_insists(client, person):
    client.post(reverse("profile"), profile(phone="13800001111"))
    page = client.post(reverse("profile"), profile(phone="13900002222"))
    assert page.status_code == 200
    assert 'value="13900002222"' in page.content.decode()
    assert User.objects.get(pk=person.pk).phone == "13800001111"
    again = re.search(r'name="revision" value="(\d+)"', page.content.decode()).group(1)
    client.post(reverse("profile"), profile(phone="13900002222", revision=again))
    assert User.objects.get(pk=person.pk).phone == "13900002222"


def test_a_stale_change_raises_and_changes_nothing(person):
    actions.change_profile(actor=person, revision=0, name="周敏", phone="1", locale="en", now=NOW)
    with pytest.raises(Stale):
        actions.change_profile(actor=person, revision=0, name="周", phone="2", locale="en", now=NOW)
    assert User.objects.get(pk=person.pk).name == "周敏"


def test_details_that_are_saved_as_they_were_change_nothing(person):
    saved = actions.change_profile(
        actor=person, revision=0, name=person.name, phone=person.phone, locale=person.locale, now=NOW
    )
    assert saved.revision == 0
    assert not Event.objects.filter(kind="account.profile_changed").exists()


# ── Consents ────────────────────────────────────────────────────────────────────────────────────────────────────────
#: The words of a published version stay: a change is a new version with a line of its own here.
PUBLISHED = {
    ("personal-data", "1", "zh-hans"): "99d3b71a693210f76b9b7c6765ffd1fd13c574687d975e548e1cc5c4bed1e0f3",
    ("personal-data", "1", "en"): "fedd8d32d24acbd01936b5ecc7f845d39aa32642eb243f82efb3fbfb3a8028dc",
}


def test_the_words_of_a_published_consent_never_change():
    assert {
        (text.purpose, text.version, language): text.digest(language)
        for text in consents.PUBLISHED
        for language in ("zh-hans", "en")
        if text.purpose == consents.PERSONAL_DATA
    } == PUBLISHED


def test_withdrawing_keeps_the_row_and_closes_the_door(client, person):
    assert may_take_part(person)
    consent = Consent.objects.get(user=person)
    client.post(reverse("withdraw_consent", args=[consent.pk]))
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None
    assert may_take_part(person).refusal.code == "consent_missing"
    assert "account.consent_withdrawn" in kinds(person)
    page = client.get(reverse("profile")).content.decode()
    assert reverse("consent") in page


def test_agreeing_again_makes_a_new_row(client, person):
    consent = Consent.objects.get(user=person)
    client.post(reverse("withdraw_consent", args=[consent.pk]))
    response = client.post(reverse("consent"), {"consent": "on", "next": reverse("profile")})
    assert response.url == reverse("profile")
    assert Consent.objects.filter(user=person).count() == 2
    assert may_take_part(person)


def test_the_tick_is_needed(client, person):
    client.post(reverse("withdraw_consent", args=[Consent.objects.get(user=person).pk]))
    page = client.post(reverse("consent"), {})
    assert page.context["form"].errors["consent"]
    assert not may_take_part(person)


def test_nobody_withdraws_for_another_or_twice_or_breaks_a_commitment(client, person):
    other = make_user()
    theirs = actions.give_consents(actor=other, texts=consents.required(), now=NOW)[0]
    assert client.post(reverse("withdraw_consent", args=[theirs.pk])).status_code == 404
    with pytest.raises(NotAllowed):
        actions.withdraw_consent(actor=person, consent=theirs, now=NOW)
    mine = actions.withdraw_consent(actor=person, consent=Consent.objects.get(user=person), now=NOW)
    with pytest.raises(Refusal):
        actions.withdraw_consent(actor=person, consent=mine, now=NOW)
    commitment = consents.find(consents.TEAM_COMMITMENT)
    given = actions.give_consents(actor=person, texts=[commitment], now=NOW)[0]
    assert may_withdraw(person, given).refusal.code == "commitment"


def test_whoever_has_not_agreed_is_asked_once_after_signing_in(client):
    user = make_user()
    response = client.post(f"{reverse('account_login')}?next=/my/notices/", {"login": user.email, "password": PASSWORD})
    assert response.url == f"{reverse('consent')}?next=%2Fmy%2Fnotices%2F"
    assert "个人信息保护法" in client.get(response.url).content.decode()
    assert client.post(response.url, {"consent": "on"}).url == "/my/notices/"
    assert client.get(response.url).url == "/my/notices/"


# ── Address ─────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_new_address_counts_once_it_is_proven(client, person, code):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.post(reverse("account_email"), {"email": "new@example.cn", "action_add": ""})
    assert mail.outbox[-1].to == ["new@example.cn"]
    person.refresh_from_db()
    assert person.email == "zhou.min@example.cn"
    response = client.post(response.url, {"code": code()})
    assert response.url == reverse("profile")
    person.refresh_from_db()
    assert person.email == "new@example.cn"
    assert list(EmailAddress.objects.values_list("email", "verified", "primary")) == [("new@example.cn", True, True)]
    payload = Event.objects.get(kind="account.email_changed").body.payload
    assert payload == {"before": "z***@example.cn", "after": "n***@example.cn"}
    assert mail.outbox[-1].to == ["zhou.min@example.cn"]  # the old address hears of it


def test_another_ones_address_cannot_be_taken(client, person, code):
    taken = make_user("taken@example.cn")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.post(reverse("account_email"), {"email": taken.email, "action_add": ""})
    client.post(response.url, {"code": code()})
    person.refresh_from_db()
    assert person.email == "zhou.min@example.cn"


# ── Second factor ───────────────────────────────────────────────────────────────────────────────────────────────────
def totp_code(secret):
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def switch_on(client):
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": totp_code(secret)})
    return secret


def test_the_second_factor_is_asked_for_at_the_next_sign_in(client, person):
    secret = switch_on(client)
    assert "account.second_factor_on" in kinds(person)
    client.post(reverse("account_logout"))
    response = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert response.url == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    from django.core.cache import cache

    cache.clear()  # the code of this half minute was used to switch it on
    client.post(response.url, {"code": totp_code(secret)})
    assert client.session["_auth_user_id"] == str(person.pk)


def test_a_recovery_code_opens_the_door_once(client, person):
    switch_on(client)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    for _attempt, opens in ((1, True), (2, False)):
        client.post(reverse("account_logout"))
        response = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
        client.post(response.url, {"code": codes[0]})
        assert ("_auth_user_id" in client.session) is opens


def test_its_secret_lies_encrypted_in_the_database(client, person, settings):
    secret = switch_on(client)
    stored = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in stored
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key" * 6
    assert Authenticator.objects.get(type="totp").wrap().validate_code(totp_code(secret))
    settings.SECRET_KEY_FALLBACKS = []
    assert not Authenticator.objects.get(type="totp").wrap().validate_code(totp_code(secret))


def test_switching_it_off_is_journalled_and_told(client, person):
    switch_on(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.exists()
    assert kinds(person)[-1] == "account.second_factor_off"
    assert mail.outbox[-1].to == [person.email]


def test_administrators_are_reminded_of_it_and_others_are_not(client, person):
    assert client.get(reverse("my_work")).context["lacks_second_factor"] is False
    client.force_login(make_superuser())
    assert client.get(reverse("my_work")).context["lacks_second_factor"] is True


# ── Sessions ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_all_other_sessions_are_signed_out_at_once(client, person, django_user_model):
    from django.test import Client

    other = Client()
    other.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert other.get(reverse("my_work")).status_code == 200
    assert client.get(reverse("usersessions_list")).context["session_count"] == 2
    client.post(reverse("usersessions_list"))
    assert other.get(reverse("my_work")).status_code == 302
    assert client.get(reverse("my_work")).status_code == 200
