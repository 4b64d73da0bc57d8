"""The entry and its draft."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import Contest, FormField, Topic, Track
from portal.db import Identified, LockingQuerySet
from portal.states import State
from submissions.models.team import Membership, Team


class EntryQuerySet(LockingQuerySet):
    """Verbs over entries."""

    def of_member(self, user: Any) -> "EntryQuerySet":
        """Entries of the teams in which the person is."""
        return self.filter(team__in=Membership.objects.filter(user=user).values("team"))

    def alive(self) -> "EntryQuerySet":
        """Entries that may still change; `submissions.permissions.is_alive` says the same with its reasons."""
        return self.filter(frozen_at__isnull=True).exclude(status=Entry.Status.DISQUALIFIED)

    def submitted(self) -> "EntryQuerySet":
        return self.filter(status=Entry.Status.SUBMITTED)

    def in_check(self) -> "EntryQuerySet":
        """Submitted, or returned by the check: what screeners see."""
        return self.filter(status__in=(Entry.Status.SUBMITTED, Entry.Status.RETURNED))

    def awaiting_check(self) -> "EntryQuerySet":
        """Submitted entries whose current version has no verdict yet."""
        return self.submitted().filter(current_version__screenings__isnull=True)

    def with_verdict(self) -> "EntryQuerySet":
        """`last_verdict` is the verdict in force on the current version, None while there is none; `awaits_second_look`
        says whether a first look at it waits to be confirmed.
        """
        from submissions.models.screening import Screening

        looks = Screening.objects.filter(version=models.OuterRef("current_version"))
        last = looks.in_force().order_by("-number").values("verdict")
        return self.annotate(
            last_verdict=models.Subquery(last[:1]), awaits_second_look=models.Exists(looks.awaiting_second_look())
        )

    def awaiting_second_look(self) -> "EntryQuerySet":
        """Entries in check whose current version has a verdict that somebody else is to confirm."""
        return self.in_check().with_verdict().filter(awaits_second_look=True)

    def passed_check(self) -> "EntryQuerySet":
        """Submitted entries whose current version passed, and of which nothing waits for a second look: what judges may see."""
        return self.submitted().with_verdict().filter(last_verdict="passed", awaits_second_look=False)


class Entry(Identified):
    """What a team enters for one topic. The draft lives in `Answer` and `Upload`; what counts is `current_version`.

    `extension` is the granted one that counts, `correction` the verdict that returned the entry, while it is returned;
    `submissions.doors` says what follows from them. `disqualification` is the one that stands.
    `revision` rises with every change of the draft, its members and organisations: a submission names the revision that
    the captain checked, and a version remembers the one it froze. `title` has a revision of its own, as each answer has.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        RETURNED = "returned", _("Returned for correction")
        WITHDRAWN = "withdrawn", pgettext_lazy("state of an entry", "Withdrawn")
        DISQUALIFIED = "disqualified", _("Disqualified")

    team = models.OneToOneField(Team, verbose_name=_("team"), on_delete=models.CASCADE, related_name="entry")
    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.PROTECT, related_name="entries")
    topic = models.ForeignKey(Topic, verbose_name=_("topic"), on_delete=models.PROTECT, related_name="entries")
    number = models.CharField(
        _("entry number"), max_length=20, blank=True, editable=False, help_text=_("Given with the first submission.")
    )
    title = models.CharField(_("project name"), max_length=60, blank=True)
    title_revision = models.PositiveIntegerField(default=0, editable=False)
    title_saved_at = models.DateTimeField(_("project name saved"), null=True, blank=True, editable=False)
    title_saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.DRAFT, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    current_version = models.ForeignKey(
        "submissions.EntryVersion", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    extension = models.ForeignKey(
        "submissions.Extension", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    correction = models.ForeignKey(
        "submissions.Screening", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    disqualification = models.ForeignKey(
        "submissions.Disqualification",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    frozen_at = models.DateTimeField(
        _("frozen for judging"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("From then on there is no further version."),
    )
    created_at = models.DateTimeField(_("created"))
    submitted_at = models.DateTimeField(_("last submitted"), null=True, blank=True, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of a team", "entry")
        verbose_name_plural = _("entries")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["contest", "status", "-submitted_at", "-id"], name="entry_list"),
            models.Index(fields=["topic", "status"], name="entry_topic"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["contest", "number"], condition=~models.Q(number=""), name="entry_number_unique"
            ),
            models.CheckConstraint(
                condition=models.Q(status="draft")
                | models.Q(current_version__isnull=False, submitted_at__isnull=False) & ~models.Q(number=""),
                name="entry_submitted_has_version",
            ),
            models.CheckConstraint(
                condition=models.Q(status="returned", correction__isnull=False)
                | ~models.Q(status="returned") & models.Q(correction__isnull=True),
                name="entry_returned_has_correction",
            ),
            models.CheckConstraint(
                condition=models.Q(status="disqualified", disqualification__isnull=False)
                | ~models.Q(status="disqualified") & models.Q(disqualification__isnull=True),
                name="entry_disqualified_has_decision",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.number or self.public_id

    def get_absolute_url(self) -> str:
        return reverse("entry", args=[self.public_id])

    @property
    def state(self) -> State:
        return STATES[self.Status(self.status)]


STATES = {
    Entry.Status.DRAFT: State(Entry.Status.DRAFT.label, "neutral", "pencil-line"),
    Entry.Status.SUBMITTED: State(Entry.Status.SUBMITTED.label, "blue", "send"),
    Entry.Status.RETURNED: State(Entry.Status.RETURNED.label, "amber", "undo-2"),
    Entry.Status.WITHDRAWN: State(Entry.Status.WITHDRAWN.label, "neutral", "archive"),
    Entry.Status.DISQUALIFIED: State(Entry.Status.DISQUALIFIED.label, "red", "ban"),
}


class EntrySeries(models.Model):
    """The last number given in a track; raised under its own lock, so that numbers have no gap and no double."""

    track = models.OneToOneField(Track, on_delete=models.CASCADE, related_name="entry_series")
    last = models.PositiveIntegerField(default=0)

    objects = LockingQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.track}: {self.last}"


class Answer(models.Model):
    """The draft answer to one question of the form; saved by compare-and-set on `revision`.

    A draft keeps what was typed, also what is too long or no number; `state` says whether it could be submitted.
    """

    class State(models.TextChoices):
        EMPTY = "empty", _("Empty")
        WRONG = "wrong", _("To be mended")
        GOOD = "good", _("In order")

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="answers")
    field = models.ForeignKey(FormField, on_delete=models.PROTECT, related_name="answers")
    value = models.JSONField(default=str)
    state = models.CharField(max_length=5, choices=State.choices, default=State.EMPTY)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = LockingQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.field_id}"
