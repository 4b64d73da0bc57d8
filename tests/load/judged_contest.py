"""The contest of the judging scene, before anybody is drawn: entries that passed the formal check, and a pool of experts.

Rows in bulk, without the actions that make them: those have benchmarks of their own. From here on everything is done as the
product does it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

WEIGHTS = (25, 20, 25, 15, 10, 5)
SEATS = 5
PARAGRAPH = "汇聚航道、港口、船舶和货物四类数据，联合优化泊位计划与航道调度，成效有据可查。"
BATCH = 1000
FIRST_EXPERT = 600_000  # serial numbers of organisations from here on belong to experts


@dataclass
class Scene:
    """What the scene goes on with. Entry number n stands in track n % len(tracks)."""

    contest: Any
    stage: Any
    organiser: Any
    tracks: list[Any]
    entries: int


def build(*, entries: int, judges: int, now: datetime) -> Scene:
    """A review that is open now, its entries, and half as many experts again as are to be drawn."""
    from competition.models import Role
    from tests.competition.factories import make_contest, make_role, make_topic, make_track
    from tests.judging.factories import make_judged_stage
    from tests.portal.factories import make_user

    contest = make_contest()
    stage = make_judged_stage(
        contest, weights=WEIGHTS, seats=SEATS, opens_at=now - timedelta(days=2), closes_at=now + timedelta(days=9)
    )
    organiser = make_user(name="组委会")
    make_role(organiser, contest, Role.Name.ORGANISER)
    tracks = [make_track(contest) for _place in range(min(4, max(2, judges // 15)))]
    topics = [make_topic(track) for track in tracks]
    for first in range(0, entries, BATCH):
        _enter(contest, topics, organiser, range(first, min(entries, first + BATCH)), now)
    _list_experts(contest, tracks, judges + judges // 2)
    return Scene(contest, stage, organiser, tracks, entries)


def title_of(number: int) -> str:
    return f"作品{number:05d}"


def _enter(contest: Any, topics: list[Any], organiser: Any, numbers: range, now: datetime) -> None:
    from portal.accounts.models import Organisation, User
    from submissions.models import Entry, EntryVersion, Membership, Screening, Team, scope_key
    from tests.portal.factories import make_uscc

    users = User.objects.bulk_create(User(email=f"captain{n}@teams.example.cn", name=f"队长{n}") for n in numbers)
    leads = Organisation.objects.bulk_create(
        Organisation(name=f"参赛示例{n}号有限公司", uscc=make_uscc(400_000 + n), region="42", kind="enterprise")
        for n in numbers
    )
    teams = Team.objects.bulk_create(
        Team(
            contest=contest, captain=user, lead_organisation=lead, created_at=now,
            organisations_saved_at=now, members_saved_at=now,
        )
        for user, lead in zip(users, leads, strict=True)
    )  # fmt: skip
    Membership.objects.bulk_create(
        Membership(
            team=team, user=user, scope_key=scope_key(contest, topics[n % len(topics)]), phone=f"138{n:08d}", joined_at=now
        )
        for team, user, n in zip(teams, users, numbers, strict=True)
    )  # fmt: skip
    entries = Entry.objects.bulk_create(
        Entry(team=team, contest=contest, topic=topics[n % len(topics)], title=title_of(n), created_at=now)
        for team, n in zip(teams, numbers, strict=True)
    )
    versions = EntryVersion.objects.bulk_create(_version(*one, now) for one in zip(entries, leads, users, strict=True))
    for entry, version, n in zip(entries, versions, numbers, strict=True):
        entry.status, entry.current_version, entry.submitted_at = Entry.Status.SUBMITTED, version, version.submitted_at
        entry.number = f"{contest.code}-{n % len(topics) + 1:02d}-{n:05d}"
    Entry.objects.bulk_update(entries, ["status", "current_version", "number", "submitted_at"], batch_size=BATCH)
    Screening.objects.bulk_create(
        Screening(
            version=version, verdict=Screening.Verdict.PASSED, screened_by=organiser, screened_at=now - timedelta(days=3)
        )
        for version in versions
    )  # fmt: skip


def _version(entry: Any, lead: Any, user: Any, now: datetime) -> Any:
    from portal.canonical import digest
    from submissions.models import EntryVersion

    content = {
        "format": 1,
        "entry": {"public_id": entry.public_id, "title": entry.title},
        "lead_organisation": {"public_id": lead.public_id, "name": lead.name, "uscc": lead.uscc},
        "partners": [],
        "members": [{"public_id": user.public_id, "name": user.name, "email": user.email, "is_captain": True}],
        "sections": [
            {
                "task": "application",
                "title": title,
                "answers": [{"key": f"q{place}", "label": title, "kind": "long_text", "value": PARAGRAPH * 8}],
            }
            for place, title in enumerate(("应用场景", "数据基础", "应用成效"))
        ],
        "files": [],
    }
    return EntryVersion(
        entry=entry,
        number=1,
        draft_revision=0,
        content=content,
        digest=digest(content),
        submitted_at=now - timedelta(days=20),
        submitted_by=user,
    )


def _list_experts(contest: Any, tracks: list[Any], count: int) -> None:
    """Experts with accounts, each of an organisation of their own, at home in up to three tracks."""
    from allauth.account.models import EmailAddress

    from judging.models import Expert, ExpertTrack
    from portal.accounts.models import Organisation, User
    from tests.portal.factories import make_uscc

    numbers = range(count)
    users = User.objects.bulk_create(User(email=f"expert{n}@pool.example.org", name=f"专家{n}") for n in numbers)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
    )
    houses = Organisation.objects.bulk_create(
        Organisation(name=f"评审示例大学{n}", uscc=make_uscc(FIRST_EXPERT + n), region="42", kind="university")
        for n in numbers
    )
    experts = Expert.objects.bulk_create(
        Expert(
            contest=contest, code=f"J{n + 1:04d}", name=user.name, email=user.email, organisation=house, region="42",
            status=Expert.Status.LISTED,
        )
        for n, user, house in zip(numbers, users, houses, strict=True)
    )  # fmt: skip
    ExpertTrack.objects.bulk_create(
        ExpertTrack(expert=expert, track=tracks[(n + step) % len(tracks)], level=3 - step)
        for n, expert in zip(numbers, experts, strict=True)
        for step in range(min(3, len(tracks)))
    )
