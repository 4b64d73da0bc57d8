"""Contests and what belongs to them, made in one line each; every value can be given, the rest is plausible."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.core.files.base import ContentFile

from competition.models import (
    Announcement,
    CheckItem,
    Contest,
    Criterion,
    Download,
    FormField,
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

NOW = datetime(2024, 7, 17, 6, 3, tzinfo=UTC)  # 14:03 in Beijing, the clock of the mock-ups
_numbers = count(1)


def make_contest(**fields: Any) -> Contest:
    """A published provincial contest without stages or tracks."""
    number = next(_numbers)
    given = {
        "slug": f"contest-{number}",
        "code": f"T{number:05d}",
        "level": Contest.Level.PROVINCIAL,
        "edition": 2024,
        "name": f"第{number}届“数据要素×”大赛",
        "short_name": f"分赛{number}",
        "is_published": True,
    }
    return Contest.objects.create(**given | fields)


def make_stage(contest: Contest, kind: str = Stage.Kind.SUBMISSION, *, now: datetime = NOW, **fields: Any) -> Stage:
    """A stage that is open at `now`: it opened a day before and closes three days after."""
    given = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=3)}
    return Stage.objects.create(contest=contest, kind=kind, **given | fields)


def make_track(contest: Contest | None = None, **fields: Any) -> Track:
    contest = contest or make_contest()
    number = fields.pop("number", contest.tracks.count() + 1)
    return Track.objects.create(contest=contest, number=number, **{"name": f"赛道{number}"} | fields)


def make_topic(track: Track | None = None, **fields: Any) -> Topic:
    track = track or make_track()
    number = fields.pop("number", track.topics.count() + 1)
    given = {"title": f"赛题{number}的标题", "description": f"这是赛题{number}的正文，说明需要解决的问题。"}
    return Topic.objects.create(track=track, number=number, **given | fields)


def make_link(child: Topic, parent: Topic | None = None, kind: str = "") -> TopicLink:
    """A line of lineage: edited where a parent is given, else new."""
    kind = kind or (TopicLink.Kind.EDITED if parent else TopicLink.Kind.NEW)
    return TopicLink.objects.create(child=child, parent=parent, kind=kind)


def make_role(user: Any, contest: Contest, role: str = Role.Name.ORGANISER) -> Role:
    """Grant a role; whoever holds one may open the administration."""
    if not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    user.__dict__.pop("_contest_roles", None)  # roles are read once per user object
    return Role.objects.create(user=user, contest=contest, role=role)


def make_rubric(contest: Contest, *, weights: tuple[int, ...] = (40, 60), **fields: Any) -> Rubric:
    """A rubric with criteria C1, C2, … of these weights, full marks 100 each."""
    rubric = Rubric.objects.create(contest=contest, **{"name": f"评分表{next(_numbers)}"} | fields)
    Criterion.objects.bulk_create(
        Criterion(rubric=rubric, code=f"C{place}", position=place, name=f"评分项{place}", weight=weight)
        for place, weight in enumerate(weights, 1)
    )
    return rubric


def make_section(contest: Contest, **fields: Any) -> FormSection:
    return FormSection.objects.create(contest=contest, **{"title": "申报书"} | fields)


def make_field(section: FormSection, **fields: Any) -> FormField:
    number = next(_numbers)
    return FormField.objects.create(section=section, **{"key": f"field-{number}", "label": f"字段{number}"} | fields)


def make_wanted_file(contest: Contest, **fields: Any) -> WantedFile:
    number = next(_numbers)
    given = {"key": f"file-{number}", "label": f"材料{number}", "kinds": ["pdf"]}
    return WantedFile.objects.create(contest=contest, **given | fields)


def make_check_item(contest: Contest, **fields: Any) -> CheckItem:
    number = next(_numbers)
    return CheckItem.objects.create(contest=contest, **{"text": f"第{number}项符合要求", "position": number} | fields)


def make_announcement(contest: Contest, **fields: Any) -> Announcement:
    number = next(_numbers)
    given = {"title": f"第{number}号通知", "body": "通知正文。", "published_at": NOW - timedelta(days=1)}
    return Announcement.objects.create(contest=contest, **given | fields)


def make_download(contest: Contest, *, name: str = "guide.txt", content: bytes = b"guide", **fields: Any) -> Download:
    given = {"title": f"下载{next(_numbers)}", "size": len(content)}
    return Download.objects.create(contest=contest, file=ContentFile(content, name=name), **given | fields)


def make_question(contest: Contest, **fields: Any) -> Question:
    number = next(_numbers)
    return Question.objects.create(contest=contest, **{"question": f"问题{number}？", "answer": "答案。"} | fields)
