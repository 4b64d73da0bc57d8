"""The seeded contests: what the contract promises, to the character, and as often as one likes."""

import csv
import hashlib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import translation

from competition import calendar, guide
from competition.models import CheckItem, Contest, Criterion, FormField, Stage, Topic, TopicLink, Track, WantedFile
from competition.seeds import seed
from portal import clock
from portal.journal.models import Event
from tests.scenes import once_per_module

GUIDES = Path(guide.__file__).parent / "guides"
FILES = {"national-2024": "2024-national-topic-guide.txt", "hubei-2024": "2024-hubei-topics.txt"}


seeded = once_per_module(lambda: seed(now=clock.now()))


@pytest.mark.usefixtures("seeded")
class TestSeeding:
    """`seed()` on an empty database."""

    @pytest.mark.parametrize(("slug", "tracks", "topics"), [("national-2024", 12, 47), ("hubei-2024", 8, 35)])
    def test_makes_the_contests_of_the_guides(self, slug: str, tracks: int, topics: int) -> None:
        contest = Contest.objects.get(slug=slug)
        assert contest.is_published
        assert contest.tracks.count() == tracks
        assert Topic.objects.filter(track__contest=contest).count() == topics

    @pytest.mark.parametrize("slug", FILES)
    def test_keeps_every_text_to_the_character(self, slug: str) -> None:
        # Each title and each line of a text stands in the document, after its marks of emphasis are taken away.
        document = (GUIDES / FILES[slug]).read_text(encoding="utf-8").replace("**", "")
        for topic in Topic.objects.filter(track__contest__slug=slug):
            assert topic.title in document
            assert all(line in document for line in topic.description.split("\n"))
            assert (
                f"{topic.title}：{topic.description}" in document
                or f"：{topic.title}\n\n{topic.description}\n" in document
            )

    def test_asks_what_application_forms_ask_within_their_limits(self) -> None:
        limits = {
            "summary": 1000, "scene": 300, "data_overview": 300, "results": 300, "organisation_intro": 300,
            "core_capability": 600, "background": 500, "scenario": 500, "advantages": 1000, "data_foundation": 3000,
            "technical_route": 4000, "data_governance": 3000, "mechanism": 3000, "security": 1000, "benefits": 2000,
            "replicability": 2000,
        }  # fmt: skip
        for slug in FILES:
            fields = FormField.objects.filter(section__contest__slug=slug, kind=FormField.Kind.LONG_TEXT)
            assert dict(fields.values_list("key", "max_length")) == limits
            assert FormField.objects.filter(section__contest__slug=slug, may_not_apply=True).exists()
            for wanted, kinds, most in (("presentation", {"pdf", "pptx", "ppt"}, 50), ("video", {"mp4"}, 500)):
                file = WantedFile.objects.get(contest__slug=slug, key=wanted)
                assert (set(file.kinds), file.max_mb) == (kinds, most)

    def test_marks_what_names_the_team_so_that_judges_do_not_see_it(self) -> None:
        for contest in Contest.objects.filter(slug__in=FILES):
            assert list(contest.form_sections.filter(names_team=True).values_list("title", flat=True)) == [
                "牵头单位情况"
            ]
            assert list(contest.wanted_files.filter(names_team=True).values_list("key", flat=True)) == ["commitment"]

    def test_has_a_checklist_whose_items_concern_what_the_form_asks(self) -> None:
        for slug in FILES:
            items = CheckItem.objects.filter(contest__slug=slug)
            assert items.filter(required=True, internal=False).count() > 5
            assert items.filter(internal=True).exists()
            assert items.filter(wanted_file__key="commitment", wanted_file__contest__slug=slug).exists()
            assert items.filter(section__title="数据基础", section__contest__slug=slug).exists()

    def test_links_every_topic_as_the_table_of_lineage_says(self) -> None:
        with (GUIDES / "topic-lineage.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        links = TopicLink.objects.values_list(
            "child__track__number", "child__number", "parent__track__number", "parent__number", "kind"
        )
        columns = ("hubei_track", "hubei_topic", "national_track", "national_topic")
        expected = [(*(int(row[column]) if row[column] else None for column in columns), row["kind"]) for row in rows]
        assert sorted(links, key=str) == sorted(expected, key=str)
        assert len(rows) == 39
        assert Counter(row["kind"] for row in rows)["new"] == 5
        assert TopicLink.objects.filter(parent=None).count() == 5

    def test_links_tracks_upward_by_row_and_not_by_name(self) -> None:
        assert Track.objects.get(contest__slug="hubei-2024", name="乡村振兴").upward == Track.objects.get(
            contest__slug="national-2024", name="现代农业"
        )
        assert not Track.objects.filter(contest__slug="hubei-2024", upward=None).exists()

    def test_gives_each_contest_two_rubrics_whose_weights_add_up_to_100(self) -> None:
        for contest in Contest.objects.all():
            assert contest.rubrics.count() == 2
            for rubric in contest.rubrics.all():
                assert sum(rubric.criteria.values_list("weight", flat=True)) == 100
                assert rubric.criteria.count() == 6
                assert (rubric.comment_below, rubric.comment_from) == (60, 95)
        assert all(len(criterion.anchors) == 4 and criterion.guidance for criterion in Criterion.objects.all())

    def test_never_calls_its_defaults_official(self) -> None:
        for contest in Contest.objects.all():
            assert "不是官方文件" in contest.intro
            assert all("默认" in rubric.name for rubric in contest.rubrics.all())
            assert not contest.contact_phone
            assert not contest.contact_email
            assert set(contest.organisers.values_list("name", flat=True)) <= {"国家数据局", "湖北省数据局"}
            assert not contest.announcements.exclude(issued_by="", document_number="").exists()

    def test_closes_every_stage_within_2024(self) -> None:
        assert not Stage.objects.exclude(closes_at__lt=calendar.starts_on(date(2025, 1, 1))).exists()
        assert not Stage.objects.open_at(clock.now()).exists()

    def test_keeps_the_deadline_of_hubei_as_an_exclusive_bound(self) -> None:
        stage = Stage.objects.get(contest__slug="hubei-2024", kind=Stage.Kind.SUBMISSION)
        assert stage.opens_at == calendar.starts_on(date(2024, 6, 1))
        assert stage.closes_at == calendar.starts_on(date(2024, 7, 21))

    def test_gives_judged_stages_their_rubric_seats_and_tie_breaks(self) -> None:
        for kind, seats, word in (("review", 5, "网络初评"), ("roadshow", 7, "路演答辩")):
            for stage in Stage.objects.filter(kind=kind):
                assert stage.rubric is not None
                assert word in stage.rubric.name
                assert (stage.seats, stage.trim_from, stage.tie_criteria) == (seats, 5, ["C3", "C1"])
                stage.full_clean()

    def test_asks_for_the_application_form_within_its_limits(self) -> None:
        limits = dict(FormField.objects.filter(section__contest__slug="hubei-2024").values_list("key", "max_length"))
        assert {key: limits[key] for key in ("summary", "background", "data_foundation", "technical_route", "security")} == {
            "summary": 1000, "background": 500, "data_foundation": 3000, "technical_route": 4000, "security": 1000,
        }  # fmt: skip
        for row in (*FormField.objects.all(), *WantedFile.objects.all()):
            row.full_clean()

    def test_writes_only_rows_that_the_forms_of_the_administration_accept(self) -> None:
        faults = []
        for contest in Contest.objects.all():
            related = (contest.tracks, contest.rubrics, contest.stages, contest.announcements, contest.questions)
            for row in (contest, *(row for manager in related for row in manager.all())):
                try:
                    row.full_clean()
                except ValidationError as error:
                    faults.append((row, error.messages))
        assert faults == []

    def test_offers_the_documents_themselves_for_download(self) -> None:
        contest = Contest.objects.get(slug="hubei-2024")
        assert contest.downloads.count() == 3
        first = contest.downloads.order_by("position")[0]
        content = (GUIDES / "2024-hubei-topics.txt").read_bytes()
        with first.file.open("rb") as file:
            assert file.read() == content
        assert first.size == len(content)

    def test_announces_only_what_can_be_counted(self) -> None:
        body = Contest.objects.get(slug="hubei-2024").announcements.get(title__contains="关系").body
        assert "16 道与全国赛题一致，14 道由全国赛题改编，5 道为湖北新增" in body
        assert not Contest.objects.get(slug="national-2024").announcements.filter(body__contains="{").exists()

    def test_tells_the_journal_as_the_system(self) -> None:
        events = Event.objects.filter(kind="contest.seeded").select_related("body")
        assert len(events) == 2
        assert {event.body.actor for event in events} == {""}


