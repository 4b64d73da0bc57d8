"""The minutes of a draw: rule, commitment, what was revealed, who was drawn, who left and who moved up, room to sign."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from competition.models import Track
from judging.models import Draw, Expert
from judging.reading.drawn import WHOLE_POOL
from portal.printing import print_signed
from portal.web.dates import moment

TEMPLATE = Path(__file__).with_suffix(".typ")
GROUP = 8


def minutes_pdf(draw: Draw) -> bytes:
    """Of a draw that was drawn; experts by code and name: three queries."""
    assert draw.committed_at is not None and draw.drawn_at is not None, "minutes are of what happened"  # noqa: S101
    contest, names = draw.contest, names_of(draw)
    strata = stratum_names(draw)
    none = _("nobody")
    return print_signed(
        TEMPLATE,
        {
            "title": _("Minutes of the draw: %(title)s") % {"title": draw.title},
            "author": contest.name,
            "footer": draw.title,
            "contest": contest.name,
            "heading": _("Minutes of a draw of experts"),
            "facts": [
                (_("Draw"), draw.title),
                (_("Pool"), str(len(draw.pool))),
                *rule_lines(draw),
                *source_lines(draw),
                (_("Committed at"), moment(draw.committed_at, seconds=True)),
                (_("Drawn at"), moment(draw.drawn_at, seconds=True)),
                (_("Operator"), draw.operator),
            ],
            "hashes": [
                (_("Fingerprint of the pool"), _groups(draw.pool_hash)),
                (_("Commitment"), _groups(draw.commitment)),
                (_("Seed"), _groups(draw.seed)),
            ],
            "strata": [
                {
                    "name": _("%(stratum)s: %(drawn)s of %(seats)s drawn")
                    % {"stratum": strata[row["stratum"]], "drawn": len(row["drawn"]), "seats": row["seats"]},
                    "drawn": [f"{place}. {_named(code, names)}" for place, code in enumerate(row["drawn"], 1)],
                    "substitutes": " · ".join(row["substitutes"]) or none,
                }
                for row in draw.result
            ],
            "substitutes_label": _("Substitutes in this order"),
            "changes_label": _("Changes"),
            "changes": [
                {
                    "at": moment(change.at),
                    "text": _("%(left)s left (%(reason)s); %(came)s moved up.")
                    % {
                        "left": _named(change.left, names),
                        "reason": change.reason,
                        "came": _named(change.came, names) if change.came else none,
                    },
                }
                for change in draw.changes.order_by("number")
            ],
            "how": _(
                "The order is HMAC-SHA256(seed, stratum | code). Anybody can repeat this draw from its file with "
                "“manage.py draw --replay FILE”."
            ),
            "signatures": [_("Operator (signature):"), _("Witness (signature):"), _("Supervisor (signature):")],
        },
        at=draw.drawn_at,
    )


def names_of(draw: Draw) -> dict[str, str]:
    """Code → name of everybody in the contest's pool."""
    return dict(Expert.objects.filter(contest=draw.contest_id).values_list("code", "name"))


def stratum_names(draw: Draw) -> dict[str, str]:
    tracks = Track.objects.filter(contest=draw.contest_id).values_list("number", "name")
    return {WHOLE_POOL: _("The whole pool"), **{str(number): f"{number} {name}" for number, name in tracks}}


def rule_lines(draw: Draw) -> list[tuple[str, str]]:
    """The caps in words."""
    caps = (
        (_("At most from one organisation"), draw.rule["per_organisation"]),
        (_("At most from one region"), draw.rule["per_region"]),
    )
    return [(label, str(cap)) for label, cap in caps if cap is not None]


def source_lines(draw: Draw) -> list[tuple[str, str]]:
    """What was to decide, and what was revealed."""
    source: Mapping[str, Any] = draw.source
    revealed = list(draw.revealed)
    if source["kind"] == "public":
        lines = [(_("What decides"), source["announced"])]
        return lines + ([(_("Revealed"), revealed[0])] if revealed else [])
    words = revealed or [""] * len(source["commitments"])
    return [
        (_("Witness %(name)s") % {"name": name}, f"{value}\n{said}".strip())
        for (name, value), said in zip(source["commitments"], words, strict=True)
    ]


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{code} {names.get(code, '')}".strip()


def _groups(digest: str) -> list[str]:
    return [digest[place : place + GROUP] for place in range(0, len(digest), GROUP)]
