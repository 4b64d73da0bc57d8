"""The organisers' board, the import of a guide, and what the app adds to digest and "my work"."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from competition import work
from competition.guide import parse
from competition.models import Contest, Role, Stage, Topic
from portal.accounts.permissions import is_privileged
from portal.journal.models import EventBody
from tests.competition import factories
from tests.portal.factories import make_user

pytestmark = pytest.mark.django_db
NOW = factories.NOW
BACKEND = "django.contrib.auth.backends.ModelBackend"
GUIDE = Path("competition/guides/2024-hubei-topics.txt")


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def contest():
    return factories.make_contest(slug="hb")


def sign_in(client, contest, role):
    person = make_user()
    factories.make_role(person, contest, role)
    client.force_login(person, backend=BACKEND)
    return person


class TestDoors:
    @pytest.mark.parametrize("name", ["workspace", "import_topics"])
    def test_visitors_are_asked_to_sign_in(self, client, contest, name):
        response = client.get(reverse(name, args=[contest.slug]))
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))

    @pytest.mark.parametrize("name", ["workspace", "import_topics"])
    def test_people_without_a_role_here_find_nothing(self, client, contest, name):
        sign_in(client, factories.make_contest(), Role.Name.ORGANISER)
        assert client.get(reverse(name, args=[contest.slug])).status_code == 404

    @pytest.mark.parametrize(
        ("role", "status"), [("organiser", 200), ("supervisor", 404), ("observer", 404), ("screener", 404)]
    )
    def test_everybody_with_a_role_sees_the_board_and_organisers_import(self, client, contest, role, status):
        sign_in(client, contest, role)
        assert client.get(reverse("workspace", args=[contest.slug])).status_code == 200
        assert client.get(reverse("import_topics", args=[contest.slug])).status_code == status


class TestBoard:
    def test_says_what_lacks_until_nothing_does(self, client, contest):
        sign_in(client, contest, Role.Name.ORGANISER)
        url = reverse("workspace", args=[contest.slug])
        lacking = {queue.key: queue for queue in client.get(url).context["queues"]}["readiness"]
        assert lacking.count == 7
        factories.make_topic(factories.make_track(contest))
        factories.make_stage(contest, Stage.Kind.SUBMISSION)
        factories.make_stage(contest, Stage.Kind.SCREENING)
        factories.make_section(contest)
        factories.make_wanted_file(contest)
        factories.make_rubric(contest)
        Contest.objects.update(contact_email="zuweihui@example.cn")
        assert "readiness" not in {queue.key for queue in client.get(url).context["queues"]}
        Contest.objects.update(is_published=False)
        rows = {queue.key: queue for queue in client.get(url).context["queues"]}["readiness"].rows
        assert [str(row.label) for row in rows] == ["发布"]

    def test_asks_for_a_contact_while_there_is_something_to_ask(self, client, contest):
        organiser = sign_in(client, contest, Role.Name.ORGANISER)
        stage = factories.make_stage(contest, Stage.Kind.SUBMISSION)
        (queue,) = work.readiness(organiser, contest, NOW)
        assert "联系方式" in [str(row.label) for row in queue.rows]
        (queue,) = work.readiness(organiser, contest, stage.closes_at)
        assert "联系方式" not in [str(row.label) for row in queue.rows]

    def test_offers_set_up_to_organisers_alone(self, client, contest):
        organiser = sign_in(client, contest, Role.Name.ORGANISER)
        assert {link.key for link in work.workspace_tabs(organiser, contest)} == {"board", "guide", "setup"}
        observer = sign_in(client, contest, Role.Name.OBSERVER)
        assert {link.key for link in work.workspace_tabs(observer, contest)} == {"board"}
        assert work.workspace_tabs(make_user(), contest) == []


class TestGuide:
    @pytest.fixture
    def inside(self, client, contest):
        sign_in(client, contest, Role.Name.ORGANISER)
        return client

    def url(self, contest):
        return reverse("import_topics", args=[contest.slug])

    def test_is_shown_first_and_imported_on_confirmation(self, inside, contest):
        preview = inside.post(self.url(contest), {"file": SimpleUploadedFile("g.txt", GUIDE.read_bytes())})
        assert len(preview.context["plan"].changes) == 8 + 35
        assert not Topic.objects.exists()
        done = inside.post(self.url(contest), preview.context["confirm"].initial)
        assert done.status_code == 302
        assert Topic.objects.filter(track__contest=contest).count() == 35
        assert EventBody.objects.filter(event__kind="guide.imported", contest_id=contest.public_id).count() == 1
        guide = parse(GUIDE.read_text())
        texts = dict(Topic.objects.values_list("title", "description"))
        assert texts == {topic.title: topic.description for track in guide.tracks for topic in track.topics}

    def test_that_changes_nothing_offers_no_button(self, inside, contest):
        first = inside.post(self.url(contest), {"file": SimpleUploadedFile("g.txt", GUIDE.read_bytes())})
        inside.post(self.url(contest), first.context["confirm"].initial)
        again = inside.post(self.url(contest), {"file": SimpleUploadedFile("g.txt", GUIDE.read_bytes())})
        assert again.context["confirm"] is None
        assert "无需导入" in again.content.decode()

    def test_is_not_imported_when_the_contest_changed_since_the_preview(self, inside, contest):
        preview = inside.post(self.url(contest), {"file": SimpleUploadedFile("g.txt", GUIDE.read_bytes())})
        factories.make_track(contest, number=1, name="别的名字")
        response = inside.post(self.url(contest), preview.context["confirm"].initial)
        assert response.status_code == 409
        assert not Topic.objects.exists()
        assert response.context["confirm"].initial["seen"] != preview.context["confirm"].initial["seen"]

    def test_names_the_lines_that_cannot_be_used(self, inside, contest):
        text = "赛道一：数据要素×工业制造\n随便一行\n赛题1：有题有文\n正文。\n赛题2：有题无文\n"
        page = inside.post(self.url(contest), {"file": SimpleUploadedFile("g.txt", text.encode("gb18030"))})
        assert [line for line, _text, _message in page.context["problems"]] == [2, 5]
        assert "有 2 行无法使用" in page.content.decode()
        assert "第 5 行" in page.content.decode()

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"\x00\x01\xff", "不是纯文本"),
            (b"a" * (2 * 1024 * 1024 + 1), "2 MB"),
            (b"", ""),
            (None, "请选择赛题指南文件"),
        ],
    )
    def test_that_is_no_text_is_refused_with_a_sentence(self, inside, contest, content, sentence):
        data = {} if content is None else {"file": SimpleUploadedFile("g.txt", content)}
        page = inside.post(self.url(contest), data)
        assert page.status_code == 200
        assert sentence in page.content.decode()
        assert page.context["form"].errors["file"]

    def test_a_forged_confirmation_changes_nothing(self, inside, contest):
        text = GUIDE.read_text()
        assert inside.post(self.url(contest), {"text": text, "seen": "0" * 64}).status_code == 409
        assert inside.post(self.url(contest), {"text": "", "seen": "x"}).status_code == 400
        assert not Topic.objects.exists()


class TestElsewhere:
    def test_my_work_lists_contests_with_a_role_but_screening(self, contest):
        person = make_user()
        factories.make_stage(contest)
        factories.make_role(person, contest, Role.Name.ORGANISER)
        factories.make_role(person, factories.make_contest(), Role.Name.SCREENER)
        [section] = work.work_sections(person, NOW)
        assert [item.title for item in section.items] == [contest.name]
        assert section.items[0].due_at == NOW + timedelta(days=3)
        assert work.work_sections(make_user(), NOW) == []

    def test_whoever_holds_a_role_is_asked_for_a_second_factor(self, contest):
        person = make_user()
        assert not is_privileged(person)
        factories.make_role(person, contest, Role.Name.SCREENER)
        assert is_privileged(person)

    def test_the_digest_names_doors_that_open_or_close_within_the_day(self, contest):
        until = NOW.replace(hour=0, minute=0)
        factories.make_stage(
            contest, Stage.Kind.SUBMISSION, closes_at=until + timedelta(hours=16), opens_at=until - timedelta(days=9)
        )
        factories.make_stage(
            contest, Stage.Kind.SCREENING, opens_at=until + timedelta(hours=23), closes_at=until + timedelta(days=9)
        )
        factories.make_stage(
            contest, Stage.Kind.REVIEW, opens_at=until + timedelta(days=1), closes_at=until + timedelta(days=9)
        )
        lines = work.stage_lines(contest, since=until - timedelta(days=1), until=until)
        assert lines == ["报名与提交 2024年7月17日 24:00（北京时间）截止", "形式审查 2024年7月18日 07:00 开始"]

    def test_the_digest_goes_to_organisers_of_contests_under_way(self, contest):
        organiser, former = make_user(), make_user(is_active=False)
        factories.make_role(organiser, contest)
        factories.make_role(former, contest)
        factories.make_role(make_user(), contest, Role.Name.OBSERVER)
        assert work.digest_audiences(NOW) == []
        factories.make_stage(contest)
        ended = factories.make_contest()
        factories.make_role(organiser, ended)
        factories.make_stage(ended, now=NOW - timedelta(days=30))
        [audience] = work.digest_audiences(NOW)
        assert (audience.contest, audience.recipients) == (contest, [organiser])
        assert audience.path == reverse("workspace", args=[contest.slug])
