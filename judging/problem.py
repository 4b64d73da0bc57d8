"""From the rows of a stage to the solver's `Problem`, and whether a seat is legal.

Entries are those that were submitted and passed the formal check; judges are the experts who accepted and have time on a day
of the stage, each within their own limits and the stage's. An expert may judge a direction if qualified for it or for the
track to which it belongs. Nobody judges an entry with which they conflict (`conflicts.py` says who and why), or which was
taken from them in this stage. Who has no time any more keeps the seats they hold and gets no other.

Seats that are held already are pinned: a later plan only adds. Everything is loaded once, in a fixed number of queries; for
one seat only its entry, its panel and who is asked about.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass

import numpy as np
from django.db.models import Count, Q

from competition.models import Stage
from judging.assignment import Entry as EntryNode
from judging.assignment import Judge as JudgeNode
from judging.assignment import Objective, PairTable, Problem, Rules
from judging.assignment.pairs import Ints, Places
from judging.conflicts import TeamRow, conflicts_between, organisation_columns, with_facts
from judging.models import Assignment, AssignmentPlan, Expert, ExpertTrack, ScoreSheet
from judging.models.assignment import AssignmentQuerySet
from submissions.models import Entry
from submissions.models.entry import EntryQuerySet

Pair = tuple[str, str]


@dataclass(frozen=True)
class EntryRow:
    """What publication needs to know of an entry."""

    pk: int
    number: str
    title: str
    track: int
    track_number: int
    track_name: str
    track_above: int | None
    version: int
    team: TeamRow


@dataclass(frozen=True)
class Held:
    """Seats of the stage as they are: held now, held with a sealed sheet, and never to be given again."""

    pinned: set[Pair]
    sealed: set[Pair]
    excluded: set[Pair]


@dataclass(frozen=True)
class Situation:
    """A stage as the solver sees it, with the rows behind its codes (entry public id, expert code).

    `levels`: track → expert code → how well the expert knows it. `held` counts every seat held in the stage; `sealed` are
    the held seats whose score sheet is sealed.
    """

    problem: Problem
    entries: Mapping[str, EntryRow]
    experts: Mapping[str, Expert]
    levels: Mapping[int, Mapping[str, int]]
    held: Counter[str]
    sealed: Set[Pair]

    @property
    def seats_needed(self) -> int:
        """Seats still to fill."""
        return sum(entry.seats for entry in self.problem.entries) - len(self.problem.pinned)

    def worth(self, entry: str, judge: str) -> int:
        """The affinity of a pair; 1 for a seat that was given before the expert's tracks changed."""
        return _level(self.levels, self.entries[entry], judge) or 1

    def in_order(self, entry: str, reserve: Collection[str], loads: Mapping[str, int]) -> list[str]:
        """The judges qualified for an entry, in the order in which to ask them: who was named as alternate (`reserve`), who
        knows the field better, who has fewer seats (`loads`)."""
        qualified = [judge for judge in self.experts if (entry, judge) in self.problem.affinity]
        return sorted(
            qualified,
            key=lambda judge: (judge not in reserve, -self.worth(entry, judge), loads.get(judge, 0), judge),
        )


def read_situation(
    stage: Stage,
    seed: str = "",
    *,
    objective: Objective = "bottleneck",
    rules: Rules | None = None,
    only: str = "",
    of: Collection[str] = (),
    beside: Collection[Pair] = (),
) -> Situation:
    """Everything that decides the assignment of this stage now. A maximum below what somebody holds is what they hold.

    `only` reads the problem of one entry, with the room that judges have left beside their other seats and those of `beside`;
    `of` these judges alone for it, and those who hold its seats. Nothing of other entries is read then but how many seats of
    them these judges hold.
    """
    entries = _entries(stage, only)
    experts = _experts(stage, entries, of)
    seats = _seats_so_far(stage, entries, experts, only)
    pinned = seats.pinned
    loads = _loads(stage, experts, of) if only else Counter(judge for _entry, judge in pinned)
    away = {code for code, expert in experts.items() if not expert.is_available_in(stage)}
    experts = {code: expert for code, expert in experts.items() if code not in away or loads[code]}
    elsewhere: Counter[str] = Counter()
    if only:
        planned = {pair for pair in beside if pair[0] != only} - _held_of(stage, beside)
        elsewhere = loads - Counter(judge for _entry, judge in pinned)
        elsewhere.update(judge for _entry, judge in planned)
    held = Counter(entry for entry, _judge in pinned)
    levels = _levels(stage, experts, entries if only else None)
    affinity = _affinity(entries, experts, levels, pinned, away)
    teams = [row.team for row in entries.values()]
    conflicts = (conflicts_between(stage.contest, list(experts.values()), teams).pairs | seats.excluded) - pinned
    main = _main_fields(entries, levels)
    problem = Problem(
        entries=tuple(
            EntryNode(code, str(row.track_number), max(stage.seats, held[code])) for code, row in entries.items()
        ),
        judges=tuple(
            _judge(stage, expert, loads[code], elsewhere[code], frozenset(main.get(code, ())), away=code in away)
            for code, expert in experts.items()
        ),
        affinity=affinity,
        conflicts=frozenset(pair for pair in conflicts if pair[0] in entries and pair in affinity),
        pinned=frozenset(pinned),
        rules=rules or Rules(),
        seed=seed,
        objective=objective,
    )
    return Situation(problem, entries, experts, levels, loads, seats.sealed)


