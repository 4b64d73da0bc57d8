"""The seeded contests: national 2024 and Hubei 2024, a readable archive made from the two published guides.

Tracks, topics and lineage are the documents' and are put right by every run. Everything else (dates, form, rubrics,
pages) is a default of ours: it is written where a contest has none of its kind yet, and what an organiser changed stays.
The data stand in `defaults/*.toml`, the documents in `guides/`. Nothing is presented as official that is not.
"""

import csv
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from competition import calendar, guide
from competition.actions import import_guide
from competition.events import CONTEST_SEEDED
from competition.models import (
    Announcement,
    CheckItem,
    Contest,
    Criterion,
    Download,
    FormField,
    FormSection,
    Organiser,
    Question,
    Rubric,
    Stage,
    Topic,
    TopicLink,
    Track,
    WantedFile,
)
from portal.journal.recording import record

HERE = Path(__file__).parent
GUIDES = HERE / "guides"
THEME = "数据赋能 乘数而上"
EDITION = 2024
BANDS = (("优", 90, 100), ("良", 75, 89), ("中", 60, 74), ("差", 0, 59))
TIE_CRITERIA = ["C3", "C1"]  # 应用实效, then 数据要素价值
SEATS = {"review": 5, "roadshow": 7}

#: How many of what were written, by the words of WORDS.
Counts = Iterator[tuple[str, int]]

WORDS = {
    "contests": _("contest created"),
    "track_added": _("tracks added: {count}"),
    "track_renamed": _("tracks renamed: {count}"),
    "topic_added": _("topics added: {count}"),
    "topic_changed": _("topics put right: {count}"),
    "lineage": _("lines of lineage: {count}"),
    "upward": _("tracks linked upward: {count}"),
    "organisers": _("organisers: {count}"),
    "rubrics": _("rubrics: {count}"),
    "stages": _("stages: {count}"),
    "sections": _("form sections: {count}"),
    "files": _("wanted files: {count}"),
    "check_items": _("check items: {count}"),
    "announcements": _("announcements: {count}"),
    "downloads": _("downloads: {count}"),
    "questions": _("questions: {count}"),
}


@dataclass(frozen=True)
class Seeded:
    """One kind of thing that was written for one contest."""

    contest: str
    kind: str
    count: int

    def __str__(self) -> str:
        return f"{self.contest}: {str(WORDS[self.kind]).format(count=self.count)}"


@transaction.atomic
def seed(*, now: datetime) -> list[Seeded]:
    """Put both contests in place; returns what was written, nothing where all was as it should be."""
    changes: list[Seeded] = []
    for data in _defaults("contests")["contests"]:
        contest, created = _contest(data)
        counts = {"contests": 1} if created else {}
        counts.update(_texts(contest, data, now))
        for part in PARTS:
            counts.update(part(contest, data))
        if counts:
            record(CONTEST_SEEDED, actor=None, now=now, contest=contest, counts=counts)
        changes += [Seeded(contest.slug, kind, count) for kind, count in counts.items()]
    return changes


def lineage_rows(name: str) -> list[dict[str, str]]:
    """The rows of a table of lineage: numbers of the lower and the upper track and topic (empty where new), and the kind."""
    with (GUIDES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _defaults(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / "defaults" / f"{name}.toml").read_text(encoding="utf-8"))


def _contest(data: dict[str, Any]) -> tuple[Contest, bool]:
    parent = Contest.objects.get(slug=data["parent"]) if "parent" in data else None
    plain = ("code", "level", "name", "short_name", "intro", "region", "lead_in_region", "promotion_quota")
    values = {key: data[key] for key in plain if key in data}
    values |= {"edition": EDITION, "theme": THEME, "parent": parent, "is_published": True}
    return Contest.objects.get_or_create(slug=data["slug"], defaults=values)


def _texts(contest: Contest, data: dict[str, Any], now: datetime) -> Counts:
    """Tracks and topics to the character, links upward, and lineage."""
    plan = import_guide(actor=None, contest=contest, guide=guide.parse(guide.read(GUIDES / data["guide"])), now=now)
    yield from ((kind, count) for kind, count in plan.counts().items() if count)
    if "lineage" in data:
        yield from _lineage(contest, lineage_rows(data["lineage"]))


def _lineage(contest: Contest, rows: list[dict[str, str]]) -> Counts:
    lower, upper = _topics_by_number(contest), _topics_by_number(contest.parent)
    links = 0
    upward: dict[Track, Track] = {}
    for row in rows:
        child = lower[int(row["hubei_track"]), int(row["hubei_topic"])]
        is_new = row["kind"] == TopicLink.Kind.NEW
        parent = None if is_new else upper[int(row["national_track"]), int(row["national_topic"])]
        link, created = TopicLink.objects.get_or_create(child=child, parent=parent, defaults={"kind": row["kind"]})
        if link.kind != row["kind"]:
            link.kind, created = row["kind"], True
            link.save(update_fields=["kind"])
        links += created
        if parent and child.track.upward_id is None:
            upward[child.track] = parent.track
    if links:
        yield "lineage", links
    for track, above in upward.items():
        track.upward = above
        track.save(update_fields=["upward"])
    if upward:
        yield "upward", len(upward)


def _topics_by_number(contest: Contest | None) -> dict[tuple[int, int], Topic]:
    topics = Topic.objects.filter(track__contest=contest).select_related("track")
    return {(topic.track.number, topic.number): topic for topic in topics}


def _organisers(contest: Contest, data: dict[str, Any]) -> Counts:
    if not contest.organisers.exists():
        for position, row in enumerate(data["organisers"], 1):
            Organiser.objects.create(contest=contest, position=position, **row)
        yield "organisers", len(data["organisers"])


