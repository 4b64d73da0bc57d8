"""The findings on a track as it stands: made while the page waits, or in the background where there are very many totals.

Either way they are kept under the hash of all that they rest on (`key_of`): a sheet that is sealed, another number of
places or another method makes another key, so nothing old is ever shown as if it were of now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import structlog
from django.core.cache import cache

from competition.models import Stage
from judging.calibration.totals import Totals
from judging.models import Assignment, Findings, ScoreSheet
from judging.reading.results import stored_rows
from judging.statistics.findings import FORMAT, Known, find
from portal.canonical import digest

log = structlog.get_logger(__name__)

#: Totals of a track up to which a page waits: well under a second of one core.
WAITS = 6_000
KEPT = 60 * 60 * 12  # seconds
ASKED_AGAIN = 120  # seconds after which a background task that has not answered is asked once more
#: 分差: the range of an entry's totals above which it is flagged, in points.
WIDEST = 15.0


@dataclass(frozen=True)
class Told:
    """The findings, or None while they are made; `before` is when others were made from totals that have changed since."""

    found: Mapping[str, Any] | None
    before: datetime | None = None


def key_of(stage: Stage, track: int, top: int, rows: Sequence[Mapping[str, Any]]) -> str:
    """The hash of what the findings rest on; the times of sheets change only together with the stored score."""
    return digest(
        {
            "format": FORMAT,
            "stage": stage.public_id,
            "track": track,
            "top": top,
            "totals": [[row["entry__number"], row["totals"], row["updated_at"].isoformat()] for row in rows],
            "organisations": [row["entry__team__lead_organisation__name"] for row in rows],
            "regions": [row["entry__team__lead_organisation__region"] for row in rows],
        }
    )


def totals_of(rows: Sequence[Mapping[str, Any]]) -> Totals:
    """The judges' totals of a track's stored scores."""
    return Totals.of(
        (row["entry__number"], judge, Fraction(total)) for row in rows for judge, total in row["totals"].items()
    )


def read_findings(stage: Stage, track: int, top: int, rows: Sequence[Mapping[str, Any]]) -> Told:
    """What is known of these rows: from the cache, made at once, stored by the worker, or asked of it."""
    count = sum(len(row["totals"]) for row in rows)
    if not count:
        return Told(None)
    key = key_of(stage, track, top, rows)
    if count <= WAITS:
        found = cache.get(f"findings:{key}")
        if found is None:
            found = make_findings(stage, top, rows)
            cache.set(f"findings:{key}", found, KEPT)
        return Told(found)
    stored = list(Findings.objects.filter(stage=stage, track=track, top=top).order_by("-made_at")[:20])
    fitting = next((one for one in stored if one.key == key), None)
    if fitting is not None:
        return Told(fitting.found)
    if cache.add(f"findings-asked:{key}", True, ASKED_AGAIN):
        _enqueue(stage, track, top)
    return Told(None, stored[0].made_at if stored else None)


def make_findings(stage: Stage, top: int, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The findings, calculated now: one query for what is known beside the totals."""
    numbers = [row["entry__number"] for row in rows]
    known = Known(
        *_times(stage, numbers),
        organisations={row["entry__number"]: row["entry__team__lead_organisation__name"] for row in rows},
        regions={row["entry__number"]: row["entry__team__lead_organisation__region"] for row in rows},
    )
    return find(totals_of(rows), top=top, widest=WIDEST, known=known, seed=stage.public_id)


def store_findings(*, stage: Stage, track: int, top: int, now: datetime) -> Findings | None:
    """Calculate a track as it stands and keep it, in place of what was kept for the same places."""
    rows = list(stored_rows(stage).filter(track=track))
    if not any(row["totals"] for row in rows):
        return None
    key = key_of(stage, track, top, rows)
    found = make_findings(stage, top, rows)
    values = {"stage": stage, "track_id": track, "top": top, "found": found, "made_at": now}
    kept, _made = Findings.objects.update_or_create(key=key, defaults=values)
    Findings.objects.filter(stage=stage, track=track, top=top).exclude(pk=kept.pk).delete()
    return kept


def _times(stage: Stage, numbers: Sequence[str]) -> tuple[dict[tuple[str, str], float], dict[tuple[str, str], float]]:
    """Seconds spent, where the desk counted any, and instants of sealing, by (entry, judge)."""
    columns = ("assignment__entry__number", "assignment__expert__code", "sealed_at", "seconds")
    seconds: dict[tuple[str, str], float] = {}
    sealed: dict[tuple[str, str], float] = {}
    wanted = set(numbers)
    sheets = ScoreSheet.objects.filter(
        assignment__stage=stage, assignment__status=Assignment.Status.ACTIVE, state=ScoreSheet.State.SEALED
    )
    for entry, judge, at, spent in sheets.values_list(*columns).iterator(chunk_size=2000):
        if entry in wanted:
            sealed[entry, judge] = at.timestamp()
            if spent:
                seconds[entry, judge] = float(spent)
    return seconds, sealed


def _enqueue(stage: Stage, track: int, top: int) -> None:
    """Hand it to the worker; where the broker is away, the next look at the page asks again."""
    from judging.tasks import calculate_statistics

    try:
        calculate_statistics.apply_async((stage.pk, track, top), retry=False, ignore_result=True)
    except (calculate_statistics.OperationalError, OSError) as error:
        log.warning("statistics.broker_away", error=str(error)[:200])
