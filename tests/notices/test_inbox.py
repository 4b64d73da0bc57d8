"""The inbox shows a person's own notices, and looking alone changes nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.notices.models import Notice
from portal.notices.paths import prefixed, unprefixed
from tests.notices.factories import make_inbox_notice, make_notice
from tests.portal.factories import NOW, make_superuser, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(client):
    user = make_user(name="周敏")
    client.force_login(user)
    return user


def test_newest_first_with_the_subject_in_the_language_of_the_page(client, person):
    older, newer = make_inbox_notice(person), make_inbox_notice(person, now=NOW + timedelta(hours=1))
    page = client.get(reverse("inbox"))
    assert [notice for notice, _subject in page.context["rows"]] == [newer, older]
    assert page.context["rows"][0][1] == "湖北分赛：截至7月17日的每日简报"
    assert client.get("/en" + reverse("inbox")).context["rows"][0][1] == "湖北分赛: the day to 17 July"


def test_mail_is_not_in_the_inbox_and_others_notices_are_not_either(client, person):
    make_notice(person)
    make_inbox_notice(make_user())
    assert client.get(reverse("inbox")).context["rows"] == []


def test_looking_marks_nothing_and_opening_marks_one(client, person):
    notice, other = make_inbox_notice(person), make_inbox_notice(person)
    client.get(reverse("inbox"))
    assert client.get(reverse("notice", args=[notice.public_id])).status_code == 200
    assert Notice.objects.unread().count() == 2
    response = client.post(reverse("notice_open", args=[notice.public_id]))
    assert response.url == reverse("notice", args=[notice.public_id])
    assert list(Notice.objects.unread()) == [other]


def test_the_first_reading_counts(client, person):
    notice = make_inbox_notice(person)
    client.post(reverse("notice_open", args=[notice.public_id]))
    first = Notice.objects.get().read_at
    client.post(reverse("notice_open", args=[notice.public_id]))
    assert Notice.objects.get().read_at == first


def test_a_notice_says_everything_and_leads_to_its_matter_in_the_language_of_the_page(client, person):
    notice = make_inbox_notice(person, path="/entries/abc/")
    page = client.get(reverse("notice", args=[notice.public_id])).content.decode()
    assert "A &amp; B &lt;c&gt;" in page  # plain text becomes safe HTML
    assert 'href="/entries/abc/"' in page
    assert 'href="/en/entries/abc/"' in client.get("/en" + reverse("notice", args=[notice.public_id])).content.decode()


@pytest.mark.parametrize("name", ["notice", "notice_open"])
def test_anothers_notice_does_not_exist_even_for_administrators(client, name):
    theirs = make_inbox_notice(make_user())
    mail = make_notice()
    for user in (make_user(), make_superuser(), mail.recipient):
        client.force_login(user)
        for notice in (theirs, mail):
            url = reverse(name, args=[notice.public_id])
            response = client.get(url) if name == "notice" else client.post(url)
            assert response.status_code == 404
    assert Notice.objects.unread().count() == 2


def test_all_read_means_all_that_was_on_the_page(client, person):
    seen, later = make_inbox_notice(person), make_inbox_notice(person, now=NOW + timedelta(minutes=1))
    client.post(reverse("notices_read"), {"newest": seen.public_id})
    assert list(Notice.objects.unread()) == [later]
    assert client.post(reverse("notices_read"), {"newest": "nothing"}).status_code == 404
    assert client.post(reverse("notices_read")).status_code == 404


def test_unread_ones_can_be_shown_alone_and_an_empty_inbox_says_what_will_come(client, person):
    assert "cs-empty" in client.get(reverse("inbox")).content.decode()
    read, unread = make_inbox_notice(person), make_inbox_notice(person)
    client.post(reverse("notice_open", args=[read.public_id]))
    assert [notice for notice, _ in client.get(reverse("inbox"), {"show": "unread"}).context["rows"]] == [unread]


def test_a_notice_whose_kind_is_gone_keeps_its_place_but_has_no_page(client, person):
    notice = make_inbox_notice(person)
    Notice.objects.update(kind="gone.kind")
    assert client.get(reverse("inbox")).context["rows"][0][1] == "通知"
    assert client.get(reverse("notice", args=[notice.public_id])).status_code == 404


def test_long_inboxes_have_pages(client, person):
    for _number in range(51):
        make_inbox_notice(person)
    page = client.get(reverse("inbox"))
    assert len(page.context["rows"]) == 50
    assert len(client.get(reverse("inbox") + page.context["page"].next_url).context["rows"]) == 1


@pytest.mark.parametrize("rows", [1, 50])
def test_the_inbox_asks_the_same_few_questions_at_any_length(client, person, rows, django_assert_max_num_queries):
    for _number in range(rows):
        make_inbox_notice(person)
    with django_assert_max_num_queries(5):
        page = client.get(reverse("inbox"))
    assert len(page.content) < 100_000


def test_a_path_keeps_no_language_of_whoever_wrote_it():
    assert unprefixed("/en/entries/1/") == "/entries/1/"
    assert unprefixed("/english/") == "/english/"
    assert (prefixed("/my/", "en"), prefixed("/my/", "zh-hans"), prefixed("", "en")) == ("/en/my/", "/my/", "")


def test_an_instant_comes_back_as_an_instant_and_must_be_named_as_one(person):
    assert make_inbox_notice(person).context["until_at"] == "2024-07-17T06:03:00+00:00"
    with pytest.raises(ValueError, match="deadline"):
        make_inbox_notice(person, deadline=NOW)


def test_the_same_occasion_reaches_the_same_person_once(person):
    from django.db import transaction

    from portal.notices.digest import DAILY_DIGEST
    from portal.notices.outbox import send

    given = {"to": [person], "now": NOW, "dedupe": "once", "contest_name": "x", "sections": [], "until_at": NOW}
    with transaction.atomic():
        assert len(send(DAILY_DIGEST, **given)) == 1
        assert send(DAILY_DIGEST, **given) == []
