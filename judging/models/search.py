"""Looking for conflicts of interest in a whole contest, which takes longer than a page may."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from competition.models import Contest
from judging.models.background import InBackground


class ConflictSearch(InBackground):
    """One search: asked for by an organiser, or by nobody (every night). Of a contest one is under way at a time."""

    class Status(models.TextChoices):
        LOOKING = "looking", _("Being looked for")
        DONE = "done", _("Done")
        FAILED = "failed", _("Broken off")

    contest = models.ForeignKey(
        Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="conflict_searches"
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.LOOKING)
    asked_at = models.DateTimeField(_("asked"))
    asked_by: Any = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    new = models.PositiveIntegerField(_("new findings"), default=0)
    reopened = models.PositiveIntegerField(_("opened again"), default=0)
    quarantined = models.PositiveIntegerField(_("seats quarantined"), default=0)

    class Meta:
        verbose_name = _("search for conflicts")
        verbose_name_plural = _("searches for conflicts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contest"], condition=models.Q(status="looking"), name="conflict_search_one_at_a_time"
            )
        ]

    @property
    def is_under_way(self) -> bool:
        return self.status == self.Status.LOOKING

    def __str__(self) -> str:
        return f"{self.contest} {self.get_status_display()}"
