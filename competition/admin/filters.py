"""List filters that name nothing outside the person's contests."""

from typing import Any

from django.contrib.admin import EmptyFieldListFilter, ModelAdmin, RelatedFieldListFilter, SimpleListFilter
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


class FilledFilter(EmptyFieldListFilter):
    """By whether a field is filled in, said in words of what that means."""

    words: tuple[Any, Any]  # empty, filled

    def choices(self, changelist: Any) -> Any:
        for choice, words in zip(super().choices(changelist), (None, *self.words), strict=True):
            yield {**choice, "display": words or choice["display"]}


class OwnRelatedFilter(RelatedFieldListFilter):
    """By a related row of one contest: in several, rows of the same name could not be told apart."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: ModelAdmin) -> Any:
        model = field.remote_field.model
        path = path_of(model)
        contests = scope(request.user, SEE)
        own: dict[str, Any] = {} if contests is None or path is None else {f"{path or 'pk'}__in": contests}
        chosen = request.GET.get(OwnContestFilter.parameter_name, "")
        if path and chosen.isdecimal():
            own[path] = int(chosen)
        elif path and (Contest.objects.count() if contests is None else len(contests)) > 1:
            return []
        ordering = self.field_admin_ordering(field, request, model_admin)
        return field.get_choices(include_blank=False, ordering=ordering, limit_choices_to=own)
