"""The organiser's panel of one track: the official ranking with its cut line, and beside it what the statistics advise.

Nothing here changes a score or a place. The findings come from `findings.py`, the words from `explaining.py`; what is
drawn is prepared here as coordinates, and every picture stands beside its figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competition.models import Stage
from judging import ranking
from judging.models import Expert
from judging.reading import explaining
from judging.reading.advising import Advice, Advising
from judging.reading.explaining import Explained, plain, share, signed
from judging.reading.figures import two_places
from judging.reading.findings import WIDEST, read_findings
from judging.reading.results import (
    Criteria,
    RankedRow,
    exact_places,
    ranked_rows,
    scored_rows,
    stored_rows,
    tie_name,
)
from judging.reading.standard import why_mean
from judging.reading.ties import votes_of
from judging.scoring import ties_of
from judging.statistics.reliability import ALPHA_FIRM, ALPHA_TENTATIVE, ICC_BANDS, TARGET

PAGE = 50
DEFAULT_PLACES = 10
WHISKER_LEFT, WHISKER_WIDTH = 8, 232
LENIENT_MIDDLE, LENIENT_HALF = 90, 84
MOST_TIED = 8
SETTLED = 0.95  # of the worlds have the leader first: further marks would hardly change it


@dataclass(frozen=True)
class Whisker:
    """Interval, calibrated and official rank on an axis of ranks; an end that lies beyond the axis has no cap."""

    path: str
    calibrated: str
    official: str


@dataclass(frozen=True)
class Tag:
    tone: str
    text: str


@dataclass(frozen=True)
class Line:
    """An entry: officially at the left, advisory at the right. `cut` is drawn above it where the places end.

    `additive` is the rank by the additive model, the form of the advice that can be checked by hand; `adjusted` its points.
    """

    row: RankedRow
    distance: str
    calibrated: int | None = None
    low: int | None = None
    high: int | None = None
    additive: int | None = None
    adjusted: str = ""
    p_top: str = ""
    is_unlikely: bool = False
    whisker: Whisker | None = None
    tags: tuple[Tag, ...] = ()
    is_first_out: bool = False


@dataclass(frozen=True)
class Figure:
    name: str
    value: str
    note: str


@dataclass(frozen=True)
class JudgeLine:
    """A judge's figures with the picture of leniency: a dot and its 95% interval."""

    code: str
    name: str
    totals: int
    mean: str
    leniency: str
    interval: str
    consistency: str
    deviation: str
    minutes: str
    is_off: bool
    x: str
    path: str


@dataclass(frozen=True)
class CutTie:
    """What decides on the line: the entries of equal score (in order) and, for each rule, its figures."""

    entries: list[str]
    rules: list[tuple[str, list[str], str]]
    settled: bool


@dataclass(frozen=True)
class Panel:
    """The page. `waiting`: the findings are being made in the background."""

    top: int
    lines: list[Line]
    is_standard: bool
    why_mean: str
    total: int
    scored: int
    complete: int
    sheets: int
    start: int
    axis: tuple[int, int]
    cut_words: str
    tie: CutTie | None
    figures: list[Figure] = field(default_factory=list)
    refusal: str = ""
    waiting: bool = False
    before: Any = None
    ticks: list[tuple[str, str]] = field(default_factory=list)
    cut_x: str = ""
    judges: list[JudgeLine] = field(default_factory=list)
    lenient_reach: int = 0
    flags: list[Explained] = field(default_factory=list)
    entry_flags: list[Advice] = field(default_factory=list)
    advice: list[Advice] = field(default_factory=list)
    proposal: Mapping[str, Any] | None = None

    @property
    def is_timed(self) -> bool:
        """Whether the desk measured how long judges took."""
        return any(judge.minutes != explaining.NONE for judge in self.judges)

    @property
    def next_start(self) -> int | None:
        return self.start + len(self.lines) if self.start + len(self.lines) < self.total else None

    @property
    def previous_start(self) -> int | None:
        return max(0, self.start - PAGE) if self.start else None


