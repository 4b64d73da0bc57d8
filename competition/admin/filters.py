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
        if self.value() not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(**{path_of(queryset.model) or "pk": self.value()})


class FilledFilter(EmptyFieldListFilter):
    """By whether a field is filled in, said in words of what that means."""

    words: tuple[Any, Any]  # empty, filled

    def choices(self, changelist: Any) -> Any:
        for choice, words in zip(super().choices(changelist), (None, *self.words), strict=True):
            yield {**choice, "display": words or choice["display"]}


class OwnRelatedFilter(RelatedFieldListFilter):
    """By a related row of one contest, the chosen or the only one: in several, rows of the same name could not be told
    apart."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: ModelAdmin) -> Any:
        contests = within(Contest.objects.all(), "", scope(request.user, SEE))
        own = {str(pk) for pk in contests.values_list("pk", flat=True)}
        own = own & {request.GET.get(OwnContestFilter.parameter_name, "")} or own
        if len(own) > 1:
            return []
        return field.get_choices(
            include_blank=False,
            ordering=self.field_admin_ordering(field, request, model_admin),
            limit_choices_to={f"{path_of(field.remote_field.model)}__in": own},
        )
