"""Recorded votes as they are read: the result, the ballots by voter, the minutes."""

from dataclasses import dataclass
from datetime import date, datetime

from competition.models import Stage, Track
from judging.models import PanelVote


@dataclass(frozen=True)
class VoteRow:
    """One vote; `result` best first, with points; `ballots` (voter's name, code, order)."""

    result: list[tuple[str, int]]
    ballots: list[tuple[str, str, str]]
    minutes: str
    held_on: date
    recorded_at: datetime
    recorded_by: str


def votes_on(stage: Stage, track: Track) -> list[VoteRow]:
    """The votes of a track in a stage, the latest first: two queries."""
    votes = (
        PanelVote.objects.filter(stage=stage, track=track)
        .select_related("recorded_by")
        .prefetch_related("ballots__voter")
        .order_by("-recorded_at", "-pk")
    )
    return [
        VoteRow(
            result=sorted(vote.points.items(), key=lambda item: (-item[1], item[0])),
            ballots=[(ballot.voter.name, ballot.voter.code, " > ".join(ballot.order)) for ballot in vote.ballots.all()],
            minutes=vote.minutes,
            held_on=vote.held_on,
            recorded_at=vote.recorded_at,
            recorded_by=vote.recorded_by.name if vote.recorded_by else "",
        )
        for vote in votes
    ]
