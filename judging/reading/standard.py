"""The standard score in words: the rule, why the mean of the totals counts in a track nevertheless, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from competition.models import Stage
from judging.standard_scores import FEWEST_ENTRIES, NoStandardScore

MOST_NAMED = 8


def score_rule(stage: Stage) -> list[str]:
    """How the official score is formed, a sentence each."""
    if not stage.uses_standard_scores:
        return [
            _(
                "The score is the mean of the judges’ totals; from {number} totals on, one highest and one lowest are dropped."
            ).format(number=stage.trim_from)
        ]
    return [
        _(
            "The score is a standard score: each total becomes 50 + 10 × (total − the judge’s mean) ÷ the judge’s standard "
            "deviation, over the ranked entries of the track that the judge scored; their mean is the score. From {number} "
            "judges on, the highest and the lowest standard score are dropped."
        ).format(number=stage.trim_from),
        _(
            "Where a judge has fewer than {fewest} ranked entries in the track or gave them all the same total, or where groups "
            "of entries share no judge, the mean of the totals counts in the whole track, trimmed alike."
        ).format(fewest=FEWEST_ENTRIES),
    ]


def form_name(*, is_standard: bool) -> str:
    """What a track's scores are."""
    return _("standard score") if is_standard else _("mean of the totals")


def why_mean(refusal: NoStandardScore | None) -> str:
    """Why the mean of the totals counts in a track, and what to do; empty where nothing was refused, or nothing is sealed yet."""
    if refusal is None or (refusal.code == "few" and not refusal.judges):
        return ""
    judges = _named(refusal.judges)
    if refusal.code == "few":
        return ngettext(
            "The mean of the totals counts in this track, not the standard score: {n} judge has fewer than {fewest} ranked "
            "entries with a sealed sheet in it ({judges}). While judging is open, wait for the sheets or give the judge "
            "further entries of the track.",
            "The mean of the totals counts in this track, not the standard score: {n} judges have fewer than {fewest} ranked "
            "entries with a sealed sheet in it ({judges}). While judging is open, wait for the sheets or give these judges "
            "further entries of the track.",
            len(refusal.judges),
        ).format(n=len(refusal.judges), fewest=FEWEST_ENTRIES, judges=judges)
    if refusal.code == "flat":
        return _(
            "The mean of the totals counts in this track, not the standard score: {judges} gave all of its entries the same "
            "total. Ask whether that is meant; a sheet that was sealed by mistake can be reopened with a reason."
        ).format(judges=judges)
    return _(
        "The mean of the totals counts in this track, not the standard score: groups of its entries share no judge. While "
        "judging is open, give a judge of one group an entry of another."
    )


def plan_warnings(stage: Stage, result: Mapping[str, Any]) -> list[str]:
    """In which tracks a plan would not allow standard scores, why, and what to do; nothing where the stage asks for none."""
    if not stage.uses_standard_scores:
        return []
    warnings = [
        _plan_warning(track, figures, result["components"][track])
        for track, figures in result.get("tracks", {}).items()
    ]
    return [warning for warning in warnings if warning]


def _plan_warning(track: str, figures: Mapping[str, Any], groups: int) -> str:
    few = figures.get("few", {})
    if few and figures["entries"] < FEWEST_ENTRIES:
        return _(
            "Track {track}: no standard scores, because every judge needs {fewest} of its entries and it has {n} in all. The "
            "mean of the totals will count."
        ).format(track=track, n=figures["entries"], fewest=FEWEST_ENTRIES)
    if few:
        return ngettext(
            "Track {track}: no standard scores with this plan, because {n} judge has fewer than {fewest} of its entries "
            "({judges}). The mean of the totals would count. Raise this judge’s least entries or take the judge off the track, "
            "and draft again.",
            "Track {track}: no standard scores with this plan, because {n} judges have fewer than {fewest} of its entries "
            "({judges}). The mean of the totals would count. Raise these judges’ least entries or take them off the track, "
            "and draft again.",
            len(few),
        ).format(
            track=track,
            n=len(few),
            fewest=FEWEST_ENTRIES,
            judges=_named([f"{code}: {load}" for code, load in few.items()]),
        )
    if groups > 1:
        return _(
            "Track {track}: no standard scores with this plan, because groups of its entries share no judge. The mean of the "
            "totals would count. Draft again with “Connect panels that share no judge”."
        ).format(track=track)
    return ""


def _named(judges: Sequence[str]) -> str:
    shown = _(", ").join(judges[:MOST_NAMED])
    return f"{shown}…" if len(judges) > MOST_NAMED else shown