def _judge(stage: Stage, expert: Expert, load: int, elsewhere: int, main: frozenset[str], *, away: bool) -> JudgeNode:
    """A judge with the room that is left beside the seats elsewhere; a limit of nobody's is not set."""
    low, high = expert.limits_in(stage)
    if high is not None:
        high = max(0, max(high, load) - elsewhere)
    least = 0 if away else max(0, low - elsewhere)
    return JudgeNode(expert.code, expert.organisation.public_id, least or None, high, expert.region, main)


def _entries(stage: Stage, only: str) -> dict[str, EntryRow]:
    passed = _passed(stage).filter(public_id=only) if only else _passed(stage)
    rows = passed.order_by("number").values_list(
        "public_id",
        "pk",
        "number",
        "title",
        "topic__track_id",
        "topic__track__number",
        "topic__track__name",
        "topic__track__parent_id",
        "current_version_id",
        "team_id",
        "team__lead_organisation__region",
        *organisation_columns("team__lead_organisation"),
    )
    found = {}
    for code, pk, number, title, track, place, name, above, version, team, region, *lead in rows:
        own = TeamRow(pk, code, team, region, tuple(lead))
        found[code] = EntryRow(pk, number, title, track, place, name, above, version, own)
    return found


def _passed(stage: Stage) -> EntryQuerySet:
    return Entry.objects.filter(contest=stage.contest_id).passed_check()


def _held(stage: Stage) -> AssignmentQuerySet:
    """The seats held in the stage."""
    return Assignment.objects.filter(stage=stage, status=Assignment.Status.ACTIVE)


def _experts(stage: Stage, entries: Mapping[str, EntryRow], of: Collection[str]) -> dict[str, Expert]:
    """All who accepted; or `of` and the panel of the entries."""
    accepted = Expert.objects.accepted().filter(contest=stage.contest_id)
    if of:
        panel = _held(stage).filter(entry__in=[row.pk for row in entries.values()]).values("expert")
        accepted = accepted.filter(Q(code__in=of) | Q(pk__in=panel))
    return {expert.code: expert for expert in with_facts(accepted)}


def _seats_so_far(stage: Stage, entries: Mapping[str, EntryRow], experts: Mapping[str, Expert], only: str) -> Held:
    """Recusals count in every stage, other endings in this one; what ended with a whole plan may be given again."""
    given = Assignment.objects.filter(stage__contest=stage.contest_id)
    if only:
        given = given.filter(entry__public_id=only)
    rows = given.values_list("entry__public_id", "expert__code", "status", "stage_id", "plan__status", "sheet__state")
    held = Held(set(), set(), set())
    for entry, judge, status, in_stage, plan, sheet in rows:
        if entry not in entries or judge not in experts:
            continue
        if status == Assignment.Status.ACTIVE and in_stage == stage.pk:
            held.pinned.add((entry, judge))
            if sheet == ScoreSheet.State.SEALED:
                held.sealed.add((entry, judge))
        elif status == Assignment.Status.RECUSED or (
            status == Assignment.Status.WITHDRAWN and in_stage == stage.pk and plan != AssignmentPlan.Status.REVERTED
        ):
            held.excluded.add((entry, judge))
    return held


