"""The base of every admin of set-up data: all ways to a row lead through the person's scope.

Lists, searches, filters, autocomplete, the choices of foreign keys, history and deletion show and take rows of the
person's own contests alone; every addition, change and deletion is an event of the journal, in its transaction.
"""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import NestedObjects, flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.db import models, router, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.admin import SimpleHistoryAdmin

from competition import events
from competition.admin.choosing import LabelledAutocompleteSelect, LabelledChoiceField
from competition.admin.filters import OwnContestFilter
from competition.admin.scope import CHANGE, SEE, above, contest_id_of, path_of, register_path, scope, within
from competition.models import Contest
from portal.db import Identified
from portal.journal.kinds import EventKind
from portal.journal.recording import record
from portal.refusals import Text
from portal.web.administration import SoundAdmin, SoundFields, key_from
from portal.web.requests import now_of


class ScopedChoices(SoundFields):
    """What admins and their inlines share: foreign keys offer rows of the person's own contests."""

    #: foreign keys that point at the level above, where lineage comes from
    upward_fields: tuple[str, ...] = ()
    #: fields → the method that says them in words, where they are only read: what is kept as JSON, and people, whose own
    #: pages are the administrators'
    in_words: dict[str, str] = {}
    #: fields → what to enter, for those whose label alone does not say it
    help_texts: dict[str, Text] = {}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *self.in_words.values())  # type: ignore[misc]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if not self.in_words:
            return fieldsets
        fixed = set(self.get_readonly_fields(request, obj))
        if not self.has_change_permission(request, obj):  # type: ignore[attr-defined]
            fixed |= set(self.in_words)
        worded = {name: method for name, method in self.in_words.items() if name in fixed}
        return [(name, {**options, "fields": _renamed(options["fields"], worded)}) for name, options in fieldsets]

    def formfield_for_dbfield(self, db_field: models.Field, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.help_texts:
            options.setdefault("help_text", self.help_texts[db_field.name])
        return super().formfield_for_dbfield(db_field, request, **options)

    def formfield_for_foreignkey(
        self, db_field: models.ForeignKey, request: HttpRequest, **options: Any
    ) -> forms.Field | None:
        model = db_field.remote_field.model
        path = path_of(model)
        if path is not None:
            rows = model._default_manager.all()
            if path:
                rows = rows.select_related(path)
            narrow = above if db_field.name in self.upward_fields else within
            options.setdefault("queryset", narrow(rows, path, scope(request.user, CHANGE)))
            options.setdefault("form_class", LabelledChoiceField)
            if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
                options.setdefault("widget", LabelledAutocompleteSelect(db_field, self.admin_site))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **options)