def _rubrics(contest: Contest, data: dict[str, Any]) -> Counts:
    if contest.rubrics.exists():
        return
    rubrics = _defaults("rubrics")["rubrics"]
    for row in rubrics:
        rubric = Rubric.objects.create(contest=contest, name=row["name"])
        for position, criterion in enumerate(row["criteria"], 1):
            anchors = [[*band, words] for band, words in zip(BANDS, criterion.pop("bands"), strict=True)]
            Criterion.objects.create(rubric=rubric, position=position, anchors=anchors, **criterion)
    yield "rubrics", len(rubrics)


def _stages(contest: Contest, data: dict[str, Any]) -> Counts:
    if contest.stages.exists():
        return
    rubrics = {row["stage"]: row["name"] for row in _defaults("rubrics")["rubrics"]}
    for position, row in enumerate(data["stages"], 1):
        window = calendar.span(row["first"], row["last"])
        judged: dict[str, Any] = {}
        if row["kind"] in SEATS:
            rubric = contest.rubrics.filter(name=rubrics[row["kind"]]).first()
            judged = {"rubric": rubric, "seats": SEATS[row["kind"]], "tie_criteria": TIE_CRITERIA if rubric else []}
        Stage.objects.create(
            contest=contest,
            kind=row["kind"],
            name=row.get("name", ""),
            position=position,
            opens_at=window.opens_at,
            closes_at=window.closes_at,
            **judged,
        )
    yield "stages", len(data["stages"])


def _form(contest: Contest, data: dict[str, Any]) -> Counts:
    if contest.form_sections.exists() or contest.wanted_files.exists():
        return
    form = _defaults("form")
    for position, row in enumerate(form["sections"], 1):
        section = FormSection.objects.create(
            contest=contest,
            task=row["task"],
            position=position,
            title=row["title"],
            intro=row.get("intro", ""),
            names_team=row.get("names_team", False),
        )
        for place, question in enumerate(row["fields"], 1):
            FormField.objects.create(
                section=section,
                key=question["key"],
                position=place,
                label=question["label"],
                help_text=question.get("help", ""),
                kind=question["kind"],
                max_length=question.get("limit"),
                least=question.get("least"),
                unit=question.get("unit", ""),
                choices=question.get("choices", []),
                required=question.get("required", True),
                may_not_apply=question.get("may_not_apply", False),
                names_team=question.get("names_team", False),
            )
    for position, wanted in enumerate(form["files"], 1):
        WantedFile.objects.create(contest=contest, position=position, help_text=wanted.pop("help", ""), **wanted)
    yield "sections", len(form["sections"])
    yield "files", len(form["files"])


def _checklist(contest: Contest, data: dict[str, Any]) -> Counts:
    if contest.check_items.exists():
        return
    sections = {section.title: section for section in contest.form_sections.all()}
    files = {wanted.key: wanted for wanted in contest.wanted_files.all()}
    items = _defaults("checklist")["items"]
    for position, row in enumerate(items, 1):
        section, wanted = sections.get(row.pop("section", "")), files.get(row.pop("file", ""))
        CheckItem.objects.create(contest=contest, position=position, section=section, wanted_file=wanted, **row)
    yield "check_items", len(items)


def _announcements(contest: Contest, data: dict[str, Any]) -> Counts:
    if contest.announcements.exists():
        return
    facts = _facts(contest)
    for row in data["announcements"]:
        Announcement.objects.create(
            contest=contest,
            title=row["title"],
            body=row["body"].strip().format(**facts),
            published_at=calendar.starts_on(row["published"]),
        )
    yield "announcements", len(data["announcements"])


def _facts(contest: Contest) -> dict[str, Any]:
    """What the announcements count: tracks with their topics, and topics by where they came from."""
    tracks: Counter[Track] = Counter()
    for topic in Topic.objects.filter(track__contest=contest).select_related("track"):
        tracks[topic.track] += 1
    kinds = dict(TopicLink.objects.filter(child__track__contest=contest).values_list("child", "kind"))
    counted = Counter(kinds.values())
    listed = sorted(tracks.items(), key=lambda item: item[0].number)
    return {
        "tracks": "\n".join(f"{track.number}. {track.name}：{count} 道" for track, count in listed),
        "identical": counted[TopicLink.Kind.IDENTICAL],
        "new": counted[TopicLink.Kind.NEW],
        "adapted": counted.total() - counted[TopicLink.Kind.IDENTICAL] - counted[TopicLink.Kind.NEW],
    }


def _downloads(contest: Contest, data: dict[str, Any]) -> Counts:
    if contest.downloads.exists():
        return
    for position, row in enumerate(data["downloads"], 1):
        content = (GUIDES / row["file"]).read_bytes()
        Download.objects.create(
            contest=contest,
            title=row["title"],
            position=position,
            size=len(content),
            file=ContentFile(content, name=f"{contest.slug}-{row['file']}"),
        )
    yield "downloads", len(data["downloads"])


def _questions(contest: Contest, data: dict[str, Any]) -> Counts:
    if contest.questions.exists():
        return
    questions = _defaults("questions")["questions"]
    for position, row in enumerate(questions, 1):
        Question.objects.create(contest=contest, position=position, **row)
    yield "questions", len(questions)


#: In this order: a stage names its rubric, a check item what it concerns, an announcement counts the topics.
PARTS: tuple[Callable[[Contest, dict[str, Any]], Counts], ...] = (
    _organisers,
    _rubrics,
    _stages,
    _form,
    _checklist,
    _announcements,
    _downloads,
    _questions,
)
