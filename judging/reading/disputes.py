"""What organisers look at before a ranking is final: disputed scores with their figures, and what was done about them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from django.urls import reverse

from competition.models import Stage, Track
from judging import disputes, ranking
from judging.calibration.totals import Totals
from judging.models import Arbitration, Assignment, DeliberationNote, EntryScore, ScoreSheet
from judging.models.arbitration import ARBITRATION_STATES
from judging.reading.figures import two_places
from judging.reading.standard import form_name
from judging.reading.ties import SharedRank, ranked_track, shared_ranks
from judging.scoring import rules_of
from judging.statistics.additive import Additive
from judging.statistics.flags import entry_flags
from portal.states import State
from submissions.models import Entry

SIGN_WORDS = dict(Arbitration.Sign.choices)


@dataclass(frozen=True)
class ArbitrationRow:
    """One third opinion: who, why, until when, and how far it is."""

    judge: str
    code: str
    reason: str
    signs: list[Any]
    before: str
    total: str
    opened_at: datetime
    opened_by: str
    due_at: datetime
    state: State


@dataclass(frozen=True)
class DisputeRow:
    """One line of the list."""

    number: str
    title: str
    url: str
    rank: int | None
    signs: list[Any]
    score: str
    spread: str
    low: str
    high: str
    state: State | None


@dataclass(frozen=True)
class TrackDisputes:
    """What a track has to settle; `score_name` is what its scores are."""

    score_name: str
    rows: list[DisputeRow]
    ties: list[SharedRank]
    others: list[DisputeRow]
    scored: int


def to_settle(stage: Stage, results: Sequence[ranking.EntryResult]) -> int:
    """How many disputed scores and shared ranks a track has."""
    shared = {result.rank for result in results if result.shared}
    return len(_found(stage, results)) + len(shared)


def read_disputes(
    stage: Stage, track: Track, now: datetime, results: Sequence[ranking.EntryResult] | None = None
) -> TrackDisputes:
    """The disputed entries of a track, entries with a third opinion that are no longer disputed, and shared ranks; `results`
    are its places where they are read already."""
    results = ranked_track(stage, track) if results is None else results
    found = _found(stage, results)
    opinions = _states(stage, track, now)
    wanted = {dispute.code for dispute in found} | set(opinions)
    entries = {
        number: (title, public_id)
        for number, title, public_id in Entry.objects.filter(contest=stage.contest_id, number__in=wanted).values_list(
            "number", "title", "public_id"
        )
    }
    places = {result.entry.code: result for result in results}
    row = _Rows(stage, entries, places, opinions)
    disputed = {dispute.code: dispute for dispute in found}
    return TrackDisputes(
        score_name=form_name(is_standard=any(result.entry.standards is not None for result in results)),
        rows=[row.of(code, dispute) for code, dispute in disputed.items()],
        ties=shared_ranks(stage, track, results),
        others=[row.of(code, None) for code in sorted(opinions) if code not in disputed and code in places],
        scored=sum(result.rank is not None for result in results),
    )


def signs_of(stage: Stage, score: EntryScore) -> list[str]:
    """The signs of one entry as they are now."""
    found = _found(stage, ranked_track(stage, score.track))
    return next((list(dispute.signs) for dispute in found if dispute.code == score.entry.number), [])


def arbitrations_of(score: EntryScore, now: datetime) -> list[ArbitrationRow]:
    """Every third opinion on the entry in its stage, the latest first."""
    rows = Arbitration.objects.filter(stage=score.stage_id, entry=score.entry_id).select_related(
        "assignment__expert", "assignment__sheet", "opened_by"
    )
    return [
        ArbitrationRow(
            judge=row.assignment.expert.name,
            code=row.assignment.expert.code,
            reason=row.reason,
            signs=[SIGN_WORDS[sign] for sign in row.signs if sign in SIGN_WORDS],
            before=two_places(row.figures.get("score", "")),
            total=_sealed_total(row.assignment),
            opened_at=row.opened_at,
            opened_by=row.opened_by.name if row.opened_by else "",
            due_at=row.due_at,
            state=ARBITRATION_STATES[_state(row.assignment.status, _sheet_state(row.assignment), row.due_at, now)],
        )
        for row in rows
    ]


def notes_of(score: EntryScore) -> list[DeliberationNote]:
    """What the panel said, in order."""
    notes = DeliberationNote.objects.filter(stage=score.stage_id, entry=score.entry_id)
    return list(notes.select_related("written_by"))


class _Rows:
    """Lines of the list from what was read once."""

    def __init__(
        self,
        stage: Stage,
        entries: Mapping[str, tuple[str, str]],
        places: Mapping[str, ranking.EntryResult],
        opinions: Mapping[str, State],
    ) -> None:
        self.stage, self.entries, self.places, self.opinions = stage, entries, places, opinions

    def of(self, code: str, dispute: disputes.Dispute | None) -> DisputeRow:
        title, public_id = self.entries[code]
        result = self.places[code]
        return DisputeRow(
            number=code,
            title=title,
            url=reverse("dispute", args=[self.stage.contest.slug, self.stage.public_id, public_id]),
            rank=result.rank,
            signs=[SIGN_WORDS[sign] for sign in dispute.signs] if dispute else [],
            score=two_places(result.entry.score),
            spread=two_places(result.entry.spread),
            low=two_places(dispute.low) if dispute else "",
            high=two_places(dispute.high) if dispute else "",
            state=self.opinions.get(code),
        )


def _found(stage: Stage, results: Sequence[ranking.EntryResult]) -> list[disputes.Dispute]:
    return disputes.find_disputes(
        results,
        limit=Fraction(stage.range_limit),
        places=stage.places,
        rules=rules_of(stage),
        disagreeing=_disagreeing(results),
    )


def _disagreeing(results: Sequence[ranking.EntryResult]) -> set[str]:
    """The ranked entries whose judges differ beyond chance, by the totals that are sealed now."""
    totals = [
        (result.entry.code, judge, total)
        for result in results
        if result.rank is not None
        for judge, total in result.entry.totals.items()
    ]
    return {flag.entry for flag in entry_flags(Additive(Totals.of(totals))) if flag.disagrees} if totals else set()


def _states(stage: Stage, track: Track, now: datetime) -> dict[str, State]:
    """How far the latest third opinion of each entry is: one query."""
    rows = (
        Arbitration.objects.filter(stage=stage, entry__topic__track=track, entry__status=Entry.Status.SUBMITTED)
        .order_by("opened_at", "pk")
        .values_list("entry__number", "assignment__status", "assignment__sheet__state", "due_at")
    )
    found: dict[str, State] = defaultdict(lambda: ARBITRATION_STATES["waiting"])
    for number, status, sheet, due_at in rows:
        found[number] = ARBITRATION_STATES[_state(status, sheet or "", due_at, now)]
    return dict(found)


def _state(status: str, sheet: str, due_at: datetime, now: datetime) -> str:
    if status != Assignment.Status.ACTIVE:
        return "left"
    if sheet == ScoreSheet.State.SEALED:
        return "done"
    return "waiting" if now < due_at else "over"


def _sheet_state(assignment: Assignment) -> str:
    sheet: ScoreSheet | None = getattr(assignment, "sheet", None)
    return sheet.state if sheet else ""


def _sealed_total(assignment: Assignment) -> str:
    sheet: ScoreSheet | None = getattr(assignment, "sheet", None)
    return two_places(sheet.total) if sheet and sheet.state == ScoreSheet.State.SEALED else ""
