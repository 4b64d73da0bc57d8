"""The filter of the list of possible duplicates, held in the address."""

from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet

from submissions.filters import Narrowing
from submissions.models import Case, SignKind


class CaseFilter(Narrowing):
    """What is looked for among possible duplicates; a track is that of either entry."""

    state = filters.ChoiceFilter(choices=Case.Status.choices, field_name="status")
    sign = filters.ChoiceFilter(choices=SignKind.choices, field_name="signs__kind")
    track = filters.NumberFilter(method="in_track", max_digits=4, decimal_places=0)

    class Meta:
        model = Case
        fields: list[str] = []

    def in_track(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        return rows.filter(Q(first__topic__track__number=value) | Q(second__topic__track__number=value))
