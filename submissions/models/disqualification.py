"""Taking an entry out of the contest, and letting it back in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.db import Identified
from submissions.models.entry import Entry
from submissions.models.screening import Screening
from submissions.models.version import EntryVersion


class Disqualification(Identified):
    """Why an entry was taken out, and, once it was let in again, why that.

    It stands until it is lifted, once, and then stays as it is (a trigger holds both). `Entry.disqualification` names the
    one that stands. `correction` is the return that the entry was in, which goes on when it is let in again.
    """

    entry = models.ForeignKey(
        Entry,
        verbose_name=pgettext_lazy("of a team", "entry"),
        on_delete=models.PROTECT,
        related_name="disqualifications",
    )
    version = models.ForeignKey(EntryVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="+")
    correction = models.ForeignKey(Screening, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"))
    lifted_reason = models.TextField(_("why it was lifted"), blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lifted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    class Meta:
        verbose_name = _("disqualification")
        verbose_name_plural = _("disqualifications")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=Q(lifted_at__isnull=True), name="disqualification_one_stands"
            ),
            models.CheckConstraint(
                condition=~Q(reason=""),
                name="disqualification_has_reason",
                violation_error_message=_("Say why the entry is disqualified: the team reads it."),
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_reason="")
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_reason=""),
                name="disqualification_lifted_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} {self.reason[:40]}"
