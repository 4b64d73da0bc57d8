"""The contest with its organisers and stages, and who holds which role."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from competition.actions import grant_role, revoke_role
from competition.admin.base import ContestScopedAdmin, ScopedTabularInline
from competition.admin.choosing import URL_NAME, choosing_view
from competition.admin.fields import CodesField, TicksField
from competition.admin.filters import OwnContestFilter
from competition.models import Contest, Organiser, Role, Stage
from competition.permissions import may_revoke
from competition.words import enumeration
from portal.accounts.models import Organisation, User
from portal.journal.kinds import EventKind
from portal.web.requests import now_of

# What the operator decides: where the contest stands in the tree, and what numbers and addresses are made of.
GIVEN = ("slug", "code", "level", "parent", "edition")


class ContestForm(forms.ModelForm):
    """The rules of a contest with ticks for the kinds of organisation."""

    eligible_kinds = TicksField(
        label=_("kinds of organisation that may lead"),
        choices=[choice for choice in Organisation.Kind.choices if choice[0] != Organisation.Kind.GOVERNMENT],
        error_messages={"required": _("Choose at least one kind of organisation.")},
    )


class StageForm(forms.ModelForm):
    """A stage with the criteria that break ties as a line of codes."""

    tie_criteria = CodesField(
        label=_("criteria that break ties, in order"),
        help_text=_("Codes of criteria of the rubric, for example C3, C1; empty: the first of the rubric."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        opens_at, closes_at = data.get("opens_at"), data.get("closes_at")
        if opens_at and closes_at and closes_at <= opens_at:
            self.add_error("closes_at", gettext("The stage must close after it opens."))
        return data


class OrganiserInline(ScopedTabularInline):
    model = Organiser
    fields = ("part", "name", "note", "position")


class StageInline(ScopedTabularInline):
    model = Stage
    fields = ("kind", "name", "position", "opens_at", "closes_at")
    show_change_link = True


@admin.register(Contest)
class ContestAdmin(ContestScopedAdmin):
    """Made by a superuser, who then gives somebody the role of organiser; looked after by the organisers."""

    contest_path = ""
    form = ContestForm
    inlines = (OrganiserInline, StageInline)
    list_display = ("name", "code", "level", "edition", "is_published")
    list_filter = ("level", "edition", "is_published")
    search_fields = ("name", "short_name", "slug", "code")
    ordering = ("-edition", "name")
    autocomplete_fields = ("parent",)
    help_texts = {
        "slug": _("The end of the web address, for example hubei-2026: Latin letters, digits and hyphens."),
        "short_name": _("For narrow places, for example the head of each page and the columns of lists."),
    }
    in_words = {"eligible_kinds": "kinds_in_words"}
    fieldsets = (
        (None, {"fields": ("name", "short_name", ("slug", "code"), ("level", "edition"), "parent", "is_published")}),
        (_("Front page"), {"fields": ("theme", "intro", "contact_phone", "contact_email", "office_hours")}),
        (
            _("Rules of entry"),
            {
                "fields": (
                    "eligible_kinds",
                    ("region", "lead_in_region"),
                    ("team_min", "team_max", "partners_max"),
                    "uniqueness_scope",
                    "promotion_quota",
                )
            },
        ),
        (_("Formal check"), {"fields": ("second_look", "bulk_pass")}),
        (_("Recusal of judges"), {"fields": ("recusal_years", "recusal_region")}),
    )

    @admin.display(description=_("kinds of organisation that may lead"))
    def kinds_in_words(self, contest: Contest) -> str:
        return enumeration([str(Organisation.Kind(kind).label) for kind in contest.eligible_kinds])

    def get_urls(self) -> list[URLPattern]:
        choose = path("choose/", self.admin_site.admin_view(choosing_view), name=URL_NAME)
        return [choose, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_active and request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        read_only = super().get_readonly_fields(request, obj)
        return read_only if request.user.is_superuser else (*read_only, *GIVEN)


@admin.register(Stage)
class StageAdmin(ContestScopedAdmin):
    form = StageForm
    list_display = ("__str__", "opens_at", "closes_at", "contest_name")
    list_filter = (OwnContestFilter, "kind")
    search_fields = ("name", "contest__name")
    ordering = ("contest", "position", "opens_at")
    date_hierarchy = "opens_at"
    autocomplete_fields = ("contest", "rubric")
    in_words = {"tie_criteria": "ties_in_words"}
    fieldsets = (
        (None, {"fields": ("contest", ("kind", "name", "position"), ("opens_at", "closes_at"), "grace_minutes")}),
        (
            _("Judging"),
            {
                "fields": (
                    "rubric",
                    ("seats", "max_load"),
                    "scoring",
                    "trim_from",
                    "tie_criteria",
                    ("range_limit", "places"),
                ),
                "description": _("Only for online review and roadshow."),
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What counts in judging is fixed once judging has begun; dates may still move."""
        read_only = super().get_readonly_fields(request, obj)
        frozen = ("contest", "kind", "rubric", "scoring", "trim_from", "tie_criteria")
        return (*read_only, *frozen) if obj and obj.rules_frozen_at else read_only

    @admin.display(description=_("criteria that break ties, in order"))
    def ties_in_words(self, stage: Stage) -> str:
        return ", ".join(stage.tie_criteria)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.rules_frozen_at)


class RoleForm(forms.ModelForm):
    """A person is named by the address of their account, so that nobody's account can be looked up here."""

    email = forms.EmailField(label=_("E-mail of the person"), help_text=_("The person must have an account."))

    class Meta:
        model = Role
        fields = ("contest", "role")

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        self.person = User.objects.filter(email__iexact=email, is_active=True).first()
        if self.person is None:
            message = gettext("No account has this address. Ask the person to create one first, then give the role.")
            raise forms.ValidationError(message, code="no_account")
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        person = getattr(self, "person", None)
        if person and Role.objects.filter(user=person, contest=data.get("contest"), role=data.get("role")).exists():
            self.add_error("email", gettext("This person already holds this role in the contest."))
        return data


@admin.register(Role)
class RoleAdmin(ContestScopedAdmin):
    """Roles are given and taken back by their actions, never changed."""

    form = RoleForm
    list_display = ("user", "role", "contest_name")
    list_filter = (OwnContestFilter, "role")
    search_fields = ("user__name", "user__email")
    list_select_related = ("user",)
    autocomplete_fields = ("contest",)
    in_words = {"user": "person"}

    @admin.display(description=Role._meta.get_field("user").verbose_name)
    def person(self, role: Role) -> str:
        return str(role.user)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("contest", "role", "email") if obj is None else ("user", "contest", "role")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or bool(may_revoke(request.user, obj))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One at a time: each is an action with its own checks."""
        return {}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).select_related("user")

    def save_model(self, request: HttpRequest, obj: Role, form: Any, change: bool) -> None:
        granted = grant_role(
            actor=request.user,
            contest=obj.contest,
            user=form.person,
            role=obj.role,
            now=now_of(request),
        )
        obj.pk, obj.user = granted.pk, granted.user

    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        revoke_role(actor=request.user, role=obj, now=now_of(request))

    def _record(self, request: HttpRequest, kind: EventKind, obj: Any, **payload: str) -> None:
        """The actions write their own events."""
