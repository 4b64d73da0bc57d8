"""Who may vote on entries that share a rank: accepted experts of the contest without an interest in any of them."""

from collections.abc import Collection, Sequence

from django.db.models import QuerySet

from competition.models import Stage, Track
from judging.conflicts import conflicts_between, read_teams, with_facts
from judging.models import Assignment, Expert
from submissions.models import Entry


def voters_of(stage: Stage, track: Track, entries: Sequence[str]) -> list[Expert]:
    """Who votes on these entries (by number) unless the organisers name others: the judges who hold a seat in the track."""
    seats = Assignment.objects.active().filter(stage=stage, entry__topic__track=track)
    return _free(stage, entries, Expert.objects.filter(pk__in=seats.values("expert")))


def named_voters(stage: Stage, entries: Sequence[str], codes: Collection[str]) -> list[Expert]:
    """Those with these codes who may vote on these entries: a seat in the track is not needed."""
    return _free(stage, entries, Expert.objects.filter(code__in=codes))


def _free(stage: Stage, entries: Sequence[str], experts: QuerySet[Expert]) -> list[Expert]:
    """Those of them who accepted and have no conflict of interest with any of the entries; whoever left one of them because
    of one has it on record. Five queries."""
    found = list(with_facts(experts.filter(contest=stage.contest_id, status=Expert.Status.ACCEPTED)))
    teams = read_teams(Entry.objects.filter(contest=stage.contest_id, number__in=entries))
    blocked = {code for _entry, code in conflicts_between(stage.contest, found, teams).pairs}
    return [expert for expert in found if expert.code not in blocked]
