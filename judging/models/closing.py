"""That scoring is over, and what was signed then."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from competition.models import Stage


class ScoringClose(models.Model):
    """The checkpoint at the end of a stage's scoring, before results are computed; a moved end gets its own. Append-only."""

    stage = models.ForeignKey(Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="closings")
    closes_at = models.DateTimeField(_("closes"))
    size = models.PositiveBigIntegerField(_("leaves"), help_text=_("Of the journal's checkpoint made then."))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("close of scoring")
        verbose_name_plural = _("closes of scoring")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["stage", "closes_at"], name="scoring_close_once")]

    def __str__(self) -> str:
        return f"{self.stage} {self.size}"
