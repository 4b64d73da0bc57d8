"""What a judge tells the organisers about an entry: it cannot be opened, or it should not be in the contest."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from judging.models.assignment import Assignment
from portal.db import Identified, LockingQuerySet
from portal.states import State


class Report(Identified):
    """A judge's word on one assigned entry, and the organisers' answer. The seat stays the judge's meanwhile."""

    class Kind(models.TextChoices):
        CANNOT_OPEN = "cannot_open", _("Material cannot be opened")
        ELIGIBILITY = "eligibility", _("Eligibility challenged")

    assignment = models.ForeignKey(
        Assignment, verbose_name=_("assignment"), on_delete=models.PROTECT, related_name="reports"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    text = models.TextField(_("what is wrong"))
    at = models.DateTimeField(_("reported"))
    answer = models.TextField(_("answer"), blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = LockingQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a judge")
        verbose_name_plural = _("reports of judges")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["answered_at", "-id"], name="report_open")]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "kind"],
                condition=models.Q(answered_at__isnull=True),
                name="report_open_once_per_kind",
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="report_says_something"),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answer="")
                | models.Q(answered_at__isnull=False) & ~models.Q(answer=""),
                name="report_answered_has_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.get_kind_display()}"

    @property
    def state(self) -> State:
        return REPORT_STATES[self.answered_at is not None]


REPORT_STATES = {
    False: State(_("Awaiting an answer"), "amber", "mail"),
    True: State(_("Answered"), "green", "check"),
}
