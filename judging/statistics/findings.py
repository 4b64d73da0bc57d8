"""Everything the statistics say of one track, as one value that can be stored: plain words, numbers and lists.

`find` asks every module in turn. The result is JSON, so that it can be kept until the totals change; its shape carries
`FORMAT`, which rises with every change of shape or method and makes older results unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from judging.calibration import Calibration, CannotCalibrate, calibrate
from judging.calibration.totals import Totals
from judging.statistics.additive import Additive
from judging.statistics.favour import any_group
from judging.statistics.flags import Evidence, entry_flags, judge_figures, judge_flags
from judging.statistics.reliability import reliability
from judging.statistics.second_round import propose

FORMAT = 4
EXTRA = 3  # further scores that the second round proposes for an entry


@dataclass(frozen=True)
class Known:
    """What is known beside the totals: seconds and instants by (entry, judge); name and region of each entry's organisation."""

    seconds: Mapping[tuple[str, str], float] = field(default_factory=dict)
    submitted: Mapping[tuple[str, str], float] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)
    regions: Mapping[str, str] = field(default_factory=dict)


def find(totals: Totals, *, top: int, widest: float | None, known: Known, seed: str = "") -> dict[str, Any]:
    """The findings on these totals for the first `top` places; `widest` is the published range of an entry."""
    additive = Additive(totals)
    evidence = Evidence(totals.aligned(known.seconds), totals.aligned(known.submitted))
    figured = reliability(additive)
    found: dict[str, Any] = {
        "reliability": {**asdict(figured), "variances": asdict(figured.variances) if figured.variances else None},
        "judges": [asdict(figures) for figures in judge_figures(additive, evidence)],
        "judge_flags": [asdict(flag) for flag in judge_flags(additive, evidence)],
        "entry_flags": [asdict(flag) for flag in entry_flags(additive, widest)],
        "favours": [
            {"kind": kind, **asdict(favour)}
            for kind, groups in (("organisation", known.organisations), ("region", known.regions))
            for favour in any_group(additive, of_entries=groups)
            if favour.verdict
        ],
    }
    try:
        calibration = calibrate(totals, top=top, seed=seed)
    except CannotCalibrate as refusal:
        parts = [[len(part.entries), len(part.judges)] for part in refusal.parts]
        return {**found, "refusal": {"code": refusal.code, "parts": parts}, "entries": {}, "proposal": None}
    return {**found, "refusal": None, **_advice(calibration, additive, seed)}


def _advice(calibration: Calibration, additive: Additive, seed: str) -> dict[str, Any]:
    totals = calibration.totals
    blup = np.empty(len(totals.entries), dtype=np.int64)
    blup[np.argsort(-additive.blup, kind="stable")] = np.arange(1, len(blup) + 1)
    panel = totals.entry_sums(additive.leniency[totals.judge]) / totals.per_entry
    return {
        "promised": calibration.promised_overlap,
        "entries": {
            code: {
                "rank": int(calibration.rank[at]),
                "low": int(calibration.low[at]),
                "high": int(calibration.high[at]),
                "p_top": float(calibration.p_top[at]),
                "p_first": float(calibration.p_first[at]),
                "blup": float(additive.blup[at]),
                "blup_rank": int(blup[at]),
                "panel": float(panel[at]),
            }
            for at, code in enumerate(totals.entries)
        },
        "proposal": asdict(propose(calibration, extra=EXTRA, seed=seed)),
    }
