"""Conflicts of interest as plain rows, and their evidence in words."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from competition.models import Contest
from judging.models import Assignment, Recusal
from judging.models.assignment import STATES as SEAT_STATES
from portal.accounts.regions import Region
from portal.refusals import Text

SHOWN = 2


def how_words(how: str) -> Text:
    """How two names are alike; the words of `judging.names`."""
    return {
        "form": _("the same name in another form"),
        "alias": _("known by this name"),
        "part": _("one is a unit of the other"),
        "short": _("may be its short name"),
    }.get(how, "")


def evidence_rows(recusal: Recusal) -> list[tuple[Text, Text, Text]]:
    """(the expert's side, the team's side, how they are alike)."""
    if recusal.kind == Recusal.Kind.REGION:
        names = dict(Region.choices)
        return [(names.get(theirs, theirs), names.get(ours, ours), "") for theirs, ours, _how in recusal.evidence]
    return [(theirs or "–", ours, how_words(how)) for theirs, ours, how in recusal.evidence]


def conflict_rows(contest: Contest, recusals: Sequence[Recusal]) -> list[list[Any]]:
    """The cells of the list; seats are annotated."""
    rows = []
    for one in recusals:
        evidence = evidence_rows(one)[:SHOWN]
        rows.append(
            [
                (
                    f"{one.expert.code} {one.expert.name} × {one.entry.number}",
                    reverse("conflict", args=[contest.slug, one.public_id]),
                ),
                one.get_kind_display(),
                " / ".join(dict.fromkeys(str(theirs) for theirs, _ours, _how in evidence)),
                " / ".join(dict.fromkeys(str(ours) for _theirs, ours, _how in evidence)) or one.reason,
                seat_state(one),
                one.badge,
            ]
        )
    return rows


def seat_state(one: Any) -> Any:
    """The seat of the pair, where there is one."""
    if one.is_quarantined:
        return SEAT_STATES[Assignment.Status.QUARANTINED]
    return SEAT_STATES[Assignment.Status.ACTIVE] if one.is_held else "–"
