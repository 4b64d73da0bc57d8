"""What every page of the administration makes of bad input: text is cleaned as everywhere, numbers fit their columns on
every database, and what names no row is answered with a sentence.
"""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import AdminSite, ShowFacets, SimpleListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import (
    AdminIntegerFieldWidget,
    AdminTextInputWidget,
    AutocompleteSelect,
    RelatedFieldWidgetWrapper,
)
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models
from django.forms import FileInput
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.web.fields import Moment, line, prose

NOTHING = "–"  # what stands where there is no value
MOST_IN_SMALL_INTEGER = 32767  # PostgreSQL's; SQLite would take more


def key_from(model: type[models.Model], text: Any) -> Any:
    """The primary key that the text says, None where it can say none."""
    try:
        key = model._meta.pk.to_python(text)
        model._meta.pk.run_validators(key)
    except ValidationError:
        return None
    return key


def tables_in_order(request: HttpRequest, app_label: str | None = None) -> list[Any]:
    """What a person may open: the contest and what hangs on it first, the ground floor last; in an app, as registered."""
    places = {model: place for place, model in enumerate(admin.site._registry)}
    apps = AdminSite.get_app_list(admin.site, request, app_label)
    for app in apps:
        app["models"].sort(key=lambda table: places[table["model"]])
    return sorted(apps, key=lambda app: (_is_ground_floor(app["models"]), places[app["models"][0]["model"]]))


def _is_ground_floor(tables: list[Any]) -> bool:
    return bool(tables[0]["model"].__module__.startswith("portal."))


class KnownChoiceSelect(AutocompleteSelect):
    """Django's widget; a choice that cannot be a key is none, also when the form is drawn again."""

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        model = self.field.remote_field.model
        return super().optgroups(name, [one for one in value if key_from(model, one) is not None], attr)


class FacedFileInput(FileInput):
    """The browser's own control speaks the browser's language; this one has a face in the page's (file.js)."""

    template_name = "admin/widgets/faced_file.html"


class LongFilter(SimpleListFilter):
    """By one of many words or sentences, chosen from a list: as chips they would stand before the first row."""

    template = "admin/filter_select.html"

    def choices(self, changelist: Any) -> Any:
        """What else the list is held to goes with the choice."""
        self.others = {name: value for name, value in changelist.params.items() if name != self.parameter_name}
        return super().choices(changelist)

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        known = {key for key, _words in self.lookup_choices}
        return queryset.filter(**{str(self.parameter_name): self.value()}) if self.value() in known else queryset


class KindFilter(LongFilter):
    """By kind."""

    title = gettext_lazy("kind")
    parameter_name = "kind__exact"


class SoundFields:
    """What admins and their inlines make of each column; stands before Django's class."""

    formfield_overrides: Any = {
        models.CharField: {"form_class": line},
        models.TextField: {"form_class": prose},
        models.DateTimeField: {"form_class": Moment},
        models.SlugField: {"widget": AdminTextInputWidget},
        models.PositiveSmallIntegerField: {"max_value": MOST_IN_SMALL_INTEGER, "widget": AdminIntegerFieldWidget},
    }

    def formfield_for_dbfield(self, db_field: Any, request: Any, **options: Any) -> Any:
        """Beside a choice nobody deletes the row that it points at: that has its own page, which says what follows."""
        field = super().formfield_for_dbfield(db_field, request, **options)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
        return field

    def formfield_for_choice_field(self, db_field: Any, request: Any, **options: Any) -> Any:
        """Where nothing is chosen yet, the list says what to do."""
        if db_field.name not in self.radio_fields:  # type: ignore[attr-defined]
            blank = db_field.blank or not (db_field.has_default() or "initial" in options)
            asks = [("", gettext_lazy("Choose one"))]
            options.setdefault("choices", db_field.get_choices(include_blank=blank, blank_choice=asks))
        return super().formfield_for_choice_field(db_field, request, **options)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **options: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            options.setdefault("widget", KnownChoiceSelect(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **options)  # type: ignore[misc]


class SoundAdmin(SoundFields):
    """What every admin does; stands before Django's class."""

    show_facets = ShowFacets.NEVER  # a list says how many rows it has; a number at every filter is no answer to anybody

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """A list is called by what is in it, whether the person may change it or only look."""
        title = capfirst(self.opts.verbose_name_plural)  # type: ignore[attr-defined]
        return super().changelist_view(request, {"title": title, **(extra_context or {})})  # type: ignore[misc]

    def changeform_view(self, request: HttpRequest, *where: Any, **more: Any) -> HttpResponse:
        """Rows within a row can contradict each other, or what was saved meanwhile, in ways that only the database sees."""
        try:
            return super().changeform_view(request, *where, **more)  # type: ignore[misc]
        except IntegrityError:
            messages.error(
                request,
                _("Nothing was saved: two rows say the same, or this changed meanwhile. Look at it, then try again."),
            )
            return redirect(request.get_full_path())

    def get_action_choices(self, request: HttpRequest, default_choices: Any = None) -> list[tuple[str, str]]:
        return super().get_action_choices(request, default_choices or [("", _("Choose what to do"))])  # type: ignore[misc]

    def response_action(self, request: Any, queryset: Any, *more: Any, **options: Any) -> Any:
        """What was ticked must be rows; else nothing is done to any of them."""
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if any(key_from(queryset.model, one) is None for one in ticked):
            messages.warning(request, _("Nothing was done: tick the rows in the list again."))
            return None
        return super().response_action(request, queryset, *more, **options)  # type: ignore[misc]
