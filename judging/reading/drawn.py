"""What a draw of experts rests on: the pool as it is now, and the file from which anybody repeats one that was drawn."""

from typing import Any

from competition.models import Contest, Track
from judging import draw as core
from judging.conflicts import group_roots
from judging.draw import Candidate
from judging.models import Draw, Expert, ExpertTrack

WHOLE_POOL = "*"  # the stratum of everybody


def read_pool(contest: Contest) -> list[Candidate]:
    """Everybody in the pool who has not declined. Organisations are numbered, so that the file names none: three queries."""
    rows = list(
        Expert.objects.filter(contest=contest)
        .exclude(status=Expert.Status.DECLINED)
        .order_by("code")
        .values_list("pk", "code", "organisation_id", "region")
    )
    roots = group_roots(organisation for _pk, _code, organisation, _region in rows)
    numbers: dict[int, str] = {}
    for _pk, _code, organisation, _region in rows:
        numbers.setdefault(roots[organisation], f"G{len(numbers) + 1}")
    strata = _strata(contest)
    return [
        Candidate(code, numbers[roots[organisation]], region, frozenset({WHOLE_POOL, *strata.get(pk, ())}))
        for pk, code, organisation, region in rows
    ]


def _strata(contest: Contest) -> dict[int, set[str]]:
    """Expert → numbers of the tracks for which they are qualified; a track brings its directions."""
    directions: dict[int, list[str]] = {}
    for number, parent in Track.objects.filter(contest=contest, parent__isnull=False).values_list(
        "number", "parent_id"
    ):
        directions.setdefault(parent, []).append(str(number))
    found: dict[int, set[str]] = {}
    rows = ExpertTrack.objects.filter(expert__contest=contest).values_list("expert_id", "track__number", "track_id")
    for expert, number, track in rows:
        found.setdefault(expert, set()).update({str(number), *directions.get(track, ())})
    return found


def changes_of(draw: Draw) -> list[tuple[str, str]]:
    return list(draw.changes.order_by("number").values_list("left", "came"))


def export_of(draw: Draw) -> dict[str, Any]:
    """The file from which anybody repeats the draw; of a draw that was drawn."""
    assert draw.committed_at is not None and draw.drawn_at is not None, "only what is drawn is exported"  # noqa: S101
    return core.export(
        title=draw.title,
        rule=core.read_rule(draw.rule),
        pool=core.read_pool(draw.pool),
        source=draw.source,
        revealed=draw.revealed,
        outcome=core.read_outcome(draw.result),
        changes=changes_of(draw),
        times={"committed_at": draw.committed_at.isoformat(), "drawn_at": draw.drawn_at.isoformat()},
    )
