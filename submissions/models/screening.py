"""The formal check.

Where a contest asks for a *second look*, a first verdict is kept and does not count: somebody else confirms it or decides
otherwise, and that verdict counts. `ScreeningQuerySet.in_force` is the one place that says which verdicts count.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.db import Identified, LockingQuerySet
from portal.states import State
from submissions.models.version import EntryVersion


class ScreeningQuerySet(LockingQuerySet):
    """Verbs over verdicts."""

    def in_force(self) -> "ScreeningQuerySet":
        """Those that count: of one version, the last of them."""
        return self.filter(in_force=True)

    def awaiting_second_look(self) -> "ScreeningQuerySet":
        """First verdicts that nobody has confirmed or overruled yet."""
        return self.filter(in_force=False, second=None)


class Screening(Identified):
    """One verdict on one version; append-only. A later verdict has the next number, and the last one in force counts.

    One that is not `in_force` is a first look; the verdict that answers it names it as `first`, and is another person's.

    A version that is returned for correction names the `items` that the team may change (`submissions.items`) and the
    exclusive bound `until` which it may. `answers` is what was ticked on the contest's checklist, in the words of the day
    (`submissions.checklist`).
    """

    class Verdict(models.TextChoices):
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Not passed")
        RETURNED = "returned", _("Returned for correction")

    version = models.ForeignKey(
        EntryVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="screenings"
    )
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict.choices)
    reason = models.TextField(_("reason"), blank=True)
    items = models.JSONField(_("to be corrected"), default=list, blank=True)
    answers = models.JSONField(_("checklist"), default=list, blank=True)
    until = models.DateTimeField(_("to be corrected until"), null=True, blank=True)
    in_bulk = models.BooleanField(
        _("passed with others"), default=False, help_text=_("The checklist was answered once for all of them.")
    )
    in_force = models.BooleanField(_("in force"), default=True)
    first = models.OneToOneField(
        "self", verbose_name=_("first look"), null=True, blank=True, on_delete=models.PROTECT, related_name="second"
    )
    screened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("checked by"), on_delete=models.PROTECT, related_name="+"
    )
    screened_at = models.DateTimeField(_("checked"))

    objects = ScreeningQuerySet.as_manager()

    class Meta:
        verbose_name = _("formal check")
        verbose_name_plural = _("formal checks")
        ordering = ["version", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="screening_number_once"),
            models.CheckConstraint(
                condition=models.Q(verdict="passed") | ~models.Q(reason=""),
                name="screening_failure_has_reason",
                violation_error_message=_("Say why the entry does not pass: the team reads it."),
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="returned", until__isnull=False)
                | ~models.Q(verdict="returned") & models.Q(until__isnull=True),
                name="screening_return_has_end",
            ),
            models.CheckConstraint(
                condition=models.Q(in_bulk=False) | models.Q(verdict="passed"), name="screening_bulk_passes"
            ),
            models.CheckConstraint(
                condition=models.Q(first__isnull=True) | models.Q(in_force=True),
                name="screening_second_look_counts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.get_verdict_display()}"

    @property
    def state(self) -> State:
        return STATES[self.Verdict(self.verdict)]


STATES = {
    Screening.Verdict.PASSED: State(_("Check passed"), "green", "check"),
    Screening.Verdict.FAILED: State(_("Check not passed"), "red", "x"),
    Screening.Verdict.RETURNED: State(Screening.Verdict.RETURNED.label, "amber", "undo-2"),
}
CORRECTION_OVERDUE = State(_("Correction overdue"), "red", "clock-alert")
AWAITING_SECOND_LOOK = State(_("Awaiting second look"), "teal", "user-check")
AWAITING_CHECK = State(_("Awaiting check"), "teal", "hourglass")