def _loads(stage: Stage, experts: Mapping[str, Expert], of: Collection[str]) -> Counter[str]:
    """How many seats of the stage, at entries that are judged, each of these judges holds.

    Of few judges the entries are looked up by their keys: left to itself, a database without statistics of its tables looks
    through all entries for each seat.
    """
    if not of:
        counted = _held(stage).filter(entry__in=_passed(stage).values("pk")).order_by()
        seats = counted.values_list("expert__code").annotate(seats=Count("pk"))
        return Counter({code: number for code, number in seats if code in experts})
    codes = {expert.pk: code for code, expert in experts.items()}
    held = list(_held(stage).filter(expert__in=codes).values_list("expert_id", "entry_id"))
    passed = set(_passed(stage).filter(pk__in={entry for _expert, entry in held}).values_list("pk", flat=True))
    return Counter(codes[expert] for expert, entry in held if entry in passed)


def _held_of(stage: Stage, pairs: Collection[Pair]) -> set[Pair]:
    """Those of these pairs that hold their seat already."""
    if not pairs:
        return set()
    held = _held(stage).filter(entry__public_id__in={entry for entry, _judge in pairs})
    return set(held.values_list("entry__public_id", "expert__code")) & set(pairs)


def _levels(
    stage: Stage, experts: Mapping[str, Expert], entries: Mapping[str, EntryRow] | None
) -> dict[int, dict[str, int]]:
    """Track → code of an accepted expert → level; `entries`: of their tracks alone."""
    code_of = {row.pk: code for code, row in experts.items()}
    known = ExpertTrack.objects.filter(expert__contest=stage.contest_id)
    if entries is not None:
        known = known.filter(track__in={own for row in entries.values() for own in (row.track, row.track_above) if own})
    levels: dict[int, dict[str, int]] = defaultdict(dict)
    for expert, track, level in known.values_list("expert_id", "track_id", "level"):
        if expert in code_of:
            levels[track][code_of[expert]] = level
    return levels


def _level(levels: Mapping[int, Mapping[str, int]], row: EntryRow, judge: str) -> int:
    """The level in the entry's track, or in the track of which it is a direction; 0 for neither."""
    return max(levels.get(row.track, {}).get(judge, 0), levels.get(row.track_above or 0, {}).get(judge, 0))


def _affinity(
    entries: Mapping[str, EntryRow],
    experts: Mapping[str, Expert],
    levels: Mapping[int, Mapping[str, int]],
    pinned: set[Pair],
    away: set[str],
) -> PairTable:
    """Allowed pairs, put together track by track: a contest of a nation has millions. Who is away keeps what is held."""
    judge_at = {code: place for place, code in enumerate(experts)}
    entry_at = {code: place for place, code in enumerate(entries)}
    of_track: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for place, row in enumerate(entries.values()):
        of_track[row.track, row.track_above].append(place)
    parts: list[tuple[Places, Places, Ints]] = []
    for (track, above), places in of_track.items():
        known = {**levels.get(above or 0, {})}
        for code, level in levels.get(track, {}).items():
            known[code] = max(level, known.get(code, 0))
        known = {code: level for code, level in known.items() if code not in away}
        judges = np.array([judge_at[code] for code in known], dtype=np.int32)
        worth = np.array(list(known.values()), dtype=np.int64)
        own = np.array(places, dtype=np.int32)
        parts.append((np.repeat(own, len(judges)), np.tile(judges, len(own)), np.tile(worth, len(own))))
    late = [(e, j) for e, j in sorted(pinned) if j in away or not _level(levels, entries[e], j)]
    parts.append(
        (
            np.array([entry_at[e] for e, _j in late], dtype=np.int32),
            np.array([judge_at[j] for _e, j in late], dtype=np.int32),
            np.array([_level(levels, entries[e], j) or 1 for e, j in late], dtype=np.int64),
        )
    )
    entry, judge, value = (np.concatenate(column) for column in zip(*parts, strict=True))
    return PairTable(tuple(entries), tuple(experts), entry, judge, value)


def _main_fields(entries: Mapping[str, EntryRow], levels: Mapping[int, Mapping[str, int]]) -> dict[str, set[str]]:
    """Expert code → numbers of the tracks that are a main field."""
    main: dict[str, set[str]] = defaultdict(set)
    for row in {row.track: row for row in entries.values()}.values():
        for own in filter(None, (row.track_above, row.track)):
            for judge, level in levels.get(own, {}).items():
                if level == ExpertTrack.Level.MAIN:
                    main[judge].add(str(row.track_number))
    return main
