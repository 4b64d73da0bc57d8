"""The pages of the administration as people meet them: lists, forms, errors, refusals, history."""

import re

import pytest
from django.urls import reverse

from competition.icons import CHOICES, ICONS, is_icon
from competition.models import Contest, Rubric
from tests.competition import factories
from tests.portal.factories import make_superuser, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def contest():
    return factories.make_contest(slug="hb")


@pytest.fixture
def inside(client, contest):
    person = make_user("organiser@hb.example", name="方静")
    factories.make_role(person, contest)
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def root(client):
    client.force_login(make_superuser(), backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(name, verb, *arguments):
    return reverse(f"admin:competition_{name}_{verb}", args=arguments)


def text_of(response):
    return response.content.decode()


def links_of(page):
    """Where the links of the error summary lead."""
    summary = page[page.index('class="cs-errors"') : page.index("</section>", page.index('class="cs-errors"'))]
    return re.findall(r'href="#([^"]+)"', summary)


class TestErrors:
    def test_what_is_wrong_stands_above_the_form_with_a_link_to_each_field(self, inside):
        page = text_of(inside.post(address("stage", "add"), {"position": 1, "seats": 5, "trim_from": 5}))
        assert {"id_kind", "id_opens_at_0", "id_closes_at_0"} <= set(links_of(page))
        assert [target for target in links_of(page) if f'id="{target}"' not in page] == []
        assert "请选择类型" in page

    def test_an_error_in_a_row_below_says_of_which_row_it_speaks(self, inside, contest):
        row = {"criteria-0-code": "C1", "criteria-0-name": "", "criteria-0-position": 1, "criteria-0-weight": 100}
        management = {"criteria-TOTAL_FORMS": 1, "criteria-INITIAL_FORMS": 0}
        form = {"contest": contest.pk, "name": "初评", "version": 1}
        page = text_of(inside.post(address("rubric", "add"), form | management | row))
        assert "id_criteria-0-name" in links_of(page)
        assert "评分项 1 · 请填写名称" in page

    def test_what_belongs_to_no_field_is_said_above_too(self, inside, contest):
        rubric = factories.make_rubric(contest)
        form = {"contest": contest.pk, "name": rubric.name, "version": rubric.version}
        page = text_of(
            inside.post(address("rubric", "add"), form | {"criteria-TOTAL_FORMS": "x", "criteria-INITIAL_FORMS": "x"})
        )
        assert 'class="cs-errors"' in page


class TestLists:
    def test_a_list_is_called_by_what_is_in_it(self, inside, contest):
        for model in ("stage", "track", "announcement"):
            response = inside.get(address(model, "changelist"))
            assert response.context["title"] == response.context["cl"].opts.verbose_name_plural

    def test_who_works_on_one_contest_does_not_read_its_name_in_every_line(self, inside, contest):
        factories.make_stage(contest)
        assert "contest_name" not in inside.get(address("stage", "changelist")).context["cl"].list_display
        second = factories.make_contest(slug="other")
        factories.make_role(inside.get("/admin/").wsgi_request.user, second)
        response = inside.get(address("stage", "changelist"))
        assert "contest_name" in response.context["cl"].list_display
        assert contest.short_name in text_of(response)

    def test_a_topic_names_the_contest_of_its_track(self, root, contest):
        topic = factories.make_topic(factories.make_track(contest))
        assert topic.track.contest.short_name in text_of(root.get(address("topic", "changelist")))

    def test_filters_stand_above_the_rows_and_can_be_cleared(self, inside, contest):
        factories.make_stage(contest)
        page = text_of(inside.get(address("stage", "changelist"), {"kind__exact": "submission"}))
        assert page.index('id="cs-filters"') < page.index('id="result_list"')
        assert "清除筛选" in page
        assert "清除筛选" not in text_of(inside.get(address("stage", "changelist")))

    def test_a_list_without_a_hit_says_so_and_offers_no_action(self, inside, contest):
        factories.make_stage(contest)
        page = text_of(inside.get(address("stage", "changelist"), {"q": "zzz"}))
        assert "没有符合搜索和筛选条件的记录" in page
        assert 'name="action"' not in page
        assert 'name="action"' in text_of(inside.get(address("stage", "changelist")))

    def test_a_list_that_is_empty_leads_to_the_first_row(self, inside):
        page = text_of(inside.get(address("question", "changelist")))
        assert "暂无记录。请点击上方按钮新增。" in page
        assert "没有符合搜索和筛选条件的记录" not in page
        assert 'id="cs-filters"' not in page

    def test_topics_are_filtered_by_the_tracks_of_one_contest(self, root, contest):
        for one in (contest, factories.make_contest(slug="other")):
            for number in (1, 2):
                factories.make_topic(factories.make_track(one, number=number, name=f"工业制造{number}"))

        def offered(**query):
            return set(re.findall(r"track__id__exact=(\d+)", text_of(root.get(address("topic", "changelist"), query))))

        assert offered() == set()
        assert offered(contest=contest.pk) == {str(pk) for pk in contest.tracks.values_list("pk", flat=True)}
        for absurd in ("9" * 30, "9" * 5000, "-1", "x"):
            assert offered(contest=absurd) == set()

    @pytest.mark.parametrize(
        ("model", "field", "empty", "filled"),
        [("rubric", "frozen_at", "可修改", "使用中"), ("announcement", "published_at", "草稿", "已发布或已定发布时间")],
    )
    def test_a_filter_says_what_an_empty_date_means(self, inside, contest, model, field, empty, filled):
        make = getattr(factories, f"make_{model}")
        without, dated = make(contest), make(contest)
        type(dated)._default_manager.filter(pk=without.pk).update(**{field: None})
        type(dated)._default_manager.filter(pk=dated.pk).update(**{field: factories.NOW})
        for value, row, words in ((1, without, empty), (0, dated, filled)):
            response = inside.get(address(model, "changelist"), {f"{field}__isempty": value})
            assert list(response.context["cl"].result_list) == [row]
            assert re.search(rf'aria-current="true">{words}<', text_of(response))

    def test_tables_stand_in_the_order_of_setting_up(self, root):
        tables = [table["object_name"] for table in root.get("/admin/").context["app_list"][0]["models"]]
        assert tables[:5] == ["Contest", "Stage", "Role", "Track", "Topic"]

    def test_what_is_only_looked_at_is_viewed(self, inside):
        page = text_of(inside.get("/admin/"))
        assert ">查看</a>" in page
        assert "查看方式" not in page

    def test_the_contest_comes_first_and_the_ground_floor_last(self, root):
        apps = [app["app_label"] for app in root.get("/admin/").context["app_list"]]
        assert apps.index("competition") < apps.index("submissions") < apps.index("judging") < apps.index("accounts")

    def test_a_narrow_window_has_a_menu_of_the_same_tables(self, inside):
        menu = (
            text_of(inside.get(address("track", "changelist"))).partition('class="cs-menu"')[2].partition("</nav>")[0]
        )
        for model in ("contest", "stage", "topic"):
            assert f'href="{address(model, "changelist")}"' in menu


class TestForms:
    def test_sizes_are_said_as_people_say_them(self, inside, contest):
        download = factories.make_download(contest, content=b"x" * 2048, size=2048)
        for url in (address("download", "changelist"), address("download", "change", download.pk)):
            assert "2.0 KB" in text_of(inside.get(url)).replace("\xa0", " ")

    def test_a_file_field_speaks_the_language_of_the_page(self, inside):
        for url in (address("download", "add"), address("topic", "import")):
            page = text_of(inside.get(url))
            assert "未选择文件" in page
            assert "portal/file" in page

    def test_what_may_stay_empty_is_marked(self, inside):
        page = text_of(inside.get(address("announcement", "add")))
        label = page.partition('for="id_document_number"')[2].partition("</label>")[0]
        assert "选填" in label
        assert "选填" not in page.partition('for="id_title"')[2].partition("</label>")[0]

    def test_nobody_deletes_a_row_from_beside_the_choice_of_it(self, root, contest):
        topic = factories.make_topic(factories.make_track(contest))
        page = text_of(root.get(address("topic", "change", topic.pk)))
        assert 'id="change_id_track"' in page
        assert 'id="delete_id_track"' not in page

    def test_a_choice_not_made_yet_says_what_to_do(self, inside):
        page = text_of(inside.get(address("stage", "add")))
        assert '<option value="" selected>请选择</option>' in page
        assert "---------" not in page

    def test_what_follows_from_saving_is_not_on_the_form_of_something_new(self, inside, contest):
        rows = {"rubric": factories.make_rubric(contest), "download": factories.make_download(contest)}
        for model, later in (("rubric", "field-frozen_at"), ("download", "field-readable_size")):
            assert later not in text_of(inside.get(address(model, "add")))
            assert later in text_of(inside.get(address(model, "change", rows[model].pk)))

    def test_a_download_keeps_its_file_until_another_is_chosen(self, inside, contest):
        download = factories.make_download(contest, content=b"guide", size=5)
        form = {"contest": contest.pk, "title": "新标题", "position": 1}
        assert inside.post(address("download", "change", download.pk), form).status_code == 302
        download.refresh_from_db()
        assert (download.title, download.size) == ("新标题", 5)
        assert download.file.read() == b"guide"

    def test_a_track_has_an_icon_that_can_be_drawn(self, inside, contest):
        track = factories.make_track(contest, icon="anchor")
        management = {"topics-TOTAL_FORMS": 0, "topics-INITIAL_FORMS": 0}
        form = {"contest": contest.pk, "number": track.number, "name": track.name} | management
        url = address("track", "change", track.pk)
        assert inside.post(url, form | {"icon": "no-such-icon"}).status_code == 200
        for icon in ("anchor", "factory"):
            assert inside.post(url, form | {"icon": icon}).status_code == 302
            track.refresh_from_db()
            assert track.icon == icon
        assert all(is_icon(name) for name, _words in CHOICES)
        assert set(ICONS.values()) <= {name for name, _words in CHOICES}

    def test_a_rubric_in_use_is_read_in_the_numbers_that_were_written(self, inside, contest):
        rubric = factories.make_rubric(contest)
        Rubric.objects.update(frozen_at=factories.NOW)
        page = text_of(inside.get(address("rubric", "change", rubric.pk)))
        assert "60.00" not in page
        assert '<div class="readonly">60</div>' in page


class TestDeletions:
    def test_what_goes_alone_is_not_said_to_take_others_along(self, inside, contest):
        question = factories.make_question(contest)
        url = address("question", "delete", question.pk)
        page = text_of(inside.get(url))
        assert "不会同时删除其他内容" in page
        assert "以下相关内容将一并删除" not in page
        assert inside.post(url, {"post": "yes"}).status_code == 302
        assert not contest.questions.exists()

    def test_what_goes_along_is_listed(self, inside, contest):
        topic = factories.make_topic(factories.make_track(contest))
        page = text_of(inside.get(address("track", "delete", topic.track.pk)))
        assert "以下相关内容将一并删除" in page
        assert topic.title in page


class TestRefusals:
    def test_a_refused_deletion_says_what_to_do_and_leads_back(self, root, contest):
        factories.make_contest(slug="below", parent=contest)
        page = text_of(root.get(address("contest", "delete", contest.pk)))
        assert "请先将上列各项改为不再引用本项" in page
        assert f'href="{address("contest", "change", contest.pk)}"' in page
        assert f'href="{address("contest", "changelist")}"' in page
        assert Contest.objects.filter(pk=contest.pk).exists()

    def test_so_does_the_refusal_to_delete_several(self, root, contest):
        factories.make_contest(slug="below", parent=contest)
        chosen = {"action": "delete_selected", "_selected_action": [contest.pk]}
        page = text_of(root.post(address("contest", "changelist"), chosen))
        assert "请先将上列各项改为不再引用本项" in page
        assert "赛事列表" in page


class TestHistory:
    def test_it_names_the_person_and_calls_the_system_the_system(self, inside, contest):
        track = factories.make_track(contest, number=1, name="工业制造")
        form = {"contest": contest.pk, "number": 1, "name": "工业", "icon": track.icon}
        management = {"topics-TOTAL_FORMS": 0, "topics-INITIAL_FORMS": 0}
        assert inside.post(address("track", "change", track.pk), form | management).status_code == 302
        page = text_of(inside.get(address("track", "history", track.pk)))
        rows = page.partition('id="change-history"')[2].partition("</table>")[0]
        assert "方静" in rows
        assert "系统" in rows
        assert "工业制造 → 工业" in re.sub(r"\s+", " ", rows)
