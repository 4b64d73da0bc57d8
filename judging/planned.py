"""What a plan amounts to: the figures that its page and a comparison show, computed once and kept with the plan."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import numpy as np

from judging.assignment import PairTable, Plan, Rules, components
from judging.problem import Pair, Situation
from judging.standard_scores import FEWEST_ENTRIES
from portal.canonical import digest


def rules_of(stored: dict[str, Any]) -> Rules:
    """The rules of composition as a plan keeps them."""
    most = stored.get("most_per_region")
    return Rules(
        main_per_panel=int(stored.get("main_per_panel") or 0),
        most_per_region=int(most) if most else None,
        connected=bool(stored.get("connected")),
    )


def summary(situation: Situation, seats: Iterable[Pair], answer: Plan | None = None) -> dict[str, Any]:
    """The figures of these new seats beside the ones held; `answer` is None for what a person put together."""
    problem, fresh = situation.problem, sorted(set(seats))
    together = [*fresh, *problem.pinned]
    by_track: dict[str, list[Pair]] = defaultdict(list)
    for entry, judge in together:
        by_track[str(situation.entries[entry].track_number)].append((entry, judge))
    filled = Counter(entry for entry, _judge in together)
    unfilled = {entry.code: entry.seats - filled[entry.code] for entry in problem.entries}
    worth = {pair: situation.worth(*pair) for pair in together}
    reasons = answer.reasons if answer is not None else ()
    return {
        "total": sum(worth.values()),
        "weakest": min(worth.values(), default=None),
        "proved": answer is not None and answer.proved,
        "entries": len(problem.entries),
        "judges": len(problem.judges),
        "needed": situation.seats_needed,
        "new_seats": len(fresh),
        "pinned": len(problem.pinned),
        "loads": dict(sorted(Counter(judge for _entry, judge in together).items())),
        "new_loads": dict(sorted(Counter(judge for _entry, judge in fresh).items())),
        "unfilled": {code: lack for code, lack in sorted(unfilled.items()) if lack > 0},
        "reasons": [{"code": reason.code, "figures": dict(reason.figures)} for reason in reasons],
        "components": {track: components(pairs) for track, pairs in sorted(by_track.items())},
        "tracks": {
            track: {
                "seats": len(pairs),
                "entries": len({entry for entry, _judge in pairs}),
                "few": _few(pairs),
                "weakest": min(worth[pair] for pair in pairs),
                "total": sum(worth[pair] for pair in pairs),
            }
            for track, pairs in sorted(by_track.items())
        },
        "problem": fingerprint(situation),
    }


def _few(pairs: Iterable[Pair]) -> dict[str, int]:
    """The judges of a track with too few of its entries for standard scores, and how many they have."""
    loads = Counter(judge for _entry, judge in pairs)
    return {judge: load for judge, load in sorted(loads.items()) if load < FEWEST_ENTRIES}


def fingerprint(situation: Situation) -> str:
    """The same for the same problem, whatever the order of its rows."""
    problem, table = situation.problem, PairTable.of(situation.problem.affinity)
    rows = [np.argsort(np.argsort(np.array(codes or [""]))) for codes in (table.entries, table.judges)]
    entry, judge = rows[0][table.entry], rows[1][table.judge]
    order = np.lexsort((judge, entry))
    pairs = np.stack([entry[order], judge[order], table.value[order]]).astype("<i8")
    return digest(
        {
            "entries": sorted([entry.code, entry.track, entry.seats] for entry in problem.entries),
            "judges": sorted(
                [judge.code, judge.organisation, judge.low or 0, judge.high or 0, judge.region, *sorted(judge.main)]
                for judge in problem.judges
            ),
            "affinity": sha256(pairs.tobytes()).hexdigest(),
            "conflicts": sorted(map(list, problem.conflicts)),
            "pinned": sorted(map(list, problem.pinned)),
            "objective": problem.objective,
            "rules": [problem.rules.main_per_panel, problem.rules.most_per_region or 0, int(problem.rules.connected)],
        }
    )
