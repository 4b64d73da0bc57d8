"""Sealed sheets as people read them: those a judge can still take back, and the history of one sheet for the organisers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from competition.models import Criterion, Stage
from judging.marks import NOT_APPLICABLE, plain
from judging.models import ScoreSheet, Seal
from judging.models.seal import UNDO
from judging.reading.figures import two_places

MOST = 100


@dataclass(frozen=True)
class SealRow:
    """One seal in force."""

    public_id: str
    number: str
    title: str
    total: str
    sealed_at: datetime
    undo_until: datetime


def seals_in_force(user: Any, stage: Stage) -> Any:
    """The judge's seals that hold a sheet now."""
    return Seal.objects.filter(
        sheet__assignment__expert__user=user,
        sheet__assignment__stage=stage,
        sheet__state=ScoreSheet.State.SEALED,
        reopening__isnull=True,
    )


def recent_seals(user: Any, stage: Stage, now: datetime) -> list[SealRow]:
    """Those that can still be taken back: one query."""
    rows = seals_in_force(user, stage).filter(sealed_at__gt=now - UNDO).order_by("sheet__assignment__position")
    columns = ("public_id", "sheet__assignment__entry__number", "sheet__assignment__title", "total", "sealed_at")
    return [
        SealRow(public_id, number, title, two_places(total), sealed_at, sealed_at + UNDO)
        for public_id, number, title, total, sealed_at in rows.values_list(*columns)[:MOST]
    ]


@dataclass(frozen=True)
class PastSeal:
    """One signature of a sheet, with the marks as they were, and what opened it again."""

    seal: Seal
    total: str
    marks: list[tuple[str, str, str]]  # criterion, weight, mark
    opened: Any


def history_of(sheet: ScoreSheet, criteria: Sequence[Criterion]) -> list[PastSeal]:
    """Every seal of a sheet, newest first: one query."""
    seals = Seal.objects.filter(sheet=sheet).select_related("reopening__by").order_by("-pk")
    return [
        PastSeal(
            seal,
            two_places(seal.total),
            [
                (
                    criterion.name,
                    plain(criterion.weight),
                    "—" if seal.marks.get(criterion.code) in (None, NOT_APPLICABLE) else seal.marks[criterion.code],
                )
                for criterion in criteria
            ],
            getattr(seal, "reopening", None),
        )
        for seal in seals
    ]
