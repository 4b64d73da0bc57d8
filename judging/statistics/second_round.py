"""Where extra judges pay: a second round of scores for the entries that may still be among the first n.

Scores are best spent twice: a few for every entry, then more for those that the first round could not place. The entries
with the highest P(top n) are proposed, those left out that are as good as placed. What it would bring is estimated by
playing it: true qualities are drawn from what the first round says, further scores with the judges' noise from those, and
the first n before and after are compared with the true ones. An estimate to choose by; nothing is assigned by it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from judging.calibration import Calibration, generator
from judging.calibration.totals import Floats

PLAYS = 300
SETTLED = 0.99  # P(top n) from which an entry needs no further judge
HOPELESS = 0.01
PER_PLACE = 4  # entries proposed for each place: a hundred for 24


@dataclass(frozen=True)
class Proposal:
    """Further judges for these entries, the likeliest first; `now` and `then` are shares of the first n that belong there."""

    entries: tuple[str, ...]
    p_top: tuple[float, ...]
    extra: int
    now: float
    then: float

    @property
    def seats(self) -> int:
        return len(self.entries) * self.extra


def propose(calibration: Calibration, *, extra: int = 6, most: int | None = None, seed: str = "") -> Proposal:
    """The entries (at most `most`, by default four for each place) that `extra` further judges each should read."""
    limit = PER_PLACE * calibration.top if most is None else most
    order = np.lexsort((calibration.rank, -calibration.p_top))
    asked = [at for at in order.tolist() if HOPELESS <= calibration.p_top[at] < SETTLED][:limit]
    noise: Floats = np.full(len(calibration.quality), np.inf)
    # What a further score tells, on average over the judges, once it is weighed by who gave it.
    told = float(np.mean((calibration.spread / np.maximum(calibration.noise, 1e-6)) ** 2))
    noise[asked] = 1 / max(told * extra, 1e-12)
    now, then = _played(calibration, noise, seed)
    return Proposal(
        tuple(calibration.totals.entries[at] for at in asked),
        tuple(float(calibration.p_top[at]) for at in asked),
        extra,
        now,
        then,
    )


def _played(calibration: Calibration, noise: Floats, seed: str) -> tuple[float, float]:
    """The expected overlap with the true first n before and after scores of this noise (variances; infinite: no score)."""
    chance = generator(f"second round {seed}")
    variance = np.maximum(calibration.error**2, 1e-12)
    gain = variance / (variance + noise)  # 0 where no score is added
    scatter = np.sqrt(gain * variance)  # of the new estimate around the old one
    left = np.sqrt(variance - gain * variance)
    top = min(calibration.top, len(variance))
    before = _first(calibration.quality, top)
    now = then = 0.0
    for _turn in range(PLAYS):
        estimate = calibration.quality + scatter * chance.standard_normal(len(variance))
        truth = _first(estimate + left * chance.standard_normal(len(variance)), top)
        now += float((before & truth).sum()) / top
        then += float((_first(estimate, top) & truth).sum()) / top
    return now / PLAYS, then / PLAYS


def _first(values: Floats, top: int) -> np.ndarray:
    """Which are the first `top`."""
    marked = np.zeros(len(values), dtype=bool)
    marked[np.argpartition(-values, top - 1)[:top]] = True
    return marked
