"""Rubrics with their criteria; one that judges have used is read-only, and changed by making a new version."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from competition.actions import copy_rubric
from competition.admin.base import ContestScopedAdmin, ScopedStackedInline
from competition.admin.fields import BandsField, plain
from competition.admin.filters import FilledFilter, OwnContestFilter
from competition.models import Criterion, Rubric
from portal.templatetags.cs import hash_groups
from portal.web.requests import now_of


class CriterionForm(forms.ModelForm):
    anchors = BandsField(
        label=_("anchors"),
        help_text=_("One band a line: name, lowest mark, highest mark, what it looks like."),
    )


class CriterionInline(ScopedStackedInline):
    model = Criterion
    form = CriterionForm
    fields = (("code", "name", "position"), ("weight", "max_mark", "allow_na"), "guidance", "anchors")
    help_texts = {
        "code": _(
            "Names the criterion where a rule refers to it, for example C1: one capital letter, then letters or digits."
        )
    }
    in_words = {"weight": "share", "max_mark": "full", "anchors": "bands"}

    @admin.display(description=Criterion._meta.get_field("weight").verbose_name)
    def share(self, criterion: Criterion) -> str:
        return plain(criterion.weight)

    @admin.display(description=Criterion._meta.get_field("max_mark").verbose_name)
    def full(self, criterion: Criterion) -> str:
        return plain(criterion.max_mark)

    @admin.display(description=_("anchors"))
    def bands(self, criterion: Criterion) -> str:
        return "\n".join(f"{name} {low}–{high}: {text}" for name, low, high, text in criterion.anchors)

    def _may_change(self, request: HttpRequest, parent: Any) -> bool:
        return super()._may_change(request, parent) and not (parent and parent.frozen_at)


class FrozenFilter(FilledFilter):
    words = (_("May still be changed"), _("In use"))


@admin.register(Rubric)
class RubricAdmin(ContestScopedAdmin):
    inlines = (CriterionInline,)
    list_display = ("name", "version", "frozen_at", "contest_name")
    list_filter = (OwnContestFilter, ("frozen_at", FrozenFilter))
    search_fields = ("name", "contest__name")
    ordering = ("contest", "name", "-version")
    autocomplete_fields = ("contest",)
    fields = ("contest", ("name", "version"), ("comment_below", "comment_from"))
    readonly_fields = ("frozen_at", "content_hash")
    in_words = {"comment_below": "low", "comment_from": "high", "content_hash": "fingerprint"}
    actions = ("make_new_version",)

    @admin.display(description=Rubric._meta.get_field("comment_below").verbose_name)
    def low(self, rubric: Rubric) -> str:
        return plain(rubric.comment_below)

    @admin.display(description=Rubric._meta.get_field("comment_from").verbose_name)
    def high(self, rubric: Rubric) -> str:
        return plain(rubric.comment_from)

    @admin.display(description=Rubric._meta.get_field("content_hash").verbose_name)
    def fingerprint(self, rubric: Rubric) -> str:
        return hash_groups(rubric.content_hash) if rubric.content_hash else ""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        return (*self.fields, *self.readonly_fields) if obj else self.fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """One in use says how it is changed all the same."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj and obj.frozen_at:
            fieldsets[0][1]["description"] = _(
                "Judges use this rubric, so it stays as it is. To change it, tick it in the list and choose “Make a new "
                "version”; then choose that version in the stage."
            )
        return fieldsets

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.frozen_at)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.frozen_at)

    @admin.action(description=_("Make a new version"), permissions=["change"])
    def make_new_version(self, request: HttpRequest, queryset: QuerySet[Rubric]) -> None:
        """Copies that may be changed; the ones in use stay as they are."""
        copies = [copy_rubric(actor=request.user, rubric=rubric, now=now_of(request)) for rubric in queryset]
        sentence = ngettext("%(number)d new version was made.", "%(number)d new versions were made.", len(copies))
        self.message_user(request, sentence % {"number": len(copies)}, messages.SUCCESS)
