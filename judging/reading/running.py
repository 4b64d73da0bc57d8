"""Which score of a roadshow is shown next, and where its entries stand among each other."""

from collections.abc import Callable, Sequence

from competition.models import Criterion
from judging import ranking
from judging.models import EntryScore, Roadshow, Slot
from judging.reading.ties import votes_of
from judging.scoring import scored_entry, ties_of
from submissions.models import Entry


def scores_of(roadshow: Roadshow) -> list[EntryScore]:
    """The stored scores of the entries that present: one query."""
    scores = EntryScore.objects.filter(stage=roadshow.stage_id, entry__slots__roadshow=roadshow)
    return list(scores.select_related("entry"))


def standing(roadshow: Roadshow, scores: Sequence[EntryScore] | None = None) -> list[ranking.EntryResult]:
    """The entries of a roadshow that take part, by place: three queries, or two where their scores are read already. Across
    tracks where it has several.

    Who left the contest has no place on the wall either. Scores are means of totals: a stage of roadshows has no others.
    """
    stage = roadshow.stage
    scored = [
        scored_entry(one.entry.number, one.score, one.totals, one.dropped, one.means)
        for one in (scores_of(roadshow) if scores is None else scores)
        if one.entry.status == Entry.Status.SUBMITTED
    ]
    codes = list(
        Criterion.objects.filter(rubric=stage.rubric_id).order_by("position", "pk").values_list("code", flat=True)
    )
    return list(ranking.rank(scored, ties_of(stage, codes), votes_of(stage)))


def next_reveal(roadshow: Roadshow) -> Slot | None:
    """The slot whose score is shown next, as it stands now."""
    slots = Slot.objects.filter(roadshow=roadshow).select_related("entry").order_by("position")
    return revealed_next(roadshow, list(slots), lambda: standing(roadshow))


def revealed_next(
    roadshow: Roadshow, slots: Sequence[Slot], places: Callable[[], Sequence[ranking.EntryResult]]
) -> Slot | None:
    """Of these slots, in their order: after each team its own; at the end, once nobody waits, who has no place, then the
    lowest first. Only there the places are asked for."""
    hidden = {slot.entry.number: slot for slot in slots if slot.status == Slot.Status.CLOSED and not slot.revealed_at}
    if not hidden or any(slot.is_on_stage for slot in slots):
        return None
    if roadshow.reveal == Roadshow.Reveal.EACH:
        return next(iter(hidden.values()))
    if any(slot.status == Slot.Status.WAITING for slot in slots):
        return None
    placed = [result.entry.code for result in reversed(places()) if result.entry.code in hidden]
    unplaced = [number for number in hidden if number not in placed]
    return hidden[(unplaced + placed)[0]]
