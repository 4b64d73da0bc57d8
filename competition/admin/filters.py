"""List filters that name nothing outside the person's contests."""

from typing import Any

from django.contrib.admin import ModelAdmin, RelatedFieldListFilter, SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from competition.admin.scope import SEE, path_of, scope, within
from competition.models import Contest


class OwnContestFilter(SimpleListFilter):
    """By contest; not shown to those who have only one."""

    title = _("contest")
    parameter_name = "contest"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        contests = within(Contest.objects.all(), "", scope(request.user, SEE))
        return [(str(pk), name) for pk, name in contests.values_list("pk", "name")]

    def has_output(self) -> bool:
        return len(self.lookup_choices) > 1

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        if not value or not value.isdecimal():
            return queryset
        path = path_of(queryset.model)
        return queryset.filter(**{f"{path or 'pk'}": int(value)})


class OwnRelatedFilter(RelatedFieldListFilter):
    """By a related row of the person's own contests."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: ModelAdmin) -> Any:
        model = field.remote_field.model
        path = path_of(model)
        contests = scope(request.user, SEE)
        own = {} if contests is None or path is None else {f"{path or 'pk'}__in": contests}
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=own)
