"""Inspections: what the background work found out about the content of files."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from competition.models import WantedFile
from portal.db import LockingQuerySet


class Inspection(models.Model):
    """Of one content, whoever uploaded it and however often. Awaited until `looked_at`, and `scanned_at` where there is
    a scanner to ask. `unused_since`: nothing names this content any more (`actions.clearing`).
    """

    class Verdict(models.TextChoices):
        UNKNOWN = "unknown", _("Not scanned")
        CLEAN = "clean", _("Nothing found")
        INFECTED = "infected", _("Malware found")

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    kind = models.CharField(_("format"), max_length=8, choices=WantedFile.Kind.choices)
    size = models.PositiveBigIntegerField(_("size"))
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    pictures = models.PositiveSmallIntegerField(_("pages with a picture"), default=0)
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    verdict = models.CharField(_("virus scan"), max_length=10, choices=Verdict.choices, default=Verdict.UNKNOWN)
    finding = models.CharField(_("what was found"), max_length=120, blank=True)
    scanned_at = models.DateTimeField(_("scanned"), null=True, blank=True)
    unused_since = models.DateTimeField(_("unused since"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    objects = LockingQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection")
        verbose_name_plural = _("inspections")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict="unknown") | models.Q(scanned_at__isnull=False),
                name="inspection_verdict_has_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unused_since"], condition=models.Q(unused_since__isnull=False), name="inspection_unused"
            )
        ]

    def __str__(self) -> str:
        return self.sha256

    @property
    def is_infected(self) -> bool:
        return self.verdict == self.Verdict.INFECTED

    @property
    def picture_numbers(self) -> range:
        """Pages of which there is a picture, counted from one."""
        return range(1, self.pictures + 1)

    def picture_path(self, number: int) -> str:
        """Where the picture of a page is kept."""
        return f"previews/{self.sha256[:2]}/{self.sha256}/{number}.webp"
