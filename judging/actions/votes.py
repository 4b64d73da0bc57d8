"""Recording the committee's vote on entries that share a rank."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from competition.models import Stage, Track
from judging import voting
from judging.events import VOTE_RECORDED
from judging.models import Ballot, Expert, PanelVote
from judging.permissions import may_organise
from judging.reading.ties import shared_ranks
from judging.reading.voters import named_voters
from portal.journal.recording import record
from portal.refusals import Refusal

MINUTES_MAX = 4000


@transaction.atomic
def record_vote(
    *,
    actor: Any,
    stage: Stage,
    track: Track,
    entries: Sequence[str],
    ballots: Mapping[str, Sequence[str]],
    minutes: str,
    held_on: date,
    now: datetime,
) -> PanelVote:
    """Keep the ballots (expert code → entry numbers, best first) on entries that share a rank now.

    Under the lock of the stage. Refused when the entries are not just those that share the rank, when there are more than
    four of them, when a voter is no accepted expert of the contest or has an interest in one of them, or when a ballot does
    not put each of them in its place. The ranking reads the result from then on.
    """
    may_organise(actor, stage.contest).require()
    locked = Stage.objects.select_related("contest", "rubric").lock(pk=stage.pk)
    tied = sorted(entries)
    _require_tied(locked, track, tied)
    minutes = _minutes(minutes)
    voters = _voters(locked, tied, ballots)
    points = _points(tied, ballots, voters)
    vote = PanelVote.objects.create(
        stage=locked,
        track=track,
        points=points,
        minutes=minutes,
        held_on=held_on,
        recorded_at=now,
        recorded_by=actor,
    )
    Ballot.objects.bulk_create(
        Ballot(vote=vote, voter=voter, order=list(ballots[code])) for code, voter in voters.items()
    )
    record(
        VOTE_RECORDED,
        actor=actor,
        now=now,
        contest=locked.contest,
        subject=vote,
        stage=locked.public_id,
        track=track.number,
        numbers=", ".join(tied),
        points=vote.points,
        ballots={code: list(ballots[code]) for code in voters},
        minutes=minutes,
        held_on=held_on.isoformat(),
    )
    return vote


def may_not_vote(codes: Sequence[str]) -> str:
    return _(
        "{codes} may not vote on these entries. Name experts of this contest who have accepted and have no interest in any "
        "of them."
    ).format(codes=", ".join(codes))


def _voters(stage: Stage, tied: Sequence[str], ballots: Mapping[str, Sequence[str]]) -> dict[str, Expert]:
    """Who gave the ballots, by code and in its order; refused unless each of them may vote."""
    if not ballots:
        raise Refusal(_("Enter at least one ballot."), code="no_ballots")
    known = {expert.code: expert for expert in named_voters(stage, tied, set(ballots))}
    if unknown := sorted(set(ballots) - set(known)):
        raise Refusal(may_not_vote(unknown), code="not_a_voter")
    return {code: known[code] for code in sorted(ballots)}


def _points(tied: Sequence[str], ballots: Mapping[str, Sequence[str]], voters: Mapping[str, Expert]) -> dict[str, int]:
    try:
        return dict(voting.points(tied, [list(ballots[code]) for code in voters]))
    except voting.InvalidBallotError as error:
        wrong = list(voters.values())[error.place]
        raise Refusal(
            _("{name}: give every entry its own place, or leave the whole ballot empty.").format(name=wrong.name),
            code="ballot",
        ) from error


def _require_tied(stage: Stage, track: Track, tied: Sequence[str]) -> None:
    if len(tied) > voting.MOST_ENTRIES:
        raise Refusal(
            _("A vote parts at most {most} entries. More than that share this rank.").format(most=voting.MOST_ENTRIES),
            code="too_many",
        )
    if tied not in [sorted(group.numbers) for group in shared_ranks(stage, track)]:
        raise Refusal(
            _("These entries do not share a rank, or not alone. Look at the ranking again; nothing was recorded."),
            code="not_tied",
        )


def _minutes(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refusal(
            _("Write the minutes: who was present, and what was decided."), code="no_minutes", field="minutes"
        )
    if len(text) > MINUTES_MAX:
        raise Refusal(
            _("Shorten the minutes to {most} characters.").format(most=MINUTES_MAX), code="too_long", field="minutes"
        )
    return text
