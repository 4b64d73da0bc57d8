"""Stages: rows, not code. A door is open while [opens_at, closes_at) holds the instant of the request."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from competition.models.contest import Contest
from competition.models.rubric import Rubric
from portal.db import Identified, LockingQuerySet

ONLY_IN_REVIEW = _(
    "Choose the mean of the totals here: a standard score moves with every sheet of the track, and is for online review only."
)


class StageQuerySet(LockingQuerySet):
    """Verbs over stages."""

    def open_at(self, now: datetime) -> "StageQuerySet":
        return self.filter(opens_at__lte=now, closes_at__gt=now)


class Stage(Identified):
    """One stage of one contest; stages may overlap."""

    class Kind(models.TextChoices):
        RELEASE = "release", _("Topics published")
        REGISTRATION = "registration", _("Registration")
        SUBMISSION = "submission", _("Registration and submission")
        SCREENING = "screening", _("Formal check")
        REVIEW = "review", _("Online review")
        ROADSHOW = "roadshow", _("Roadshow")
        PUBLICITY = "publicity", _("Public notice")
        PROMOTION = "promotion", _("Promotion")

    JUDGED = (Kind.REVIEW, Kind.ROADSHOW)

    class Scoring(models.TextChoices):
        MEAN = "mean", _("mean of the judges’ totals")
        STANDARD = "standard", _("standard score within the track")

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="stages")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=40, blank=True, help_text=_("Empty: the name of the kind."))
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(
        _("closes"), help_text=_("The first instant at which it is closed: for 20 July 24:00 enter 21 July 00:00.")
    )
    grace_minutes = models.PositiveSmallIntegerField(
        _("grace for uploads, minutes"), default=0, help_text=_("An upload begun in time may finish within it.")
    )
    rubric = models.ForeignKey(
        Rubric, verbose_name=_("rubric"), null=True, blank=True, on_delete=models.PROTECT, related_name="stages"
    )
    seats = models.PositiveSmallIntegerField(
        _("judges per entry"), default=5, validators=[MinValueValidator(1), MaxValueValidator(15)]
    )
    max_load = models.PositiveSmallIntegerField(
        _("most entries per judge"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    scoring = models.CharField(
        _("how the official score is formed"),
        max_length=8,
        choices=Scoring.choices,
        default=Scoring.MEAN,
        help_text=_(
            "Standard score: every total becomes 50 + 10 × (total − the judge’s mean) ÷ the judge’s standard deviation within "
            "the track, before the mean is taken. Only for online review. In a track in which it is not possible the mean of "
            "the totals counts: where a judge has fewer than 15 ranked entries or gave them all the same total, or where "
            "groups of entries share no judge. Third opinions are asked of judges with 15 entries of the track."
        ),
    )
    trim_from = models.PositiveSmallIntegerField(
        _("drop the highest and the lowest from"),
        default=5,
        help_text=_(
            "From this many valid totals on, one highest and one lowest are dropped; of standard scores likewise."
        ),
        validators=[MinValueValidator(3)],
    )
    tie_criteria = models.JSONField(
        _("criteria that break ties, in order"),
        default=list,
        blank=True,
        help_text=_("Codes of criteria, for example [“C3”, “C1”]; empty: the first of the rubric."),
    )
    range_limit = models.PositiveSmallIntegerField(
        _("score range that is disputed, points"),
        default=15,
        help_text=_("Where the judges' totals of an entry lie further apart, a third opinion is proposed."),
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    places = models.PositiveSmallIntegerField(
        _("entries per track that go on"),
        null=True,
        blank=True,
        help_text=_("The cut line of this stage; empty: none is drawn."),
        validators=[MinValueValidator(1)],
    )
    rules_frozen_at = models.DateTimeField(
        _("rules frozen"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("Judging has begun: what counts stays as it is."),
    )

    RULES = ("rubric_id", "scoring", "trim_from", "tie_criteria")  # fixed from the first published assignment on

    objects = StageQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["contest", "position", "opens_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_at__gt=models.F("opens_at")),
                name="stage_closes_after_opening",
                violation_error_message=_("The stage must close after it opens."),
            ),
            models.CheckConstraint(
                condition=models.Q(scoring="mean") | models.Q(kind="review"),
                name="stage_standard_score_in_review",
                violation_error_message=ONLY_IN_REVIEW,
            ),
            models.UniqueConstraint(
                fields=["contest", "kind"],
                condition=~models.Q(kind__in=["review", "roadshow"]),
                name="stage_kind_once",
                violation_error_message=_("This contest already has a stage of this kind."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.label)

    @property
    def label(self) -> str:
        return self.name or self.get_kind_display()

    @property
    def uses_standard_scores(self) -> bool:
        """Whether scores are to be standard scores; in which tracks they are, `judging.scoring.scored_track` says."""
        return self.scoring == Stage.Scoring.STANDARD

    def is_open(self, now: datetime) -> bool:
        return self.opens_at <= now < self.closes_at

    @property
    def uploads_until(self) -> datetime:
        return self.closes_at + timedelta(minutes=self.grace_minutes)

    def clean(self) -> None:
        if self.pk and self.rules_frozen_at:
            before = Stage.objects.get(pk=self.pk)
            if any(getattr(before, rule) != getattr(self, rule) for rule in self.RULES):
                raise ValidationError(
                    _(
                        "Judging has begun: the rubric, how the score is formed, what is dropped and what breaks ties stay "
                        "as they are."
                    )
                )
        if self.uses_standard_scores and self.kind != Stage.Kind.REVIEW:
            raise ValidationError({"scoring": ONLY_IN_REVIEW})
        codes = self.tie_criteria
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise ValidationError({"tie_criteria": _("List the codes of criteria, for example [“C3”, “C1”].")})
        if self.rubric and codes:
            unknown = set(codes) - set(self.rubric.criteria.values_list("code", flat=True))
            if unknown:
                raise ValidationError(
                    {"tie_criteria": _("The rubric has no criterion %s.") % ", ".join(sorted(unknown))}
                )
        if self.rubric and self.contest_id and self.rubric.contest_id != self.contest_id:
            raise ValidationError({"rubric": _("Choose a rubric of this contest.")})
