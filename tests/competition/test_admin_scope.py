"""An organiser's administration ends at their own contests, on every way to a row and for every model."""

import json
from copy import deepcopy
from io import BytesIO

import pytest
from django.contrib.admin.sites import site
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from competition.admin import ContestScopedAdmin
from competition.admin.scope import contest_id_of, path_of
from competition.models import (
    Announcement,
    CheckItem,
    Contest,
    Download,
    FormSection,
    Question,
    Role,
    Rubric,
    Stage,
    Topic,
    TopicLink,
    Track,
    WantedFile,
)
from portal.journal.models import EventBody
from tests.competition import factories
from tests.pages import Page
from tests.portal.factories import make_superuser, make_user
from tests.scenes import once_per_module

pytestmark = pytest.mark.django_db

MODELS = [
    Announcement,
    CheckItem,
    Contest,
    Download,
    FormSection,
    Question,
    Role,
    Rubric,
    Stage,
    Topic,
    Track,
    WantedFile,
]
EXCHANGED = [Track, Topic]
PRESENT = "仅见于甲赛"
HIDDEN = "仅见于乙赛"


def furnish(contest: Contest, word: str) -> dict[type, object]:
    """One row of every model in the contest, with the word in what lists and searches show."""
    track = factories.make_track(contest, name=f"{word}赛道")
    rubric = factories.make_rubric(contest, name=f"{word}评分表")
    return {
        Announcement: factories.make_announcement(contest, title=f"{word}通知"),
        Contest: contest,
        CheckItem: factories.make_check_item(contest, text=f"{word}审查项"),
        Download: factories.make_download(contest, title=f"{word}下载"),
        FormSection: factories.make_section(contest, title=f"{word}分节"),
        Question: factories.make_question(contest, question=f"{word}问题"),
        Role: factories.make_role(make_user(name=f"{word}人员"), contest, Role.Name.SCREENER),
        Rubric: rubric,
        Stage: factories.make_stage(contest, name=f"{word}阶段", rubric=rubric),
        Topic: factories.make_topic(track, title=f"{word}赛题"),
        Track: track,
        WantedFile: factories.make_wanted_file(contest, label=f"{word}材料"),
    }


def two_contests():
    """Contest A with an organiser, contest B beside it; every model has a row in both."""
    a = factories.make_contest(name=f"{PRESENT}大赛", short_name=PRESENT, slug="a")
    b = factories.make_contest(name=f"{HIDDEN}大赛", short_name=HIDDEN, slug="b")
    organiser = make_user("organiser@a.example")
    factories.make_role(organiser, a)
    return {"a": a, "b": b, "organiser": organiser, "own": furnish(a, PRESENT), "foreign": furnish(b, HIDDEN)}


made = once_per_module(two_contests)


@pytest.fixture
def world(made):
    return deepcopy(made)


