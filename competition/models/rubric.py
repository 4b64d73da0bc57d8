"""Rubrics: what judges score, with weights. Frozen once used; a change is a new version."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from competition.models.contest import Contest
from portal.db import Identified


class Rubric(Identified):
    """A named, versioned list of criteria. `frozen_at` is set with the first published assignment that uses it."""

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="rubrics")
    name = models.CharField(_("name"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    comment_below = models.DecimalField(
        _("a comment is required below"), max_digits=5, decimal_places=2, default=Decimal(60)
    )
    comment_from = models.DecimalField(
        _("a comment is required from"), max_digits=5, decimal_places=2, default=Decimal(95)
    )
    frozen_at = models.DateTimeField(_("frozen"), null=True, blank=True, editable=False)
    content_hash = models.CharField(_("content hash"), max_length=64, blank=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")
        ordering = ["contest", "name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["contest", "name", "version"], name="rubric_version_once"),
        ]

    def __str__(self) -> str:
        return gettext("%(name)s · version %(version)d") % {"name": self.name, "version": self.version}


class Criterion(models.Model):
    """One line of a rubric; marks run from 0 to `max_mark`, weights of a rubric add up to 100."""

    rubric = models.ForeignKey(Rubric, verbose_name=_("rubric"), on_delete=models.CASCADE, related_name="criteria")
    code = models.CharField(
        _("code"), max_length=8, validators=[RegexValidator(r"^[A-Z][A-Z0-9]{0,7}$", _("Use a code such as C1."))]
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("name"), max_length=60)
    weight = models.DecimalField(
        _("weight"),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.01")), MaxValueValidator(100)],
    )
    max_mark = models.DecimalField(
        _("full marks"), max_digits=5, decimal_places=2, default=Decimal(100), validators=[MinValueValidator(1)]
    )
    guidance = models.TextField(_("full marks look like"), blank=True)
    anchors = models.JSONField(
        _("anchors"),
        default=list,
        blank=True,
        help_text=_("What a mark in each band looks like: [[“优”, 90, 100, “…”], …]."),
    )
    allow_na = models.BooleanField(_("may be not applicable"), default=False)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["rubric", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rubric", "code"],
                name="criterion_code_once",
                violation_error_message=_("This rubric already has a criterion with this code."),
            ),
            models.CheckConstraint(
                condition=models.Q(weight__gt=0) & models.Q(max_mark__gt=0), name="criterion_weight_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name
