"""Marks as people type them, and what makes them acceptable.

A mark is a plain decimal number from 0 to the criterion's full marks with at most two decimals, or `NOT_APPLICABLE` where
the criterion allows it; a criterion without an entry in the mapping is not marked yet. Full-width digits, as Chinese
input methods produce them, mean the same as the narrow ones. Nothing is rounded: what does not fit is refused.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal

from django.utils.translation import gettext as _

from competition.models import Criterion
from portal.refusals import Refusal

NOT_APPLICABLE: Final = "n/a"
PLACES = 2

GivenMark = Decimal | Literal["n/a"]
GivenMarks = Mapping[str, GivenMark]

_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+")
_LONGEST = 12  # characters; a longer one is no mark


def field_name(code: str) -> str:
    """The form's name of the control for a criterion's mark."""
    return f"mark_{code}"


def parse_mark(text: str, criterion: Criterion) -> Decimal | None:
    """The number that was typed, None where nothing was; raises Refusal with what to do."""
    plain = unicodedata.normalize("NFKC", text).replace("。", ".").strip()
    if not plain:
        return None
    if len(plain) > _LONGEST or not _NUMBER.fullmatch(plain):
        raise _refusal(criterion, _("{criterion}: enter a number from 0 to {full}."), code="not_a_number")
    value = Decimal(plain)
    check_mark(value, criterion)
    return value


def check_mark(value: Decimal, criterion: Criterion) -> None:
    """Refuse a number that this criterion cannot have."""
    if not value.is_finite() or not 0 <= value <= criterion.max_mark:
        raise _refusal(criterion, _("{criterion}: enter a number from 0 to {full}."), code="range")
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > PLACES:
        raise _refusal(criterion, _("{criterion}: use at most two decimals."), code="decimals")


def check_marks(marks: GivenMarks, criteria: Sequence[Criterion]) -> None:
    """Refuse marks that do not fit the rubric, whoever sent them."""
    known = {criterion.code: criterion for criterion in criteria}
    for code, value in marks.items():
        criterion = known.get(code)
        if criterion is None:
            raise Refusal(
                _("The rubric has no criterion {code}. Reload the page and enter the marks again.").format(
                    code=code[:20]
                ),
                code="unknown_criterion",
            )
        if isinstance(value, Decimal):
            check_mark(value, criterion)
        elif not criterion.allow_na:
            raise _refusal(
                criterion, _("{criterion} applies to every entry: enter a number from 0 to {full}."), code="applies"
            )


def missing(marks: GivenMarks, criteria: Sequence[Criterion]) -> list[Criterion]:
    """The criteria that have neither a mark nor “not applicable”."""
    return [criterion for criterion in criteria if criterion.code not in marks]


def plain(value: Decimal) -> str:
    """A mark as it is written: 88, 88.5; never 8.8E+1 or 88.50."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refusal(criterion: Criterion, sentence: str, *, code: str) -> Refusal:
    message = sentence.format(criterion=criterion.name, full=plain(criterion.max_mark))
    return Refusal(message, code=code, field=field_name(criterion.code))
