"""The demonstration's contest: tracks, topics, form and rubrics of Hubei 2024, with stages dated from now.

Every stage that a visitor wants to try is open at once: submission, formal check, online review and roadshow overlap, the first
three as they do in contests that check entries as they come in. Running the demonstration again moves the stages and nothing else.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from competition.calendar import BEIJING, starts_on
from competition.models import (
    Announcement,
    CheckItem,
    Contest,
    Criterion,
    FormField,
    Organiser,
    Role,
    Rubric,
    Stage,
    TopicLink,
)
from portal import demo
from portal.demo import Demonstration
from portal.journal.kinds import event_kind
from portal.journal.recording import record
from portal.refusals import Refusal

SOURCE = "hubei-2024"

BUILT = event_kind("demo.built", _("made the demonstration"))
DATED = event_kind("demo.dated", _("dated the demonstration from today"))
HIDDEN = event_kind("demo.hidden", _("hid the demonstration"))

#: kind → (opens, closes) in days from today's midnight; several are open at once
DAYS = {
    Stage.Kind.RELEASE: (-20, -12),
    Stage.Kind.SUBMISSION: (-12, 10),
    Stage.Kind.SCREENING: (-11, 13),
    Stage.Kind.REVIEW: (-2, 16),
    Stage.Kind.ROADSHOW: (-1, 28),
    Stage.Kind.PUBLICITY: (30, 35),
    Stage.Kind.PROMOTION: (35, 38),
}
ROLES = {"organiser": Role.Name.ORGANISER, "screener": Role.Name.SCREENER, "supervisor": Role.Name.SUPERVISOR}
JUDGES_PER_ENTRY = 3
#: from today's midnight: the morning on which the topics were released
ANNOUNCED = timedelta(days=DAYS[Stage.Kind.RELEASE][0], hours=9, minutes=30)


@transaction.atomic
def build(demonstration: Demonstration) -> None:
    """The step of this app: the contest, its content, its dates, and who holds which role."""
    contest = Contest.objects.filter(slug=demo.SLUG).first()
    if contest is not None and not contest.is_demo:
        raise Refusal(
            f"The contest “{demo.SLUG}” was not made by the demonstration and is left alone: give it another address first.",
            code="foreign_contest",
        )
    if contest is None:
        contest = _derive(demonstration.now)
        record(BUILT, actor=None, now=demonstration.now, contest=contest, subject=contest, source=SOURCE)
        demonstration.say("demonstration: contest made from Hubei 2024")
    elif not contest.is_published:
        contest.is_published = True
        contest.save(update_fields=["is_published"])
    date_stages(contest, demonstration.now)
    for part, role in ROLES.items():
        Role.objects.get_or_create(user=demonstration.people[part], contest=contest, role=role)
    demonstration.contest = contest


def date_stages(contest: Contest, now: datetime) -> None:
    """Move every stage to its days from today; Beijing midnights, as all deadlines."""
    today = starts_on(now.astimezone(BEIJING).date())
    moved = []
    for stage in contest.stages.all():
        opens, closes = DAYS[Stage.Kind(stage.kind)]
        dates = (today + timedelta(days=opens), today + timedelta(days=closes))
        if (stage.opens_at, stage.closes_at) != dates:
            stage.opens_at, stage.closes_at = dates
            stage.save(update_fields=["opens_at", "closes_at"])
            moved.append(stage.kind)
    if moved:
        record(DATED, actor=None, now=now, contest=contest, subject=contest, stages=moved)


@transaction.atomic
def hide(now: datetime) -> None:
    """Take the contest off the site; its records stay, because they are append-only."""
    contest = Contest.objects.filter(slug=demo.SLUG, is_demo=True, is_published=True).first()
    if contest is None:
        return
    contest.is_published = False
    contest.save(update_fields=["is_published"])
    record(HIDDEN, actor=None, now=now, contest=contest, subject=contest)


def _derive(now: datetime) -> Contest:
    source = Contest.objects.filter(slug=SOURCE).first()
    if source is None:
        raise Refusal(
            "The demonstration is made from Hubei 2024, which is not here: run `manage.py seed` first.", code="no_seed"
        )
    year = now.astimezone(BEIJING).year
    contest = Contest.objects.create(
        slug=demo.SLUG,
        code="DEMO",
        level=Contest.Level.PROVINCIAL,
        parent=source.parent,
        edition=year,
        name=f"{year}年“数据要素×”大赛演示分赛",
        short_name="演示分赛",
        theme=source.theme,
        intro="这是演示赛事：赛道、赛题与申报要求取自 2024 年湖北分赛，队伍、作品与评委均为虚构，日程随安装日期推算。",
        region=source.region,
        is_published=True,
        is_demo=True,
        team_max=source.team_max,
        partners_max=source.partners_max,
        uniqueness_scope=Contest.UniquenessScope.TOPIC,
        eligible_kinds=source.eligible_kinds,
        lead_in_region=source.lead_in_region,
        contact_phone="027-00000024",  # no subscriber's number begins with a nought
        contact_email="yanshi@example.cn",
        office_hours="工作日 9:00 至 11:30、14:00 至 17:30（虚构，无人接听）",
        promotion_quota=source.promotion_quota,
        second_look=Contest.SecondLook.FAILURES,
        bulk_pass=True,
    )
    Organiser.objects.create(contest=contest, part=Organiser.Part.HOST, name="演示组委会", note="虚构，仅供试用")
    rubrics = _copy_rubrics(source, contest)
    _copy_tracks(source, contest)
    _copy_form(source, contest)
    _copy_checklist(source, contest)
    _copy_pages(source, contest)
    _make_stages(source, contest, rubrics)
    Announcement.objects.create(
        contest=contest,
        title="演示赛事使用说明",
        issued_by="演示组委会",
        body=(
            "本赛事用于熟悉系统：可以报名、填写、提交，以评委身份评分，或以组委会身份审查与分派。\n\n"
            "- 赛道与赛题取自 2024 年湖北分赛公开文本；\n- 队伍、单位、作品、评委均为虚构；\n- 日程按安装日期推算；为便于试用，报名、形式审查、网络初评与路演答辩同时开放，正式赛事中各阶段依次进行。"
        ),
        published_at=starts_on(now.astimezone(BEIJING).date()) + ANNOUNCED,
    )
    return contest


def _copy_rubrics(source: Contest, contest: Contest) -> dict[int, Rubric]:
    copies = {}
    for rubric in source.rubrics.prefetch_related("criteria"):
        copy = Rubric.objects.create(
            contest=contest,
            name=rubric.name,
            version=1,
            comment_below=rubric.comment_below,
            comment_from=rubric.comment_from,
        )
        Criterion.objects.bulk_create(
            Criterion(
                rubric=copy,
                **{
                    name: getattr(criterion, name)
                    for name in ("code", "position", "name", "weight", "max_mark", "guidance", "anchors", "allow_na")
                },
            )
            for criterion in rubric.criteria.all()
        )
        copies[rubric.pk] = copy
    return copies


def _copy_tracks(source: Contest, contest: Contest) -> None:
    for track in source.tracks.prefetch_related("topics__links_up"):
        copy = contest.tracks.create(number=track.number, name=track.name, icon=track.icon, upward=track.upward)
        for topic in track.topics.all():
            copied = copy.topics.create(number=topic.number, title=topic.title, description=topic.description)
            TopicLink.objects.bulk_create(
                TopicLink(child=copied, parent_id=link.parent_id, kind=link.kind) for link in topic.links_up.all()
            )


#: What a question is, apart from where it stands.
FORM_FIELD = (
    "key", "position", "label", "help_text", "kind", "max_length", "least", "most", "unit", "choices", "required",
    "may_not_apply", "names_team",
)  # fmt: skip
SECTION = ("task", "position", "title", "intro", "names_team")
WANTED_FILE = (
    "task", "key", "position", "label", "help_text", "kinds", "max_mb", "required", "names_team", "letter",
)  # fmt: skip


def _copy_form(source: Contest, contest: Contest) -> None:
    for section in source.form_sections.prefetch_related("fields"):
        copy = contest.form_sections.create(**{name: getattr(section, name) for name in SECTION})
        FormField.objects.bulk_create(
            FormField(
                section=copy,
                **{name: getattr(field, name) for name in FORM_FIELD},
            )
            for field in section.fields.all()
            if field.track_id is None
        )
    for wanted in source.wanted_files.filter(track=None):
        contest.wanted_files.create(**{name: getattr(wanted, name) for name in WANTED_FILE})


def _copy_checklist(source: Contest, contest: Contest) -> None:
    """The items, concerning the copies of what they concern; sections keep their place, files their key."""
    sections = {section.position: section for section in contest.form_sections.all()}
    files = {wanted.key: wanted for wanted in contest.wanted_files.all()}
    CheckItem.objects.bulk_create(
        CheckItem(
            contest=contest,
            section=sections.get(item.section.position) if item.section else None,
            wanted_file=files.get(item.wanted_file.key) if item.wanted_file else None,
            **{name: getattr(item, name) for name in ("position", "text", "hint", "required", "internal", "part")},
        )
        for item in source.check_items.select_related("section", "wanted_file")
    )


def _copy_pages(source: Contest, contest: Contest) -> None:
    for question in source.questions.all():
        contest.questions.create(question=question.question, answer=question.answer, position=question.position)
    for download in source.downloads.all():
        contest.downloads.create(
            title=download.title, file=download.file.name, size=download.size, position=download.position
        )


def _make_stages(source: Contest, contest: Contest, rubrics: dict[int, Rubric]) -> None:
    for stage in source.stages.all():
        if stage.kind not in DAYS:
            continue
        contest.stages.create(
            kind=stage.kind,
            name=stage.name,
            position=stage.position,
            opens_at=stage.opens_at,
            closes_at=stage.closes_at,
            rubric=rubrics.get(stage.rubric_id) if stage.rubric_id else None,
            seats=JUDGES_PER_ENTRY if stage.kind == Stage.Kind.REVIEW else stage.seats,
            scoring=stage.scoring,
            trim_from=stage.trim_from,
            tie_criteria=stage.tie_criteria,
            range_limit=stage.range_limit,
            places=stage.places,
        )
