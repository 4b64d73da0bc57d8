"""What visitors read: announcements, downloads, questions and answers."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import FileExtensionValidator
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from competition.admin.base import ContestScopedAdmin
from competition.admin.filters import FilledFilter, OwnContestFilter
from competition.models import Announcement, Download, Question
from portal.web.administration import FacedFileInput

KINDS = ["pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx", "csv", "txt", "zip", "jpg", "png"]
MEGABYTE = 1024 * 1024
MOST_MB = 100


class PublishedFilter(FilledFilter):
    words = (_("Draft"), _("Published or dated"))


@admin.register(Announcement)
class AnnouncementAdmin(ContestScopedAdmin):
    list_display = ("title", "document_number", "published_at", "contest_name")
    list_filter = (OwnContestFilter, ("published_at", PublishedFilter))
    search_fields = ("title", "document_number", "body")
    date_hierarchy = "published_at"
    ordering = ("-published_at", "-pk")
    autocomplete_fields = ("contest",)
    fields = ("contest", "title", ("issued_by", "document_number"), "body", "published_at")


class DownloadForm(forms.ModelForm):
    """Files have no address of their own, so the widget shows none; the download page leads to them."""

    file = forms.FileField(
        label=_("file to download"),
        widget=FacedFileInput,
        validators=[FileExtensionValidator(KINDS)],
        help_text=_("PDF, Office, CSV, text, ZIP or picture, at most 100 MB."),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if self.instance.pk and "file" in self.fields:
            self.fields["file"].required = False
            self.fields["file"].help_text = _(
                "A new file replaces the present one: PDF, Office, CSV, text, ZIP or picture, at most 100 MB."
            )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_MB * MEGABYTE:
            message = gettext("The file is larger than %(most)d MB. Choose a smaller one.")
            raise forms.ValidationError(message % {"most": MOST_MB}, code="too_large")
        return file


@admin.register(Download)
class DownloadAdmin(ContestScopedAdmin):
    form = DownloadForm
    list_display = ("title", "link", "readable_size", "contest_name")
    list_filter = (OwnContestFilter,)
    search_fields = ("title",)
    ordering = ("contest", "position")
    autocomplete_fields = ("contest",)
    readonly_fields = ("link", "readable_size")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        upload = ("file",) if self.has_change_permission(request, obj) else ()
        return ("contest", "title", "position", *upload, *(("link", "readable_size") if obj else ()))

    @admin.display(description=_("present file"))
    def link(self, download: Download) -> str:
        if not download.pk:
            return ""
        url = reverse("download", args=[download.contest.slug, download.public_id])
        return format_html('<a href="{}">{}</a>', url, str(download.file.name).rsplit("/", 1)[-1])

    @admin.display(description=Download._meta.get_field("size").verbose_name, ordering="size")
    def readable_size(self, download: Download) -> str:
        return filesizeformat(download.size) if download.pk else ""

    def save_model(self, request: HttpRequest, obj: Download, form: Any, change: bool) -> None:
        obj.size = obj.file.size
        super().save_model(request, obj, form, change)


@admin.register(Question)
class QuestionAdmin(ContestScopedAdmin):
    list_display = ("question", "position", "contest_name")
    list_filter = (OwnContestFilter,)
    search_fields = ("question", "answer")
    ordering = ("contest", "position")
    autocomplete_fields = ("contest",)
    fields = ("contest", "question", "answer", "position")