@pytest.fixture
def inside(client, world):
    client.force_login(world["organiser"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(model, verb, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{verb}", args=arguments)


def test_every_admin_of_the_app_is_scoped():
    registered = {model for model in site._registry if model._meta.app_label == "competition"}
    assert registered == set(MODELS)
    assert all(isinstance(site._registry[model], ContestScopedAdmin) for model in registered)


@pytest.mark.parametrize("model", MODELS)
class TestForeignRows:
    """What the organiser of A sees of B: nothing."""

    def test_are_not_listed(self, inside, world, model):
        page = inside.get(address(model, "changelist")).content.decode()
        assert PRESENT in page
        assert HIDDEN not in page

    def test_are_not_found(self, inside, world, model):
        page = inside.get(address(model, "changelist"), {"q": HIDDEN}).content.decode()
        assert page.count(HIDDEN) == page.count(f'value="{HIDDEN}"')  # the words searched for, in the box

    def test_are_not_reached_by_a_filter_in_the_address(self, inside, world, model):
        page = inside.get(address(model, "changelist"), {"contest": world["b"].pk}, follow=True).content.decode()
        assert HIDDEN not in page

    @pytest.mark.parametrize("verb", ["change", "delete", "history"])
    def test_are_not_there_by_address(self, inside, world, model, verb):
        response = inside.get(address(model, verb, world["foreign"][model].pk), follow=True)
        assert response.status_code == 403 or response.redirect_chain == [(reverse("admin:index"), 302)]
        assert HIDDEN not in response.content.decode()

    def test_are_not_deleted(self, inside, world, model):
        row = world["foreign"][model]
        response = inside.post(address(model, "delete", row.pk), {"post": "yes"})
        assert response.status_code in {302, 403}
        assert model.objects.filter(pk=row.pk).exists()

    def test_are_not_deleted_by_an_action(self, inside, world, model):
        row = world["foreign"][model]
        data = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
        inside.post(address(model, "changelist"), data)
        assert model.objects.filter(pk=row.pk).exists()

    def test_are_not_changed(self, inside, world, model):
        row = world["foreign"][model]
        before = model.objects.filter(pk=row.pk).values().get()
        inside.post(address(model, "change", row.pk), {"name": "x", "title": "x"})
        assert model.objects.filter(pk=row.pk).values().get() == before

    def test_are_no_choice_of_a_foreign_key(self, inside, world, model):
        response = inside.get(address(model, "add"))
        if model is Contest:
            assert response.status_code == 403
        else:
            assert HIDDEN not in response.content.decode()

    def test_are_refused_as_the_contest_of_a_new_row(self, inside, world, model):
        if model is Contest:
            return
        response = inside.post(address(model, "add"), {"contest": world["b"].pk, "track": world["foreign"][Track].pk})
        form = response.context["adminform"].form
        field = "track" if model is Topic else "contest"
        assert form.errors[field]


FOREIGN_KEYS = [
    (model, field.name)
    for model in MODELS
    for field in model._meta.fields
    if field.name in site._registry[model].autocomplete_fields
] + [(TopicLink, "parent")]


@pytest.mark.parametrize(("model", "field"), FOREIGN_KEYS)
def test_search_as_you_type_finds_nothing_of_another_contest(inside, world, model, field):
    asked = {"app_label": "competition", "model_name": model._meta.model_name, "field_name": field, "term": ""}
    for url in (reverse("admin:competition_choose"), reverse("admin:autocomplete")):
        response = inside.get(url, asked)
        assert response.status_code == 200
        assert HIDDEN not in response.content.decode()


@pytest.mark.parametrize("model", EXCHANGED)
class TestExchange:
    def test_exports_own_rows_alone(self, inside, world, model):
        response = inside.get(address(model, "export"))
        cells = {str(cell) for row in load_workbook(BytesIO(response.content)).active.values for cell in row}
        assert any(PRESENT in cell for cell in cells)
        assert not any(HIDDEN in cell for cell in cells)
        assert "b" not in cells

    def test_refuses_a_row_of_another_contest(self, inside, world, model):
        rows = {
            Track: [["contest", "number", "name"], ["b", 1, "改名"]],
            Topic: [["contest", "track", "number", "title", "description"], ["b", 1, 1, "改名", "改文"]],
        }
        page = upload(inside, model, rows[model]).content.decode()
        assert "b" in page
        assert HIDDEN not in page
        assert "confirm" not in page.lower() or 'name="confirm"' not in page
        assert not model.objects.filter(**{"name" if model is Track else "title": "改名"}).exists()


def upload(client, model, rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "table.xlsx"
    return client.post(address(model, "import"), {"import_file": file, "format": "0", "resource": "0"})


class TestRoles:
    @pytest.mark.parametrize("role", [Role.Name.OBSERVER, Role.Name.SUPERVISOR])
    @pytest.mark.parametrize("model", MODELS)
    def test_those_who_oversee_look_and_do_not_touch(self, client, world, role, model):
        person = make_user()
        factories.make_role(person, world["a"], role)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        row = world["own"][model]
        assert client.get(address(model, "changelist")).status_code == 200
        page = client.get(address(model, "change", row.pk))
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert client.get(address(model, "add")).status_code == 403
        assert client.post(address(model, "change", row.pk), {}).status_code == 403
        assert client.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403

    def test_screeners_have_nothing_to_do_there(self, client, world):
        person = make_user()
        factories.make_role(person, world["a"], Role.Name.SCREENER)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        for model in MODELS:
            assert client.get(address(model, "changelist")).status_code == 403

    @pytest.mark.parametrize("model", MODELS)
    def test_a_superuser_sees_both(self, client, world, model):
        client.force_login(make_superuser(), backend="django.contrib.auth.backends.ModelBackend")
        page = client.get(address(model, "changelist")).content.decode()
        assert PRESENT in page
        assert HIDDEN in page

    def test_who_organises_one_and_oversees_another_changes_the_one(self, client, world):
        person = world["organiser"]
        factories.make_role(person, world["b"], Role.Name.OBSERVER)
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        assert HIDDEN in client.get(address(Track, "changelist")).content.decode()
        foreign = world["foreign"][Track]
        assert client.post(address(Track, "change", foreign.pk), {}).status_code == 403
        assert client.post(address(Track, "delete", foreign.pk), {"post": "yes"}).status_code == 403
        data = {"action": "delete_selected", "_selected_action": [foreign.pk], "post": "yes"}
        client.post(address(Track, "changelist"), data)
        assert Track.objects.filter(pk=foreign.pk).exists()
        answer = client.get(
            reverse("admin:competition_choose"),
            {"app_label": "competition", "model_name": "track", "field_name": "contest"},
        )
        assert HIDDEN not in json.dumps(answer.json(), ensure_ascii=False)

    def test_a_visitor_is_asked_to_sign_in(self, client, world):
        response = client.get(address(Track, "changelist"))
        assert response.status_code == 302
        assert reverse("account_login") in client.get(response["Location"], follow=True).redirect_chain[-1][0]


class TestLineage:
    def test_points_at_the_published_contest_above_and_at_no_other(self, inside, world):
        above = factories.make_contest(name="上级大赛", short_name="上级", level="national", code="UP24")
        topic_above = factories.make_topic(factories.make_track(above), title="上级赛题")
        world["a"].parent = above
        world["a"].save()
        asked = {"app_label": "competition", "model_name": "topiclink", "field_name": "parent", "term": ""}
        found = inside.get(reverse("admin:competition_choose"), asked).json()["results"]
        assert [int(row["id"]) for row in found] == [topic_above.pk]
        above.is_published = False
        above.save()
        assert inside.get(reverse("admin:competition_choose"), asked).json()["results"] == []

    def test_what_stands_in_the_way_elsewhere_is_not_named(self, inside, world):
        child = factories.make_contest(parent=world["a"], is_published=False, short_name="下级")
        topic = factories.make_topic(factories.make_track(child), title="未公布的赛题")
        factories.make_link(topic, world["own"][Topic])
        page = inside.get(address(Topic, "delete", world["own"][Topic].pk)).content.decode()
        assert "未公布的赛题" not in page
        assert Topic.objects.filter(pk=world["own"][Topic].pk).exists()


class TestJournal:
    def test_tells_of_every_addition_change_and_deletion(self, inside, world):
        data = {"contest": world["a"].pk, "question": "怎样报名？", "answer": "用邮箱。", "position": 1}
        assert inside.post(address(Question, "add"), data).status_code == 302
        row = Question.objects.get(question="怎样报名？")
        assert inside.post(address(Question, "change", row.pk), {**data, "answer": "用邮箱验证码。"}).status_code == 302
        assert inside.post(address(Question, "delete", row.pk), {"post": "yes"}).status_code == 302
        told = EventBody.objects.filter(subject_id=row.public_id).order_by("pk")
        assert [body.event.kind for body in told] == ["setup.added", "setup.changed", "setup.deleted"]
        assert {body.actor for body in told} == {world["organiser"].public_id}
        assert {body.contest_id for body in told} == {world["a"].public_id}
        assert "answer" in told[1].payload["fields"].lower() or "回答" in told[1].payload["fields"]

    def test_keeps_silent_where_nothing_changed(self, inside, world):
        row = world["own"][Question]
        data = {"contest": world["a"].pk, "question": row.question, "answer": row.answer, "position": row.position}
        assert inside.post(address(Question, "change", row.pk), data).status_code == 302
        assert not EventBody.objects.filter(subject_id=row.public_id).exists()

    def test_tells_of_each_row_deleted_by_an_action(self, inside, world):
        rows = [world["own"][Question], factories.make_question(world["a"])]
        data = {"action": "delete_selected", "_selected_action": [row.pk for row in rows], "post": "yes"}
        inside.post(address(Question, "changelist"), data)
        assert EventBody.objects.filter(event__kind="setup.deleted").count() == len(rows)


def test_the_path_of_each_model_leads_to_its_contest(world):
    for model, row in world["own"].items():
        assert contest_id_of(row, path_of(model)) == world["a"].pk


def test_history_is_read_and_never_gone_back_to(inside, world):
    track = world["own"][Track]
    track.name = "改过的名字"
    track.save()
    version = track.history.last()
    url = reverse("admin:competition_track_simple_history", args=[track.pk, version.pk])
    assert inside.get(url).status_code == 200
    assert inside.post(url, {"name": "回去"}).status_code == 403


@pytest.mark.parametrize("model", [Announcement, Topic, Contest])
def test_nobody_learns_the_address_of_a_foreign_row_by_its_number(inside, world, model):
    number = ContentType.objects.get_for_model(model).pk
    for row in (world["foreign"][model], world["own"][model]):
        assert inside.get(f"/admin/r/{number}/{row.pk}/").status_code == 404
    page = inside.get(address(model, "change", world["own"][model].pk)).content.decode()
    assert f'href="{world["own"][model].get_absolute_url()}"' in page


@pytest.mark.parametrize("model", MODELS)
def test_an_earlier_state_is_shown_in_words_and_offers_no_choice(inside, world, model):
    make_user("elsewhere@example.cn", name="与本赛无关的人")
    row = world["own"][model]
    row.save()  # fixtures of some models come without a history
    version = row.history.latest()
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_simple_history"
    response = inside.get(reverse(name, args=[row.pk, version.pk]))
    assert response.status_code == 200
    assert "与本赛无关的人" not in response.content.decode()
    page = Page(response.content.decode())
    asked = {one.name for form in page.forms for one in form.fields}
    assert asked <= {"csrfmiddlewaretoken", "language", "next", "theme", "care"}


def test_people_are_named_without_a_link_to_a_page_that_is_the_administrators(inside, world):
    page = Page(inside.get(address(Role, "change", world["own"][Role].pk)).content.decode())
    assert PRESENT in "".join(page.text)
    assert not [link for link in page.links() if "/accounts/user/" in link]
