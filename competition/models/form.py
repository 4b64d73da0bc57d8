"""The application form as data: sections, fields, and the files a team is asked for."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from competition.models.contest import Contest
from competition.models.track import Track
from portal.db import Identified

NAMES_TEAM_HELP = _(
    "Judges see the project, not the team: what names the organisation or its members is hidden from them."
)


class FormSection(Identified):
    """A page of the form; `task` says under which task of the hub it stands."""

    class Task(models.TextChoices):
        OVERVIEW = "overview", _("Project overview")
        APPLICATION = "application", _("Application form")

    contest = models.ForeignKey(
        Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="form_sections"
    )
    task = models.CharField(_("task"), max_length=12, choices=Task.choices, default=Task.APPLICATION)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("title"), max_length=60)
    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    names_team = models.BooleanField(_("names the team"), default=False, help_text=NAMES_TEAM_HELP)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("form section")
        verbose_name_plural = _("form sections")
        ordering = ["contest", "task", "position", "pk"]

    def __str__(self) -> str:
        return self.title


class FormField(Identified):
    """A question; of the whole contest, or of one track only.

    A file is asked for by a `WantedFile`. What was submitted keeps the words of the questions as they were, so that a form
    may change while it is in use; a question that was answered is never deleted.
    """

    class Kind(models.TextChoices):
        TEXT = "text", _("Short text")
        LONG_TEXT = "long_text", _("Long text")
        NUMBER = "number", _("Number")
        CHOICE = "choice", _("One of several")
        CHOICES = "choices", _("Several of several")
        DATE = "date", _("Date")
        LINK = "link", _("Web address")

    section = models.ForeignKey(FormSection, verbose_name=_("section"), on_delete=models.CASCADE, related_name="fields")
    track = models.ForeignKey(
        Track,
        verbose_name=_("only for track"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="form_fields",
    )
    key = models.SlugField(_("key"), max_length=40, allow_unicode=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    label = models.CharField(_("label"), max_length=80)
    help_text = models.CharField(_("help"), max_length=300, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.LONG_TEXT)
    max_length = models.PositiveIntegerField(
        _("most characters"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20000)]
    )
    least = models.DecimalField(_("least value"), max_digits=20, decimal_places=6, null=True, blank=True)
    most = models.DecimalField(_("greatest value"), max_digits=20, decimal_places=6, null=True, blank=True)
    unit = models.CharField(
        _("unit"), max_length=10, blank=True, help_text=_("Stands behind the number, for example 万条.")
    )
    choices = models.JSONField(_("choices"), default=list, blank=True, help_text=_("A list of words."))
    required = models.BooleanField(_("required"), default=True)
    may_not_apply = models.BooleanField(
        _("may not apply"),
        default=False,
        help_text=_("A team may answer “not applicable” and say why, as public hospitals have to at some questions."),
    )
    names_team = models.BooleanField(_("names the team"), default=False, help_text=NAMES_TEAM_HELP)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("form field")
        verbose_name_plural = _("form fields")
        ordering = ["section", "position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["section", "key"], name="form_field_key_once"),
            models.CheckConstraint(
                condition=models.Q(least__isnull=True)
                | models.Q(most__isnull=True)
                | models.Q(most__gte=models.F("least")),
                name="form_field_bounds_in_order",
                violation_error_message=_("The greatest value must not be below the least."),
            ),
        ]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        wants_choices = self.kind in {self.Kind.CHOICE, self.Kind.CHOICES}
        if wants_choices and not (
            isinstance(self.choices, list) and all(isinstance(c, str) and c for c in self.choices) and self.choices
        ):
            raise ValidationError({"choices": _("List the words to choose from, for example [“是”, “否”].")})
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValidationError({"most": _("The greatest value must not be below the least.")})
        if self.track and self.section_id and self.track.contest_id != self.section.contest_id:
            raise ValidationError({"track": _("Choose a track of this contest.")})


class WantedFile(Identified):
    """A file that a team is asked for; every team of the contest, or those of one track."""

    class Task(models.TextChoices):
        EVIDENCE = "evidence", _("Supporting files")
        COMMITMENT = "commitment", _("Commitment letter")

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        PPTX = "pptx", "PPTX"
        PPT = "ppt", "PPT"
        DOCX = "docx", "DOCX"
        MP4 = "mp4", "MP4"

    contest = models.ForeignKey(
        Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="wanted_files"
    )
    task = models.CharField(_("task"), max_length=12, choices=Task.choices, default=Task.EVIDENCE)
    track = models.ForeignKey(
        Track,
        verbose_name=_("only for track"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="wanted_files",
    )
    key = models.SlugField(_("key"), max_length=40)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    label = models.CharField(_("label"), max_length=60)
    help_text = models.CharField(_("help"), max_length=300, blank=True)
    kinds = models.JSONField(_("formats"), default=list, help_text=_("Any of pdf, pptx, ppt, docx, mp4."))
    max_mb = models.PositiveIntegerField(
        _("largest size, MB"), default=50, validators=[MinValueValidator(1), MaxValueValidator(2000)]
    )
    required = models.BooleanField(_("required"), default=True)
    names_team = models.BooleanField(_("names the team"), default=False, help_text=NAMES_TEAM_HELP)
    letter = models.TextField(
        _("text of the letter"),
        blank=True,
        max_length=6000,
        help_text=_(
            "For a commitment letter: the team downloads this text as a PDF with its particulars and a QR code, has it"
            " stamped and uploads the scan. An empty line begins a paragraph; empty: the team brings its own letter."
        ),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("wanted file")
        verbose_name_plural = _("wanted files")
        ordering = ["contest", "task", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["contest", "key"], name="wanted_file_key_once")]

    def __str__(self) -> str:
        return self.label

    def clean(self) -> None:
        if not isinstance(self.kinds, list) or not self.kinds or not set(self.kinds) <= set(self.Kind.values):
            raise ValidationError({"kinds": _("Choose at least one of pdf, pptx, ppt, docx, mp4.")})
        if self.track and self.contest_id and self.track.contest_id != self.contest_id:
            raise ValidationError({"track": _("Choose a track of this contest.")})
