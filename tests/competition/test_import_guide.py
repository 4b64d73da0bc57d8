"""Importing a guide into a contest: the action, and the command that scripts rely on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from competition import guide
from competition.actions import import_guide
from competition.import_plan import plan_import
from competition.models import Contest, Role, Topic, Track
from portal import clock
from portal.accounts.models import User
from portal.journal.models import Event
from portal.refusals import NotAllowed, Refusal
from submissions.models import Entry, Team
from tests.portal.factories import make_organisation, make_user

GUIDES = Path(guide.__file__).parent / "guides"
TEXT = "某省赛题\n赛道一：数据要素×工业制造\n赛题1：甲\n文一\n文二\n赛题2：乙\n文三\n赛道二：数据要素×未来产业\n赛题1：丙\n文四\n"


@pytest.fixture
def contest(db: None) -> Contest:
    return Contest.objects.create(slug="trial", code="TR24", level="provincial", edition=2024, name="某省分赛")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "guide.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def words(contest: Contest) -> list[tuple[int, str, int, str, str]]:
    topics = Topic.objects.filter(track__contest=contest).order_by("track__number", "number")
    return list(topics.values_list("track__number", "track__name", "number", "title", "description"))


def run(text: str, contest: Contest, actor: User | None = None) -> list[str]:
    plan = import_guide(actor=actor, contest=contest, guide=guide.parse(text), now=clock.now())
    return [f"{change.kind} {change.ref}" for change in plan.changes]


class TestTheAction:
    """`import_guide` of the actions."""

    def test_makes_the_tracks_and_topics_of_the_guide(self, contest: Contest) -> None:
        assert run(TEXT, contest) == [
            "track_added 1",
            "topic_added 1.1",
            "topic_added 1.2",
            "track_added 2",
            "topic_added 2.1",
        ]
        assert words(contest) == [
            (1, "工业制造", 1, "甲", "文一\n文二"),
            (1, "工业制造", 2, "乙", "文三"),
            (2, "未来产业", 1, "丙", "文四"),
        ]
        assert list(contest.tracks.values_list("icon", flat=True)) == ["factory", "shapes"]

    def test_changes_nothing_the_second_time_and_writes_no_event(self, contest: Contest) -> None:
        run(TEXT, contest)
        events = Event.objects.count()
        before = words(contest)
        assert run(TEXT, contest) == []
        assert (words(contest), Event.objects.count()) == (before, events)

    def test_changes_what_the_guide_says_otherwise_and_keeps_the_rest(self, contest: Contest) -> None:
        run(TEXT, contest)
        ids = set(Topic.objects.values_list("public_id", flat=True))
        edited = "赛道一：数据要素×智能制造\n赛题1：甲\n文五\n赛题3：丁\n文六\n"
        assert run(edited, contest) == ["track_renamed 1", "topic_changed 1.1", "topic_added 1.3"]
        assert [change.ref for change in plan_import(contest, guide.parse(edited)).kept] == ["2", "1.2", "2.1"]
        assert ids < set(Topic.objects.values_list("public_id", flat=True))

    def test_writes_one_event_that_counts_the_changes(self, contest: Contest) -> None:
        run(TEXT, contest)
        event = Event.objects.select_related("body").get(kind="guide.imported")
        assert (event.body.contest_id, event.body.payload["title"]) == (contest.public_id, "某省赛题")
        assert event.body.payload["counts"] == {
            "track_added": 2, "track_renamed": 0, "topic_added": 3, "topic_changed": 0,
        }  # fmt: skip

    def test_refuses_a_text_that_does_not_fit_and_changes_nothing(self, contest: Contest) -> None:
        with pytest.raises(Refusal) as refused:
            run(TEXT.replace("丙", "丙" * 121), contest)
        assert refused.value.code == "does_not_fit"
        assert "2.1" in str(refused.value)
        assert not Track.objects.exists()
        assert not Event.objects.exists()

    def test_refuses_to_change_the_words_of_a_topic_that_a_team_entered(self, contest: Contest) -> None:
        run(TEXT, contest)
        topic = Topic.objects.get(title="甲")
        captain, now = make_user(), clock.now()
        team = Team.objects.create(
            contest=contest,
            captain=captain,
            lead_organisation=make_organisation(),
            created_at=now,
            organisations_saved_at=now,
            members_saved_at=now,
        )
        Entry.objects.create(team=team, contest=contest, topic=topic, created_at=now)
        assert run(TEXT.replace("文三", "文九"), contest) == ["topic_changed 1.2"]
        with pytest.raises(Refusal) as refused:
            run(TEXT.replace("文一", "文八"), contest)
        assert refused.value.code == "topics_in_use"
        assert "1.1" in str(refused.value)
        assert Topic.objects.get(pk=topic.pk).description == "文一\n文二"

    def test_is_an_organisers_right(self, contest: Contest) -> None:
        organiser, stranger = (User.objects.create_user(f"{name}@example.com") for name in ("organiser", "stranger"))
        Role.objects.create(user=organiser, contest=contest, role=Role.Name.ORGANISER)
        with pytest.raises(NotAllowed):
            run(TEXT, contest, stranger)
        assert not Track.objects.exists()
        assert run(TEXT, contest, organiser)

    def test_costs_the_same_number_of_reads_for_any_guide(self, contest: Contest, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
        national = guide.parse(guide.read(GUIDES / "2024-national-topic-guide.txt"))
        for read in (guide.parse(TEXT), national):
            with django_assert_num_queries(2):
                plan_import(contest, read)


class TestTheCommand:
    """`manage.py import_guide`."""

    def test_answers_a_dry_run_in_json_without_a_contest(
        self, db: None, file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file.write_text(TEXT + "赛题2：丁\n", encoding="utf-8")
        call_command("import_guide", file, dry_run=True, format="json")
        answer = json.loads(capsys.readouterr().out)
        assert list(answer) == ["title", "tracks", "problems"]
        assert answer["title"] == "某省赛题"
        assert answer["tracks"][1] == {
            "number": 2, "name": "未来产业", "topics": [{"number": 1, "title": "丙", "description": "文四"}],
        }  # fmt: skip
        assert [sorted(problem) for problem in answer["problems"]] == [["line", "message", "text"]]
        assert (answer["problems"][0]["line"], answer["problems"][0]["text"]) == (11, "赛题2：丁")

    def test_changes_nothing_in_a_dry_run_and_says_what_it_would(
        self, contest: Contest, file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with translation.override("en"):
            call_command("import_guide", file, contest="trial", dry_run=True)
        assert "Topic 2.1 added: 丙" in capsys.readouterr().out
        assert not Track.objects.exists()
        assert not Event.objects.exists()

    def test_imports_and_says_what_changed(
        self, contest: Contest, file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("import_guide", file, contest="trial", format="json")
        changes = json.loads(capsys.readouterr().out)["changes"]
        assert changes[0] == {"kind": "track_added", "ref": "1", "name": "工业制造"}
        assert len(words(contest)) == 3
        call_command("import_guide", file, contest="trial", format="json")
        assert json.loads(capsys.readouterr().out)["changes"] == []

    def test_imports_what_it_understood_when_there_are_problems(
        self, contest: Contest, file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file.write_text(TEXT.replace("赛题2：乙", "赛题二百：乙"), encoding="utf-8")
        call_command("import_guide", file, contest="trial", format="json")
        assert [problem["line"] for problem in json.loads(capsys.readouterr().out)["problems"]] == [6, 7]
        assert [row[3] for row in words(contest)] == ["甲", "丙"]

    @pytest.mark.parametrize("slug", ["nope", None])
    def test_ends_with_2_where_there_is_no_such_contest(self, contest: Contest, file: Path, slug: str | None) -> None:
        with pytest.raises(CommandError) as refused:
            call_command("import_guide", file, contest=slug)
        assert refused.value.returncode == 2

    @pytest.mark.parametrize("content", [b"\x00\x01", b"\xff\xff\xff", b"x" * 2_100_000, None])
    def test_ends_with_2_where_the_file_cannot_be_read(
        self, contest: Contest, file: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if content is None:
            file.unlink()
        else:
            file.write_bytes(content)
        with pytest.raises(CommandError) as refused:
            call_command("import_guide", file, contest="trial", format="json")
        assert refused.value.returncode == 2
        assert capsys.readouterr().out == ""

    def test_ends_with_1_when_the_import_is_refused(self, contest: Contest, file: Path) -> None:
        file.write_text(TEXT.replace("丙", "丙" * 121), encoding="utf-8")
        with pytest.raises(CommandError) as refused:
            call_command("import_guide", file, contest="trial")
        assert refused.value.returncode == 1

    def test_says_each_problem_in_the_readers_language(
        self, db: None, file: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file.write_text("赛道一：甲\n乙\n", encoding="utf-8")
        with translation.override("en"):
            call_command("import_guide", file, dry_run=True)
        assert "Line 2: This line is neither a track nor a topic." in capsys.readouterr().out

    def test_is_a_process_with_nothing_but_json_on_its_output(self, file: Path, tmp_path: Path) -> None:
        root = Path(guide.__file__).parent.parent
        command = [sys.executable, "manage.py", "import_guide", str(file), "--dry-run", "--format", "json"]
        done = subprocess.run(command, cwd=root, capture_output=True, check=False)
        assert done.returncode == 0
        assert json.loads(done.stdout)["title"] == "某省赛题"
        failed = subprocess.run([*command[:3], str(tmp_path), "--dry-run"], cwd=root, capture_output=True, check=False)
        assert (failed.returncode, failed.stdout) == (2, b"")
