"""Who goes on stage: the entries that the online review lets go on, as a proposal for the organisers."""

from competition.models import Stage, Track
from judging.models import EntryScore
from judging.reading.ties import ranked_track

MOST_TRACKS = 40


def finalists(stage: Stage) -> list[str]:
    """Entry numbers within the places of the contest's online review, track by track; empty where it names no places.

    Entries that share the last place are all proposed: the committee decides. Three queries per track.
    """
    review = (
        Stage.objects.filter(contest=stage.contest_id, kind=Stage.Kind.REVIEW, places__isnull=False)
        .select_related("rubric")
        .order_by("-closes_at")
        .first()
    )
    if review is None or review.places is None:
        return []
    tracks = Track.objects.filter(pk__in=EntryScore.objects.filter(stage=review).values("track")).order_by("number")
    return [
        result.entry.code
        for track in tracks[:MOST_TRACKS]
        for result in ranked_track(review, track)
        if result.rank is not None and result.rank <= review.places
    ]
