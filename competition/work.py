"""What the competition app adds to pages that compose several apps: "my work", the workspace, the daily digest."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from competition.course import standing
from competition.models import Contest, Role, Stage, Topic
from competition.permissions import is_staff_of, may_organise, roles_of
from portal.refusals import Way
from portal.slots import DigestAudience, DigestSection, Queue, QueueRow, WorkItem, WorkSection, WorkspaceLink
from portal.web import dates

DAY = timedelta(days=1)
AFTERGLOW = timedelta(days=7)  # an ended contest keeps its digest this long, for what is still under way
BOARD_ROLES = (Role.Name.ORGANISER, Role.Name.SUPERVISOR, Role.Name.OBSERVER)


def holds_role(user: Any) -> bool:
    """Whoever holds a role in a contest sees others' data: a second factor is called for."""
    return bool(roles_of(user))


def way_back(request: HttpRequest) -> Way | None:
    """Pages under a contest's address belong to the contest."""
    match = request.resolver_match
    slug = match.kwargs.get("slug") if match else None
    return Way(_("Back to the contest"), reverse("contest", args=[slug])) if slug else None


def work_sections(user: Any, now: datetime) -> list[WorkSection]:
    """The contests that the person organises or oversees, with where each stands: two queries."""
    held: dict[int, set[str]] = defaultdict(set)
    for contest_id, role in roles_of(user):
        if role in BOARD_ROLES:
            held[contest_id].add(role)
    if not held:
        return []
    contests = Contest.objects.filter(pk__in=list(held)).prefetch_related("stages").order_by("-edition", "name", "pk")
    return [
        WorkSection("contests", _("Contests"), [_work_item(contest, held[contest.pk], now) for contest in contests])
    ]


def _work_item(contest: Contest, roles: set[str], now: datetime) -> WorkItem:
    where = standing(list(contest.stages.all()), now=now)
    return WorkItem(
        title=contest.name,
        url=reverse("workspace", args=[contest.slug]),
        meta=" · ".join(str(role.label) for role in Role.Name if role in roles),
        state=where.state,
        due_at=where.stage.closes_at if where.running and where.stage else None,
    )


def workspace_tabs(user: Any, contest: Contest) -> list[WorkspaceLink]:
    """The board for everybody with a role; what sets up the contest for organisers."""
    links = []
    if is_staff_of(user, contest):
        links.append(WorkspaceLink("board", _("Board"), reverse("workspace", args=[contest.slug])))
    if may_organise(user, contest):
        links.append(WorkspaceLink("guide", _("Import topics"), reverse("import_topics", args=[contest.slug])))
        setup = reverse("admin:competition_contest_change", args=[contest.pk])
        links.append(WorkspaceLink("setup", _("Set-up"), setup))
    return links


def readiness(user: Any, contest: Contest, now: datetime) -> list[Queue]:
    """What still lacks before teams can enter, for organisers; nothing once all is in place."""
    if not may_organise(user, contest):
        return []
    rows = [row for row in _lacking(contest, now) if row is not None]
    if not rows:
        return []
    title, note = _("Readiness"), _("The contest lacks these before teams can enter.")
    return [Queue("readiness", title, len(rows), unit=_("left to do"), note=note, rows=rows)]


def _lacking(contest: Contest, now: datetime) -> list[QueueRow | None]:
    """One row for each part that is missing, with the page where it is set: one query."""
    parts = Contest.objects.filter(pk=contest.pk).values_list(
        Exists(Topic.objects.filter(track__contest=OuterRef("pk"))),
        Exists(Stage.objects.filter(contest=OuterRef("pk"), kind=Stage.Kind.SUBMISSION)),
        Exists(Stage.objects.filter(contest=OuterRef("pk"), kind=Stage.Kind.SCREENING)),
        Exists(contest.form_sections.all()),
        Exists(contest.wanted_files.all()),
        Exists(contest.rubrics.filter(criteria__isnull=False)),
        # Whoever opens an archive is not looking for somebody to call.
        ExpressionWrapper(
            ~Q(contact_phone="", contact_email="")
            | (Exists(contest.stages.all()) & ~Exists(contest.stages.filter(closes_at__gt=now))),
            BooleanField(),
        ),
    )
    setup = reverse("admin:competition_contest_change", args=[contest.pk])
    wanted = [
        (_("Topics"), reverse("import_topics", args=[contest.slug]), _("Import a topic guide or add topics")),
        (_("Submission"), setup, _("Add the stage with its dates")),
        (_("Formal check"), setup, _("Add the stage with its dates")),
        (_("Application form"), reverse("admin:competition_formsection_changelist"), _("Add sections and fields")),
        (_("Files"), reverse("admin:competition_wantedfile_changelist"), _("Say which files teams hand in")),
        (_("Rubric"), reverse("admin:competition_rubric_changelist"), _("Add a rubric with its criteria")),
        (_("Contact details"), setup, _("Say how teams reach the organisers: a telephone number or an e-mail address")),
    ]
    rows: list[QueueRow | None] = [
        None if there else QueueRow(label, url, text)
        for there, (label, url, text) in zip(parts[0], wanted, strict=True)
    ]
    if not contest.is_published:
        rows.append(QueueRow(_("Publish"), setup, _("Publish the contest when everything is right")))
    return rows


def digest_audiences(now: datetime) -> list[DigestAudience]:
    """Contests under way with their organisers: one query."""
    running = Stage.objects.filter(contest=OuterRef("contest"), closes_at__gt=now - AFTERGLOW)
    roles = (
        Role.objects.filter(Exists(running), role=Role.Name.ORGANISER, user__is_active=True)
        .select_related("contest", "user")
        .order_by("contest", "pk")
    )
    audiences: dict[int, DigestAudience] = {}
    for role in roles:
        contest = role.contest
        path = f"/contests/{contest.slug}/workspace/"
        audience = audiences.setdefault(contest.pk, DigestAudience(contest, contest.name, [], path))
        audience.recipients.append(role.user)
    return list(audiences.values())


def stage_lines(contest: Contest, *, since: datetime, until: datetime) -> list[str]:
    """Doors that open or close in the day that begins with the digest."""
    stages = contest.stages.filter(opens_at__lt=until + DAY, closes_at__gte=until)
    lines = []
    for stage in stages:
        if stage.opens_at >= until:
            lines.append(gettext("{stage} opens {date}").format(stage=stage.label, date=dates.moment(stage.opens_at)))
        if stage.closes_at < until + DAY:
            lines.append(
                gettext("{stage} closes {date}").format(stage=stage.label, date=dates.deadline(stage.closes_at))
            )
    return lines


STAGE_SECTION = DigestSection(_("Stages"), stage_lines)