def read_panel(stage: Stage, track: int, criteria: Criteria, *, top: int = 0, start: int = 0) -> Panel:
    """A page of one track (by primary key), for `top` places; 0 for the usual number."""
    rows = list(stored_rows(stage).filter(track=track))
    ties = ties_of(stage, list(criteria))
    official = scored_rows(stage, rows)
    results = ranking.rank(official.entries, ties, votes_of(stage, track))
    scored = sum(result.rank is not None for result in results)
    places = min(top or DEFAULT_PLACES, max(1, scored)) if top else max(1, min(DEFAULT_PLACES, scored // 2))
    cut = ranking.cut(results, places, ties)
    told = read_findings(stage, track, places, rows)
    found = told.found or {}
    page = results[start : start + (PAGE if start else min(PAGE, max(15, 2 * places)))]
    shown, axis = ranked_rows(rows, page, stage, criteria)
    whiskers = _Whiskers(places, scored, start)
    flagged = {flag["entry"]: flag for flag in found.get("entry_flags", ())}
    lines = [
        _line(row, result, cut, found.get("entries", {}).get(row.number), flagged.get(row.number), whiskers)
        for row, result in zip(shown, page, strict=True)
    ]
    names = _names(stage, found)
    advised = Advising(
        found,
        places_of={result.entry.code: result.rank for result in results},
        places=places,
        rows={row["entry__number"]: row for row in rows},
    )
    return Panel(
        top=places,
        lines=lines,
        is_standard=official.is_standard,
        why_mean=why_mean(official.refusal),
        total=len(results),
        scored=scored,
        complete=sum(row["sheets"] >= (row["seats"] or 0) for row in rows),
        sheets=sum(row["sheets"] for row in rows),
        start=start,
        axis=axis,
        cut_words=_cut_words(cut, ties, criteria),
        tie=_tie(cut, results, ties, criteria),
        figures=_figures(found, results, places) if told.found else [],
        refusal=explaining.refusal_words(found["refusal"]) if found.get("refusal") else "",
        waiting=told.found is None and bool(scored),
        before=told.before,
        ticks=whiskers.ticks(),
        cut_x=whiskers.x(places + 0.5),
        **_judges(found, names),
        flags=_flags(found, names),
        entry_flags=advised.entry_flags(),
        advice=advised.advice(),
        proposal=advised.proposal(),
    )


class _Whiskers:
    """The axis of ranks: about three times the places on the first page, every rank on the others."""

    def __init__(self, places: int, scored: int, start: int) -> None:
        self.places = places
        self.last = max(2, scored if start else min(scored, max(3 * places, 15)))

    def x(self, rank: float) -> str:
        return f"{WHISKER_LEFT + (rank - 1) / (self.last - 1) * WHISKER_WIDTH:.1f}"

    def whisker(self, official: int | None, advice: Mapping[str, Any]) -> Whisker:
        end = WHISKER_LEFT + WHISKER_WIDTH + 8
        low, high = advice["low"], advice["high"]
        path = ""
        if low <= self.last:
            reaches = high <= self.last
            path = f"M{self.x(low)} 18H{self.x(high) if reaches else end}M{self.x(low)} 14v8"
            if reaches:
                path += f"M{self.x(high)} 14v8"
        return Whisker(
            path,
            self.x(advice["rank"]) if advice["rank"] <= self.last else "",
            self.x(official) if official is not None and official <= self.last else "",
        )

    def ticks(self) -> list[tuple[str, str]]:
        step = next(step for step in (5, 10, 20, 50, 100, 200, 500, 1000, 5000) if self.last / step <= 7)
        found = [1, *range(step, self.last + 1, step)]
        near = 0.09 * self.last
        return [(self.x(rank), str(rank)) for rank in found if abs(rank - self.places - 0.5) > near]


def _line(
    row: RankedRow,
    result: ranking.EntryResult,
    cut: ranking.Cut,
    advice: Mapping[str, Any] | None,
    flag: Mapping[str, Any] | None,
    whiskers: _Whiskers,
) -> Line:
    tags = []
    if flag is not None and flag["wide"]:
        tags.append(Tag("amber", _("range {range}").format(range=f"{flag['range']:.2f}")))
    elif flag is not None:
        tags.append(Tag("amber", _("judges disagree")))
    is_first_out = cut.next is not None and cut.next.entry.code == row.number
    line = Line(row, _distance(result, cut), tags=tuple(tags), is_first_out=is_first_out)
    if advice is None:
        return line
    inside = result.rank is not None and result.rank <= cut.places
    if inside != (advice["rank"] <= cut.places):
        tags.append(Tag("neutral", _("advisory: outside") if inside else _("advisory: inside")))
    return replace(
        line,
        calibrated=advice["rank"],
        low=advice["low"],
        high=advice["high"],
        additive=advice["blup_rank"],
        adjusted=plain(advice["blup"]),
        p_top=share(advice["p_top"]),
        is_unlikely=advice["p_top"] < 0.5,
        whisker=whiskers.whisker(result.rank, advice),
        tags=tuple(tags),
    )


def _distance(result: ranking.EntryResult, cut: ranking.Cut) -> str:
    """Points to the line: above the first without a place, below the last with one; on equal scores, that they tie."""
    if result.entry.score is None or cut.last is None or cut.last.entry.score is None:
        return ""
    inside = result.rank is not None and result.rank <= cut.places
    against = cut.next if inside else cut.last
    if against is None or against.entry.score is None:
        return ""
    away = result.entry.score - against.entry.score
    if away == 0:
        return _("tie on the line")
    return ("+" if away > 0 else "−") + two_places(abs(away))


def _cut_words(cut: ranking.Cut, ties: Sequence[ranking.TieBreak], criteria: Criteria) -> str:
    if cut.next is None or cut.last is None or cut.last.entry.score is None:
        return ""
    score = two_places(cut.last.entry.score)
    if cut.open:
        return _("Line: first {n} · {score} · {tied} entries tie for {free} places: the committee votes").format(
            n=cut.places, score=score, tied=len(cut.open), free=cut.free
        )
    if cut.settled_by is not None:
        steps: list[ranking.TieBreak | ranking.CommitteeVote] = [*ties, ranking.CommitteeVote()]
        step = steps.index(cut.settled_by) + 1
        return _("Line: first {n} · {score} · equal scores, settled by step {step} ({rule})").format(
            n=cut.places, score=score, step=step, rule=tie_name(cut.settled_by, criteria)
        )
    margin = cut.last.entry.score - (cut.next.entry.score or Fraction(0))
    return _("Line: first {n} · {score} · {margin} above the next").format(
        n=cut.places, score=score, margin=two_places(margin)
    )


def _tie(
    cut: ranking.Cut,
    results: Sequence[ranking.EntryResult],
    ties: Sequence[ranking.TieBreak],
    criteria: Criteria,
) -> CutTie | None:
    """The entries of equal score on both sides of the line, with every rule's figures."""
    if cut.next is None or cut.last is None or cut.last.entry.score != cut.next.entry.score:
        return None
    alike = [result for result in results if result.entry.score == cut.last.entry.score][:MOST_TIED]
    equal = [result.entry for result in alike]
    rules = [(_("official score"), [exact_places(entry.score) for entry in equal], "")]
    decided = False
    for tie in ties:
        state = "off" if decided else "decided" if tie == cut.settled_by else ""
        rules.append((tie_name(tie, criteria), [exact_places(ranking.measure(entry, tie)) for entry in equal], state))
        decided = decided or tie == cut.settled_by
    if isinstance(cut.settled_by, ranking.CommitteeVote):
        places = [_("place {n}").format(n=result.rank) for result in alike]
        rules.append((tie_name(cut.settled_by, criteria), places, "decided"))
    return CutTie([entry.code for entry in equal], rules, cut.settled_by is not None)


def _figures(found: Mapping[str, Any], results: Sequence[ranking.EntryResult], places: int) -> list[Figure]:
    scored = sum(result.rank is not None for result in results)
    figures = found["reliability"]
    phi, alpha, seats = figures["phi"], figures["alpha"], figures["seats"]
    if phi is None:
        phi_note = _("needs entries that several judges scored")
    else:
        phi_note = _("target ≥ 0.80: met") if phi >= TARGET else _("target ≥ 0.80: not met")
    wide = sum(flag["wide"] for flag in found["entry_flags"])
    shown = [
        Figure(_("Reliability of the score Φ"), plain(phi), phi_note),
        Figure(_("One judge’s total, α"), plain(alpha), _alpha_words(alpha)),
        Figure(
            "ICC(1,1) / ICC(1,k)",
            f"{plain(figures['icc_single'])} / {plain(figures['icc_mean'])}",
            _icc_words(None if phi is None else figures["icc_mean"], seats),
        ),
        Figure(
            _("Judges needed"),
            explaining.NONE if figures["enough"] is None else str(figures["enough"]),
            _("for Φ ≥ 0.80; now {seats} per entry").format(seats=f"{seats:.1f}".removesuffix(".0")),
        ),
    ]
    if not found["refusal"]:
        shown.append(
            Figure(
                _("Expected overlap"),
                f"{found['promised'] * min(places, scored):.1f}",
                _("/ {n}, by the first {n} of the advisory ranking").format(n=min(places, scored)),
            )
        )
        shown += _leader(found, results)
    note = ngettext("of {n} entry", "of {n} entries", scored).format(n=scored)
    shown.append(Figure(_("Range above {points}").format(points=f"{WIDEST:.0f}"), str(wide), note))
    return shown


def _leader(found: Mapping[str, Any], results: Sequence[ranking.EntryResult]) -> list[Figure]:
    """How sure it is that the official first is the best; nothing while the first rank is shared."""
    first = [result.entry.code for result in results if result.rank == 1]
    if len(first) != 1 or first[0] not in found["entries"]:
        return []
    chance = found["entries"][first[0]]["p_first"]
    note = _("95% and above: settled") if chance >= SETTLED else _("below 95%: not settled")
    return [Figure(_("The first is the best"), f"{explaining.share(chance)}%", note)]


def _alpha_words(alpha: float | None) -> str:
    if alpha is None:
        return ""
    if alpha >= ALPHA_FIRM:
        return _("0.80 and above: firm")
    if alpha >= ALPHA_TENTATIVE:
        return _("0.667 to 0.80: tentative")
    return _("below 0.667: one judge alone proves little")


def _icc_words(icc: float | None, seats: float) -> str:
    if icc is None:
        return ""
    words = (_("excellent"), _("good"), _("moderate"), _("poor"))
    place = next((place for place, bound in enumerate(ICC_BANDS) if icc >= bound), len(ICC_BANDS))
    return _("mean of {seats}: {word}").format(seats=f"{seats:.1f}".removesuffix(".0"), word=words[place])


def _names(stage: Stage, found: Mapping[str, Any]) -> dict[str, str]:
    """The names of the judges who stand in the findings: one query."""
    codes = [judge["judge"] for judge in found.get("judges", ())]
    if not codes:
        return {}
    return dict(Expert.objects.filter(contest=stage.contest_id, code__in=codes).values_list("code", "name"))


def _judges(found: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The judges from the most lenient to the most severe, with their picture."""
    judges = sorted(found.get("judges", ()), key=lambda judge: -(judge["leniency"] or 0.0))
    reach = max(
        [abs(judge["leniency"]) + 1.96 * (judge["error"] or 0.0) for judge in judges if judge["leniency"] is not None],
        default=0.0,
    )
    reach = max(1, -(-int(reach * 10) // 10))
    return {"judges": [_judge(judge, names, reach) for judge in judges], "lenient_reach": reach}


def _judge(judge: Mapping[str, Any], names: Mapping[str, str], reach: int) -> JudgeLine:
    leniency, error, seconds = judge["leniency"], judge["error"], judge["seconds"]
    path, interval, is_off = "", "", False

    def x(points: float) -> str:
        return f"{LENIENT_MIDDLE + max(-1.0, min(1.0, points / reach)) * LENIENT_HALF:.1f}"

    if leniency is not None and error is not None:
        low, high = leniency - 1.96 * error, leniency + 1.96 * error
        path = f"M{x(low)} 12H{x(high)}M{x(low)} 9v6M{x(high)} 9v6"
        interval = _("{low} to {high}").format(low=signed(low), high=signed(high))
        is_off = low > 0 or high < 0
    return JudgeLine(
        code=judge["judge"],
        name=names.get(judge["judge"], ""),
        totals=judge["totals"],
        mean=plain(judge["mean"]),
        leniency=signed(leniency),
        interval=interval,
        consistency=plain(judge["consistency"]),
        deviation=plain(judge["deviation"], 1),
        minutes=plain(None if seconds is None else seconds / 60, 1),
        is_off=is_off,
        x="" if leniency is None else x(leniency),
        path=path,
    )


def _flags(found: Mapping[str, Any], names: Mapping[str, str]) -> list[Explained]:
    flags = [explaining.judge_flag(flag, names) for flag in found.get("judge_flags", ())]
    favours = [explaining.favour_flag(favour, names) for favour in found.get("favours", ())]
    return [*favours, *flags]
