"""Disputed scores: a third opinion that is added, and what the panel said when it deliberated.

An `Arbitration` opens one more seat for an entry of a stage, with why, the figures of that moment and until when; its
judge's sealed total then counts like every other, by the rules of the stage. Nothing that was sealed is replaced.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import Stage
from judging.models.assignment import Assignment
from portal.db import Identified
from portal.states import State
from submissions.models import Entry


class Arbitration(Identified):
    """A third opinion on one entry of one stage; never deleted."""

    class Sign(models.TextChoices):
        RANGE = "range", _("Totals lie too far apart")
        DISAGREEMENT = "disagree", _("Judges do not agree")
        CUT = "cut", _("One judge decides at the cut line")
        OTHER = "other", _("Other")

    stage = models.ForeignKey(Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="arbitrations")
    entry = models.ForeignKey(
        Entry, verbose_name=pgettext_lazy("of a team", "entry"), on_delete=models.PROTECT, related_name="arbitrations"
    )
    assignment = models.OneToOneField(
        Assignment, verbose_name=_("the added seat"), on_delete=models.PROTECT, related_name="arbitration"
    )
    signs = models.JSONField(_("signs"), default=list)
    reason = models.TextField(_("reason"))
    figures = models.JSONField(
        _("figures"), default=dict, help_text=_("Score, totals and range as they were when it was opened.")
    )
    opened_at = models.DateTimeField(_("opened"))
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField(_("to be sealed before"))

    class Meta:
        verbose_name = _("arbitration")
        verbose_name_plural = _("arbitrations")
        ordering = ["-opened_at", "-pk"]
        indexes = [models.Index(fields=["stage", "entry"], name="arbitration_entry")]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="arbitration_has_reason"),
            models.CheckConstraint(
                condition=models.Q(due_at__gt=models.F("opened_at")), name="arbitration_ends_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.opened_at:%Y-%m-%d}"


ARBITRATION_STATES = {
    "waiting": State(_("Awaiting the third opinion"), "violet", "scale"),
    "done": State(_("Third opinion counted"), "green", "check"),
    "left": State(_("The judge left"), "neutral", "user-x"),
    "over": State(_("Not sealed in time"), "red", "clock-alert"),
}


class DeliberationNote(Identified):
    """What the panel said of an entry when it deliberated (合议); append-only."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="deliberation_notes")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="deliberation_notes")
    text = models.TextField(pgettext_lazy("deliberation", "note"))
    written_at = models.DateTimeField(_("written"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("deliberation note")
        verbose_name_plural = _("deliberation notes")
        ordering = ["written_at", "pk"]
        indexes = [models.Index(fields=["stage", "entry"], name="deliberation_entry")]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="deliberation_has_text")]

    def __str__(self) -> str:
        return self.text[:40]
