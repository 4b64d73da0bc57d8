"""The pool of experts in the administration: scope, and the Excel table with its preview."""

from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from judging.models import Expert, ExpertTrack
from portal.accounts.models import Organisation
from portal.journal.models import EventBody
from tests.competition.factories import make_contest, make_role, make_track
from tests.judging.factories import make_expert, make_panel
from tests.portal.factories import make_organisation, make_uscc, make_user

pytestmark = pytest.mark.django_db
HEADS = [
    "contest",
    "code",
    "name",
    "e-mail",
    "title (post)",
    "organisation code",
    "organisation",
    "kind of organisation",
    "region",
    "main tracks",
    "second tracks",
    "adjacent tracks",
]


@pytest.fixture
def contest():
    contest = make_contest(slug="hb")
    for number in (1, 2, 3):
        make_track(contest, number=number)
    return contest


@pytest.fixture
def organiser(client, contest):
    user = make_user()
    make_role(user, contest)
    client.force_login(user)
    return client


def address(page: str, *arguments: Any) -> str:
    return "/en" + reverse(f"admin:judging_expert_{page}", args=arguments).removeprefix("/en")


def row(into, **values):
    given = {
        "contest": into.slug,
        "code": "J01",
        "name": "顾评",
        "e-mail": "gu@example.cn",
        "title (post)": "教授",
        "organisation code": make_uscc(1),
        "organisation": "湖北示例大学",
        "kind of organisation": "University",
        "region": "Hubei",
        "main tracks": 1,
        "second tracks": "2、3",
        "adjacent tracks": None,
    }
    return [(given | values)[head] for head in HEADS]


def upload(client, *rows, heads=HEADS):
    book = Workbook()
    for line in (heads, *rows):
        book.active.append(line)
    written = BytesIO()
    book.save(written)
    file = SimpleUploadedFile("experts.xlsx", written.getvalue())
    return client.post(address("import"), {"import_file": file, "format": "0", "resource": "0"})


def confirm(client, preview):
    return client.post(address("process_import"), preview.context["confirm_form"].initial, follow=True)


def lines_of(response):
    result = response.context["result"]
    return [line for line, _errors in result.row_errors()] + [bad.number for bad in result.invalid_rows]


