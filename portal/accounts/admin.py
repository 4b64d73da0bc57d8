"""People and organisations in the administration.

People: administrators alone see and change them; whoever may open the administration finds one person by the exact
e-mail address, where a form asks for a person. Organisations: everybody there finds and adds them; only administrators
change them, because several contests share them. Roles in contests are granted with the contest.
"""

from typing import Any

from allauth.account import admin as _account_admin  # noqa: F401 - registered, so that it can be taken away
from allauth.account.models import EmailAddress
from allauth.mfa import admin as _mfa_admin  # noqa: F401
from allauth.mfa.models import Authenticator
from allauth.usersessions import admin as _usersessions_admin  # noqa: F401
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.accounts import actions, consents, events
from portal.accounts.filters import RegionFilter
from portal.accounts.models import Consent, Organisation, User
from portal.accounts.uscc import UsccField
from portal.journal.recording import record
from portal.web.administration import SoundAdmin
from portal.web.requests import now_of, user_of

# Rights follow from roles in contests, never from groups; the rows of allauth change through its pages and the actions.
admin.site.unregister([Group, EmailAddress, Authenticator, UserSession])


class NewUserForm(forms.ModelForm):
    """A new person; without a password, they sign in with a code."""

    class Meta:
        model = User
        fields = ["email", "name", "locale", "is_staff"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def save(self, commit: bool = True) -> User:
        self.instance.set_unusable_password()
        return super().save(commit)


class PersonForm(forms.ModelForm):
    """A person as administrators see them; the password is nobody's business but the person's."""

    class Meta:
        model = User
        fields = ["email", "name", "phone", "locale", "is_active", "is_staff", "is_superuser"]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class OrganisationForm(forms.ModelForm):
    """An organisation, its code as it was pasted."""

    class Meta:
        model = Organisation
        fields = ["name", "aliases", "uscc", "region", "kind", "parent"]
        field_classes = {"uscc": UsccField}


class ConsentInline(admin.TabularInline):
    """What the person agreed to; to be read."""

    model = Consent
    extra = 0
    fields = readonly_fields = ("title", "text_version", "given_at", "withdrawn_at")

    @admin.display(description=_("purpose"))
    def title(self, consent: Consent) -> str:
        text = consents.find(consent.purpose, consent.text_version)
        return str(text.title) if text else consent.purpose

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(SoundAdmin, DjangoUserAdmin):
    """People. An address changed here, for somebody who lost a mailbox, is proven at the next sign-in."""

    list_display = ["email", "name", "is_active", "is_staff", "is_superuser", "date_joined"]
    list_filter = ["is_active", "is_staff", "is_superuser", "date_joined"]
    list_per_page = 50
    show_full_result_count = False
    ordering = ["-date_joined", "-pk"]
    search_fields = ["email", "name", "public_id__exact"]
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("email", "name", "phone", "locale", "reference")}),
        (_("Rights"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "locale", "is_staff")}),)
    form = PersonForm
    add_form = NewUserForm
    inlines = [ConsentInline]
    readonly_fields = ("reference", "date_joined", "last_login")
    actions = ("drop_second_factor",)

    @admin.display(description=_("public id"))
    def reference(self, user: User) -> str:
        return user.public_id

    def get_inlines(self, request: HttpRequest, obj: User | None = None) -> list[Any]:
        return self.inlines if obj else []

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """The change, what follows from it, and its event: the view is one transaction."""
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            actions.set_unproven_address(actor=user_of(request), user=obj, now=now_of(request))
        _record(request, events.ADMINISTERED, obj, form, name=str(obj))

    @admin.action(description=_("Switch the second factor off, for people who lost it"), permissions=["change"])
    def drop_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            actions.drop_second_factor(actor=user_of(request), user=user, now=now_of(request))
        self.message_user(request, _("Done. They can sign in without it and switch it on again."), messages.SUCCESS)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        """Nobody chooses a password for another: a forgotten one is chosen anew with a code."""
        raise PermissionDenied

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        if _is_administrator(request):
            return super().get_search_results(request, queryset, search_term)
        return queryset.filter(email__iexact=search_term.strip(), is_active=True), False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Others than administrators ask for people in forms only, never on the pages of this admin."""
        return _is_administrator(request) or (_is_staff(request) and not _is_own_page(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return _is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Accounts are closed, not deleted: what their owners did stays on record."""
        return False


@admin.register(Organisation)
class OrganisationAdmin(SoundAdmin, admin.ModelAdmin):
    """Organisations, found by name or code."""

    form = OrganisationForm

    list_display = ["name", "uscc", "region", "kind", "parent"]
    list_filter = ["kind", RegionFilter]
    list_per_page = 50
    list_select_related = ["parent"]
    show_full_result_count = False
    ordering = ["name", "pk"]
    search_fields = ["name", "uscc__iexact", "public_id__exact"]
    search_help_text = _("Name, or the whole unified social credit code.")
    autocomplete_fields = ["parent"]
    fields = ["name", "aliases", "uscc", "region", "kind", "parent"]

    def save_model(self, request: HttpRequest, obj: Organisation, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record(request, events.ORGANISATION_SAVED, obj, form, name=obj.name)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return _is_staff(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return _is_administrator(request)

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return _is_administrator(request)


def _record(request: HttpRequest, kind: Any, subject: User | Organisation, form: Any, *, name: str) -> None:
    """The admin's views are transactions: the event stands or falls with the change."""
    fields = sorted(form.changed_data)
    record(kind, actor=request.user, subject=subject, now=now_of(request), name=name, fields=fields)


def _is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)


def _is_administrator(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)


def _is_own_page(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is None or (match.url_name or "").startswith("accounts_user_")
