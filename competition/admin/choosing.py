"""Choosing related rows: search as you type, and labels that tell the contest, because names repeat between contests."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import Model
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.urls import reverse

from competition.models import FormSection, Rubric, Stage, Topic, Track, WantedFile
from portal.web.administration import KnownChoiceSelect

URL_NAME = "competition_choose"


def full_label(row: Model) -> str:
    """湖北分赛 · 3.1 提升货物运输贸易效能和便利性"""
    if isinstance(row, Topic):
        return f"{row.track.contest.short_name} · {row.track.number}.{row.number} {row.title}"
    if isinstance(row, Track):
        return f"{row.contest.short_name} · {row.number} {row.name}"
    if isinstance(row, Rubric | FormSection | Stage | WantedFile):
        return f"{row.contest.short_name} · {row}"
    return str(row)


class LabelledChoiceField(ModelChoiceField):
    """A choice with full labels."""

    def label_from_instance(self, obj: Any) -> str:
        return full_label(obj)


class LabelledAutocompleteView(AutocompleteJsonView):
    """Django's view with full labels; what it finds is scoped by the admin of the model that is searched."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return super().serialize_result(obj, to_field_name) | {"text": full_label(obj)}


class LabelledAutocompleteSelect(KnownChoiceSelect):
    """As everywhere, asking our view."""

    def get_url(self) -> str:
        return reverse(f"{self.admin_site.name}:{URL_NAME}")


def choosing_view(request: HttpRequest) -> Any:
    return LabelledAutocompleteView.as_view(admin_site=admin.site)(request)
