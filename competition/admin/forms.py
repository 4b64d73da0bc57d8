"""The application form as data, and the files that teams hand in."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from competition.admin.base import ContestScopedAdmin, ScopedStackedInline
from competition.admin.fields import LinesField, PlainNumberInput, TicksField
from competition.admin.filters import OwnContestFilter
from competition.models import FormField, FormSection, WantedFile

KEY_HELP = _("Latin letters, for example data-sources. Versions are compared by it: it stays once teams have begun.")


class FormFieldForm(forms.ModelForm):
    """Bounds are shown as people write numbers: 0, not 0.000000."""

    least, most = (
        forms.DecimalField(label=label, required=False, max_digits=20, decimal_places=6, widget=PlainNumberInput)
        for label in (_("least value"), _("greatest value"))
    )
    choices = LinesField(label=_("choices"), help_text=_("For “one of several” and “several of several”: one a line."))


class FormFieldInline(ScopedStackedInline):
    model = FormField
    form = FormFieldForm
    fields = (
        ("key", "label", "position"),
        ("kind", "required"),
        ("may_not_apply", "names_team"),
        "help_text",
        "max_length",
        ("least", "most", "unit"),
        "choices",
        "track",
    )
    autocomplete_fields = ("track",)
    help_texts = {"key": KEY_HELP}
    in_words = {"choices": "choices_in_words"}

    @admin.display(description=_("choices"))
    def choices_in_words(self, field: FormField) -> str:
        return "\n".join(str(choice) for choice in field.choices)


@admin.register(FormSection)
class FormSectionAdmin(ContestScopedAdmin):
    inlines = (FormFieldInline,)
    list_display = ("title", "task", "position", "names_team", "contest_name")
    list_filter = (OwnContestFilter, "task")
    search_fields = ("title", "fields__label")
    ordering = ("contest", "task", "position")
    autocomplete_fields = ("contest",)
    fields = ("contest", ("task", "position"), "title", "intro", "names_team")


class WantedFileForm(forms.ModelForm):
    kinds = TicksField(
        label=_("formats"),
        choices=WantedFile.Kind.choices,
        error_messages={"required": _("Choose at least one of pdf, pptx, ppt, docx, mp4.")},
    )


@admin.register(WantedFile)
class WantedFileAdmin(ContestScopedAdmin):
    form = WantedFileForm
    list_display = ("label", "task", "formats", "largest", "required", "names_team", "track", "contest_name")
    list_filter = (OwnContestFilter, "task", "required")
    search_fields = ("label", "key")
    ordering = ("contest", "task", "position")
    autocomplete_fields = ("contest", "track")
    list_select_related = ("track", "contest")
    fields = (
        "contest",
        ("task", "position"),
        ("key", "label"),
        "help_text",
        "kinds",
        ("max_mb", "required"),
        "names_team",
        "track",
        "letter",
    )
    help_texts = {"key": KEY_HELP}
    in_words = {"kinds": "formats"}

    @admin.display(description=_("at most"), ordering="max_mb")
    def largest(self, wanted: Any) -> str:
        return f"{wanted.max_mb} MB"

    @admin.display(description=_("formats"))
    def formats(self, wanted: Any) -> str:
        return ", ".join(str(kind).upper() for kind in wanted.kinds)
