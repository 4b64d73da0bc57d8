"""The roadshow (路演): a panel that judges every team of a list, one after the other, before everybody's eyes.

A `Roadshow` belongs to a stage and has `Slot`s, one per entry. Its running order is drawn by lot: what decides is
published first (`commitment`), then comes a number that nobody knew. Marks are ordinary score sheets of the stage; a slot
only says when they may be given and from when on they are shown. A roadshow that is called off before its first team was
called keeps its slots and its lots on record, and its entries can present in another one of the stage.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from competition.models import Stage
from judging.models.expert import Expert
from portal.db import Identified, LockingQuerySet
from portal.states import State
from submissions.models import Entry

PRESENTATION, QUESTIONS, SCORING = 8 * 60, 7 * 60, 2 * 60
LONGEST = 2 * 60 * 60
_SECONDS = [MinValueValidator(30), MaxValueValidator(LONGEST)]


class Roadshow(Identified):
    """One session: its panel, its clock and its running order. `revision` rises with everything that the host does."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("Planned")
        COMMITTED = "committed", _("Lots announced")
        DRAWN = "drawn", _("Order drawn")
        LIVE = "live", _("Live")
        OVER = "over", pgettext_lazy("roadshow", "Over")
        CALLED_OFF = "called_off", pgettext_lazy("roadshow", "Called off")

    #: Nobody has been called yet: it can be moved, or called off.
    NOT_BEGUN = (Status.PLANNED, Status.COMMITTED, Status.DRAWN)

    class Reveal(models.TextChoices):
        EACH = "each", _("After each team")
        END = "end", _("At the end, from the last place to the first")

    stage = models.ForeignKey(Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="roadshows")
    name = models.CharField(pgettext_lazy("roadshow", "name"), max_length=60)
    place = models.CharField(pgettext_lazy("roadshow", "place"), max_length=100, blank=True)
    starts_at = models.DateTimeField(_("begins"))
    presentation_seconds = models.PositiveSmallIntegerField(
        _("presentation, seconds"), default=PRESENTATION, validators=_SECONDS
    )
    question_seconds = models.PositiveSmallIntegerField(_("questions, seconds"), default=QUESTIONS, validators=_SECONDS)
    scoring_seconds = models.PositiveSmallIntegerField(_("scoring, seconds"), default=SCORING, validators=_SECONDS)
    reveal = models.CharField(_("scores are shown"), max_length=4, choices=Reveal.choices, default=Reveal.EACH)
    panel = models.ManyToManyField(Expert, verbose_name=_("panel"), related_name="roadshows", blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.PLANNED, editable=False
    )
    source = models.CharField(_("what decides the lots"), max_length=200, blank=True, editable=False)
    commitment = models.CharField(_("commitment"), max_length=64, blank=True, editable=False)
    number = models.CharField(_("the number that decided"), max_length=64, blank=True, editable=False)
    committed_at = models.DateTimeField(_("lots announced"), null=True, blank=True, editable=False)
    drawn_at = models.DateTimeField(_("order drawn"), null=True, blank=True, editable=False)
    called_off_at = models.DateTimeField(pgettext_lazy("roadshow", "called off"), null=True, blank=True, editable=False)
    called_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    called_off_reason = models.CharField(_("why it was called off"), max_length=300, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("roadshow")
        verbose_name_plural = _("roadshows")
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["stage", "starts_at"], name="roadshow_stage")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["planned", "called_off"])
                | ~models.Q(commitment="") & models.Q(committed_at__isnull=False),
                name="roadshow_lots_are_announced_first",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["planned", "committed", "called_off"])
                | ~models.Q(number="") & models.Q(drawn_at__isnull=False),
                name="roadshow_order_is_drawn_first",
            ),
            models.CheckConstraint(
                condition=models.Q(status="called_off", called_off_at__isnull=False) & ~models.Q(called_off_reason="")
                | ~models.Q(status="called_off") & models.Q(called_off_at__isnull=True, called_off_reason=""),
                name="roadshow_called_off_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def reveal_words(self) -> str:
        """When scores are shown, where no label stands before it."""
        after_each = self.reveal == self.Reveal.EACH
        return gettext("Scores shown after each team") if after_each else gettext("Scores shown at the end")

    @property
    def is_called_off(self) -> bool:
        return self.status == self.Status.CALLED_OFF

    @property
    def seconds_per_team(self) -> int:
        return self.presentation_seconds + self.question_seconds + self.scoring_seconds

    def expected_at(self, position: int) -> datetime:
        """When the team at this place is due if nobody takes longer."""
        return self.starts_at + timedelta(seconds=(position - 1) * self.seconds_per_team)


ROADSHOW_STATES = {
    Roadshow.Status.PLANNED: State(Roadshow.Status.PLANNED.label, "neutral", "circle"),
    Roadshow.Status.COMMITTED: State(Roadshow.Status.COMMITTED.label, "amber", "hourglass"),
    Roadshow.Status.DRAWN: State(Roadshow.Status.DRAWN.label, "blue", "list-ordered"),
    Roadshow.Status.LIVE: State(Roadshow.Status.LIVE.label, "violet", "radio"),
    Roadshow.Status.OVER: State(Roadshow.Status.OVER.label, "green", "check"),
    Roadshow.Status.CALLED_OFF: State(Roadshow.Status.CALLED_OFF.label, "red", "circle-x"),
}


class SlotQuerySet(LockingQuerySet):
    """Verbs over slots."""

    def turn_of(self, *, stage: int, entry: int) -> "Slot | None":
        """Where this entry presents; the last turn that was called off where it presents nowhere any more."""
        last_of_all = models.Case(models.When(status=Slot.Status.CALLED_OFF, then=1), default=0)
        found: Any = self.filter(stage=stage, entry=entry).order_by(last_of_all, "-pk").first()
        return found


class Slot(Identified):
    """One team's turn. The clock of a phase is how long it ran before (`elapsed_ms`), and since when it is running."""

    class Status(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("slot", "Waiting")
        PRESENTING = "presenting", pgettext_lazy("slot", "Presentation")
        QUESTIONS = "questions", pgettext_lazy("slot", "Questions")
        SCORING = "scoring", pgettext_lazy("slot", "Scoring")
        CLOSED = "closed", pgettext_lazy("slot", "Closed")
        ABSENT = "absent", pgettext_lazy("slot", "Absent")
        CALLED_OFF = "called_off", pgettext_lazy("slot", "Called off")

    ON_STAGE = (Status.PRESENTING, Status.QUESTIONS, Status.SCORING)

    roadshow = models.ForeignKey(Roadshow, on_delete=models.PROTECT, related_name="slots")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="slots")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="slots")
    position = models.PositiveSmallIntegerField(_("place in the running order"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.WAITING)
    running_since = models.DateTimeField(_("clock running since"), null=True, blank=True)
    elapsed_ms = models.PositiveIntegerField(_("clock, milliseconds before that"), default=0)
    called_at = models.DateTimeField(_("called"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    revealed_at = models.DateTimeField(_("score shown"), null=True, blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        ordering = ["roadshow", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "entry"], condition=~models.Q(status="called_off"), name="slot_once_per_stage"
            ),
            models.UniqueConstraint(fields=["roadshow", "position"], name="slot_position_once"),
            models.UniqueConstraint(
                fields=["roadshow"],
                condition=models.Q(status__in=["presenting", "questions", "scoring"]),
                name="slot_one_on_stage",
            ),
            models.CheckConstraint(
                condition=models.Q(revealed_at__isnull=True) | models.Q(status="closed"),
                name="slot_closed_before_it_is_shown",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="called_off") | models.Q(called_at__isnull=True),
                name="slot_called_off_before_it_was_called",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position or '–'} {self.entry}"

    @property
    def is_on_stage(self) -> bool:
        return self.status in self.ON_STAGE

    def elapsed(self, now: datetime) -> int:
        """Milliseconds on the clock of the phase."""
        running = now - self.running_since if self.running_since else timedelta()
        return self.elapsed_ms + max(0, int(running.total_seconds() * 1000))


SLOT_STATES = {
    Slot.Status.WAITING: State(Slot.Status.WAITING.label, "neutral", "circle"),
    Slot.Status.PRESENTING: State(Slot.Status.PRESENTING.label, "violet", "presentation"),
    Slot.Status.QUESTIONS: State(Slot.Status.QUESTIONS.label, "violet", "messages-square"),
    Slot.Status.SCORING: State(Slot.Status.SCORING.label, "amber", "scale"),
    Slot.Status.CLOSED: State(Slot.Status.CLOSED.label, "green", "lock"),
    Slot.Status.ABSENT: State(Slot.Status.ABSENT.label, "red", "user-x"),
    Slot.Status.CALLED_OFF: State(Slot.Status.CALLED_OFF.label, "red", "circle-x"),
}
