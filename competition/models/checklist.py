"""What whoever checks an entry looks at, one by one."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from competition.models.contest import Contest
from competition.models.form import FormSection, WantedFile
from portal.db import Identified


class CheckItem(Identified):
    """One line of a contest's checklist.

    A verdict keeps the words of the items as they were, so that a checklist may change while it is in use. Where an item is
    not met, what it concerns (the team and project, a section of the form, a file; at most one of them) is proposed for
    correction.
    """

    class Part(models.TextChoices):
        """In the words of `submissions.items`."""

        TITLE = "title", _("Project name")
        ORGANISATIONS = "organisations", _("Organisations")
        MEMBERS = "members", _("Team members")

    contest = models.ForeignKey(
        Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="check_items"
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    text = models.CharField(
        _("what must be so"),
        max_length=120,
        help_text=_("A statement that is met or not, for example 承诺书已加盖公章."),
    )
    hint = models.CharField(
        _("hint"), max_length=300, blank=True, help_text=_("Where to look, and when it does not apply.")
    )
    required = models.BooleanField(
        _("must be met"),
        default=True,
        help_text=_("An entry passes only when this is answered, and met or not applicable."),
    )
    internal = models.BooleanField(
        _("internal"), default=False, help_text=_("The team does not read what was answered here.")
    )
    part = models.CharField(_("concerns"), max_length=13, choices=Part.choices, blank=True)
    section = models.ForeignKey(
        FormSection,
        verbose_name=_("concerns the section"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    wanted_file = models.ForeignKey(
        WantedFile,
        verbose_name=_("concerns the file"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("check item")
        verbose_name_plural = _("check items")
        ordering = ["contest", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(section__isnull=True, wanted_file__isnull=True)
                | models.Q(part="", section__isnull=True)
                | models.Q(part="", wanted_file__isnull=True),
                name="check_item_concerns_one",
                violation_error_message=_("An item concerns one thing: choose one of them."),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def clean(self) -> None:
        for name in ("section", "wanted_file"):
            concerned = getattr(self, name)
            if concerned and self.contest_id and concerned.contest_id != self.contest_id:
                raise ValidationError({name: _("Choose one of this contest.")})
