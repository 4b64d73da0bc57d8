"""Who was reminded of which deadline, and when."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.models.entry import Entry


class Reminder(models.Model):
    """One occasion: so many hours before this deadline of this entry. A deadline that moved makes new occasions."""

    entry = models.ForeignKey(
        Entry, verbose_name=pgettext_lazy("of a team", "entry"), on_delete=models.CASCADE, related_name="reminders"
    )
    hours = models.PositiveSmallIntegerField(_("hours before"))
    closes_at = models.DateTimeField(_("closes"))
    sent_at = models.DateTimeField(_("sent"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [models.UniqueConstraint(fields=["entry", "closes_at", "hours"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.hours} h"
