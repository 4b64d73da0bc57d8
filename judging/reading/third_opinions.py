"""Who may give a third opinion on an entry: read for this one entry alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, IntegerField, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from competition.models import Stage
from judging.aggregation import ScoredEntry
from judging.conflicts import conflicts_between, team_of, with_facts
from judging.models import Assignment, EntryScore, Expert, ExpertTrack
from judging.standard_scores import FEWEST_ENTRIES
from submissions.models import Entry


@dataclass(frozen=True)
class Candidate:
    """A judge who may give the third opinion; `level` as in the pool, `load` the seats held in the stage."""

    code: str
    name: str
    level: int
    load: int


def third_judges(score: EntryScore, beside: Sequence[ScoredEntry]) -> list[Candidate]:
    """Who may be asked, in the order of `eligible_judges`; `beside` as `entries_beside` reads it."""
    eligible, experienced = eligible_judges(score.stage, score.entry), experienced_judges(beside)
    return eligible if experienced is None else [one for one in eligible if one.code in experienced]


def experienced_judges(beside: Sequence[ScoredEntry]) -> set[str] | None:
    """The judges whose further sheet leaves the track its standard scores: they have scored enough of its entries already.

    None where it is anybody's: where the mean of the totals counts, and in a track that is too small for standard scores.
    """
    if len(beside) < FEWEST_ENTRIES:
        return None
    scored = Counter(judge for entry in beside for judge in entry.totals)
    return {judge for judge, count in scored.items() if count >= FEWEST_ENTRIES}


def eligible_judges(stage: Stage, entry: Entry) -> list[Candidate]:
    """The best qualified first, then the least loaded: four queries, where the entry comes with its team and track.

    Qualified, with time in the stage, without a conflict of interest, of no organisation of a judge who has the entry, and
    never seated on it in this stage nor recused from it in another.
    """
    experts = list(_with_seats(Expert.objects.accepted().filter(contest=stage.contest_id), stage, entry))
    taken = {one.organisation_id for one in experts if one.holds_it}  # type: ignore[attr-defined]
    free = [
        one
        for one in experts
        if one.level and not one.sat_on_it and one.organisation_id not in taken and one.is_available_in(stage)  # type: ignore[attr-defined]
    ]
    blocked = conflicts_between(stage.contest, free, [team_of(entry)]).pairs
    found = [
        Candidate(one.code, one.name, one.level, one.load)  # type: ignore[attr-defined]
        for one in free
        if (entry.public_id, one.code) not in blocked
    ]
    return sorted(found, key=lambda one: (-one.level, one.load, one.code))


def _with_seats(experts: QuerySet[Expert], stage: Stage, entry: Entry) -> QuerySet[Expert]:
    """With what `eligible_judges` asks of each: how well they know the track, what they hold, whether they sat on the entry.
    Nobody, where the entry is not among those that judges may see."""
    track = entry.topic.track
    own = Assignment.objects.filter(expert=OuterRef("pk"))
    levels = ExpertTrack.objects.filter(expert=OuterRef("pk"), track__in=[track.pk, track.parent_id or track.pk])
    held = own.active().filter(stage=stage)
    return (
        with_facts(experts)
        .filter(Exists(Entry.objects.filter(pk=entry.pk).passed_check()))
        .annotate(
            level=Coalesce(_one(levels, Max("level")), 0),
            load=Coalesce(_one(held, Count("pk")), 0),
            holds_it=Exists(held.filter(entry=entry)),
            sat_on_it=Exists(own.filter(Q(stage=stage) | Q(status=Assignment.Status.RECUSED), entry=entry)),
        )
    )


def _one(rows: QuerySet, figure: Max | Count) -> Subquery:
    """One figure over the rows of each expert."""
    return Subquery(
        rows.order_by().values("expert").annotate(figure=figure).values("figure"), output_field=IntegerField()
    )
