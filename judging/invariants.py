"""Sentences about judging that must always hold; `manage.py check_invariants` reads them."""

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from competition.models import Stage
from judging.conflicts import group_roots
from judging.draw import replay
from judging.models import Assignment, AssignmentPlan, Draw, EntryScore, Recusal, Roadshow, ScoreSheet, Seal, Slot
from judging.reading.drawn import export_of
from judging.scoring import aggregate, criteria_of, marks_of, sheet_total, valid_sheets
from portal.slots import Invariant
from submissions.models import Team

BATCH = 500


def sealed_totals() -> Iterator[str]:
    """Every scored sheet's stored total is what its marks give."""
    sheets = (
        ScoreSheet.objects.filter(state__in=ScoreSheet.SCORED)
        .select_related("assignment__stage__rubric")
        .order_by("pk")
    )
    criteria: dict[int, list] = {}
    for batch in _batches(sheets):
        marks = marks_of(sheet.pk for sheet in batch)
        for sheet in batch:
            rubric = sheet.assignment.stage.rubric
            if rubric is None:
                yield f"score sheet {sheet.public_id} has no rubric"
                continue
            known = criteria.setdefault(rubric.pk, criteria_of(rubric))
            given: Any = marks.get(sheet.pk, {})
            total = sheet_total(given, known) if len(given) == len(known) else None
            if total is None or total != Fraction(sheet.total):
                yield f"score sheet {sheet.public_id} says {sheet.total}, its marks give {total}"


def entry_scores() -> Iterator[str]:
    """Every stored score is what the valid sheets give."""
    for stage in Stage.objects.filter(kind__in=Stage.JUDGED, rubric__isnull=False).select_related("rubric"):
        assert stage.rubric is not None  # noqa: S101 - the query says so
        criteria = criteria_of(stage.rubric)
        for batch in _batches(EntryScore.objects.filter(stage=stage).select_related("entry").order_by("pk")):
            sheets = valid_sheets(stage, [score.entry_id for score in batch])
            for score in batch:
                expected = aggregate(stage, score.entry_id, criteria, sheets.get(score.entry_id, []))
                if any(getattr(score, column) != value for column, value in expected.items()):
                    yield f"the score of {score.entry.number} in {stage.public_id} is {score.score or 'empty'}, its sheets give {expected['score']}"


def seals() -> Iterator[str]:
    """A sheet is sealed exactly while a seal with its revision and total stands that nobody opened."""
    held = Seal.objects.filter(sheet=OuterRef("pk"), revision=OuterRef("revision"), total=OuterRef("total"))
    sealed = ScoreSheet.objects.filter(state=ScoreSheet.State.SEALED)
    for public_id in sealed.exclude(Exists(held.filter(reopening=None))).values_list("public_id", flat=True):
        yield f"score sheet {public_id} is sealed without a seal in force"
    free = Seal.objects.filter(reopening=None).exclude(sheet__state=ScoreSheet.State.SEALED)
    for public_id in free.values_list("sheet__public_id", flat=True):
        yield f"score sheet {public_id} is open although its seal was never taken back"


def seats() -> Iterator[str]:
    """Every assigned entry has a stored score and is frozen, and every assignment comes from a published plan."""
    scored = EntryScore.objects.values_list("stage_id", "entry_id")
    known = set(scored)
    rows = Assignment.objects.values_list(
        "public_id", "stage_id", "entry_id", "entry__frozen_at", "plan__status", "version__entry_id"
    )
    for public_id, stage, entry, frozen_at, plan, version_of in rows.iterator(chunk_size=2000):
        if (stage, entry) not in known:
            yield f"assignment {public_id} has no stored score"
        if frozen_at is None:
            yield f"assignment {public_id} is of an entry that is not frozen"
        if plan not in {AssignmentPlan.Status.PUBLISHED, AssignmentPlan.Status.REVERTED}:
            yield f"assignment {public_id} comes from a plan that is not published"
        if version_of != entry:
            yield f"assignment {public_id} is of a version of another entry"