class TestTable:
    def test_is_previewed_then_imported_with_tracks_and_organisation(self, organiser, contest):
        preview = upload(organiser, row(contest))
        assert not Expert.objects.exists()
        assert not Organisation.objects.exists()
        assert "顾评" in preview.content.decode()
        confirm(organiser, preview)
        expert = Expert.objects.get()
        assert (expert.contest, expert.name, expert.status, expert.region) == (
            contest,
            "顾评",
            Expert.Status.LISTED,
            "42",
        )
        assert (expert.organisation.name, expert.organisation.kind) == ("湖北示例大学", Organisation.Kind.UNIVERSITY)
        tracks = expert.tracks.order_by("track__number").values_list("track__number", "level")
        assert list(tracks) == [
            (1, ExpertTrack.Level.MAIN),
            (2, ExpertTrack.Level.SECOND),
            (3, ExpertTrack.Level.SECOND),
        ]
        assert EventBody.objects.get(event__kind="setup.imported").payload["added"] == 1

    def test_a_known_organisation_is_found_by_its_code(self, organiser, contest):
        known = make_organisation(name="湖北示例研究院")
        confirm(
            organiser,
            upload(
                organiser,
                row(contest, **{"organisation code": known.uscc, "organisation": None, "kind of organisation": None}),
            ),
        )
        assert Expert.objects.get().organisation == known
        assert Organisation.objects.count() == 1

    def test_exported_and_imported_again_changes_nothing(self, organiser, contest):
        make_expert(contest, *contest.tracks.all()[:2], status=Expert.Status.LISTED, name="=SUM(1)")
        exported = organiser.get(address("export")).content
        cells = [cell for line in load_workbook(BytesIO(exported)).active.iter_rows() for cell in line]
        assert "'=SUM(1)" in [cell.value for cell in cells]
        assert not [cell for cell in cells if cell.data_type == "f"]
        again = organiser.post(
            address("import"),
            {"import_file": SimpleUploadedFile("e.xlsx", exported), "format": "0", "resource": "0"},
        )
        assert [line.import_type for line in again.context["result"].rows] == ["skip"]
        assert Expert.objects.get().name == "=SUM(1)"

    def test_changed_tracks_alone_are_a_change(self, organiser, contest):
        confirm(organiser, upload(organiser, row(contest)))
        confirm(organiser, upload(organiser, row(contest, **{"main tracks": "3", "second tracks": ""})))
        assert list(Expert.objects.get().tracks.values_list("track__number", "level")) == [(3, 3)]

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"organisation code": "91420100MA0000001X"}, "credit code"),
            ({"organisation": None}, "is not known yet"),
            ({"kind of organisation": "Castle"}, "is not known under"),
            ({"region": "Atlantis"}, "is not known under"),
            ({"main tracks": "9"}, "no track"),
            ({"main tracks": "eins"}, "no track"),
            ({"main tracks": None, "second tracks": None}, "at least one track"),
            ({"main tracks": "1", "second tracks": "1"}, "stands twice"),
            ({"e-mail": "keine Adresse"}, "mail"),
            ({"name": None}, "blank"),
            ({"contest": "elsewhere"}, "You organise no contest"),
            ({"code": "J00", "e-mail": "GU@example.cn"}, "e-mail"),
        ],
    )
    def test_says_what_is_wrong_with_a_row_and_imports_none(self, organiser, contest, wrong, sentence):
        make_contest(slug="elsewhere")
        make_expert(contest, code="J77", status=Expert.Status.LISTED, email="gu@example.cn")
        good = row(contest, code="J02", **{"e-mail": "good@example.cn", "organisation code": make_uscc(2)})
        bad = row(contest, **({"e-mail": "new@example.cn"} | wrong))
        response = upload(organiser, good, bad)
        assert lines_of(response) == [3]
        assert sentence in response.content.decode()
        assert "confirm_form" not in response.context
        assert Expert.objects.count() == 1

    def test_a_table_without_a_needed_column_is_refused(self, organiser, contest):
        response = upload(organiser, ["J01", "顾评"], heads=["code", "name"])
        assert "lacks the column" in response.content.decode()

    def test_an_assigned_expert_keeps_code_and_organisation(self, client):
        panel = make_panel(experts=1, entries=1)
        client.force_login(panel.organiser)
        panel.organiser.is_staff = True
        panel.organiser.save()
        expert = panel.experts[0]
        line = row(
            panel.contest,
            code=expert.code,
            **{"e-mail": expert.email, "main tracks": panel.track.number, "second tracks": None},
        )
        response = upload(client, line)
        assert lines_of(response) == [2]
        assert "stay as they were" in response.content.decode()


class TestScope:
    def test_experts_of_other_contests_are_neither_listed_nor_opened_nor_exported(self, organiser, contest):
        own = make_expert(contest, status=Expert.Status.LISTED, name="本赛专家")
        foreign = make_expert(make_contest(), status=Expert.Status.LISTED, name="他赛专家")
        page = organiser.get(address("changelist")).content.decode()
        assert own.name in page
        assert foreign.name not in page
        assert organiser.get(address("change", own.pk)).status_code == 200
        assert organiser.get(address("change", foreign.pk)).status_code == 302
        cells = [
            cell.value
            for line in load_workbook(BytesIO(organiser.get(address("export")).content)).active
            for cell in line
        ]
        assert own.name in cells
        assert foreign.name not in cells

    @pytest.mark.parametrize("role", ["screener", "supervisor", "observer"])
    def test_others_change_nothing(self, client, contest, role):
        person = make_user()
        make_role(person, contest, role)
        client.force_login(person)
        assert client.get(address("add")).status_code == 403
        assert client.get(address("import")).status_code == 403

    def test_state_and_account_are_read_only(self, organiser, contest):
        expert = make_expert(contest, status=Expert.Status.LISTED)
        form = organiser.get(address("change", expert.pk)).context["adminform"].form
        assert not {"status", "user", "invited_at", "contest"} & set(form.fields)


class TestModel:
    def test_the_address_of_who_accepted_stays(self, contest):
        expert = make_expert(contest)
        expert.email = "other@example.cn"
        with pytest.raises(ValidationError) as caught:
            expert.full_clean()
        assert "email" in caught.value.message_dict

    def test_a_track_of_another_contest_is_refused(self, contest):
        foreign = ExpertTrack(expert=make_expert(contest), track=make_track(make_contest()))
        with pytest.raises(ValidationError) as caught:
            foreign.full_clean()
        assert "track" in caught.value.message_dict


def test_somebody_new_has_no_invitation_to_show(organiser, contest):
    expert = make_expert(contest)
    assert "field-invited_at" not in organiser.get(address("add")).content.decode()
    assert "field-invited_at" in organiser.get(address("change", expert.pk)).content.decode()
