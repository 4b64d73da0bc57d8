"""What a visitor may look for among topics: words, a track, and how the topic relates to those above."""

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from competition.models import Topic, TopicLink
from competition.topics import MARK_STATES

ORIGINS = [(mark, state.label) for mark, state in MARK_STATES.items()]


class TopicFilter(filters.FilterSet):
    """Filters held in the address; what makes no sense there is passed over."""

    q = filters.CharFilter(method="search", max_length=60, label=_("Words in title or text"))
    track = filters.NumberFilter(field_name="track__number", max_digits=4, decimal_places=0)
    origin = filters.ChoiceFilter(choices=ORIGINS, method="of_origin")

    class Meta:
        model = Topic
        fields: list[str] = []

    def search(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        for word in value.split():
            rows = rows.filter(Q(title__icontains=word) | Q(description__icontains=word))
        return rows

    def of_origin(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        same, new = TopicLink.Kind.IDENTICAL, TopicLink.Kind.NEW
        if value == "same":
            return rows.filter(links_up__kind=same)
        if value == "new":
            return rows.filter(links_up__kind=new)
        return rows.filter(links_up__isnull=False).exclude(links_up__kind__in=[same, new])
