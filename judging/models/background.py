"""What rows have that the worker fills."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InBackground(models.Model):
    """A row that is being filled: `step`, `progress` and `heard_at` say how far it is."""

    step = models.CharField(_("step"), max_length=12, blank=True, editable=False)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, editable=False)
    heard_at = models.DateTimeField(_("last heard of"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
