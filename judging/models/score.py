"""Score sheets, marks, and the stored aggregate from which the ranking is read."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from competition.models import Criterion, Stage, Track
from judging.models.assignment import Assignment
from portal.db import Identified, LockingQuerySet
from portal.states import State
from submissions.models import Entry


class ScoreSheet(Identified):
    """One judge's marks and comment on one entry. Saved by compare-and-set; once sealed it changes only through a reopening.

    It is a draft until every mark is given, and the comment where one is required; then it is ready, and can be sealed.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Unfinished")
        READY = "ready", _("Scored")
        SEALED = "sealed", _("Sealed")

    SCORED = (State.READY, State.SEALED)

    assignment = models.OneToOneField(
        Assignment, verbose_name=_("assignment"), on_delete=models.PROTECT, related_name="sheet"
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    comment = models.TextField(_("comment"), blank=True)
    total = models.TextField(
        _("exact total"),
        blank=True,
        editable=False,
        help_text=_("A fraction such as 1721/20; empty until all marks are given."),
    )
    seconds = models.PositiveIntegerField(
        _("seconds spent"),
        default=0,
        editable=False,
        help_text=_("While the desk was visible and in use; never more than the server's clock allows."),
    )
    timed_at = models.DateTimeField(_("time counted until"), null=True, blank=True, editable=False)
    saved_at = models.DateTimeField(_("saved"))
    sealed_at = models.DateTimeField(_("sealed"), null=True, blank=True)

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft", sealed_at__isnull=True)
                | models.Q(state="ready", sealed_at__isnull=True) & ~models.Q(total="")
                | models.Q(state="sealed", sealed_at__isnull=False) & ~models.Q(total=""),
                name="sheet_scored_has_total",
            )
        ]

    def __str__(self) -> str:
        return f"{self.assignment} {self.get_state_display()}"


SHEET_STATES = {
    "": State(_("Not scored"), "neutral", "circle"),
    ScoreSheet.State.DRAFT: State(ScoreSheet.State.DRAFT.label, "amber", "pencil-line"),
    ScoreSheet.State.READY: State(ScoreSheet.State.READY.label, "blue", "check"),
    ScoreSheet.State.SEALED: State(ScoreSheet.State.SEALED.label, "green", "lock"),
}


class Mark(models.Model):
    """One mark on one criterion: a value, or "not applicable"; absent means not marked yet."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.PROTECT, related_name="marks")
    criterion = models.ForeignKey(
        Criterion, verbose_name=_("criterion"), on_delete=models.PROTECT, related_name="marks"
    )
    value = models.DecimalField(_("mark"), max_digits=5, decimal_places=2, null=True, blank=True)
    not_applicable = models.BooleanField(_("not applicable"), default=False)

    class Meta:
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="mark_once"),
            models.CheckConstraint(
                condition=models.Q(value__isnull=True, not_applicable=True)
                | models.Q(value__isnull=False, value__gte=0, not_applicable=False),
                name="mark_value_or_not_applicable",
            ),
        ]

    def __str__(self) -> str:
        return "–" if self.not_applicable else str(self.value)


class EntryScore(models.Model):
    """Aggregate of an entry's valid sheets in a stage (sealed, of active assignments), changed in the transaction that
    seals a sheet. The row is made when the entry is assigned and is the lock under which the aggregate changes.

    Figures are exact fractions as text ("25815/300"): `score` is official, `totals` are the judges' by expert code,
    `dropped` the codes that do not count, `means` the means per criterion that may break a tie. Comparing happens on
    the fractions, never on a rounded number.
    """

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="entry_scores")
    track = models.ForeignKey(Track, on_delete=models.PROTECT, related_name="entry_scores")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="scores")
    sheets = models.PositiveSmallIntegerField(_("sealed sheets"), default=0)
    score = models.TextField(_("official score"), blank=True)
    totals = models.JSONField(_("totals of the judges"), default=dict)
    dropped = models.JSONField(_("judges whose totals do not count"), default=list)
    means = models.JSONField(_("means per criterion"), default=dict)
    updated_at = models.DateTimeField(_("updated"))

    objects = LockingQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry score")
        verbose_name_plural = _("entry scores")
        indexes = [models.Index(fields=["stage", "track"], name="entry_score_track")]
        constraints = [models.UniqueConstraint(fields=["stage", "entry"], name="entry_score_once")]

    def __str__(self) -> str:
        return f"{self.entry}: {self.score}"
