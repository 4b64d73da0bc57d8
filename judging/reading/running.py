"""Which score of a roadshow is shown next, and where its entries stand among each other."""

from competition.models import Criterion
from judging import ranking
from judging.models import EntryScore, Roadshow, Slot
from judging.reading.ties import votes_of
from judging.scoring import COLUMNS, scored_entry, ties_of
from submissions.models import Entry


def standing(roadshow: Roadshow) -> list[ranking.EntryResult]:
    """The entries of a roadshow that take part, by place: three queries. Across tracks where it has several.

    Who left the contest has no place on the wall either. Scores are means of totals: a stage of roadshows has no others.
    """
    stage = roadshow.stage
    rows = EntryScore.objects.filter(
        stage=stage, entry__slots__roadshow=roadshow, entry__status=Entry.Status.SUBMITTED
    ).values_list(*COLUMNS)
    codes = list(
        Criterion.objects.filter(rubric=stage.rubric_id).order_by("position", "pk").values_list("code", flat=True)
    )
    return list(ranking.rank([scored_entry(*row) for row in rows], ties_of(stage, codes), votes_of(stage)))


def next_reveal(roadshow: Roadshow) -> Slot | None:
    """The slot whose score is shown next: after each team its own; at the end, once nobody waits, who has no place, then the
    lowest first."""
    slots = list(Slot.objects.filter(roadshow=roadshow).select_related("entry").order_by("position"))
    hidden = {slot.entry.number: slot for slot in slots if slot.status == Slot.Status.CLOSED and not slot.revealed_at}
    if not hidden or any(slot.is_on_stage for slot in slots):
        return None
    if roadshow.reveal == Roadshow.Reveal.EACH:
        return next(iter(hidden.values()))
    if any(slot.status == Slot.Status.WAITING for slot in slots):
        return None
    placed = [result.entry.code for result in reversed(standing(roadshow)) if result.entry.code in hidden]
    unplaced = [number for number in hidden if number not in placed]
    return hidden[(unplaced + placed)[0]]
