"""A judged stage with experts, entries that passed the check, published assignments and score sheets, each in one line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from competition.models import Contest, Role, Rubric, Stage, Track
from judging.actions import SeenSheet, draft_plan, publish_plan, save_sheet, seal_sheets
from judging.models import Assignment, AssignmentPlan, Expert, ExpertTrack, ScoreSheet
from portal.accounts.models import Organisation, User
from portal.canonical import digest
from submissions.models import Entry, EntryVersion, Membership, Screening, Team, scope_key
from tests.competition.factories import make_contest, make_role, make_rubric, make_stage, make_topic, make_track
from tests.portal.factories import make_organisation, make_user

NOW = datetime.fromisoformat("2024-07-30T06:03:00+00:00")  # in the middle of the online review
_numbers = count(1)


def make_judged_stage(contest: Contest | None = None, *, weights: tuple[int, ...] = (40, 60), **fields: Any) -> Stage:
    """An open online review with a rubric of its own; three judges per entry unless said otherwise."""
    contest = contest or make_contest()
    rubric = fields.pop("rubric", None)
    rubric = rubric(contest) if callable(rubric) else rubric or make_rubric(contest, weights=weights)
    given = {"opens_at": NOW - timedelta(days=2), "closes_at": NOW + timedelta(days=9), "seats": 3, "rubric": rubric}
    return make_stage(contest, Stage.Kind.REVIEW, **given | fields)


def make_rubric_with_na(contest: Contest) -> Rubric:
    """A rubric whose second criterion need not apply."""
    rubric = make_rubric(contest, weights=(40, 60))
    rubric.criteria.filter(code="C2").update(allow_na=True)
    return rubric


def make_expert(contest: Contest, *tracks: Track, level: int = 3, **fields: Any) -> Expert:
    """An expert who accepted, with an account and an organisation of their own, qualified for these tracks."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "code": f"J{number:04d}",
        "name": f"评委{number}",
        "region": "42",
        "status": Expert.Status.ACCEPTED,
    }
    status = fields.get("status", given["status"])
    if "user" not in fields and status == Expert.Status.ACCEPTED:
        given["user"] = make_user(name=given["name"])
    account = fields.get("user") or given.get("user")
    given["email"] = account.email if account else f"expert-{number}@example.cn"
    given["organisation"] = fields.pop("organisation", None) or make_organisation()
    expert = Expert.objects.create(contest=contest, **given | fields)
    ExpertTrack.objects.bulk_create(ExpertTrack(expert=expert, track=track, level=level) for track in tracks)
    return expert


def make_entry(
    track: Track,
    *,
    title: str = "",
    captain: User | None = None,
    lead: Organisation | None = None,
    partners: Sequence[Organisation] = (),
    passed: bool = True,
    sections: Sequence[Mapping[str, Any]] | None = None,
) -> Entry:
    """A submitted entry of one person's team; it has passed the formal check unless said otherwise."""
    number = next(_numbers)
    contest = track.contest
    captain = captain or make_user()
    topic = track.topics.first() or make_topic(track)
    lead = lead or make_organisation()
    team = Team.objects.create(
        contest=contest,
        captain=captain,
        lead_organisation=lead,
        created_at=NOW,
        organisations_saved_at=NOW,
        members_saved_at=NOW,
    )
    team.partners.set(partners)
    Membership.objects.create(team=team, user=captain, scope_key=scope_key(contest, topic), joined_at=NOW)
    title = title or f"作品{number}"
    entry = Entry.objects.create(team=team, contest=contest, topic=topic, title=title, created_at=NOW)
    entry.number = f"{contest.code}-{track.number:02d}-{number:04d}"
    content = {
        "format": 1,
        "entry": {"public_id": entry.public_id, "number": entry.number, "title": title},
        "lead_organisation": {"public_id": lead.public_id, "name": lead.name, "uscc": lead.uscc},
        "partners": [{"public_id": partner.public_id, "name": partner.name} for partner in partners],
        "members": [{"public_id": captain.public_id, "name": captain.name, "email": captain.email, "is_captain": True}],
        "sections": sections
        if sections is not None
        else [
            {
                "task": "application",
                "title": "应用成效",
                "answers": [
                    {
                        "key": "effect",
                        "label": "应用成效",
                        "kind": "long_text",
                        "value": f"第{number}号作品的应用成效。",
                    }
                ],
            }
        ],
        "files": [],
    }
    version = EntryVersion.objects.create(
        entry=entry,
        number=1,
        draft_revision=0,
        content=content,
        digest=digest(content),
        submitted_at=NOW - timedelta(days=20),
        submitted_by=captain,
    )
    Entry.objects.filter(pk=entry.pk).update(
        number=entry.number, status=Entry.Status.SUBMITTED, current_version=version, submitted_at=version.submitted_at
    )
    if passed:
        pass_check(entry.refreshed())
    return entry.refreshed()


