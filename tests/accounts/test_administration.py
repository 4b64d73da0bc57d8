"""People, organisations, journal and outbox in the administration; the first administrator from the console."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse

from portal.accounts import actions
from portal.accounts.models import Organisation, User
from portal.journal.models import Event
from portal.notices.models import Notice
from portal.refusals import NotAllowed
from tests.notices.factories import make_notice
from tests.portal.factories import NOW, PASSWORD, make_event, make_organisation, make_superuser, make_uscc, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client):
    user = make_superuser()
    client.force_login(user)
    return user


@pytest.fixture
def organiser(client):
    user = make_user(is_staff=True)
    client.force_login(user)
    return user


def ask_for_people(client, term):
    """As a form does that asks for a person."""
    from django.contrib import admin

    from portal.accounts.admin import UserAdmin

    request = client.get("/admin/").wsgi_request
    request.resolver_match.url_name = "autocomplete"
    model_admin = UserAdmin(User, admin.site)
    assert model_admin.has_view_permission(request)
    found, _distinct = model_admin.get_search_results(request, model_admin.get_queryset(request), term)
    return list(found)


# ── The console ─────────────────────────────────────────────────────────────────────────────────────────────────────
def create_superuser(monkeypatch, **options):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "Rapeseed-flowers-7")
    call_command("createsuperuser", interactive=False, stdout=StringIO(), **options)


def test_the_first_administrator_is_made_on_the_console_and_signs_in_at_once(client, monkeypatch):
    create_superuser(monkeypatch, email="Root@example.cn", name="管理员")
    client.post(reverse("account_login"), {"login": "root@example.cn", "password": "Rapeseed-flowers-7"})
    assert client.get("/admin/").status_code == 200
    assert not mail.outbox


@pytest.mark.parametrize("email", ["ROOT@example.cn", "no address", ""])
def test_the_console_refuses_a_taken_or_wrong_address_with_a_sentence(monkeypatch, email):
    create_superuser(monkeypatch, email="root@example.cn", name="管理员")
    with pytest.raises(CommandError):
        create_superuser(monkeypatch, email=email, name="另一位")
    assert User.objects.count() == 1


# ── People ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_an_administrator_finds_adds_and_changes_people_and_the_journal_knows(client, root):
    response = client.post(
        reverse("admin:accounts_user_add"),
        {"email": "New@example.cn", "name": "新人", "locale": "zh-hans", "is_staff": "on"},
    )
    assert response.status_code == 302, response.context["errors"]
    added = User.objects.get(email="new@example.cn")
    assert not added.has_usable_password()
    page = client.get(reverse("admin:accounts_user_changelist"), {"q": "新人"})
    assert list(page.context["cl"].result_list) == [added]
    client.post(
        reverse("admin:accounts_user_change", args=[added.pk]),
        {
            "name": "新名",
            "locale": "en",
            "is_active": "on",
            "email": added.email,
            "consents-TOTAL_FORMS": "0",
            "consents-INITIAL_FORMS": "0",
        },
    )
    added.refresh_from_db()
    assert (added.name, added.email) == ("新名", "new@example.cn")
    bodies = [event.body for event in Event.objects.filter(kind="account.administered").select_related("body")]
    assert {body.actor for body in bodies} == {root.public_id}
    assert bodies[0].payload["fields"] == ["is_staff", "locale", "name"]


def test_a_person_added_there_proves_the_address_with_the_first_code(client, root):
    import re

    client.post(reverse("admin:accounts_user_add"), {"email": "new@example.cn", "name": "新人", "locale": "zh-hans"})
    client.logout()
    confirm = client.post(reverse("account_request_login_code"), {"email": "new@example.cn"}).url
    code = re.search(r"\d{4}-\d{4}", mail.outbox[-1].body).group()
    client.post(confirm, {"code": code}, follow=True)
    while "_auth_user_id" not in client.session:
        code = re.search(r"\d{4}-\d{4}", mail.outbox[-1].body).group()
        assert client.post(reverse("account_email_verification_sent"), {"code": code}).status_code == 302
    assert len(mail.outbox) == 1


def test_organisers_see_no_list_of_people_but_find_one_by_the_exact_address(client, organiser):
    known = make_user("known@example.cn", name="张三")
    make_user("other@example.cn", name="张四")
    for url in (reverse("admin:accounts_user_changelist"), reverse("admin:accounts_user_change", args=[known.pk])):
        assert client.get(url, {"field_name": "user", "model_name": "role"}).status_code == 403
    assert ask_for_people(client, "KNOWN@example.cn ") == [known]
    assert ask_for_people(client, "example") == []
    assert ask_for_people(client, "张") == []
    assert ask_for_people(client, "") == []


def test_nobody_deletes_people_there(client, root):
    assert client.post(reverse("admin:accounts_user_delete", args=[make_user().pk]), {"post": "yes"}).status_code == 403


def change_person(client, person, **changes):
    form = {"email": person.email, "name": person.name, "locale": "zh-hans", "is_active": "on"} | changes
    inline = {"consents-TOTAL_FORMS": "0", "consents-INITIAL_FORMS": "0"}
    return client.post(reverse("admin:accounts_user_change", args=[person.pk]), form | inline)


def test_a_new_address_for_somebody_who_lost_a_mailbox_must_be_proven(client, root):
    person = make_user("lost@example.cn")
    assert change_person(client, person, email="Found@example.cn").status_code == 302
    person.refresh_from_db()
    assert person.email == "found@example.cn"
    (address,) = EmailAddress.objects.filter(user=person)
    assert (address.email, address.verified, address.primary) == ("found@example.cn", False, True)
    payload = Event.objects.get(kind="account.email_changed").body.payload
    assert payload == {"before": "l***@example.cn", "after": "f***@example.cn"}


def test_an_address_that_another_account_has_is_refused_there(client, root):
    person, other = make_user(), make_user()
    page = change_person(client, person, email=other.email.upper())
    assert page.status_code == 200
    assert User.objects.get(pk=person.pk).email == person.email


def test_a_lost_second_factor_is_switched_off_on_record(client, root):
    person = make_user()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    changelist = reverse("admin:accounts_user_changelist")
    client.post(changelist, {"action": "drop_second_factor", "_selected_action": [person.pk]})
    assert not Authenticator.objects.exists()
    assert Event.objects.get(kind="account.second_factor_off").body.actor == root.public_id
    with pytest.raises(NotAllowed):
        actions.drop_second_factor(actor=make_user(is_staff=True), user=person, now=NOW)


def test_nobody_chooses_anothers_password_and_ones_own_is_changed_on_our_page(client, root):
    assert client.get(f"/admin/accounts/user/{make_user().pk}/password/").status_code == 403
    assert client.get("/admin/password_change/").url == reverse("account_change_password")


@pytest.mark.parametrize("inside", [True, False], ids=["staff", "visitor"])
def test_the_administration_has_no_sign_in_of_its_own_that_would_pass_by_the_second_factor(client, inside):
    root = make_superuser()
    if inside:
        client.force_login(make_user(is_staff=True))
    before = client.session.get("_auth_user_id")
    response = client.post("/admin/login/?next=/admin/", {"username": root.email, "password": PASSWORD})
    assert response.status_code == 302
    assert client.session.get("_auth_user_id") == before
    assert response.url == (reverse("admin:index") if inside else f"{reverse('account_login')}?next=%2Fadmin%2F")


@pytest.mark.parametrize(
    "path", ["account/emailaddress", "mfa/authenticator", "usersessions/usersession", "auth/group"]
)
def test_what_is_changed_elsewhere_has_no_page_there(client, root, path):
    assert client.get(f"/admin/{path}/").status_code == 404


# ── Organisations ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_organisers_add_organisations_with_a_right_code_and_change_none(client, organiser):
    form = {"name": "武汉数据研究院", "uscc": make_uscc().lower(), "region": "42", "kind": "research"}
    assert client.post(reverse("admin:accounts_organisation_add"), form).status_code == 302
    made = Organisation.objects.get()
    assert made.uscc == form["uscc"].upper()
    assert Event.objects.filter(kind="organisation.saved").count() == 1
    wrong = client.post(reverse("admin:accounts_organisation_add"), form | {"uscc": "91420100MA00000013"})
    assert wrong.status_code == 200
    change = reverse("admin:accounts_organisation_change", args=[made.pk])
    assert client.post(change, form | {"name": "改名"}).status_code == 403
    assert client.get(reverse("admin:accounts_organisation_changelist"), {"q": "武汉"}).context["cl"].result_count == 1


def test_administrators_change_organisations(client, root):
    organisation = make_organisation()
    form = {"name": "改名", "uscc": organisation.uscc, "region": "42", "kind": "enterprise"}
    client.post(reverse("admin:accounts_organisation_change", args=[organisation.pk]), form)
    organisation.refresh_from_db()
    assert organisation.name == "改名"


# ── Journal and outbox ──────────────────────────────────────────────────────────────────────────────────────────────
def test_the_journal_is_read_by_administrators_and_changed_by_nobody(client, root):
    event = make_event(what="a test")
    page = client.get(reverse("admin:journal_event_changelist"))
    assert "Something happened" in page.content.decode() or "Test.happened" in page.content.decode()
    change = reverse("admin:journal_event_change", args=[event.pk])
    assert event.leaf_hash in client.get(change).content.decode()
    assert client.post(change, {"kind": "x"}).status_code == 403
    assert client.get(reverse("admin:journal_event_add")).status_code == 403
    client.force_login(make_user(is_staff=True))
    assert client.get(reverse("admin:journal_event_changelist")).status_code == 403


def test_failed_mails_are_found_and_sent_again_on_record(client, root, monkeypatch):
    failed, queued = make_notice(), make_notice()
    Notice.objects.filter(pk=failed.pk).update(state="failed", attempts=30, last_error="550 no such mailbox")
    changelist = reverse("admin:notices_notice_changelist")
    page = client.get(changelist, {"state__exact": "failed"})
    assert list(page.context["cl"].result_list) == [failed]
    assert "550 no such mailbox" in page.content.decode()
    client.post(changelist, {"action": "send_again", "_selected_action": [failed.pk, queued.pk]})
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.last_error) == ("queued", 0, "")
    assert Event.objects.get(kind="notice.sent_again").body.payload["state"] == "failed"
    client.force_login(make_user(is_staff=True))
    assert client.get(changelist).status_code == 403


def test_a_notice_there_shows_what_it_says_and_cannot_be_changed(client, root):
    notice = make_notice(now=NOW)
    page = client.get(reverse("admin:notices_notice_change", args=[notice.pk]))
    assert str(notice.message_id) in page.content.decode()
    assert client.post(reverse("admin:notices_notice_change", args=[notice.pk]), {}).status_code == 403


def test_the_journal_says_who_it_was_by_name(client, root):
    person = make_user(name="方静")
    actions.drop_second_factor(actor=root, user=person, now=NOW)
    make_event(what="a test")
    page = client.get(reverse("admin:journal_event_changelist")).content.decode()
    assert str(root) in page
    assert "系统" in page


def test_kinds_are_chosen_in_words_and_an_unknown_one_holds_the_list_to_nothing(client, root):
    make_event(what="a test")
    changelist = reverse("admin:journal_event_changelist")
    found = client.get(changelist, {"kind__exact": "account.second_factor_off", "q": ""})
    assert found.context["cl"].result_count == 0
    assert "关闭了两步验证</option>" in found.content.decode()
    assert client.get(changelist, {"kind__exact": "no.such"}).context["cl"].result_count == Event.objects.count()


def test_the_outbox_says_what_each_mail_is_about(client, root):
    notice = make_notice()
    page = client.get(reverse("admin:notices_notice_changelist"), {"kind__exact": notice.kind})
    assert page.context["cl"].result_count == 1
    assert "每天 8:00，有内容时发送" in page.content.decode()
    Notice.objects.update(kind="gone.by")
    assert "gone.by" in client.get(reverse("admin:notices_notice_change", args=[notice.pk])).content.decode()


def test_organisations_are_found_by_region_from_a_list(client, root):
    near, _far = make_organisation(region="42"), make_organisation(region="11")
    page = client.get(reverse("admin:accounts_organisation_changelist"), {"region__exact": "42"})
    assert list(page.context["cl"].result_list) == [near]
    assert '<option value="42" selected>湖北</option>' in page.content.decode()


def test_a_notice_is_told_first_and_its_keys_are_folded_away(client, root):
    notice = make_notice(now=NOW)
    page = client.get(reverse("admin:notices_notice_change", args=[notice.pk])).content.decode()
    folded = page.partition("<details><summary>")[2]
    for text in (str(notice.message_id), notice.dedupe_key):
        assert text in folded
    assert str(notice.recipient or notice.address) in page.partition("<details><summary>")[0]


def test_a_new_person_without_an_address_is_asked_for_it_above_the_form(client, root):
    page = client.post(reverse("admin:accounts_user_add"), {"name": "方静", "locale": "zh-hans"}).content.decode()
    assert 'href="#id_email"' in page
    assert "无需设置密码" in page


def test_the_first_page_leads_administrators_alone_to_the_requests_for_erasure(client, root):
    assert reverse("erasures") in client.get("/admin/").content.decode()
    client.force_login(make_user(is_staff=True))
    assert reverse("erasures") not in client.get("/admin/").content.decode()
