"""Score sheets that were filled in on paper: keyed twice by two people, and settled where they differ."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from judging.models.assignment import Assignment
from portal.db import Identified


class PaperKeying(Identified):
    """What one person read on the paper of one seat; append-only. The second is somebody else's."""

    class Turn(models.IntegerChoices):
        FIRST = 1, pgettext_lazy("keying", "First")
        SECOND = 2, pgettext_lazy("keying", "Second")
        SETTLED = 3, pgettext_lazy("keying", "Settled")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="paper_keyings")
    turn = models.PositiveSmallIntegerField(_("turn"), choices=Turn.choices)
    marks = models.JSONField(_("marks"), default=dict)
    comment = models.TextField(_("comment"), blank=True)
    keyed_at = models.DateTimeField(_("keyed"))
    keyed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("paper sheet as keyed")
        verbose_name_plural = _("paper sheets as keyed")
        ordering = ["assignment", "turn"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "turn"], name="paper_turn_once"),
            models.UniqueConstraint(
                fields=["assignment", "keyed_by"],
                condition=models.Q(turn__lt=3),
                name="paper_keyed_by_two_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.get_turn_display()}"