def pass_check(entry: Entry) -> Screening:
    """The formal check's verdict on the current version."""
    assert entry.current_version is not None
    return Screening.objects.create(
        version=entry.current_version,
        verdict=Screening.Verdict.PASSED,
        screened_by=make_user(),
        screened_at=NOW - timedelta(days=10),
    )


def sign_pledges(stage: Stage) -> None:
    """Every judge has signed for what is assigned: entries open."""
    Assignment.objects.filter(stage=stage, pledged_at__isnull=True).update(pledged_at=NOW)


@dataclass
class Panel:
    """A stage in which judging goes on."""

    contest: Contest
    stage: Stage
    track: Track
    organiser: User
    experts: list[Expert] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    plan: AssignmentPlan | None = None

    @property
    def rubric(self) -> Rubric:
        assert self.stage.rubric is not None
        return self.stage.rubric

    def assignment(self, expert: Expert, entry: Entry) -> Assignment:
        return Assignment.objects.select_related("stage__rubric", "stage__contest", "entry", "expert").get(
            stage=self.stage, expert=expert, entry=entry
        )

    def publish(self, seed: str = "seed", now: datetime = NOW) -> AssignmentPlan:
        drafted = draft_plan(actor=self.organiser, stage=self.stage, seed=seed, now=now)
        self.plan = publish_plan(actor=self.organiser, plan=drafted, now=now)
        sign_pledges(self.stage)
        self.stage = self.stage.refreshed()
        return self.plan


def make_panel(*, experts: int = 3, entries: int = 2, publish: bool = True, **stage_fields: Any) -> Panel:
    """A track with entries and experts of different organisations; every expert judges every entry when numbers allow."""
    stage = make_judged_stage(**{"seats": min(experts, 15)} | stage_fields)
    contest = stage.contest
    track = make_track(contest)
    organiser = make_user(name="组委会")
    make_role(organiser, contest, Role.Name.ORGANISER)
    panel = Panel(contest, stage, track, organiser)
    panel.experts = [make_expert(contest, track) for _ in range(experts)]
    panel.entries = [make_entry(track) for _ in range(entries)]
    if publish:
        panel.publish()
    return panel


def score(
    assignment: Assignment, *marks: int | str | None, comment: str = "理由充分", now: datetime = NOW
) -> ScoreSheet:
    """Save marks for the criteria in their order; None leaves one open, "n/a" says that it does not apply."""
    criteria = list(assignment.stage.rubric.criteria.order_by("position"))
    given = {
        criterion.code: value if value == "n/a" else Decimal(str(value))
        for criterion, value in zip(criteria, marks, strict=False)
        if value is not None
    }
    sheet = ScoreSheet.objects.filter(assignment=assignment).first()
    return save_sheet(
        actor=assignment.expert.user,
        assignment=assignment,
        revision=sheet.revision if sheet else 0,
        marks=given,
        comment=comment,
        now=now,
    )


def seal(*sheets: ScoreSheet, now: datetime = NOW) -> list[ScoreSheet]:
    """Seal sheets of one judge."""
    assignment = sheets[0].assignment
    seen = [SeenSheet(sheet.assignment.public_id, sheet.revision) for sheet in sheets]
    return seal_sheets(
        actor=assignment.expert.user, stage=assignment.stage, seen=seen, signature=assignment.expert.name, now=now
    )


def score_and_seal(
    assignment: Assignment, *marks: int | str, comment: str = "理由充分", now: datetime = NOW
) -> ScoreSheet:
    return seal(score(assignment, *marks, comment=comment, now=now), now=now)[0]
