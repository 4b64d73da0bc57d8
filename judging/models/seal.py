"""What was sealed, for ever, and what opened it again.

A `Seal` is the sheet as its judge signed it: it stays when the sheet is opened again, so that old values are never lost.
A `Reopening` is the only way out of the sealed state: the judge's own within ten minutes, or an organiser's with a reason.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from judging.models.score import ScoreSheet
from portal.db import Identified

UNDO = timedelta(minutes=10)


class Seal(Identified):
    """One signature under one revision of a sheet; append-only."""

    sheet = models.ForeignKey(ScoreSheet, verbose_name=_("score sheet"), on_delete=models.PROTECT, related_name="seals")
    revision = models.PositiveIntegerField(help_text=_("The revision that sealing gave the sheet."))
    marks = models.JSONField(_("marks"), default=dict, help_text=_("By criterion code, as text."))
    comment = models.TextField(_("comment"), blank=True)
    total = models.TextField(_("exact total"))
    seconds = models.PositiveIntegerField(_("seconds spent"), default=0)
    signature = models.CharField(_("signed by"), max_length=60, help_text=_("The name as the judge typed it."))
    sealed_at = models.DateTimeField(_("sealed"))
    leaf = models.CharField(
        _("leaf hash"), max_length=64, unique=True, help_text=_("The journal's event of this seal.")
    )

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        ordering = ["sheet", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "revision"], name="seal_revision_once"),
            models.CheckConstraint(condition=~models.Q(signature=""), name="seal_is_signed"),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} r{self.revision}"

    @property
    def undo_until(self) -> datetime:
        """The first instant at which the judge can no longer take it back."""
        return self.sealed_at + UNDO


class Reopening(Identified):
    """A seal that was taken back or opened, by whom and why; append-only."""

    class Kind(models.TextChoices):
        UNDONE = "undone", _("Taken back by the judge")
        REOPENED = "reopened", _("Opened by an organiser")

    seal = models.OneToOneField(Seal, verbose_name=_("seal"), on_delete=models.PROTECT, related_name="reopening")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    reason = models.TextField(_("reason"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("reopening")
        verbose_name_plural = _("reopenings")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="undone") | ~models.Q(reason=""), name="reopening_by_organiser_has_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.seal} {self.get_kind_display()}"
