"""Organisers' work in the administration: contests, roles, rubrics, stages, files, tables."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import ValidationError
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from competition.actions import copy_rubric, grant_role, revoke_role
from competition.admin.fields import BandsField, CodesField, LinesField, TicksField
from competition.models import Contest, Download, FormField, Role, Rubric, Stage, Topic, Track, WantedFile
from portal.journal.models import EventBody
from portal.refusals import NotAllowed, Refusal
from portal.web.cells import guarded, unguarded
from tests.competition import factories
from tests.portal.factories import make_superuser, make_user

pytestmark = pytest.mark.django_db
NOW = factories.NOW
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def contest():
    return factories.make_contest(slug="hb")


@pytest.fixture
def organiser(contest):
    person = make_user("organiser@hb.example")
    factories.make_role(person, contest)
    return person


@pytest.fixture
def inside(client, organiser):
    client.force_login(organiser, backend=BACKEND)
    return client


def address(name, verb, *arguments):
    return reverse(f"admin:competition_{name}_{verb}", args=arguments)


class TestFields:
    def test_ticks_keep_the_order_of_the_set(self):
        field = TicksField(choices=[("pdf", "PDF"), ("mp4", "MP4")])
        assert field.clean(["mp4", "pdf"]) == ["pdf", "mp4"]
        with pytest.raises(ValidationError):
            field.clean([])
        with pytest.raises(ValidationError):
            field.clean(["exe"])

    def test_lines_go_in_and_out_unchanged(self):
        field = LinesField()
        assert field.clean("是\r\n\n 否 ") == ["是", "否"]
        assert field.prepare_value(["是", "否"]) == "是\n否"
        assert field.clean("") == []
        assert not field.has_changed(["是", "否"], "是\n否")

    def test_codes_are_read_however_they_are_parted(self):
        field = CodesField()
        assert field.clean("c3， C1;C2") == ["C3", "C1", "C2"]
        assert field.prepare_value(["C3", "C1"]) == "C3, C1"
        for wrong in ("C1, 应用实效", "C1, C1"):
            with pytest.raises(ValidationError):
                field.clean(wrong)

    def test_bands_go_in_and_out_unchanged(self):
        field = BandsField()
        kept = [["优", 90, 100, "多源数据，质量有核验, 完整"], ["差", 0, 59, ""]]
        assert field.clean(field.prepare_value(kept)) == kept
        for wrong in ("优", "优, 九十, 100, x", "优, 100, 90, x", "优, 1.5, 2, x"):
            with pytest.raises(ValidationError):
                field.clean(wrong)


class TestContests:
    def test_are_made_by_a_superuser_alone(self, client, inside):
        assert inside.get(address("contest", "add")).status_code == 403
        client.force_login(make_superuser(), backend=BACKEND)
        data = {
            "name": "新的大赛", "short_name": "新赛", "slug": "new", "code": "NEW26", "level": "provincial",
            "edition": 2026, "eligible_kinds": ["enterprise", "university"], "region": "42", "team_min": 1,
            "team_max": 5, "partners_max": 3, "uniqueness_scope": "topic", "promotion_quota": 0,
            "organisers-TOTAL_FORMS": 0, "organisers-INITIAL_FORMS": 0, "stages-TOTAL_FORMS": 0,
            "stages-INITIAL_FORMS": 0, "second_look": "none", "recusal_years": 3,
        }  # fmt: skip
        assert client.post(address("contest", "add"), data).status_code == 302
        made = Contest.objects.get(slug="new")
        assert made.eligible_kinds == ["enterprise", "university"]
        assert not made.is_published

    def test_two_stages_that_exclude_each_other_are_answered_in_a_sentence_and_nothing_is_saved(self, inside, contest):
        page = inside.get(address("contest", "change", contest.pk)).context["adminform"].form
        twice = {
            f"stages-{row}-{name}": value
            for row in (0, 1)
            for name, value in {
                "kind": "publicity", "position": row, "opens_at_0": "2026-07-01", "opens_at_1": "00:00",
                "closes_at_0": "2026-08-01", "closes_at_1": "00:00",
            }.items()
        }  # fmt: skip
        data = {name: value for name, value in page.initial.items() if value is not None} | twice | {
            "stages-TOTAL_FORMS": 2, "stages-INITIAL_FORMS": 0, "organisers-TOTAL_FORMS": 0,
            "organisers-INITIAL_FORMS": 0, "name": "改了名的大赛",
        }  # fmt: skip
        answer = inside.post(address("contest", "change", contest.pk), data, follow=True)
        assert "没有保存" in answer.content.decode()
        assert not contest.stages.filter(kind="publicity").exists()
        assert Contest.objects.get(pk=contest.pk).name != "改了名的大赛"

    def test_keep_their_place_and_number_from_their_organisers(self, inside, contest):
        page = inside.get(address("contest", "change", contest.pk)).content.decode()
        for name in ("slug", "code", "level", "parent", "edition"):
            assert f'name="{name}"' not in page
        assert 'name="team_max"' in page

    def test_are_not_deleted_by_their_organisers(self, inside, contest):
        assert inside.post(address("contest", "delete", contest.pk), {"post": "yes"}).status_code == 403


class TestRoles:
    def test_are_given_by_address_and_open_the_administration(self, inside, contest):
        person = make_user("New.Colleague@example.cn")
        data = {"contest": contest.pk, "role": "observer", "email": "new.colleague@EXAMPLE.cn"}
        assert inside.post(address("role", "add"), data).status_code == 302
        person.refresh_from_db()
        assert person.is_staff
        assert Role.objects.filter(user=person, contest=contest, role="observer").exists()
        told = EventBody.objects.filter(event__kind="role.granted").get()
        assert (told.contest_id, told.subject_id) == (contest.public_id, person.public_id)
        assert not EventBody.objects.filter(event__kind="setup.added").exists()

    def test_need_an_account_and_are_held_once(self, inside, contest, organiser):
        for email, role in (("nobody@example.cn", "observer"), (organiser.email, "organiser")):
            response = inside.post(address("role", "add"), {"contest": contest.pk, "role": role, "email": email})
            assert response.context["adminform"].form.errors["email"]
        assert Role.objects.count() == 1

    def test_screeners_stay_outside_the_administration(self, contest, organiser):
        person = make_user()
        grant_role(actor=organiser, contest=contest, user=person, role=Role.Name.SCREENER, now=NOW)
        person.refresh_from_db()
        assert not person.is_staff

    def test_taken_back_close_it_again(self, inside, contest):
        person = make_user()
        role = factories.make_role(person, contest, Role.Name.OBSERVER)
        assert inside.post(address("role", "delete", role.pk), {"post": "yes"}).status_code == 302
        person.refresh_from_db()
        assert not person.is_staff
        assert EventBody.objects.filter(event__kind="role.revoked").exists()

    def test_the_last_organiser_stays(self, inside, contest, organiser):
        role = Role.objects.get(user=organiser)
        assert inside.post(address("role", "delete", role.pk), {"post": "yes"}).status_code == 403
        with pytest.raises(Refusal, match="至少要有一位组织者"):
            revoke_role(actor=organiser, role=role, now=NOW)
        second = factories.make_role(make_user(), contest)
        revoke_role(actor=organiser, role=second, now=NOW)
        assert Role.objects.filter(pk=role.pk).exists()

    def test_are_given_by_organisers_of_that_contest_alone(self, organiser):
        other = factories.make_contest()
        with pytest.raises(NotAllowed):
            grant_role(actor=organiser, contest=other, user=make_user(), role=Role.Name.OBSERVER, now=NOW)


class TestRubrics:
    def test_in_use_are_read_and_copied(self, inside, contest):
        rubric = factories.make_rubric(contest, weights=(25, 75))
        Rubric.objects.filter(pk=rubric.pk).update(frozen_at=NOW)
        page = inside.get(address("rubric", "change", rubric.pk)).content.decode()
        assert 'name="_save"' not in page
        assert "建立新版本" in page
        assert inside.post(address("rubric", "change", rubric.pk), {"name": "x"}).status_code == 403
        assert inside.post(address("rubric", "delete", rubric.pk), {"post": "yes"}).status_code == 403
        data = {"action": "make_new_version", "_selected_action": [rubric.pk]}
        assert inside.post(address("rubric", "changelist"), data).status_code == 302
        copy = Rubric.objects.get(contest=contest, version=2)
        assert copy.frozen_at is None
        assert list(copy.criteria.values_list("code", "weight")) == list(rubric.criteria.values_list("code", "weight"))
        assert rubric.criteria.count() == 2

    def test_copies_count_on_from_the_latest_version(self, contest, organiser):
        rubric = factories.make_rubric(contest)
        copy_rubric(actor=organiser, rubric=rubric, now=NOW)
        assert copy_rubric(actor=organiser, rubric=rubric, now=NOW).version == 3

    def test_are_copied_by_organisers_of_that_contest_alone(self, organiser):
        rubric = factories.make_rubric(factories.make_contest())
        with pytest.raises(NotAllowed):
            copy_rubric(actor=organiser, rubric=rubric, now=NOW)


class TestStages:
    def test_keep_what_counts_once_judging_has_begun(self, inside, contest):
        stage = factories.make_stage(contest, Stage.Kind.REVIEW, rubric=factories.make_rubric(contest))
        Stage.objects.filter(pk=stage.pk).update(rules_frozen_at=NOW)
        page = inside.get(address("stage", "change", stage.pk)).content.decode()
        assert 'name="trim_from"' not in page
        assert 'name="closes_at_0"' in page
        assert inside.post(address("stage", "delete", stage.pk), {"post": "yes"}).status_code == 403

    def test_that_close_before_they_open_are_refused_beside_the_field(self, inside, contest):
        data = {
            "contest": contest.pk, "kind": "submission", "position": 1, "opens_at_0": "2026-07-02",
            "opens_at_1": "00:00", "closes_at_0": "2026-07-01", "closes_at_1": "00:00", "grace_minutes": 0, "seats": 5,
            "trim_from": 5,
        }  # fmt: skip
        response = inside.post(address("stage", "add"), data)
        assert response.context["adminform"].form.errors["closes_at"] == ["截止时间须晚于开始时间。"]


class TestDownloads:
    def test_are_uploaded_with_their_size_and_reached_through_their_page(self, inside, contest):
        file = SimpleUploadedFile("guide.pdf", b"%PDF-1.7 guide")
        data = {"contest": contest.pk, "title": "指南", "position": 1, "file": file}
        assert inside.post(address("download", "add"), data).status_code == 302
        row = Download.objects.get()
        assert row.size == 14
        page = inside.get(address("download", "change", row.pk)).content.decode()
        assert reverse("download", args=[contest.slug, row.public_id]) in page

    def test_of_another_kind_are_refused(self, inside, contest):
        file = SimpleUploadedFile("run.exe", b"MZ")
        data = {"contest": contest.pk, "title": "指南", "position": 1, "file": file}
        assert inside.post(address("download", "add"), data).context["adminform"].form.errors["file"]
        assert not Download.objects.exists()

    def test_are_looked_at_by_observers_without_an_address_of_the_store(self, client, contest):
        row = factories.make_download(contest)
        person = make_user()
        factories.make_role(person, contest, Role.Name.OBSERVER)
        client.force_login(person, backend=BACKEND)
        assert client.get(address("download", "change", row.pk)).status_code == 200


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return SimpleUploadedFile("table.xlsx", file.getvalue())


def upload(client, name, file):
    return client.post(address(name, "import"), {"import_file": file, "format": "0", "resource": "0"})


def confirm(client, name, preview):
    return client.post(address(name, "process_import"), preview.context["confirm_form"].initial, follow=True)


class TestForms:
    def asked(self, inside, contest, **fields):
        """Make a section with one question on the page of the administration."""
        question = {"key": "scale", "label": "数据规模", "position": "1", "kind": "number", "required": "on"} | fields
        body = {
            "contest": contest.pk, "task": "application", "position": "1", "title": "数据基础", "intro": "",
            "fields-TOTAL_FORMS": "1", "fields-INITIAL_FORMS": "0",
            **{f"fields-0-{name}": value for name, value in question.items()},
        }  # fmt: skip
        return inside.post(address("formsection", "add"), body)

    def test_questions_of_every_kind_are_made_without_code(self, inside, contest):
        track = factories.make_track(contest)
        more = {"least": "0", "most": "100.5", "unit": "万条", "may_not_apply": "on", "track": track.pk}
        assert self.asked(inside, contest, **more).status_code == 302
        field = FormField.objects.get()
        assert (field.least, field.most, field.unit, field.may_not_apply) == (0, Decimal("100.5"), "万条", True)
        assert field.track == track
        page = inside.get(address("formsection", "change", field.section_id)).content.decode()
        assert 'value="100.5"' in page

    def test_bounds_in_the_wrong_order_are_said_beside_the_field(self, inside, contest):
        response = self.asked(inside, contest, least="2", most="1")
        assert response.status_code == 200
        assert "最大值不能小于最小值" in response.content.decode()
        assert not FormField.objects.exists()

    def test_a_choice_without_words_is_refused(self, inside, contest):
        assert self.asked(inside, contest, kind="choice", choices="").status_code == 200
        assert self.asked(inside, contest, kind="choice", choices="是\n否").status_code == 302
        assert FormField.objects.get().choices == ["是", "否"]

    def test_a_file_may_be_asked_of_one_track_of_the_contest_alone(self, inside, contest):
        body = {
            "contest": contest.pk, "task": "evidence", "position": "1", "key": "licence", "label": "执业许可证",
            "kinds": ["pdf"], "max_mb": "50", "required": "on",
        }  # fmt: skip
        elsewhere = factories.make_track(factories.make_contest())
        assert inside.post(address("wantedfile", "add"), body | {"track": elsewhere.pk}).status_code == 200
        own = factories.make_track(contest)
        assert inside.post(address("wantedfile", "add"), body | {"track": own.pk}).status_code == 302
        assert WantedFile.objects.get().track == own


class TestTables:
    def test_are_previewed_and_then_imported_as_one_event(self, inside, contest):
        preview = upload(
            inside, "track", workbook(["编号", "名称"], [1, "工业制造"], [2.0, " 商贸流通 "], [None, None])
        )
        assert Track.objects.count() == 0
        assert "商贸流通" in preview.content.decode()
        confirm(inside, "track", preview)
        assert list(Track.objects.values_list("contest", "number", "name")) == [
            (contest.pk, 1, "工业制造"),
            (contest.pk, 2, "商贸流通"),
        ]
        told = EventBody.objects.filter(event__kind="setup.imported").get()
        assert (told.contest_id, told.payload["added"], told.payload["changed"]) == (contest.public_id, 2, 0)

    def test_exported_and_imported_again_change_nothing(self, inside, contest):
        track = factories.make_track(contest, name="=工业")
        factories.make_topic(track, title="-减号开头", description="@某人\n第二行")
        for name in ("track", "topic"):
            exported = inside.get(address(name, "export")).content
            preview = upload(inside, name, SimpleUploadedFile("t.xlsx", exported))
            assert {row.import_type for row in preview.context["result"].rows} == {"skip"}
            confirm(inside, name, preview)
        assert not EventBody.objects.filter(event__kind="setup.imported").exists()
        assert Topic.objects.get().title == "-减号开头"

    def test_take_no_icon_that_cannot_be_drawn(self, inside, contest):
        """The public pages draw it: one that is not there would break them."""
        heads = ["编号", "名称", "图标"]
        refused = upload(inside, "track", workbook(heads, [1, "工业制造", "房子"]))
        assert "没有名为“房子”的图标" in refused.content.decode()
        assert "confirm_form" not in refused.context
        confirm(inside, "track", upload(inside, "track", workbook(heads, [1, "工业制造", ""], [2, "商贸", "store"])))
        assert list(Track.objects.order_by("number").values_list("icon", flat=True)) == ["shapes", "store"]

    def test_carry_no_formula_out(self, inside, contest):
        factories.make_track(contest, name='=HYPERLINK("http://x","点我")')
        sheet = load_workbook(BytesIO(inside.get(address("track", "export")).content)).active
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f"]
        assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)
        for text in ("=1", "+1", "-1", "@x", "\tx", "工业", "'quoted'"):
            assert unguarded(guarded(text)) == text

    @pytest.mark.parametrize(
        ("row", "sentence"),
        [
            (["elsewhere", 1, 1, "题", "文"], "您负责的赛事中没有网址标识“elsewhere”"),
            (["hb", 9, 1, "题", "文"], "没有编号为 9 的赛道"),
            (["hb", "一", 1, "题", "文"], "“赛道”请填写不小于 1 的整数"),
            (["hb", 1, 1.5, "题", "文"], "“编号”请填写不小于 1 的整数"),
            (["hb", 1, "1e400", "题", "文"], ""),
            (["hb", 1, 1, "", "文"], ""),
            (["hb", 1, 1, "题" * 121, "文"], ""),
        ],
    )
    def test_say_what_is_wrong_with_a_row_and_import_none(self, inside, contest, row, sentence):
        factories.make_contest(slug="elsewhere")
        factories.make_track(contest, number=1)
        heads = ["赛事", "赛道", "编号", "标题", "正文"]
        response = upload(inside, "topic", workbook(heads, ["hb", 1, 8, "好的一行", "正文"], row))
        result = response.context["result"]
        lines = [line for line, _errors in result.row_errors()] + [bad.number for bad in result.invalid_rows]
        assert lines == [3]
        assert sentence in response.content.decode()
        assert "confirm_form" not in response.context
        assert Topic.objects.count() == 0

    @pytest.mark.parametrize(
        ("file", "sentence"),
        [
            (SimpleUploadedFile("t.xlsx", b"not a workbook"), "这不是 Excel 工作簿"),
            (SimpleUploadedFile("t.xlsx", b""), ""),
            (workbook(["编号", "别的"], [1, 2]), "表格缺少列：“名称”"),
            (workbook(["赛事", "编号"], ["hb", 1]), "表格缺少列：“名称”"),
        ],
    )
    def test_that_are_none_are_refused_with_a_sentence(self, inside, contest, file, sentence):
        file.seek(0)
        response = upload(inside, "track", file)
        assert response.status_code == 200
        assert sentence in response.content.decode()
        assert "confirm_form" not in response.context

    def test_changed_meanwhile_import_nothing(self, inside, contest):
        factories.make_track(contest, number=1)
        preview = upload(
            inside, "topic", workbook(["赛道", "编号", "标题", "正文"], [1, 1, "甲", "文"], [1, 2, "乙", "文"])
        )
        contest.tracks.all().delete()
        confirm(inside, "topic", preview)
        assert Topic.objects.count() == 0


def test_dates_in_the_administration_are_beijing_time(inside, contest):
    stage = factories.make_stage(contest, closes_at=NOW + timedelta(days=4, hours=9, minutes=57))
    page = inside.get(address("stage", "change", stage.pk)).content.decode()
    assert 'value="2024/07/22"' in page or 'value="2024-07-22"' in page
    assert 'value="00:00' in page
