"""The checklist of the formal check."""

from django.contrib import admin

from competition.admin.base import ContestScopedAdmin
from competition.admin.filters import OwnContestFilter
from competition.models import CheckItem


@admin.register(CheckItem)
class CheckItemAdmin(ContestScopedAdmin):
    list_display = ("text", "position", "required", "internal", "contest_name")
    list_filter = (OwnContestFilter, "required", "internal")
    search_fields = ("text", "hint")
    ordering = ("contest", "position", "pk")
    autocomplete_fields = ("contest", "section", "wanted_file")
    fields = ("contest", "position", "text", "hint", ("required", "internal"), ("part", "section", "wanted_file"))
