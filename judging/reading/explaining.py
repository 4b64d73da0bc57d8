"""What the statistics found, in words that an official understands: what was seen, what it may mean, what to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from judging.statistics.flags import Kind, Level
from portal.accounts.regions import Region
from portal.states import State

NONE = "–"


@dataclass(frozen=True)
class Explained:
    """A flag: its state as a badge, of whom, what was seen and what it may mean, with what to do."""

    state: State
    who: str
    seen: str
    meaning: str


def signed(value: float | None, places: int = 1) -> str:
    """+4.0, −2.3, 0.0; with a real minus sign."""
    if value is None:
        return NONE
    text = f"{abs(value):.{places}f}"
    if float(text) == 0:
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def plain(value: float | None, places: int = 2) -> str:
    return NONE if value is None else f"{value:.{places}f}".replace("-", "−")


def share(value: float) -> str:
    """A probability in whole hundredths, never a certainty that it is not."""
    if value >= 0.995:
        return ">99"
    return "<1" if value < 0.005 else f"{value * 100:.0f}"


def judge_flag(flag: Mapping[str, Any], names: Mapping[str, str]) -> Explained:
    """A flag of a judge; `names` are those of the judges by code."""
    kind = Kind(flag["kind"])
    title = _title(kind)
    return Explained(
        State(title, "red", "flag") if flag["level"] == Level.RED else State(title, "amber", "eye"),
        judge(flag["judge"], names),
        _seen(kind, flag, names),
        _meaning(kind),
    )


def judge(code: str, names: Mapping[str, str]) -> str:
    return f"{code} {names[code]}" if names.get(code) else code


def _title(kind: Kind) -> str:
    return {
        Kind.LENIENT: _("lenient"),
        Kind.SEVERE: _("severe"),
        Kind.INCONSISTENT: _("inconsistent"),
        Kind.SAME_MARK: _("same mark everywhere"),
        Kind.TOO_FAST: _("too fast"),
        Kind.COPYING: _("alike"),
    }[kind]


def _seen(kind: Kind, flag: Mapping[str, Any], names: Mapping[str, str]) -> str:
    figure = flag["figure"]
    if kind == Kind.LENIENT:
        return _("Gives {points} points more than the others do for the same entries.").format(points=f"{figure:.1f}")
    if kind == Kind.SEVERE:
        return _("Gives {points} points less than the others do for the same entries.").format(points=f"{-figure:.1f}")
    if kind == Kind.INCONSISTENT:
        return _("Puts the entries in another order than the others: correlation {figure}.").format(
            figure=plain(figure)
        )
    if kind == Kind.SAME_MARK:
        return _("All totals lie close together: they scatter by {figure} points.").format(figure=plain(figure))
    if kind == Kind.TOO_FAST:
        return _("Spends {share}% of the time that judges usually spend on an entry.").format(
            share=f"{figure * 100:.0f}"
        )
    seen = _("Errs in the same way as {other} on the {shared} entries they share: correlation {figure}.").format(
        other=judge(flag["other"], names), shared=flag["shared"], figure=plain(figure)
    )
    if flag["later"] is not None:
        later = ngettext("Sealed later on {n} of them.", "Sealed later on {n} of them.", flag["later"])
        seen = f"{seen} {later.format(n=flag['later'])}"
    return seen


def _meaning(kind: Kind) -> str:
    if kind in (Kind.LENIENT, Kind.SEVERE):
        return _(
            "Common, and no fault. It matters where entries met different judges: compare the advisory ranking before you deliberate."
        )
    return {
        Kind.INCONSISTENT: _(
            "May see what others miss, or may not have read closely. Ask the judge to explain some of the totals; add a third-party score where a place hangs on them."
        ),
        Kind.SAME_MARK: _(
            "Such totals tell no entry from another. Ask whether the entries were read; add a third-party score to those near the line."
        ),
        Kind.TOO_FAST: _("May have read on paper or elsewhere. Ask the judge before you conclude anything."),
        Kind.COPYING: _(
            "May have talked, or may share a view that nobody else has. Ask both, one by one; it does not say who followed whom."
        ),
    }[kind]


def favour_flag(favour: Mapping[str, Any], names: Mapping[str, str]) -> Explained:
    """A judge whose totals for one region or one organisation lie apart from the judge's other totals."""
    favours, group = favour["effect"] > 0, favour["group"]
    if favour["kind"] == "organisation":
        word = _("favours an organisation") if favours else _("disfavours an organisation")
    else:
        word = _("favours a region") if favours else _("disfavours a region")
        group = dict(Region.choices).get(group, group)
    return Explained(
        State(word, "red", "flag"),
        judge(favour["judge"], names),
        _(
            "The {n} entries from {group} get {effect} points compared with the judge’s other entries (95 % interval {low} to {high}; p = {p})."
        ).format(
            n=favour["same"],
            group=group,
            effect=signed(favour["effect"]),
            low=signed(favour["low"]),
            high=signed(favour["high"]),
            p=f"{favour['p']:.1g}",
        ),
        _("Check for an interest that nobody declared. A difference is no proof, and finding none proves nothing."),
    )


def entry_words(flag: Mapping[str, Any]) -> str:
    """Why an entry is flagged."""
    parts = []
    if flag["wide"]:
        parts.append(_("range {range}").format(range=f"{flag['range']:.2f}"))
    if flag["disagrees"]:
        parts.append(_("the judges disagree more than chance explains"))
    return _("; ").join(parts)


def refusal_words(refusal: Mapping[str, Any]) -> str:
    """Why there is no advisory ranking, and what would make one possible."""
    if refusal["code"] == "apart":
        parts: Sequence[Sequence[int]] = refusal["parts"]
        sizes = _(", ").join(str(entries) for entries, _judges in parts[:6])
        if len(parts) > 6:
            sizes = f"{sizes}…"
        return _(
            "The entries fall into {n} groups ({sizes} entries) that share no judge, so nobody can tell a lenient panel from good entries. One judge who also reads an entry of another group joins the two."
        ).format(n=len(parts), sizes=sizes)
    if refusal["code"] == "flat":
        return _("Every total is the same, so there is nothing to compare.")
    return _("There are too few sealed sheets: at least three entries and two judges who share one are needed.")
