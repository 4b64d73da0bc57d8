"""The expert pool of a contest."""

from datetime import date, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from competition.models import Contest, Stage, Track
from portal.accounts.models import Organisation
from portal.accounts.regions import Region
from portal.db import Identified, LockingQuerySet
from portal.states import State
from portal.web.dates import local

FIRST_YEAR, LAST_YEAR = 1950, 2100
MOST_LOAD = 2000


class Limits(NamedTuple):
    """How many entries somebody judges at least and at most; None is no limit."""

    low: int
    high: int | None


class ExpertQuerySet(LockingQuerySet):
    """Verbs over experts."""

    def accepted(self) -> "ExpertQuerySet":
        """Who may get entries: not who has been forgotten since, or was shut out."""
        return self.filter(status=Expert.Status.ACCEPTED, user__is_active=True)

    def available_in(self, stage: Stage) -> "ExpertQuerySet":
        """Those who have time on at least one day of the stage."""
        first, last = days_of(stage)
        return self.exclude(available_from_on__gt=last).exclude(available_until_on__lt=first)


class Expert(Identified):
    """A person who may judge in one contest. `user` is set when they accept, signed in with the invited address."""

    class Status(models.TextChoices):
        LISTED = "listed", _("In the pool")
        INVITED = "invited", _("Invited")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.CASCADE, related_name="experts")
    code = models.CharField(
        pgettext_lazy("expert", "code"),
        max_length=12,
        help_text=_("What stands in place of the name, for example J07."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="expert_in",
    )
    name = models.CharField(pgettext_lazy("expert", "name"), max_length=60)
    email = models.EmailField(_("e-mail"), max_length=254)
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), on_delete=models.PROTECT, related_name="experts"
    )
    region = models.CharField(_("region"), max_length=2, choices=Region.choices)
    title = models.CharField(_("title (post)"), max_length=60, blank=True)
    phone = models.CharField(_("mobile number"), max_length=20, blank=True)
    keywords = models.CharField(
        _("keywords"), max_length=200, blank=True, help_text=_("What the expert knows best, separated by 、.")
    )
    available_from_on = models.DateField(_("available from"), null=True, blank=True)
    available_until_on = models.DateField(_("available until"), null=True, blank=True)
    min_load = models.PositiveSmallIntegerField(
        _("least entries per stage"), null=True, blank=True, validators=[MaxValueValidator(MOST_LOAD)]
    )
    max_load = models.PositiveSmallIntegerField(
        _("most entries per stage"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_LOAD)],
        help_text=_("Empty: the limit of the stage alone."),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.LISTED, editable=False)
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True, editable=False)
    decline_reason = models.CharField(_("reason for declining"), max_length=300, blank=True, editable=False)

    objects = ExpertQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ["contest", "code", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "code"],
                name="expert_code_once",
                violation_error_message=_("This contest already has an expert with this code."),
            ),
            models.UniqueConstraint(
                "contest",
                Lower("email"),
                name="expert_email_once",
                violation_error_message=_("This contest already has an expert with this e-mail address."),
            ),
            models.UniqueConstraint(
                fields=["contest", "user"], condition=models.Q(user__isnull=False), name="expert_account_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(status="accepted") | models.Q(user__isnull=False),
                name="expert_accepted_has_account",
            ),
            models.CheckConstraint(
                condition=models.Q(min_load__isnull=True)
                | models.Q(max_load__isnull=True)
                | models.Q(min_load__lte=models.F("max_load")),
                name="expert_load_limits",
                violation_error_message=_("The least number of entries must not exceed the most."),
            ),
            models.CheckConstraint(
                condition=models.Q(available_from_on__isnull=True)
                | models.Q(available_until_on__isnull=True)
                | models.Q(available_from_on__lte=models.F("available_until_on")),
                name="expert_available_in_order",
                violation_error_message=_("The last available day must not lie before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def clean(self) -> None:
        """What journal, mails and ranking rely on stays once the expert has accepted or been assigned."""
        before = Expert.objects.filter(pk=self.pk).first() if self.pk else None
        if before is None:
            return
        if before.status == self.Status.ACCEPTED and before.email.lower() != self.email.lower():
            raise ValidationError({"email": _("This expert has accepted: the address belongs to their account.")})
        moved = before.code != self.code or before.organisation_id != self.organisation_id
        if moved and before.assignments.exists():
            raise ValidationError(
                _("Entries have been assigned to this expert: code and organisation stay as they were at that time.")
            )

    @property
    def state(self) -> State:
        return STATES[self.Status(self.status)]

    def limits_in(self, stage: Stage) -> Limits:
        """The expert's own limits within those of the stage: what the assignment of this stage has to respect."""
        highs = [limit for limit in (self.max_load, stage.max_load) if limit is not None]
        high = min(highs, default=None)
        low = self.min_load or 0
        return Limits(low if high is None else min(low, high), high)

    def is_available_in(self, stage: Stage) -> bool:
        """Has the expert time on at least one day of the stage?"""
        first, last = days_of(stage)
        return (self.available_from_on is None or self.available_from_on <= last) and (
            self.available_until_on is None or self.available_until_on >= first
        )


def days_of(stage: Stage) -> tuple[date, date]:
    """The first and the last day of a stage, in Beijing; a bound at midnight belongs to the day before."""
    return local(stage.opens_at).date(), local(stage.closes_at - timedelta(microseconds=1)).date()


STATES = {
    Expert.Status.LISTED: State(Expert.Status.LISTED.label, "neutral", "user"),
    Expert.Status.INVITED: State(Expert.Status.INVITED.label, "blue", "mail"),
    Expert.Status.ACCEPTED: State(Expert.Status.ACCEPTED.label, "green", "check"),
    Expert.Status.DECLINED: State(Expert.Status.DECLINED.label, "red", "x"),
}


class ExpertTrack(models.Model):
    """A track for which an expert is qualified, and how well."""

    class Level(models.IntegerChoices):
        MAIN = 3, _("Main field")
        SECOND = 2, _("Second field")
        ADJACENT = 1, _("Adjacent field")

    expert = models.ForeignKey(Expert, verbose_name=_("expert"), on_delete=models.CASCADE, related_name="tracks")
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.CASCADE, related_name="experts")
    level = models.PositiveSmallIntegerField(
        pgettext_lazy("expert", "level"), choices=Level.choices, default=Level.MAIN
    )

    class Meta:
        verbose_name = _("track of an expert")
        verbose_name_plural = _("tracks of an expert")
        ordering = ["expert", "-level", "track"]
        constraints = [models.UniqueConstraint(fields=["expert", "track"], name="expert_track_once")]

    def __str__(self) -> str:
        return f"{self.track} ({self.get_level_display()})"

    def clean(self) -> None:
        if self.track_id and self.expert_id and self.track.contest_id != self.expert.contest_id:
            raise ValidationError({"track": _("Choose a track of this contest.")})


class FormerPost(models.Model):
    """Where an expert worked before, until which year: who left a short while ago does not judge that house's entries."""

    expert = models.ForeignKey(Expert, verbose_name=_("expert"), on_delete=models.CASCADE, related_name="former_posts")
    name = models.CharField(_("organisation"), max_length=120)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("registered organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="former_experts",
        help_text=_("Where it is known to the portal; otherwise it is compared by its name."),
    )
    from_year = models.PositiveSmallIntegerField(
        _("from (year)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)],
    )
    until_year = models.PositiveSmallIntegerField(
        _("until (year)"), validators=[MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]
    )

    class Meta:
        verbose_name = _("former post")
        verbose_name_plural = _("former posts")
        ordering = ["expert", "-until_year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["expert", "name", "until_year"], name="former_post_once"),
            models.CheckConstraint(
                condition=models.Q(from_year__isnull=True) | models.Q(from_year__lte=models.F("until_year")),
                name="former_post_years",
                violation_error_message=_("The last year must not lie before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.from_year or ''}–{self.until_year}"
