"""The demonstration's experts, a published assignment, and sheets that some of them have sealed already.

Track 3 is judged by the demonstration's judges 1 to 3 alone, so that a new entry there meets exactly them. The invented
judges have sealed most of their sheets; the judges whose accounts a visitor can open have nearly all still to do, but for
one who has sealed all. One more expert has an invitation to answer. Judge 5 has not signed the pledge yet. One draw is done,
with a substitute who moved up, and one is committed to; some conflicts of interest wait for a decision.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from competition.models import Contest, Criterion, Stage, Track
from judging.actions import (
    SeenSheet,
    accept_invitation,
    commit_draw,
    draft_plan,
    invite_experts,
    look_for_conflicts,
    prepare_draw,
    publish_plan,
    replace_drawn,
    reveal_draw,
    save_sheet,
    seal_sheets,
    sign_pledge,
)
from judging.actions.draws import read_pool
from judging.draw import pool_hash
from judging.models import Assignment, Expert, ExpertTrack, FormerPost
from judging.reading.organisations import organisations_to_show
from portal.accounts.models import Organisation, User
from portal.demo import CAST, DOMAIN, Demonstration, invented_person
from submissions.demo_content import CITIES, organisation_code, person_name
from submissions.models import Entry

CROWD = "experts.demo.example"
#: Tracks of the judges whose accounts can be opened.
CAST_TRACKS = {"judge1": (3,), "judge2": (3,), "judge3": (3,), "judge4": (6, 7), "judge5": (6, 7)}
CAST_ONLY_TRACK = 3
INVITED_TRACK = 8
#: The judge of the cast who is done.
DONE = f"judge4@{DOMAIN}"
#: A judge of the cast who has the pledge before them.
UNSIGNED = f"judge5@{DOMAIN}"
SEED = "演示"
#: Serial numbers of organisations from here on belong to experts.
FIRST_EXPERT_ORGANISATION = 500_000
COMMENTS = {
    "high": "数据来源清楚，成效有前后对比，佐证完整，可在同类单位推广。",
    "middle": "思路清晰，应用已上线；建议补充成效数据和第三方证明。",
    "low": "成效以描述为主，缺少数据支撑；授权材料不全，请补充。",
}


@transaction.atomic
def build(demonstration: Demonstration) -> None:
    """The step of this app; a pool that is there already is left alone."""
    contest = demonstration.contest
    if Expert.objects.filter(contest=contest).exists():
        return
    stage = contest.stages.get(kind=Stage.Kind.REVIEW)
    began = demonstration.now - timedelta(hours=40)
    organiser = demonstration.people["organiser"]
    _make_pool(demonstration, contest, organiser, began - timedelta(days=3))
    _make_interests(contest)
    look_for_conflicts(actor=organiser, contest=contest, now=began - timedelta(days=1))
    if Entry.objects.filter(contest=contest).passed_check().exists():
        # Two drafts to compare; the one that is published is the better by its weakest match.
        draft_plan(actor=organiser, stage=stage, seed=SEED, objective="total", now=began)
        plan = draft_plan(actor=organiser, stage=stage, seed=SEED, now=began)
        publish_plan(actor=organiser, plan=plan, now=began + timedelta(minutes=20))
        _sign_pledges(stage, began + timedelta(hours=1))
        sealed = _score(stage, began + timedelta(hours=3))
        demonstration.say(f"demonstration: {len(plan.seats)} assignments, {sealed} sheets sealed")


def _make_pool(demonstration: Demonstration, contest: Contest, organiser: User, at: datetime) -> None:
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
    for title, seats, day in (("网络评审专家", 12, at), ("路演评审专家", 7, at + timedelta(days=5))):
        made = prepare_draw(
            actor=organiser,
            contest=contest,
            title=title,
            seats={"*": min(seats, Expert.objects.filter(contest=contest).count())},
            per_organisation=1,
            per_region=None,
            source={"kind": "public", "announced": "抽取当日上证指数收盘点位（保留两位小数）"},
            now=day,
        )
        made = commit_draw(actor=organiser, draw=made, seen=pool_hash(read_pool(contest)), now=day + timedelta(hours=1))
        if day == at:
            drawn = reveal_draw(actor=organiser, draw=made, revealed=["3102.77"], now=day + timedelta(days=1))
            leaving = drawn.result[0]["drawn"][1]
            replace_drawn(
                actor=organiser, draw=drawn, leaving=leaving, reason="评审期间出国", now=day + timedelta(days=2)
            )


def _make_interests(contest: Contest) -> None:
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


def _sign_pledges(stage: Stage, at: datetime) -> None:
    """Every judge but the last of the cast, whose visitor signs it."""
    judges = Expert.objects.filter(assignments__stage=stage, assignments__status=Assignment.Status.ACTIVE)
    for expert in judges.exclude(email=UNSIGNED).select_related("user").distinct().order_by("code"):
        shown = organisations_to_show(expert, stage).fingerprint
        sign_pledge(actor=expert.user, stage=stage, ticked=[], note="", pledged=True, shown=shown, now=at)


def _qualify(expert: Expert, tracks: Iterable[Track]) -> None:
    levels = (ExpertTrack.Level.MAIN, ExpertTrack.Level.SECOND, ExpertTrack.Level.ADJACENT)
    for track, level in zip(tracks, levels, strict=False):
        ExpertTrack.objects.create(expert=expert, track=track, level=level)


def _score(stage: Stage, at: datetime) -> int:
    """Marks of the invented judges; of the cast, the first sheet of each is scored. Returns how many were sealed."""
    criteria = list(stage.rubric.criteria.all()) if stage.rubric else []
    sealed = 0
    for expert in (
        Expert.objects.filter(contest=stage.contest, assignments__stage=stage).select_related("user").distinct()
    ):
        invented = expert.email.endswith(f"@{CROWD}")
        signed = Assignment.objects.filter(expert=expert, stage=stage, pledged_at__isnull=False)
        assignments = list(signed.order_by("position"))
        todo = assignments[: len(assignments) - 1] if invented and len(assignments) > 1 else assignments[:1]
        seen = []
        for place, assignment in enumerate(todo):
            marks = _marks(criteria, expert.code, assignment.entry_id)
            now = at + timedelta(minutes=11 * place)
            sheet = save_sheet(
                actor=expert.user,
                assignment=assignment,
                revision=0,
                marks=marks,
                comment=COMMENTS[_band(marks, criteria)],
                now=now,
            )
            seen.append(SeenSheet(assignment.public_id, sheet.revision))
        if seen and (invented or expert.email == DONE):
            stage_now = at + timedelta(hours=6)
            sealed += len(seal_sheets(actor=expert.user, stage=stage, seen=seen, signature=expert.name, now=stage_now))
    return sealed


def _marks(criteria: list[Criterion], judge: str, entry: int) -> dict[str, Any]:
    """Marks between 62 and 96: the entry's level, this judge's leniency and a little noise, the same at every run."""
    level = 70 + _noise("level", entry) % 20
    lenient = _noise("judge", judge) % 7 - 3
    return {
        criterion.code: Decimal(max(62, min(96, level + lenient + _noise(criterion.code, judge, entry) % 9 - 4)))
        * criterion.max_mark
        // 100
        for criterion in criteria
    }


def _noise(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256("|".join(map(str, parts)).encode()).digest()[:4], "big")


def _band(marks: dict[str, Any], criteria: list[Criterion]) -> str:
    total = sum(Decimal(marks[criterion.code]) * criterion.weight / criterion.max_mark for criterion in criteria)
    return "high" if total >= 85 else "middle" if total >= 70 else "low"