def standing_conflicts() -> Iterator[str]:
    """Nobody holds a seat against a conflict that is on record and was not dismissed."""
    against = Recusal.objects.blocking().filter(expert=OuterRef("expert"), entry=OuterRef("entry"))
    for public_id in Assignment.objects.active().filter(Exists(against)).values_list("public_id", flat=True):
        yield f"assignment {public_id} is held against a conflict on record"


def draws() -> Iterator[str]:
    """Every draw comes out equal when it is done again from what is stored."""
    for draw in Draw.objects.filter(status=Draw.Status.DRAWN).order_by("pk"):
        again = replay(
            {
                **export_of(draw),
                "pool_hash": draw.pool_hash,
                "commitment": draw.commitment,
                "seed": draw.seed,
            }
        )
        if again.differences:
            yield f"draw {draw.public_id} does not come out equal: {', '.join(again.differences)}"


def taken_back() -> Iterator[str]:
    """Nobody holds a seat of a plan that was taken back."""
    held = Assignment.objects.active().filter(plan__status=AssignmentPlan.Status.REVERTED)
    for public_id in held.values_list("public_id", flat=True):
        yield f"assignment {public_id} is held though its plan was taken back"


def called_off() -> Iterator[str]:
    """The slots of a roadshow that was called off, and no others, are called off."""
    off = Q(status=Slot.Status.CALLED_OFF)
    wrong = Slot.objects.filter(off ^ Q(roadshow__status=Roadshow.Status.CALLED_OFF)).select_related("roadshow")
    for slot in wrong.order_by("pk"):
        yield f"slot {slot.public_id} is {slot.status}, its roadshow {slot.roadshow.status}"


def recusals() -> Iterator[str]:
    """Nobody judges an entry of their own team, or of an organisation that belongs with their own (unless an organiser
    dismissed that they belong together)."""
    teams: dict[int, set[int]] = defaultdict(set)
    for team, organisation in Team.partners.through.objects.values_list("team_id", "organisation_id"):
        teams[team].add(organisation)
    active = Assignment.objects.active()
    rows = list(
        active.values_list(
            "public_id",
            "expert__organisation_id",
            "entry__team_id",
            "entry__team__lead_organisation_id",
            "expert_id",
            "entry_id",
        )
    )
    roots = group_roots(
        {row[1] for row in rows} | {row[3] for row in rows} | {o for found in teams.values() for o in found}
    )
    dismissed = set(
        Recusal.objects.filter(kind=Recusal.Kind.GROUP, state=Recusal.State.DISMISSED).values_list(
            "expert_id", "entry_id"
        )
    )
    for public_id, own, team, lead, expert, entry in rows:
        houses = {lead, *teams[team]}
        if own not in houses and (expert, entry) in dismissed:
            continue
        if roots[own] in {roots[organisation] for organisation in houses}:
            yield f"assignment {public_id}: the judge's organisation belongs with one of the team's"
    mine = active.filter(entry__team__memberships__user=F("expert__user")).distinct()
    for public_id in mine.values_list("public_id", flat=True):
        yield f"assignment {public_id}: the judge is in the team"


def _batches(queryset: object) -> Iterator[list]:
    batch: list = []
    for row in queryset.iterator(chunk_size=BATCH):  # type: ignore[attr-defined]
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


INVARIANTS = (
    Invariant("The total of every scored sheet is what its marks give", sealed_totals),
    Invariant("The score of every entry is what its sealed sheets give", entry_scores),
    Invariant("Every sealed sheet has a seal in force, and no other sheet has one", seals),
    Invariant("Every seat belongs to a published plan, a frozen entry and a stored score", seats),
    Invariant("Nobody holds a seat of a plan that was taken back", taken_back),
    Invariant("The slots of a roadshow that was called off, and no others, are called off", called_off),
    Invariant("Nobody judges an entry of their own organisation or team", recusals),
    Invariant("Nobody holds a seat against a conflict on record", standing_conflicts),
    Invariant("Every draw of experts comes out equal when it is repeated", draws),
)
