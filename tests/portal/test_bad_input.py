"""What the ground floor makes of text, numbers and dates that no column can hold."""

from datetime import datetime

import pytest
from django.forms import ValidationError
from django.urls import reverse

from portal.accounts.models import Organisation, User
from portal.web.administration import key_from
from portal.web.fields import Moment, PlainText, line, prose
from tests.portal.factories import make_organisation, make_superuser

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.mark.django_db
class TestTextThatNoColumnCanHold:
    @pytest.mark.parametrize(
        "lookup", ["name", "name__iexact", "name__contains", "name__icontains", "name__startswith", "name__iendswith"]
    )
    def test_matches_no_row_on_any_database(self, lookup):
        make_organisation(name="示例机构")
        assert not Organisation.objects.filter(**{lookup: "示例\x00"}).exists()
        assert Organisation.objects.exclude(**{lookup: "示例\x00"}).exists()
        assert Organisation.objects.filter(**{lookup: "示例机构"}).exists()

    def test_is_passed_over_in_a_list(self):
        made = make_organisation(name="示例机构")
        assert list(Organisation.objects.filter(name__in=["a\x00", "示例机构"])) == [made]
        assert not Organisation.objects.filter(name__in=["a\x00"]).exists()


class TestTypedText:
    def test_loses_what_nobody_typed(self):
        assert line(label="名称").clean("张\u202e三\x07\r\n ") == "张三"
        assert prose(label="正文").clean("一\r\n\u2066二\x1b") == "一\n二"

    def test_with_nul_is_refused_in_a_sentence(self):
        with pytest.raises(ValidationError, match="名称"):
            PlainText(lines=False, longest=9, label="名称").clean("a\x00b")

    def test_is_counted_after_it_was_cleaned(self):
        field = line(label="名称", max_length=3)
        assert field.clean("一二三\u200b\u200b") == "一二三"
        with pytest.raises(ValidationError, match="1"):
            field.clean("一二三四")


class TestMoments:
    def test_are_taken_within_the_calendar_of_contests(self):
        assert isinstance(Moment().clean(["2024-07-20", "17:30"]), datetime)
        assert Moment(required=False).clean(["", ""]) is None

    @pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2101-01-01", "9999-12-31"])
    def test_at_the_ends_of_the_calendar_are_refused(self, day):
        with pytest.raises(ValidationError, match="2000"):
            Moment().clean([day, "00:00"])


@pytest.mark.django_db
class TestRowsThatAreNamed:
    @pytest.mark.parametrize("text", ["", "x", "1.5", "٣x", "9" * 30, "-" + "9" * 30, "1\x00", None])
    def test_a_key_that_cannot_be_one_is_none(self, text):
        assert key_from(User, text) is None

    def test_what_is_ticked_and_is_no_row_changes_nothing(self, client):
        client.force_login(make_superuser(), backend=BACKEND)
        made, url = make_organisation(), reverse("admin:accounts_organisation_changelist")
        ticked = {"action": "delete_selected", "_selected_action": [made.pk, "x"], "post": "yes"}
        response = client.post(url, ticked, follow=True)
        assert "请在列表中重新勾选" in response.content.decode()
        assert Organisation.objects.filter(pk=made.pk).exists()

    def test_a_button_opened_as_an_address_has_a_page(self, client):
        response = client.get(reverse("preferences"))
        assert response.status_code == 405
        assert response.headers["Allow"] == "POST"
        assert "不能单独打开" in response.content.decode()
