"""Pledges and marks of the demonstration's judges, the same at every run."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import QuerySet

from competition.models import Criterion, Stage
from judging.actions import SeenSheet, note_deliberation, save_sheet, seal_sheets, sign_pledge
from judging.demo.pool import CROWD
from judging.models import Assignment, EntryScore, Expert
from judging.reading.organisations import organisations_to_show
from portal.accounts.models import User
from portal.demo import DOMAIN

#: Nobody of the cast judges it; on its first entry one judge stands apart.
DISPUTED_TRACK = 2
#: Its judges give every entry the same marks, whoever got which seat: nothing tells them apart.
TIED_TRACK, TIED_AT = 8, 84
#: The judge of the cast who is done.
DONE = f"judge4@{DOMAIN}"
#: A judge of the cast who has the pledge before them.
UNSIGNED = f"judge5@{DOMAIN}"
COMMENTS = {
    "high": "数据来源清楚，成效有前后对比，佐证完整，可在同类单位推广。",
    "middle": "思路清晰，应用已上线；建议补充成效数据和第三方证明。",
    "low": "成效以描述为主，缺少数据支撑；授权材料不全，请补充。",
}
DELIBERATED = "一位评委认为数据授权材料不足以证明来源合规，其余评委认为合作协议已经说明；请组委会核对原件后再决定是否请第三位评委。"


def sign_pledges(stage: Stage, at: datetime) -> None:
    """Every judge but the last of the cast, whose visitor signs it."""
    judges = Expert.objects.filter(assignments__stage=stage, assignments__status=Assignment.Status.ACTIVE)
    for expert in judges.exclude(email=UNSIGNED).select_related("user").distinct().order_by("code"):
        shown = organisations_to_show(expert, stage).fingerprint
        sign_pledge(actor=expert.user, stage=stage, ticked=[], note="", pledged=True, shown=shown, now=at)


def score(stage: Stage, at: datetime) -> int:
    """Marks of the invented judges; of the cast, the first sheet of each is scored. Returns how many were sealed."""
    criteria = list(stage.rubric.criteria.all()) if stage.rubric else []
    seats = Assignment.objects.filter(stage=stage, pledged_at__isnull=False)
    disputed = (
        seats.filter(entry__topic__track__number=DISPUTED_TRACK).order_by("entry__number", "expert__code").first()
    )
    work = {
        expert: _to_score(expert, seats, disputed)
        for expert in Expert.objects.filter(pk__in=seats.values("expert")).select_related("user").order_by("code")
    }
    sealed = 0
    for expert, assignments in work.items():
        seen = []
        for place, assignment in enumerate(assignments):
            marks = (
                even_marks(criteria, TIED_AT)
                if _is_tied(assignment)
                else _marks(criteria, expert.code, assignment.entry_id, apart=assignment == disputed)
            )
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
        if seen and (_is_invented(expert) or expert.email == DONE):
            stage_now = at + timedelta(hours=6)
            sealed += len(seal_sheets(actor=expert.user, stage=stage, seen=seen, signature=expert.name, now=stage_now))
    return sealed


def _to_score(expert: Expert, seats: QuerySet[Assignment], disputed: Assignment | None) -> list[Assignment]:
    """The first for one of the cast; for an invented judge all but one, which is neither the disputed entry nor a tied one."""
    own = list(seats.filter(expert=expert).select_related("entry__topic__track").order_by("position"))
    if not _is_invented(expert):
        return own[:1]
    spare = [one for one in own if (disputed is None or one.entry_id != disputed.entry_id) and not _is_tied(one)]
    left = spare[-1:] if len(own) > 1 else []
    return [one for one in own if one not in left]


def _is_tied(assignment: Assignment) -> bool:
    return assignment.entry.topic.track.number == TIED_TRACK


def even_marks(criteria: Sequence[Criterion], percent: int) -> dict[str, Any]:
    """The same share of the full mark for each criterion."""
    return {criterion.code: Decimal(percent) * criterion.max_mark // 100 for criterion in criteria}


def _is_invented(expert: Expert) -> bool:
    return expert.email.endswith(f"@{CROWD}")


def note_what_was_said(organiser: User, stage: Stage, at: datetime) -> None:
    """What the panel said of the entry on which one judge stands apart."""
    spread = {
        score: _spread(score) for score in EntryScore.objects.filter(stage=stage).select_related("entry", "stage")
    }
    if score := max(spread, key=lambda one: (spread[one], -one.pk), default=None):
        note_deliberation(actor=organiser, score=score, text=DELIBERATED, now=at)


def _spread(score: EntryScore) -> Fraction:
    totals = [Fraction(total) for total in score.totals.values()]
    return max(totals) - min(totals) if totals else Fraction(0)


def _marks(criteria: list[Criterion], judge: str, entry: int, *, apart: bool) -> dict[str, Any]:
    """Marks between 62 and 96: the entry's level, this judge's leniency and a little noise, the same at every run; far
    below them where the judge stands apart."""
    level = 70 + _noise("level", entry) % 20
    lenient = _noise("judge", judge) % 7 - 3
    return {
        criterion.code: Decimal(
            max(62, min(96, level + lenient + _noise(criterion.code, judge, entry) % 9 - 4)) - 25 * apart
        )
        * criterion.max_mark
        // 100
        for criterion in criteria
    }


def _noise(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256("|".join(map(str, parts)).encode()).digest()[:4], "big")


def _band(marks: dict[str, Any], criteria: list[Criterion]) -> str:
    total = sum(Decimal(marks[criterion.code]) * criterion.weight / criterion.max_mark for criterion in criteria)
    return "high" if total >= 85 else "middle" if total >= 70 else "low"