class ContestScopedAdmin(ScopedChoices, SoundAdmin, SimpleHistoryAdmin):
    """Base of admins of rows that belong to a contest."""

    contest_path = "contest"
    list_filter: Any = [OwnContestFilter]
    list_per_page = 50
    show_full_result_count = False

    def __init__(self, model: type[models.Model], admin_site: admin.AdminSite) -> None:
        register_path(model, self.contest_path)
        super().__init__(model, admin_site)

    # ── Who may ────────────────────────────────────────────────────────────────────────────────────────────────
    def _holds(self, request: HttpRequest, obj: Any, roles: Iterable[str]) -> bool:
        contests = scope(request.user, roles)
        if contests is None:
            return True
        if obj is None:
            return bool(contests)
        return contest_id_of(obj, self.contest_path) in contests

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, None, SEE)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, obj, SEE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._holds(request, None, CHANGE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, obj, CHANGE) and not _looks_back(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, obj, CHANGE)

    def has_change_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History is read, never gone back to: a change back is a change like any other."""
        return False

    # ── What is there ──────────────────────────────────────────────────────────────────────────────────────────
    def get_queryset(self, request: HttpRequest) -> QuerySet:
        rows = super().get_queryset(request)
        if self.contest_path:
            rows = rows.select_related(self.contest_path)
        return within(rows, self.contest_path, scope(request.user, SEE))

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        """For a foreign key, offer what may be chosen there: not what the person may only look at."""
        if "field_name" in request.GET and "model_name" in request.GET:
            contests = scope(request.user, CHANGE)
            if (request.GET["model_name"], request.GET["field_name"]) in self.chosen_upward:
                queryset = above(self.model._default_manager.all(), self.contest_path, contests)
                if self.contest_path:
                    queryset = queryset.select_related(self.contest_path)
            else:
                queryset = within(queryset, self.contest_path, contests)
        return super().get_search_results(request, queryset, search_term)

    #: (model, field) pairs that choose rows of this model from the level above
    chosen_upward: tuple[tuple[str, str], ...] = ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Who organises one contest need not choose it."""
        initial = super().get_changeform_initial_data(request)
        contests = scope(request.user, CHANGE)
        if contests is not None and len(contests) == 1 and self.contest_path == "contest":
            initial.setdefault("contest", next(iter(contests)))
        return initial

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if self.get_object(request, unquote(object_id)) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        if request.method != "GET":
            raise PermissionDenied
        if self.get_object(request, unquote(object_id)) is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        if key_from(self.model.history.model, version_id) is None:
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An earlier state is read, never edited: a form there would offer choices that are nobody's to see."""
        read_only = super().get_readonly_fields(request, obj)
        if not _looks_back(request):
            return read_only
        return (*read_only, *flatten_fieldsets(admin.ModelAdmin.get_fieldsets(self, request, obj)))

    def view_on_site(self, obj: Any) -> str | None:
        """Straight to the row's own page, which asks who comes; Django's way round by numbers is closed."""
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Who works on one contest need not read its name in every line."""
        columns = list(super().get_list_display(request))
        contests = scope(request.user, SEE)
        if contests is not None and len(contests) == 1 and "contest_name" in columns:
            columns.remove("contest_name")
        return columns

    @admin.display(description=gettext_lazy("contest"))
    def contest_name(self, obj: Any) -> str:
        """The contest in as many letters as a column has room for."""
        for step in self.contest_path.split("__"):
            obj = getattr(obj, step)
        return str(obj.short_name)

    # ── What is done ───────────────────────────────────────────────────────────────────────────────────────────
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Actions on several rows stand in one transaction with their events, as Django's other views do."""
        with transaction.atomic():
            return super().changelist_view(request, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, Any, Any, Any]:
        """As Django lists them, but what stands in the way in another contest is not named."""
        to_delete, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        if not protected or scope(request.user, SEE) is None:
            return to_delete, counts, perms_needed, protected
        collector = NestedObjects(using=router.db_for_write(self.model), origin=objs)
        collector.collect(list(objs))
        return to_delete, counts, perms_needed, sorted({self._obstacle(request, row) for row in collector.protected})

    def _obstacle(self, request: HttpRequest, row: models.Model) -> str:
        path, contests = path_of(type(row)), scope(request.user, SEE)
        own = path is not None and contests is not None and contest_id_of(row, path) in contests
        name = str(row._meta.verbose_name)
        return f"{name}: {row}" if own else _("%(what)s that you may not see") % {"what": name}

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        self._record(request, events.ADDED, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        if message:  # a form saved without a change is no event
            self._record(request, events.CHANGED, obj, fields=_in_words(message))
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            self._record(request, events.DELETED, obj)
        return super().log_deletions(request, queryset)

    def _record(self, request: HttpRequest, kind: EventKind, obj: Any, **payload: str) -> None:
        with translation.override(settings.LANGUAGE_CODE):
            what = str(self.opts.verbose_name)
        contest_id = contest_id_of(obj, self.contest_path)
        record(
            kind,
            actor=request.user,
            now=now_of(request),
            contest=Contest.objects.get(pk=contest_id) if contest_id else None,
            subject=obj if isinstance(obj, Identified) else None,
            model=self.opts.label_lower,
            what=what,
            name=str(obj),
            **payload,
        )


def _looks_back(request: HttpRequest) -> bool:
    """Is this the page of an earlier state?"""
    match = request.resolver_match
    return match is not None and (match.url_name or "").endswith("_simple_history")


def _renamed(fields: Any, names: dict[str, str]) -> list[Any]:
    """The fields, some of them in groups, with other names."""
    return [_renamed(field, names) if isinstance(field, list | tuple) else names.get(field, field) for field in fields]


def _in_words(message: Any) -> str:
    """What Django notes of a change, in the language of the site."""
    with translation.override(settings.LANGUAGE_CODE):
        return LogEntry(
            change_message=message if isinstance(message, str) else json.dumps(message)
        ).get_change_message()


class ScopedInline(ScopedChoices):
    """Rows edited within their parent: who may change the parent may change them."""

    extra = 0
    #: Django makes as many forms as a request says that there are rows; here no more than these.
    most_rows = 300
    view_on_site = False  # Django's link goes by numbers, a way that is closed

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(  # type: ignore[misc]
            request, obj, **{"max_num": self.most_rows, "absolute_max": self.most_rows, **kwargs}
        )

    def _may_change(self, request: HttpRequest, parent: Any) -> bool:
        contests = scope(request.user, CHANGE)
        if contests is None or parent is None:
            return contests is None or bool(contests)
        return contest_id_of(parent, path_of(type(parent)) or "") in contests

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # within a parent that the person may see

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may_change(request, obj)


class ScopedTabularInline(ScopedInline, admin.TabularInline):  # type: ignore[misc]
    """Rows of few fields."""


class ScopedStackedInline(ScopedInline, admin.StackedInline):  # type: ignore[misc]
    """Rows of many fields."""
