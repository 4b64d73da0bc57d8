"""More time for one team."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.db import Identified
from portal.states import State
from submissions.models.entry import Entry


class Extension(Identified):
    """One request for more time with its decision, or time that an organiser granted unasked.

    Life: asked → granted | declined. What was decided stays as it is (a trigger holds it); `Entry.extension` names the
    granted one that counts. `until` is an exclusive bound, as a stage's `closes_at` is.
    """

    class Status(models.TextChoices):
        ASKED = "asked", _("Asked for")
        GRANTED = "granted", _("Granted")
        DECLINED = "declined", pgettext_lazy("a request", "Declined")

    entry = models.ForeignKey(
        Entry, verbose_name=pgettext_lazy("of a team", "entry"), on_delete=models.CASCADE, related_name="extensions"
    )
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.ASKED)
    reason = models.TextField(_("reason"), blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("asked by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("asked"), null=True, blank=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["status", "-decided_at"], name="extension_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["entry"], condition=models.Q(status="asked"), name="extension_one_open_request"
            ),
            models.CheckConstraint(
                condition=models.Q(asked_by__isnull=True, asked_at__isnull=True, reason="")
                | models.Q(asked_by__isnull=False, asked_at__isnull=False) & ~models.Q(reason=""),
                name="extension_asked_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(status="asked", asked_at__isnull=False, decided_at__isnull=True, until__isnull=True)
                | models.Q(status="granted", decided_at__isnull=False, decided_by__isnull=False, until__isnull=False)
                | models.Q(status="declined", asked_at__isnull=False, decided_at__isnull=False, until__isnull=True)
                & models.Q(decided_by__isnull=False)
                & ~models.Q(note=""),
                name="extension_decision_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry} · {self.get_status_display()}"

    @property
    def state(self) -> State:
        return STATES[self.Status(self.status)]


STATES = {
    Extension.Status.ASKED: State(Extension.Status.ASKED.label, "amber", "hourglass"),
    Extension.Status.GRANTED: State(Extension.Status.GRANTED.label, "green", "check"),
    Extension.Status.DECLINED: State(Extension.Status.DECLINED.label, "red", "x"),
}