@pytest.mark.usefixtures("seeded")
class TestSeedingAgain:
    """A second run."""

    def test_changes_nothing_and_says_so(self, capsys: pytest.CaptureFixture[str]) -> None:
        events = Event.objects.count()
        with translation.override("en"):
            call_command("seed")
        assert capsys.readouterr().out == "nothing changed\n"
        assert Event.objects.count() == events

    def test_puts_the_words_of_the_documents_right(self) -> None:
        topic = Topic.objects.filter(track__contest__slug="hubei-2024", track__number=3).first()
        assert topic is not None
        title, topic.title = topic.title, "改过的题目"
        topic.save()
        TopicLink.objects.filter(child=topic).delete()
        assert {(change.kind, change.count) for change in seed(now=clock.now())} == {
            ("topic_changed", 1),
            ("lineage", 2),
        }
        topic.refresh_from_db()
        assert topic.title == title

    def test_puts_the_kind_of_a_link_right(self) -> None:
        link = TopicLink.objects.filter(child__track__contest__slug="hubei-2024", kind=TopicLink.Kind.EDITED).first()
        assert link is not None
        TopicLink.objects.filter(pk=link.pk).update(kind=TopicLink.Kind.IDENTICAL)
        assert [(change.kind, change.count) for change in seed(now=clock.now())] == [("lineage", 1)]
        link.refresh_from_db()
        assert link.kind == TopicLink.Kind.EDITED

    def test_leaves_what_an_organiser_changed(self) -> None:
        contest = Contest.objects.get(slug="hubei-2024")
        contest.contact_phone = "12345"
        contest.save()
        contest.stages.filter(kind="roadshow").delete()
        contest.announcements.first().delete()  # type: ignore[union-attr]
        assert seed(now=clock.now()) == []
        contest.refresh_from_db()
        assert contest.contact_phone == "12345"

    def test_puts_back_what_is_missing_altogether(self) -> None:
        Contest.objects.get(slug="hubei-2024").questions.all().delete()
        assert [str(change.kind) for change in seed(now=clock.now())] == ["questions"]


def test_says_what_it_made(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    with translation.override("en"):
        call_command("seed")
    said = capsys.readouterr().out
    assert "national-2024: topics added: 47" in said
    assert "hubei-2024: lines of lineage: 39" in said


def test_documents_are_those_that_were_published() -> None:
    """Byte for byte: their hashes, so that no editor or converter touches them unseen."""
    known = {
        "2024-national-topic-guide.txt": "bba28e2398efc7d9028b67bd0f905409694b70a2564a12c0147a4d459caa744c",
        "2024-hubei-topics.txt": "83fd29c58bfe63e25bb0ff94a3d3775fdc681c54ae2b20bc2ef72fd9ff12f1f5",
        "topic-lineage.csv": "df338cf9d2a535c0f7535f6b75ad4d660630542d95c54003ac1ad59cf6e076f3",
    }
    for name, digest in known.items():
        assert hashlib.sha256((GUIDES / name).read_bytes()).hexdigest() == digest
