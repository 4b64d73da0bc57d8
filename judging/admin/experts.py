"""Experts with their tracks: one by one, or as an Excel table with preview. Inviting them is done in the workspace."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from competition.admin.base import ContestScopedAdmin, ScopedTabularInline
from competition.admin.exchange import ScopedExchange
from competition.admin.filters import OwnContestFilter
from judging.admin.resources import ExpertResource
from judging.models import Expert, ExpertTrack, FormerPost
from portal.accounts.filters import RegionFilter


class ExpertTrackInline(ScopedTabularInline):
    model = ExpertTrack
    verbose_name, verbose_name_plural = _("track"), _("tracks")
    fields = ("track", "level")
    autocomplete_fields = ("track",)


class FormerPostInline(ScopedTabularInline):
    model = FormerPost
    fields = ("name", "organisation", "from_year", "until_year")
    autocomplete_fields = ("organisation",)


@admin.register(Expert)
class ExpertAdmin(ScopedExchange, ContestScopedAdmin):
    """What the person may do follows from the invitation: its state is read here and changes by its own actions."""

    inlines = (ExpertTrackInline, FormerPostInline)
    resource_classes = [ExpertResource]
    list_display = ("name", "code", "organisation", "status", "contest_name")
    list_display_links = ("name",)
    list_filter = (OwnContestFilter, "status", RegionFilter)
    list_select_related = ("contest", "organisation")
    search_fields = ("name", "code", "email", "organisation__name")
    ordering = ("contest", "code")
    autocomplete_fields = ("contest", "organisation")
    help_texts = {
        "keywords": _("What the expert knows best, with 、 between two subjects, for example 医疗数据、隐私计算."),
    }
    in_words = {"user": "account"}
    readonly_fields = ("status", "user", "invited_at", "answered_at", "decline_reason")
    fields = (
        "contest",
        ("code", "name", "title"),
        ("email", "phone"),
        ("organisation", "region"),
        "keywords",
        ("available_from_on", "available_until_on"),
        ("min_load", "max_load"),
    )
    #: follows from the invitation, so that somebody new has nothing of it
    invitation = (("status", "user"), ("invited_at", "answered_at", "decline_reason"))

    @admin.display(description=Expert._meta.get_field("user").verbose_name)
    def account(self, expert: Expert) -> str:
        return str(expert.user or "–")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[Any, ...]:
        return (*self.fields, *self.invitation) if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """An expert stays in the contest in whose pool they stand."""
        read_only = super().get_readonly_fields(request, obj)
        return (*read_only, "contest") if obj else read_only
