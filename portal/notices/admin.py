"""The outbox in the administration: what was sent to whom, and what did not get through. To be read, and sent again."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.notices import actions
from portal.notices.kinds import all_kinds, occasion_of
from portal.notices.models import Notice
from portal.refusals import Refusal
from portal.web.administration import KindFilter, SoundAdmin
from portal.web.requests import now_of

#: What a person reads first; and what the worker and the mail server go by, for whoever looks for a fault.
TOLD = ("occasion", "to", "channel", "language", "state", "last_error", "created_at", "sent_at", "read_at", "path")
RECORDED = ("attempts", "next_attempt_at", "started_at", "values", "dedupe_key", "message_id")


class NoticeKindFilter(KindFilter):
    """By what the notice tells."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.key, str(kind.event)) for kind in all_kinds()]


@admin.register(Notice)
class NoticeAdmin(SoundAdmin, admin.ModelAdmin):
    """Newest first, by state."""

    list_display = ["created_at", "occasion", "to", "channel", "state", "last_error"]
    list_filter = ["state", "channel", NoticeKindFilter, "created_at"]
    list_per_page = 50
    list_select_related = ["recipient"]
    show_full_result_count = False
    search_fields = ["address", "public_id__exact", "contest_id__exact"]
    search_help_text = _("E-mail address, or the public id of a notice or a contest.")
    readonly_fields = (*TOLD, *RECORDED)
    fieldsets = (
        (None, {"fields": TOLD}),
        (
            _("For finding faults"),
            {
                "classes": ["collapse"],
                "description": _("How it was sent, and what its text was made of."),
                "fields": RECORDED,
            },
        ),
    )
    actions = ["send_again"]

    @admin.display(description=_("occasion"))
    def occasion(self, notice: Notice) -> str:
        return capfirst(str(occasion_of(notice.kind)))

    @admin.display(description=_("recipient"))
    def to(self, notice: Notice) -> str:
        return f"{notice.recipient} <{notice.recipient.email}>" if notice.recipient else notice.address

    @admin.display(description=Notice._meta.get_field("context").verbose_name)
    def values(self, notice: Notice) -> str:
        text = json.dumps(notice.context, ensure_ascii=False, indent=2)
        return format_html('<pre class="cs-payload">{}</pre>', text)

    @admin.action(description=_("Send again: mails that failed or are uncertain"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        sent = 0
        for notice in queryset:
            try:
                actions.send_again(actor=request.user, notice=notice, now=now_of(request))  # type: ignore[arg-type]
            except Refusal as refusal:
                self.message_user(request, str(refusal), messages.WARNING)
            else:
                sent += 1
        if sent:
            told = ngettext("%(number)s mail is queued again.", "%(number)s mails are queued again.", sent)
            self.message_user(request, told % {"number": sent}, messages.SUCCESS)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return _is_administrator(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Notice | None = None) -> bool:
        return False


def _is_administrator(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_superuser)
