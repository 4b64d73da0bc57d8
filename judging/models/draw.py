"""Random draws of experts: committed to before anybody knows the seed, and never changed after.

draft ──▶ committed ──▶ drawn; a draft and a committed draw can be withdrawn, with a reason, and stay on record.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import Contest
from portal.db import Identified
from portal.states import State


class Draw(Identified):
    """One draw. `rule`, `pool`, `source` and `result` are the values of `judging.draw`, as its file holds them."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("In preparation")
        COMMITTED = "committed", _("Committed")
        DRAWN = "drawn", pgettext_lazy("draw", "Drawn")
        WITHDRAWN = "withdrawn", pgettext_lazy("draw", "Withdrawn")

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.PROTECT, related_name="draws")
    title = models.CharField(pgettext_lazy("draw", "title"), max_length=60)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    rule = models.JSONField(_("rule"), default=dict)
    source = models.JSONField(_("what decides"), default=dict)
    pool = models.JSONField(pgettext_lazy("draw", "pool"), default=list)
    pool_hash = models.CharField(_("fingerprint of the pool"), max_length=64, blank=True)
    commitment = models.CharField(_("commitment"), max_length=64, blank=True)
    revealed = models.JSONField(_("what was revealed"), default=list)
    seed = models.CharField(_("seed"), max_length=64, blank=True)
    result = models.JSONField(_("result"), default=list)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    committed_at = models.DateTimeField(_("committed"), null=True, blank=True)
    drawn_at = models.DateTimeField(pgettext_lazy("draw", "drawn"), null=True, blank=True)
    operator = models.CharField(
        _("operator"), max_length=60, blank=True, help_text=_("The name of the person who drew, as the minutes say it.")
    )

    class Meta:
        verbose_name = _("draw of experts")
        verbose_name_plural = _("draws of experts")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["contest", "-created_at"], name="draw_contest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "withdrawn"])
                | ~models.Q(commitment="") & ~models.Q(pool_hash="") & models.Q(committed_at__isnull=False),
                name="draw_commits_before_it_draws",
            ),
            models.CheckConstraint(
                condition=models.Q(seed="", drawn_at__isnull=True) & ~models.Q(status="drawn")
                | ~models.Q(seed="")
                & models.Q(status="drawn", committed_at__isnull=False, drawn_at__gt=models.F("committed_at")),
                name="draw_seed_after_commitment",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="withdrawn") | ~models.Q(reason=""), name="draw_withdrawn_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def state(self) -> State:
        return STATES[self.Status(self.status)]


STATES = {
    Draw.Status.DRAFT: State(Draw.Status.DRAFT.label, "neutral", "pencil-line"),
    Draw.Status.COMMITTED: State(Draw.Status.COMMITTED.label, "blue", "lock"),
    Draw.Status.DRAWN: State(Draw.Status.DRAWN.label, "green", "check"),
    Draw.Status.WITHDRAWN: State(Draw.Status.WITHDRAWN.label, "neutral", "archive"),
}


class DrawChange(models.Model):
    """Somebody who was drawn leaves, and the next substitute whom the rule allows moves up; nobody, where none is left."""

    draw = models.ForeignKey(Draw, on_delete=models.PROTECT, related_name="changes")
    number = models.PositiveSmallIntegerField(_("number"))
    left = models.CharField(_("who left"), max_length=12)
    came = models.CharField(_("who moved up"), max_length=12, blank=True)
    reason = models.CharField(_("reason"), max_length=300)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("change of a draw")
        verbose_name_plural = _("changes of a draw")
        ordering = ["draw", "number"]
        constraints = [
            models.UniqueConstraint(fields=["draw", "number"], name="draw_change_in_order"),
            models.UniqueConstraint(fields=["draw", "left"], name="draw_leaves_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="draw_change_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.left} → {self.came or '–'}"
