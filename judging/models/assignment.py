"""Who judges what."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import Contest, Stage
from judging.models.background import InBackground
from judging.models.expert import Expert
from portal.db import Identified, LockingQuerySet
from portal.states import State
from submissions.models import Entry, EntryVersion


class AssignmentPlan(Identified, InBackground):
    """A proposal of the solver for one judged stage; nothing reaches a judge before it is published.

    `seats` lists [entry public id, expert code]; `result` holds its figures (total, weakest, unfilled, reasons, loads), and
    `alternates` for each entry who may step in. `refusal` is the code of why it could not be made. `edits` counts changes by
    hand.
    """

    class Status(models.TextChoices):
        SOLVING = "solving", _("Being computed")
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        DISCARDED = "discarded", _("Discarded")
        FAILED = "failed", _("Not possible")
        REVERTED = "reverted", _("Taken back")

    class Objective(models.TextChoices):
        BOTTLENECK = "bottleneck", _("The weakest match as strong as possible, then the best total")
        TOTAL = "total", _("The best total of all matches")

    contest = models.ForeignKey(
        Contest, verbose_name=_("contest"), on_delete=models.PROTECT, related_name="assignment_plans"
    )
    stage = models.ForeignKey(Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="assignment_plans")
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.DRAFT, editable=False)
    seed = models.CharField(_("seed"), max_length=64)
    seats = models.JSONField(_("seats"), default=list)
    result = models.JSONField(_("result"), default=dict)
    alternates = models.JSONField(_("alternates"), default=dict)
    objective = models.CharField(
        _("objective"), max_length=12, choices=Objective.choices, default=Objective.BOTTLENECK, editable=False
    )
    rules = models.JSONField(_("rules of composition"), default=dict)
    refusal = models.CharField(_("why not"), max_length=24, blank=True, editable=False)
    reason = models.TextField(_("reason"), blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    edits = models.PositiveIntegerField(_("changes by hand"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = LockingQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment plan")
        verbose_name_plural = _("assignment plans")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["stage", "status"], name="plan_stage")]
        constraints = [
            models.UniqueConstraint(
                fields=["stage"], condition=models.Q(status="solving"), name="plan_one_computed_at_a_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="reverted") | ~models.Q(reason=""), name="plan_reverted_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.get_status_display()}"


class AssignmentQuerySet(LockingQuerySet):
    """Verbs over assignments."""

    def of_judge(self, user: Any) -> "AssignmentQuerySet":
        """Everything ever assigned to the person."""
        return self.filter(expert__user=user)

    def in_contest(self) -> "AssignmentQuerySet":
        """Seats at entries that still take part."""
        return self.filter(entry__status=Entry.Status.SUBMITTED)

    def active(self) -> "AssignmentQuerySet":
        return self.in_contest().filter(status=Assignment.Status.ACTIVE)

    def with_room(self) -> "AssignmentQuerySet":
        """Seats of entries that have fewer judges than their stage gives them."""
        panel = Assignment.objects.active().filter(stage=models.OuterRef("stage"), entry=models.OuterRef("entry"))
        size = panel.order_by().values("entry").annotate(size=models.Count("pk")).values("size")
        return self.annotate(sitting=Coalesce(models.Subquery(size), 0)).filter(sitting__lt=models.F("stage__seats"))


class Assignment(Identified):
    """One seat: this expert judges this version of this entry in this stage. Never deleted; leaves with a reason."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Assigned")
        RECUSED = "recused", _("Recused")
        WITHDRAWN = "withdrawn", pgettext_lazy("assignment", "Withdrawn")
        QUARANTINED = "quarantine", _("Quarantined")

    plan = models.ForeignKey(AssignmentPlan, on_delete=models.PROTECT, related_name="assignments")
    stage = models.ForeignKey(Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="assignments")
    entry = models.ForeignKey(
        Entry, verbose_name=pgettext_lazy("of a team", "entry"), on_delete=models.PROTECT, related_name="assignments"
    )
    version = models.ForeignKey(
        EntryVersion, verbose_name=_("version"), on_delete=models.PROTECT, related_name="assignments"
    )
    expert = models.ForeignKey(Expert, verbose_name=_("judge"), on_delete=models.PROTECT, related_name="assignments")
    title = models.CharField(
        _("project name"),
        max_length=60,
        blank=True,
        help_text=_("As it was submitted, so that lists need not open the version."),
    )
    position = models.PositiveIntegerField(_("place in the queue"), default=0)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.ACTIVE, editable=False)
    reason = models.TextField(_("reason"), blank=True)
    assigned_at = models.DateTimeField(_("assigned"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    pledged_at = models.DateTimeField(
        _("pledge signed"),
        null=True,
        blank=True,
        help_text=_("The judge has declared their interests since this was assigned; before that it does not open."),
    )

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["stage", "expert", "position", "pk"]
        indexes = [
            models.Index(fields=["expert", "stage", "position", "id"], name="assignment_queue"),
            models.Index(fields=["stage", "entry"], name="assignment_entry"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "entry", "expert"], condition=models.Q(status="active"), name="assignment_seat_once"
            ),
            models.CheckConstraint(
                condition=models.Q(status="active") | ~models.Q(reason=""), name="assignment_end_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert.code} → {self.entry}"


PLAN_STATES = {
    AssignmentPlan.Status.SOLVING: State(AssignmentPlan.Status.SOLVING.label, "blue", "loader"),
    AssignmentPlan.Status.DRAFT: State(AssignmentPlan.Status.DRAFT.label, "amber", "pencil-line"),
    AssignmentPlan.Status.PUBLISHED: State(AssignmentPlan.Status.PUBLISHED.label, "green", "check"),
    AssignmentPlan.Status.DISCARDED: State(AssignmentPlan.Status.DISCARDED.label, "neutral", "archive"),
    AssignmentPlan.Status.FAILED: State(AssignmentPlan.Status.FAILED.label, "red", "triangle-alert"),
    AssignmentPlan.Status.REVERTED: State(AssignmentPlan.Status.REVERTED.label, "neutral", "undo-2"),
}
STATES = {
    Assignment.Status.ACTIVE: State(Assignment.Status.ACTIVE.label, "violet", "scale"),
    Assignment.Status.RECUSED: State(Assignment.Status.RECUSED.label, "neutral", "user-x"),
    Assignment.Status.WITHDRAWN: State(Assignment.Status.WITHDRAWN.label, "neutral", "archive"),
    Assignment.Status.QUARANTINED: State(Assignment.Status.QUARANTINED.label, "amber", "shield-alert"),
}
