"""What organisers look for in lists of judging."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from judging.models import Expert, Recusal


class ExpertFilter(filters.FilterSet):
    """Filters held in the address; what makes no sense there is passed over."""

    q = filters.CharFilter(method="search", max_length=60, label=_("Name, code, e-mail or organisation"))
    status = filters.ChoiceFilter(choices=Expert.Status.choices)

    class Meta:
        model = Expert
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            rows = rows.filter(
                Q(name__icontains=word)
                | Q(code__icontains=word)
                | Q(email__icontains=word)
                | Q(organisation__name__icontains=word)
            )
        return rows


class RecusalFilter(filters.FilterSet):
    """Conflicts by state, kind, seat, and by what names expert or entry; `with_seats` has annotated the rows."""

    q = filters.CharFilter(method="search", max_length=60)
    state = filters.ChoiceFilter(choices=Recusal.State.choices)
    kind = filters.ChoiceFilter(choices=Recusal.Kind.choices)
    seat = filters.ChoiceFilter(choices=[("held", "held"), ("quarantined", "quarantined")], method="by_seat")

    class Meta:
        model = Recusal
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            rows = rows.filter(
                Q(expert__name__icontains=word)
                | Q(expert__code__icontains=word)
                | Q(entry__number__icontains=word)
                | Q(entry__title__icontains=word)
                | Q(entry__team__lead_organisation__name__icontains=word)
            )
        return rows

    def by_seat(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(is_held=True) if value == "held" else rows.filter(is_quarantined=True)
