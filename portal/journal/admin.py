"""The journal in the administration: to be read, by administrators alone."""

import json
import re
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.journal.kinds import all_kinds
from portal.journal.models import Event
from portal.journal.timeline import describe
from portal.web.administration import KindFilter, SoundAdmin

#: What a person reads first; and what the record itself holds, for whoever checks it.
TOLD = ("number", "at", "sentence", "person", "contest", "subject")
RECORDED = ("kind", "payload", "actor", "contest_id", "subject_id", "leaf_hash")


class EventKindFilter(KindFilter):
    """By what happened, in the words of the sentence; what differs from one event to the next is left open."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        found = [(kind.key, re.sub(r"\{\w+\}", "…", str(kind.label))) for kind in all_kinds()]
        return sorted(found, key=lambda row: row[0])


@admin.register(Event)
class EventAdmin(SoundAdmin, admin.ModelAdmin):
    """Newest first; found by public id of the person, the contest or the thing."""

    list_display = ["number", "at", "sentence", "person"]
    list_display_links = ["number"]
    list_filter = [EventKindFilter, "at"]
    list_per_page = 50
    show_full_result_count = False
    search_fields = ["body__actor__exact", "body__subject_id__exact", "body__contest_id__exact", "leaf_hash__exact"]
    search_help_text = _("Public id of a person, a contest or a thing, or a leaf hash.")
    readonly_fields = (*TOLD, *RECORDED)
    fieldsets = (
        (None, {"fields": TOLD}),
        (
            _("The record"),
            {
                "classes": ["collapse"],
                "description": _("As it was hashed: what proves that nothing was changed."),
                "fields": RECORDED,
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """With the name of who did it; an address where no name was given."""
        people = User.objects.filter(public_id=OuterRef("body__actor"))
        named = people.annotate(called=Coalesce(NullIf("name", Value("")), "email", output_field=CharField())).values(
            "called"
        )[:1]
        return super().get_queryset(request).select_related("body").annotate(person=Subquery(named))

    @admin.display(description=_("number"), ordering="sequence")
    def number(self, event: Event) -> int:
        return event.sequence

    @admin.display(description=_("what happened"))
    def sentence(self, event: Event) -> str:
        return capfirst(describe(event))

    @admin.display(description=_("who did it"))
    def person(self, event: Any) -> str:
        if event.person:
            return str(event.person)
        return gettext("System") if hasattr(event, "body") and not event.body.actor else "–"

    @admin.display(description=_("public id of who did it"))
    def actor(self, event: Event) -> str:
        return event.body.actor if hasattr(event, "body") else ""

    @admin.display(description=_("contest"))
    def contest(self, event: Event) -> str:
        """By name; its public id where it is gone."""
        return _named(event.body.contest_type, event.body.contest_id) if hasattr(event, "body") else ""

    @admin.display(description=_("subject"))
    def subject(self, event: Event) -> str:
        """What it is and what it is called: “entry: …”."""
        return _named(event.body.subject_type, event.body.subject_id, kind_too=True) if hasattr(event, "body") else ""

    @admin.display(description=_("public id of the contest"))
    def contest_id(self, event: Event) -> str:
        return event.body.contest_id if hasattr(event, "body") else ""

    @admin.display(description=_("public id of the subject"))
    def subject_id(self, event: Event) -> str:
        return f"{event.body.subject_type} {event.body.subject_id}".strip() if hasattr(event, "body") else ""

    @admin.display(description=_("payload"))
    def payload(self, event: Event) -> Any:
        if not hasattr(event, "body"):
            return ""
        text = json.dumps(event.body.payload, ensure_ascii=False, indent=2)
        return format_html('<pre class="cs-payload">{}</pre>', text)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return _is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Event | None = None) -> bool:
        return False


def _named(kind: str, public_id: str, *, kind_too: bool = False) -> str:
    """What the journal refers to, in words. The journal depends on nobody: what is there now is asked by its label, and
    what is not there any more stays with its public id.
    """
    try:
        model = apps.get_model(kind)
    except (LookupError, ValueError):
        return public_id
    row = model._default_manager.filter(public_id=public_id).first()
    name = str(row) if row else public_id
    return (
        gettext("%(kind)s: %(name)s") % {"kind": capfirst(model._meta.verbose_name), "name": name} if kind_too else name
    )


def _is_administrator(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)
