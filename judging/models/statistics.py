"""What the statistics found, kept until the totals change."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from competition.models import Stage, Track


class Findings(models.Model):
    """The statistics of one track for a number of places, made in the background where they take longer than a page may.

    `key` is the hash of everything they rest on: other totals have another key, so that what is stored is never shown for
    what it was not made from. Advice only: nothing official reads it, and every row can be made again.
    """

    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="findings")
    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="findings")
    top = models.PositiveIntegerField(_("places"))
    key = models.CharField(max_length=64, unique=True)
    found = models.JSONField(default=dict)
    made_at = models.DateTimeField(_("calculated"))

    class Meta:
        verbose_name = _("statistics of a track")
        verbose_name_plural = _("statistics of tracks")
        indexes = [models.Index(fields=["stage", "track", "top"], name="findings_of_track")]

    def __str__(self) -> str:
        return f"{self.stage} {self.track} {self.top}"
