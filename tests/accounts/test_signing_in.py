"""Signing up, in, out and back, as a person does it in the browser."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse

from portal.accounts.models import Consent, User
from portal.journal.models import Event
from tests.portal.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

WAY = "/contests/demo/tracks/3/topics/1/register/"
FORM = {"email": "Zhou.Min@example.cn", "name": "周敏", "consent": "on"}


def sign_up(client, **changes):
    return client.post(f"{reverse('account_signup')}?next={WAY}", FORM | {"next": WAY} | changes)


def test_a_newcomer_signs_up_proves_the_address_and_goes_on_where_they_were(client, code):
    page = client.get(f"{reverse('account_login')}?next={WAY}")
    assert f"{reverse('account_signup')}?next={WAY.replace('/', '%2F')}" in page.content.decode()

    response = sign_up(client)
    assert response.url == reverse("account_email_verification_sent")
    assert mail.outbox[-1].to == ["zhou.min@example.cn"]
    assert code() in mail.outbox[-1].subject

    response = client.post(response.url, {"code": code()})
    assert response.url == WAY
    user = User.objects.get(email="zhou.min@example.cn")
    assert (user.name, user.locale, user.has_usable_password()) == ("周敏", "zh-hans", False)
    assert EmailAddress.objects.get(user=user).verified
    assert client.session["_auth_user_id"] == str(user.pk)
    kinds = list(Event.objects.filter(body__actor=user.public_id).order_by("sequence").values_list("kind", flat=True))
    assert kinds == ["account.joined", "account.consent_given", "account.email_verified"]


def test_the_language_of_the_page_becomes_the_language_of_the_person(client):
    client.post("/en/accounts/signup/", FORM)
    assert User.objects.get().locale == "en"
    assert "is your confirmation code" in mail.outbox[-1].subject


def test_the_consent_is_kept_with_its_version_and_the_fingerprint_of_its_words(client):
    sign_up(client)
    consent = Consent.objects.get()
    assert (consent.purpose, consent.text_version, consent.withdrawn_at) == ("personal-data", "1", None)
    payload = Event.objects.get(kind="account.consent_given").body.payload
    assert payload["language"] == "zh-hans"
    assert len(payload["sha256"]) == 64


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"consent": ""}, "consent"),
        ({"name": " "}, "name"),
        ({"email": "no address"}, "email"),
        ({"password1": "1234"}, "password1"),
    ],
)
def test_a_wrong_sign_up_says_why_keeps_what_was_typed_and_makes_no_account(client, changes, field):
    page = sign_up(client, **changes)
    assert page.status_code == 200
    assert page.context["form"].errors[field]
    typed = FORM | changes
    assert f'value="{typed["email"]}"' in page.content.decode()
    assert not User.objects.exists()
    assert not mail.outbox


def test_the_consent_text_can_be_read_before_signing_up(client):
    page = client.get(reverse("account_signup")).content.decode()
    link = re.search(r'href="(/accounts/consents/[^"]+)"', page).group(1)
    assert "个人信息保护法" in client.get(link).content.decode()
    assert "Personal Information Protection Law" in client.get("/en" + link).content.decode()
    assert client.get("/accounts/consents/personal-data/99/").status_code == 404


def test_signing_in_with_a_code_goes_on_where_the_person_was(client, code):
    user = make_user()
    login = f"{reverse('account_request_login_code')}?next={WAY}"
    response = client.post(login, {"email": user.email.upper(), "next": WAY})
    page = client.get(response.url)
    assert user.email in page.content.decode()
    response = client.post(response.url, {"code": code().replace("-", ""), "next": WAY})
    assert response.url.startswith(reverse("consent"))  # this one has not agreed to anything yet
    response = client.post(response.url, {"consent": "on"})
    assert response.url == WAY


def test_a_wrong_code_can_be_tried_three_times_only(client, code):
    user = make_user()
    confirm = client.post(reverse("account_request_login_code"), {"email": user.email}).url
    assert client.post(confirm, {"code": "0000-0000"}).status_code == 200
    assert client.post(confirm, {"code": "0000-0001"}).status_code == 200
    assert client.post(confirm, {"code": "0000-0002"}).url == reverse("account_request_login_code")
    client.post(confirm, {"code": code()})
    assert "_auth_user_id" not in client.session


def test_a_mistyped_address_can_be_mended_by_going_back(client, code):
    user = make_user()
    client.post(reverse("account_request_login_code"), {"email": "somebody.else@example.cn"})
    assert client.get(reverse("account_login")).status_code == 200
    confirm = client.post(reverse("account_request_login_code"), {"email": user.email}).url
    client.post(confirm, {"code": code()})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_password_opens_the_door_as_well(client):
    user = make_user()
    page = client.post(reverse("account_login"), {"login": user.email, "password": "wrong"})
    assert page.status_code == 200
    assert "_auth_user_id" not in client.session
    response = client.post(f"{reverse('account_login')}?next={WAY}", {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_nobody_learns_which_addresses_have_accounts(client):
    """The same answers for known and unknown addresses; the mail alone tells its owner."""
    known = make_user("known@example.cn")
    for email in (known.email, "unknown@example.cn"):
        client.cookies.clear()
        assert client.post(reverse("account_request_login_code"), {"email": email}).url == reverse(
            "account_confirm_login_code"
        )
        client.cookies.clear()
        assert sign_up(client, email=email).url == reverse("account_email_verification_sent")
        client.cookies.clear()
        assert client.post(reverse("account_reset_password"), {"email": email}).url == reverse(
            "account_confirm_password_reset_code"
        )
    client.cookies.clear()
    wrong = [
        client.post(reverse("account_login"), {"login": email, "password": "wrong"}).context["form"].errors.as_json()
        for email in (known.email, "nobody@example.cn")
    ]
    assert wrong[0] == wrong[1]
    told = [message.subject for message in mail.outbox if message.to == [known.email]]
    assert "您已有账号" in told or "You have an account already" in told


def test_too_many_tries_are_slowed_down(client):
    user = make_user()
    answers = [client.post(reverse("account_login"), {"login": user.email, "password": "wrong"}) for _ in range(6)]
    assert answers[0].context["form"].errors != answers[-1].context["form"].errors
    right = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert right.status_code == 200
    assert "_auth_user_id" not in client.session


def test_a_new_password_by_code_signs_nobody_in_without_it(client, code):
    user = make_user()
    confirm = client.post(reverse("account_reset_password"), {"email": user.email}).url
    response = client.post(confirm, {"code": code()})
    client.post(response.url, {"password1": "Wisteria-on-the-wall-9", "password2": "Wisteria-on-the-wall-9"})
    user.refresh_from_db()
    assert user.check_password("Wisteria-on-the-wall-9")
    assert Event.objects.filter(kind="account.password_changed", body__subject_id=user.public_id).count() == 1
    assert "密码" in mail.outbox[-1].subject or "password" in mail.outbox[-1].subject


def test_a_password_chosen_by_another_is_no_key_once_the_owner_proves_the_address(client, code):
    sign_up(client, password1="Planted-by-a-stranger-1")
    victim = User.objects.get()
    client.cookies.clear()
    confirm = client.post(reverse("account_request_login_code"), {"email": victim.email}).url
    response = client.post(confirm, {"code": code()})
    assert response.url.startswith(reverse("consent"))
    victim.refresh_from_db()
    assert not victim.has_usable_password()
    assert client.get(reverse("profile")).status_code == 200  # and the owner stays signed in
    assert Consent.objects.get().withdrawn_at is not None
    assert Event.objects.filter(kind="account.password_dropped").exists()


def test_a_password_chosen_at_sign_up_works_afterwards(client, code):
    sign_up(client, password1="Chosen-by-myself-22")
    client.post(reverse("account_email_verification_sent"), {"code": code()})
    assert User.objects.get().check_password("Chosen-by-myself-22")


def test_signing_out_asks_for_a_post_and_leaves_no_message_of_an_ended_session(client):
    make_user("a@example.cn")
    client.post(reverse("account_login"), {"login": "a@example.cn", "password": PASSWORD})
    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session
    assert not [m for m in client.get(reverse("account_login")).context["messages"] if "session" in str(m).lower()]
    assert "signed_in" not in {name for name, morsel in client.cookies.items() if morsel.value}


def test_a_session_that_has_ended_is_said_to_have_ended_once(client):
    make_user("a@example.cn")
    client.post(reverse("account_login"), {"login": "a@example.cn", "password": PASSWORD})
    client.session.flush()
    response = client.get(reverse("my_work"))
    assert response.url == f"{reverse('account_login')}?next={reverse('my_work')}"
    assert len(client.get(response.url).context["messages"]) == 1
    assert len(client.get(response.url).context["messages"]) == 0


def test_a_mail_server_that_is_away_is_said_and_nothing_breaks(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    user = make_user()
    page = client.post(reverse("account_request_login_code"), {"email": user.email})
    assert page.status_code == 503
    assert "_auth_user_id" not in client.session


def test_without_a_mail_server_the_code_is_printed_on_the_terminal(client, settings, tmp_path, capsys):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    user = make_user()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    printed = re.search(rf"The code for {user.email} is ([0-9]{{4}}-[0-9]{{4}})\n", capsys.readouterr().out).group(1)
    (written,) = tmp_path.iterdir()
    assert printed in written.read_text()


def test_codes_leave_no_trace_in_outbox_and_journal(client, code):
    from portal.notices.models import Notice

    user = make_user()
    client.post(reverse("account_request_login_code"), {"email": user.email})
    assert code()
    assert not Notice.objects.exists()
    assert not Event.objects.exists()


def test_a_closed_account_does_not_open(client):
    user = make_user(is_active=False)
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_next_leads_nowhere_outside(client, code):
    user = make_user()
    login = f"{reverse('account_login')}?next=https://evil.example/"
    response = client.post(login, {"login": user.email, "password": PASSWORD})
    assert "evil" not in response.url


def test_the_administration_is_entered_through_our_own_door(client):
    response = client.get("/admin/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_asking_too_often_gets_a_page_that_says_so(client):
    for _time in range(21):
        page = client.post(reverse("account_reset_password"), {"email": f"person-{_time}@example.cn"})
    assert page.status_code == 429
    assert "cs-stop" in page.content.decode()


def test_the_way_on_survives_a_wrong_address_and_the_link_to_sign_up(client):
    page = client.post(f"{reverse('account_request_login_code')}?next={WAY}", {"email": "no address", "next": WAY})
    link = re.search(r'href="(/accounts/signup/[^"]+)"', page.content.decode()).group(1)
    assert WAY.replace("/", "%2F") in link


def test_who_asks_for_codes_too_often_is_asked_to_wait_and_corrects_nothing(client):
    user = make_user()
    asked = [client.post(reverse("account_request_login_code"), {"email": user.email}) for _ in range(4)]
    assert [page.status_code for page in asked] == [302, 302, 302, 200]
    page = asked[-1].content.decode()
    assert "请等待一分钟后再获取验证码" in page
    assert f'value="{user.email}"' in page
    assert "cs-errors" not in page
    assert "is-invalid" not in page


def test_an_address_that_is_none_is_still_marked(client):
    page = client.post(reverse("account_request_login_code"), {"email": "no address"}).content.decode()
    assert "cs-errors" in page
    assert "is-invalid" in page


@pytest.mark.parametrize(("seconds", "words"), [(600, "10 分钟内有效"), (300, "5 分钟内有效")])
def test_the_page_for_the_code_says_for_how_long_it_is_good(client, settings, seconds, words):
    settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT = seconds
    response = client.post(reverse("account_request_login_code"), {"email": make_user().email})
    assert words in client.get(response.url).content.decode()
