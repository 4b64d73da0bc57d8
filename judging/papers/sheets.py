"""A judge's sealed score sheets as a PDF: marks, totals, comments, the signature as it was typed, and each sheet's leaf.

The leaf is the fingerprint under which the journal keeps the sheet; it stands in a signed checkpoint of the journal, which
is what makes the paper checkable (`portal/journal/verify.py`).
"""

from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

from competition.models import Criterion, Stage
from judging.marks import NOT_APPLICABLE, plain
from judging.models import Seal
from judging.reading.figures import two_places
from portal.printing import print_signed
from portal.web.dates import moment

TEMPLATE = Path(__file__).with_suffix(".typ")
HASH_GROUP = 8


def sheets_pdf(stage: Stage, criteria: Sequence[Criterion], seals: Sequence[Seal]) -> bytes:
    """In the language in use; the seals have their assignments at hand."""
    latest = max(seal.sealed_at for seal in seals)
    expert = seals[0].sheet.assignment.expert
    return print_signed(
        TEMPLATE,
        {
            "title": _("Score sheets of judge %(code)s") % {"code": expert.code},
            "author": stage.contest.name,
            "footer": _("%(stage)s, judge %(code)s") % {"stage": stage.label, "code": expert.code},
            "contest": stage.contest.name,
            "heading": _("Sealed score sheets"),
            "facts": [
                (_("Stage"), str(stage.label)),
                (_("Judge"), f"{expert.code}　{expert.name}"),
                (_("Rubric"), str(stage.rubric)),
                (_("Score sheets"), str(len(seals))),
            ],
            "total_label": _("Weighted total"),
            "mark_heads": [_("Criterion"), _("Weight"), _("Mark")],
            "comment_label": _("Comment column"),
            "leaf_label": _("Journal leaf"),
            "sheets": [_sheet(criteria, seal) for seal in seals],
            "signed_heading": _("Signature"),
            "signed": [
                (_("Signed by"), seals[0].signature),
                (_("Last sealed"), f"{moment(latest, seconds=True)}　{_('Beijing time (UTC+8)')}"),
            ],
            "note": _(
                "The name was typed by the judge, signed in with their own account. Each leaf is part of the journal's tree; its checkpoints are signed, so that any later change of a sheet is found."
            ),
        },
        at=latest,
    )


def _sheet(criteria: Sequence[Criterion], seal: Seal) -> dict[str, object]:
    seat = seal.sheet.assignment
    return {
        "number": seat.entry.number,
        "title": seat.title,
        "total": two_places(seal.total),
        "marks": [
            [criterion.name, f"{plain(criterion.weight)}%", _shown(seal.marks.get(criterion.code, ""))]
            for criterion in criteria
        ],
        "comment": seal.comment,
        "sealed": f"{moment(seal.sealed_at, seconds=True)}　{seal.signature}",
        "leaf": [seal.leaf[place : place + HASH_GROUP] for place in range(0, len(seal.leaf), HASH_GROUP)],
    }


def _shown(mark: str) -> str:
    return _("not applicable") if mark == NOT_APPLICABLE else mark
