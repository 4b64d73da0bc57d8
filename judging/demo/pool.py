"""The demonstration's experts: who they are, what they know, how they were drawn, and whom they once worked for."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from competition.models import Contest, Track
from judging.actions import accept_invitation, commit_draw, invite_experts, prepare_draw, replace_drawn, reveal_draw
from judging.draw import pool_hash
from judging.models import Expert, ExpertTrack, FormerPost
from judging.reading.drawn import read_pool
from portal.accounts.models import Organisation, User
from portal.demo import CAST, DOMAIN, Demonstration, invented_person
from submissions.demo_content import CITIES, organisation_code, person_name
from submissions.models import Entry

CROWD = "experts.demo.example"
#: Tracks of the judges whose accounts can be opened.
CAST_TRACKS = {"judge1": (3,), "judge2": (3,), "judge3": (3,), "judge4": (6, 7), "judge5": (6, 7)}
CAST_ONLY_TRACK = 3
INVITED_TRACK = 8
#: Serial numbers of organisations from here on belong to experts.
FIRST_EXPERT_ORGANISATION = 500_000


def make_pool(demonstration: Demonstration, contest: Contest, organiser: User, at: datetime) -> None:
    tracks = {track.number: track for track in contest.tracks.all()}
    for number, (address, name, part) in enumerate(CAST):
        if part == "judge":
            expert = _expert(contest, number, name=name, email=f"{address}@{DOMAIN}")
            _qualify(expert, [tracks[track] for track in CAST_TRACKS[address] if track in tracks])
    others = [track for number, track in sorted(tracks.items()) if number != CAST_ONLY_TRACK]
    for number in range(demonstration.scale.experts):
        serial = number + len(CAST)
        name = person_name(serial + 7)
        email = f"expert{number + 1}@{CROWD}"
        invented_person(email=email, name=name, now=at)
        expert = _expert(contest, serial, name=name, email=email)
        _qualify(expert, [others[(number + step) % len(others)] for step in (0, 1, 3)])
    _draw(contest, organiser, at - timedelta(days=4))
    for expert in invite_experts(actor=organiser, contest=contest, now=at):
        user = User.objects.get(email=expert.email)
        accept_invitation(actor=user, expert=expert, pledged=True, now=at + timedelta(hours=5))
    for number, (address, name, part) in enumerate(CAST):
        if part == "expert":
            expert = _expert(contest, number, name=name, email=f"{address}@{DOMAIN}")
            _qualify(expert, [tracks[INVITED_TRACK]] if INVITED_TRACK in tracks else [])
    invite_experts(actor=organiser, contest=contest, now=at + timedelta(days=1))


def _expert(contest: Contest, number: int, *, name: str, email: str) -> Expert:
    code = organisation_code(FIRST_EXPERT_ORGANISATION + number)
    organisation, _created = Organisation.objects.get_or_create(
        uscc=code,
        defaults={
            "name": f"{CITIES[number % len(CITIES)]}示例{'大学' if number % 2 else '研究院'}{number + 1}",
            "region": "42",
            "kind": Organisation.Kind.UNIVERSITY if number % 2 else Organisation.Kind.RESEARCH,
        },
    )
    count = Expert.objects.filter(contest=contest).count()
    return Expert.objects.create(
        contest=contest,
        code=f"J{count + 1:03d}",
        name=name,
        email=email,
        organisation=organisation,
        region=organisation.region,
        title="教授" if number % 2 else "研究员",
    )


def _draw(contest: Contest, organiser: User, at: datetime) -> None:
    """One draw that is done, one that waits for its day."""
    for title, seats, day in (("网络初评复核专家", 12, at), ("路演评审专家", 7, at + timedelta(days=5))):
        made = prepare_draw(
            actor=organiser,
            contest=contest,
            title=title,
            seats={"*": min(seats, Expert.objects.filter(contest=contest).count())},
            per_organisation=1,
            per_region=None,
            source={"kind": "public", "announced": "抽取前一日福彩3D开奖号码（三个数字，以空格隔开）"},
            now=day,
        )
        made = commit_draw(actor=organiser, draw=made, seen=pool_hash(read_pool(contest)), now=day + timedelta(hours=1))
        if day == at:
            drawn = reveal_draw(actor=organiser, draw=made, revealed=["3 0 7"], now=day + timedelta(days=1))
            leaving = drawn.result[0]["drawn"][1]
            replace_drawn(
                actor=organiser, draw=drawn, leaving=leaving, reason="复核期间另有工作安排", now=day + timedelta(days=2)
            )


def make_interests(contest: Contest) -> None:
    """Some invented judges worked for organisations that now lead a team, or are known by their name in another form."""
    entries = Entry.objects.filter(contest=contest).passed_check().select_related("team__lead_organisation")
    crowd = Expert.objects.filter(contest=contest, email__endswith=f"@{CROWD}").order_by("code")
    for expert, entry in zip(crowd[:2], entries.order_by("number")[:2], strict=False):
        house = entry.team.lead_organisation
        FormerPost.objects.create(
            expert=expert,
            name=house.name,
            organisation=house,
            from_year=contest.edition - 9,
            until_year=contest.edition - 1,
        )


def _qualify(expert: Expert, tracks: Iterable[Track]) -> None:
    levels = (ExpertTrack.Level.MAIN, ExpertTrack.Level.SECOND, ExpertTrack.Level.ADJACENT)
    for track, level in zip(tracks, levels, strict=False):
        ExpertTrack.objects.create(expert=expert, track=track, level=level)
