"""One person's whole way through the doors: sign up, prove, sign in by code, choose a password, second factor."""

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from portal.accounts.forms import SignupForm
from portal.accounts.models import User
from portal.journal.models import Event
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db
EMAIL = "zhou.min@example.cn"
NEW = "Wisteria-on-the-wall-9"


def signed_in(client):
    return "_auth_user_id" in client.session


def next_totp(secret):
    cache.clear()  # each code counts once; the test does not wait half a minute
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def test_a_newcomer_goes_from_the_first_visit_to_the_second_factor(client, code):
    response = client.post(reverse("account_signup"), {"email": EMAIL, "name": "周敏", "consent": "on"})
    assert client.post(response.url, {"code": code()}).url == reverse("my_work")
    assert client.get(reverse("my_work")).status_code == 200
    client.post(reverse("account_logout"))

    response = client.post(reverse("account_login"), {"login": EMAIL, "password": "none was chosen"})
    assert not signed_in(client)
    response = client.post(reverse("account_request_login_code"), {"email": EMAIL})
    client.post(response.url, {"code": code()})
    assert signed_in(client)
    client.post(reverse("account_logout"))

    response = client.post(reverse("account_reset_password"), {"email": EMAIL})
    response = client.post(response.url, {"code": code()})
    response = client.post(response.url, {"password1": NEW, "password2": NEW}, follow=True)
    assert response.status_code == 200
    assert not signed_in(client)
    client.post(reverse("account_login"), {"login": EMAIL, "password": NEW})
    assert signed_in(client)

    client.post(reverse("account_reauthenticate"), {"password": NEW})
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": next_totp(secret)})
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200
    client.post(reverse("account_logout"))
    response = client.post(reverse("account_login"), {"login": EMAIL, "password": NEW})
    assert client.get(response.url).status_code == 200
    assert client.post(response.url, {"code": next_totp(secret)}).url == reverse("my_work")
    assert signed_in(client)

    user = User.objects.get()
    kinds = Event.objects.filter(body__subject_id=user.public_id).order_by("sequence").values_list("kind", flat=True)
    assert list(kinds) == [
        "account.joined",
        "account.consent_given",
        "account.email_verified",
        "account.password_changed",
        "account.second_factor_on",
    ]
    assert {message.to[0] for message in mail.outbox} == {EMAIL}


def test_two_sign_ups_that_meet_make_one_account_and_the_second_hears_what_a_later_one_would(client, monkeypatch):
    def sees_nothing_yet(form, email):
        form.account_already_exists = False
        return email

    make_user(EMAIL)
    monkeypatch.setattr(SignupForm, "validate_unique_email", sees_nothing_yet)
    response = client.post(reverse("account_signup"), {"email": EMAIL, "name": "另一个", "consent": "on"})
    assert response.url == reverse("account_email_verification_sent")
    assert User.objects.count() == 1
    assert mail.outbox[-1].subject == "您已有账号"
    assert not Event.objects.exists()
