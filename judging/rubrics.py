"""A rubric in use: what must be right before judging, its fingerprint, and freezing it.

With the first published assignment the rubric and the rules of the stage (how the score is formed, what is dropped, what
breaks ties) are fixed by database trigger; the fingerprint goes into the journal with every sealed sheet.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from competition.models import Criterion, Rubric, Stage
from judging.marks import plain
from judging.scoring import criteria_of
from portal.canonical import digest
from portal.refusals import Refusal

FULL_WEIGHT = Decimal(100)


def require_usable(stage: Stage) -> Rubric:
    """The stage's rubric; refused, with what to do, when judges could not score by it."""
    rubric = stage.rubric
    if rubric is None:
        raise Refusal(_("This stage has no rubric. Choose one in the administration first."), code="no_rubric")
    criteria = criteria_of(rubric)
    if not criteria:
        raise Refusal(_("The rubric has no criteria. Add them in the administration first."), code="no_criteria")
    if (weights := sum((criterion.weight for criterion in criteria), Decimal(0))) != FULL_WEIGHT:
        raise Refusal(
            _("The weights of the rubric add up to {sum}. Make them add up to 100 first.").format(sum=plain(weights)),
            code="weights",
        )
    if unknown := [code for code in stage.tie_criteria if code not in {criterion.code for criterion in criteria}]:
        raise Refusal(
            _("The rule for ties names a criterion that the rubric does not have: {codes}.").format(
                codes=", ".join(unknown)
            ),
            code="ties",
        )
    return rubric


def fingerprint(rubric: Rubric, criteria: Sequence[Criterion]) -> str:
    """SHA-256 of everything a judge scores by."""
    return digest(described(rubric, criteria))


def described(rubric: Rubric, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """Everything a judge scores by, as it is fingerprinted."""
    return {
        "name": rubric.name,
        "version": rubric.version,
        "comment_below": plain(rubric.comment_below),
        "comment_from": plain(rubric.comment_from),
        "criteria": [
            {
                "code": criterion.code,
                "name": criterion.name,
                "weight": plain(criterion.weight),
                "max_mark": plain(criterion.max_mark),
                "guidance": criterion.guidance,
                "anchors": _as_text(criterion.anchors),
                "allow_na": criterion.allow_na,
            }
            for criterion in criteria
        ],
    }


def rules_described(stage: Stage, criteria: Sequence[Criterion]) -> dict[str, Any]:
    """How the sheets of a stage become places, as the journal and the proofs say it."""
    return {
        "scoring": stage.scoring,
        "trim_from": stage.trim_from,
        "ties": stage.tie_criteria or [criteria[0].code],
    }


def freeze(stage: Stage, *, now: datetime) -> Rubric:
    """Fix the rubric and the rules of a locked stage; a second time changes nothing."""
    rubric = require_usable(stage)
    locked = Rubric.objects.lock(pk=rubric.pk)
    if locked.frozen_at is None:
        locked.frozen_at, locked.content_hash = (
            now,
            fingerprint(locked, list(locked.criteria.order_by("position", "pk"))),
        )
        locked.save(update_fields=["frozen_at", "content_hash"])
    if stage.rules_frozen_at is None:
        stage.rules_frozen_at = now
        stage.save(update_fields=["rules_frozen_at"])
    return locked


def _as_text(value: Any) -> Any:
    """Numbers of the anchors as text: they come from people and may be written 59.5."""
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return str(value)
