"""Excel in and out for admins: preview first, all or nothing, within the person's contests.

An admin that takes `ScopedExchange` before `ContestScopedAdmin` and names its `resource_classes` has both buttons.
"""

import zipfile
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.admin import ImportExportMixin
from import_export.formats.base_formats import XLSX
from import_export.forms import ConfirmImportForm, ImportForm
from import_export.tmp_storages import MediaStorage

from competition.admin.scope import CHANGE, SEE, scope
from portal.web.administration import FacedFileInput
from portal.web.requests import now_of

LOOK_AGAIN = gettext_lazy("Something changed since the preview. Nothing was imported: choose the file again.")
MEGABYTE = 1024 * 1024
MOST_MB = 5
MOST_UNPACKED_MB = 100


class WorkbookForm(ImportForm):
    """An Excel workbook of bearable size; a small file that unpacks to a large one is refused unread."""

    import_file = forms.FileField(
        label=gettext_lazy("Excel file"),
        help_text=gettext_lazy(
            "XLSX, at most 5 MB. Begin from an export: the heads of the columns say what belongs where."
        ),
        widget=FacedFileInput(attrs={"accept": ".xlsx"}),
    )

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > MOST_MB * MEGABYTE:
            raise forms.ValidationError(_("The file is larger than %(most)d MB. Divide it.") % {"most": MOST_MB})
        try:
            with zipfile.ZipFile(file) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
                is_workbook = "xl/workbook.xml" in archive.namelist()
        except zipfile.BadZipFile:
            is_workbook, unpacked = False, 0
        if not is_workbook:
            raise forms.ValidationError(_("This is not an Excel workbook. Save the table as XLSX and choose it again."))
        if unpacked > MOST_UNPACKED_MB * MEGABYTE:
            raise forms.ValidationError(_("The workbook holds too much. Divide it."))
        file.seek(0)
        return file


class PreviewedForm(ConfirmImportForm):
    """The button under the preview: it names the file that was looked at, as the storage knows it."""

    import_file_name = forms.UUIDField(widget=forms.HiddenInput)
    format = forms.ChoiceField(choices=[("0", "XLSX")], widget=forms.HiddenInput)
    resource = forms.ChoiceField(choices=[("0", "")], widget=forms.HiddenInput, required=False)

    def clean_import_file_name(self) -> str:
        name: str = self.cleaned_data["import_file_name"].hex
        if not default_storage.exists(MediaStorage(name=name).get_full_path()):
            raise forms.ValidationError(LOOK_AGAIN, code="gone")
        return name


class ScopedExchange(ImportExportMixin):
    """Import and export for an admin."""

    formats = [XLSX]
    export_formats = [XLSX]
    import_formats = [XLSX]
    import_form_class = WorkbookForm
    confirm_form_class = PreviewedForm
    skip_export_form = True
    #: kept where every web process finds it between preview and confirmation
    tmp_storage_class = MediaStorage

    def has_import_permission(self, request: HttpRequest) -> bool:
        contests = scope(request.user, CHANGE)
        return contests is None or bool(contests)

    def has_export_permission(self, request: HttpRequest) -> bool:
        contests = scope(request.user, SEE)
        return contests is None or bool(contests)

    def get_resource_kwargs(self, request: HttpRequest, *arguments: Any, **options: Any) -> dict[str, Any]:
        return {"user": request.user, "now": now_of(request)}

    def process_dataset(self, dataset: Any, form: Any, request: HttpRequest, **options: Any) -> Any:
        """All rows or none, also when something has changed since the preview."""
        return super().process_dataset(dataset, form, request, rollback_on_validation_errors=True, **options)

    def export_action(self, request: HttpRequest) -> HttpResponse:
        """What the list is filtered by goes with it; where that makes no sense, the list says so."""
        try:
            return super().export_action(request)
        except IncorrectLookupParameters:
            return redirect("admin:{}_{}_changelist".format(*self.get_model_info()))

    def process_import(self, request: HttpRequest, **options: Any) -> HttpResponse:
        may_send = request.method == "POST" and self.has_import_permission(request)
        if may_send and not self.create_confirm_form(request).is_valid():
            return self._look_again(request)
        return super().process_import(request, **options)

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            return self._look_again(request)
        return super().process_result(result, request)

    def _look_again(self, request: HttpRequest) -> HttpResponse:
        messages.error(request, LOOK_AGAIN)
        return redirect("admin:{}_{}_import".format(*self.get_model_info()))

    def add_data_read_fail_error_to_form(self, form: Any, e: Exception) -> None:
        form.add_error("import_file", _("This workbook cannot be read. Save the table as XLSX again and choose it."))
