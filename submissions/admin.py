"""Teams and entries in the administration: to be looked at. They change through actions alone, never here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from competition.admin.base import ContestScopedAdmin
from competition.admin.filters import OwnContestFilter
from portal.templatetags.cs import hash_groups
from submissions.models import Entry, EntryVersion, Extension, Membership, Screening, Team, VersionFile


class LookedAtAdmin(ContestScopedAdmin):
    """Rows of the person's own contests, without buttons. What happened to them is in the journal."""

    history_view = admin.ModelAdmin.history_view  # these rows have no history of edits: nobody edits them
    object_history_template = None

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        raise Http404

    def view_on_site(self, obj: Any) -> str | None:
        return None  # the page of an entry is its team's

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class LookedAtInline(admin.TabularInline):
    """Rows below a row, without buttons."""

    extra = 0
    can_delete = False
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # whoever sees the row above

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MembershipInline(LookedAtInline):
    model = Membership
    fields = ["person", "employer", "post", "duty", "phone", "joined_at"]
    readonly_fields = ["person"]

    @admin.display(description=Membership._meta.get_field("user").verbose_name)
    def person(self, member: Membership) -> str:
        return str(member.user)


class VersionFileInline(LookedAtInline):
    model = VersionFile
    fields = ["label", "name", "readable_size", "fingerprint"]
    readonly_fields = ["readable_size", "fingerprint"]

    @admin.display(description=VersionFile._meta.get_field("size").verbose_name)
    def readable_size(self, file: VersionFile) -> str:
        return filesizeformat(file.size)

    @admin.display(description=VersionFile._meta.get_field("sha256").verbose_name)
    def fingerprint(self, file: VersionFile) -> str:
        return hash_groups(file.sha256)


@admin.register(Team)
class TeamAdmin(LookedAtAdmin):
    list_display = ["lead_organisation", "captain", "created_at", "contest_name"]
    list_select_related = ["lead_organisation", "captain", "contest"]
    search_fields = ["lead_organisation__name", "lead_organisation__uscc", "captain__name", "captain__email"]
    fields = ["contest", "captain", "lead_organisation", "partners", "created_at"]
    inlines = [MembershipInline]
    in_words = {"captain": "captain_name"}

    @admin.display(description=Team._meta.get_field("captain").verbose_name)
    def captain_name(self, team: Team) -> str:
        return str(team.captain)


@admin.register(Entry)
class EntryAdmin(LookedAtAdmin):
    list_display = ["__str__", "number", "topic", "status", "submitted_at", "contest_name"]
    list_filter = [OwnContestFilter, "status"]
    list_select_related = ["contest", "topic"]
    search_fields = ["number", "title", "team__lead_organisation__name"]
    fields = [
        "number",
        "title",
        "contest",
        "topic",
        "team",
        "status",
        "created_at",
        "submitted_at",
        "frozen_at",
        "page",
    ]
    readonly_fields = ["page"]

    @admin.display(description=_("Page of the formal check"))
    def page(self, entry: Entry) -> str:
        if not entry.current_version_id:
            return "–"
        url = reverse("screening", args=[entry.contest.slug, entry.public_id])
        return format_html('<a href="{}">{}</a>', url, entry.number)


@admin.register(EntryVersion)
class EntryVersionAdmin(LookedAtAdmin):
    contest_path = "entry__contest"
    list_display = ["entry", "number", "submitted_at", "submitted_by"]
    list_select_related = ["entry", "submitted_by"]
    search_fields = ["entry__number", "entry__title", "digest"]
    fields = ["entry", "number", "digest", "submitted_at", "submitted_by"]
    inlines = [VersionFileInline]
    in_words = {"digest": "fingerprint", "submitted_by": "captain"}

    @admin.display(description=EntryVersion._meta.get_field("digest").verbose_name)
    def fingerprint(self, version: EntryVersion) -> str:
        return hash_groups(version.digest)

    @admin.display(description=EntryVersion._meta.get_field("submitted_by").verbose_name)
    def captain(self, version: EntryVersion) -> str:
        return str(version.submitted_by)

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).defer("content")


@admin.register(Screening)
class ScreeningAdmin(LookedAtAdmin):
    contest_path = "version__entry__contest"
    list_display = ["version", "turn", "verdict", "screened_by", "screened_at"]
    list_filter = [OwnContestFilter, "verdict"]
    list_select_related = ["version__entry", "screened_by"]
    search_fields = ["version__entry__number", "version__entry__title", "reason"]
    fields = ["version", "number", "verdict", "reason", "until", "screened_by", "screened_at"]
    in_words = {"number": "turn", "screened_by": "screener"}

    @admin.display(description=_("turn of the check"), ordering="number")
    def turn(self, screening: Screening) -> int:
        return screening.number

    @admin.display(description=Screening._meta.get_field("screened_by").verbose_name)
    def screener(self, screening: Screening) -> str:
        return str(screening.screened_by)


@admin.register(Extension)
class ExtensionAdmin(LookedAtAdmin):
    contest_path = "entry__contest"
    list_display = ["entry", "status", "asked_at", "until", "decided_at"]
    list_filter = [OwnContestFilter, "status"]
    list_select_related = ["entry"]
    search_fields = ["entry__number", "entry__title", "entry__team__lead_organisation__name"]
    fields = ["entry", "status", "reason", "asked_by", "asked_at", "until", "note", "decided_by", "decided_at"]
    in_words = {"asked_by": "asker", "decided_by": "decider"}

    @admin.display(description=Extension._meta.get_field("asked_by").verbose_name)
    def asker(self, extension: Extension) -> str:
        return str(extension.asked_by or "–")

    @admin.display(description=Extension._meta.get_field("decided_by").verbose_name)
    def decider(self, extension: Extension) -> str:
        return str(extension.decided_by or "–")
