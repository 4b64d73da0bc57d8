"""Possible duplicates: what submitted entries of one contest share, and what people found out about it."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import Contest
from portal.db import Identified, LockingQuerySet
from portal.states import State
from submissions.models.entry import Entry
from submissions.models.version import EntryVersion


class SignKind(models.TextChoices):
    """What two entries can share."""

    FILE = "file", _("Same file")
    TEXT = "text", _("Similar text")
    MEMBER = "member", _("Same member")
    PHONE = "phone", _("Same telephone number")
    ORGANISATION = "org", _("Same organisation")


class Trace(models.Model):
    """One thing that the current version of an entry carries, hashed with its contest and kind: the index in which
    entries that share it find each other. It can be made anew from the versions at any time.
    """

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="traces")
    kind = models.CharField(max_length=6, choices=SignKind.choices)
    value = models.BigIntegerField()

    class Meta:
        verbose_name = _("trace")
        verbose_name_plural = _("traces")
        constraints = [models.UniqueConstraint(fields=["value", "entry"], name="trace_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value:x}"


class Comparison(models.Model):
    """How far an entry was compared with the others: `version` is the one whose traces were, null when it has to be done
    again. `asked` rises whenever that is so; whoever compares says that it is done only of the asking that they saw.
    `common` is how many percent of its sampled text stand in too many entries to be a sign.
    """

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="comparison")
    version = models.ForeignKey(EntryVersion, null=True, on_delete=models.CASCADE, related_name="+")
    asked = models.PositiveIntegerField(default=0)
    common = models.PositiveSmallIntegerField(default=0)
    compared_at = models.DateTimeField(null=True)

    objects = LockingQuerySet.as_manager()

    class Meta:
        verbose_name = _("comparison")
        verbose_name_plural = _("comparisons")
        indexes = [models.Index(fields=["common"], condition=Q(common__gte=50), name="comparison_mostly_common")]

    def __str__(self) -> str:
        return str(self.entry)


class CommonMark(models.Model):
    """A file, a person, an organisation that stands in too many entries to be a sign: told, so that nobody misses it.

    `label` is what one of the entries calls it; `entries` is how many there were when one of them was last compared.
    """

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=6, choices=SignKind.choices)
    value = models.BigIntegerField(unique=True)
    label = models.CharField(max_length=200)
    entries = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("common mark")
        verbose_name_plural = _("common marks")
        ordering = ["-entries", "pk"]

    def __str__(self) -> str:
        return self.label


class CaseQuerySet(LockingQuerySet):
    """Verbs over cases."""

    def open(self) -> "CaseQuerySet":
        return self.filter(status=Case.Status.OPEN)

    def of(self, entry: Entry) -> "CaseQuerySet":
        return self.filter(Q(first=entry) | Q(second=entry))

    def between(self, one: int, other: int) -> "CaseQuerySet":
        """The case of these two entries, in whichever order they are named."""
        return self.filter(first=min(one, other), second=max(one, other))

    def not_of_member(self, user: object) -> "CaseQuerySet":
        """Those of the person's own teams are for others."""
        own = Entry.objects.of_member(user).values("pk")
        return self.exclude(first__in=own).exclude(second__in=own)


class Case(Identified):
    """Two entries of one contest that share something. It decides nothing: a person looks, and says what is so.

    `first` is the entry with the lower key. `first_version` and `second_version` are those last compared. `signs` are what
    they share now; `verdict` is the one that counts, and none counts while the case is open. New evidence after a
    verdict opens the case again: the verdict stays as a row, and `reopened_at` says since when.
    """

    class Status(models.TextChoices):
        OPEN = "open", pgettext_lazy("a possible duplicate", "To be looked at")
        CONFIRMED = "confirmed", pgettext_lazy("a possible duplicate", "Duplicate")
        UNFOUNDED = "unfounded", pgettext_lazy("a possible duplicate", "No duplicate")
        RELATED = "related", pgettext_lazy("a possible duplicate", "Related, with good reason")
        GONE = "gone", pgettext_lazy("a possible duplicate", "Nothing shared any more")

    DECIDED = (Status.CONFIRMED, Status.UNFOUNDED, Status.RELATED)

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.PROTECT, related_name="cases")
    first = models.ForeignKey(Entry, verbose_name=_("one entry"), on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Entry, verbose_name=_("other entry"), on_delete=models.PROTECT, related_name="+")
    first_version = models.ForeignKey(EntryVersion, on_delete=models.PROTECT, related_name="+")
    second_version = models.ForeignKey(EntryVersion, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.OPEN)
    strength = models.PositiveSmallIntegerField(_("strength"), validators=[MaxValueValidator(100)])
    verdict = models.ForeignKey(
        "submissions.CaseVerdict", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    revision = models.PositiveIntegerField(default=0)
    found_at = models.DateTimeField(_("found"))
    changed_at = models.DateTimeField(_("evidence changed"))
    reopened_at = models.DateTimeField(_("open again since"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-strength", "pk"]
        indexes = [
            models.Index(fields=["contest", "status", "-strength", "id"], name="case_list"),
            models.Index(fields=["contest", "-strength", "id"], name="case_list_all"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="case_one_per_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="case_pair_in_order"),
            models.CheckConstraint(condition=Q(strength__lte=100), name="case_strength_in_percent"),
            models.CheckConstraint(
                condition=Q(status__in=["confirmed", "unfounded", "related"], verdict__isnull=False)
                | Q(status__in=["open", "gone"], verdict__isnull=True),
                name="case_decided_has_verdict",
            ),
            models.CheckConstraint(
                condition=Q(reopened_at__isnull=True) | ~Q(status__in=["confirmed", "unfounded", "related"]),
                name="case_open_again_is_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} × {self.second}"

    @property
    def state(self) -> State:
        return OPEN_AGAIN if self.status == self.Status.OPEN and self.reopened_at else STATES[self.Status(self.status)]


STATES = {
    Case.Status.OPEN: State(Case.Status.OPEN.label, "amber", "search"),
    Case.Status.CONFIRMED: State(Case.Status.CONFIRMED.label, "red", "copy"),
    Case.Status.UNFOUNDED: State(Case.Status.UNFOUNDED.label, "green", "check"),
    Case.Status.RELATED: State(Case.Status.RELATED.label, "blue", "link"),
    Case.Status.GONE: State(Case.Status.GONE.label, "neutral", "circle-dashed"),
}
OPEN_AGAIN = State(pgettext_lazy("a possible duplicate", "Open again: new evidence"), "amber", "rotate-ccw")


class Sign(models.Model):
    """One kind of thing that the two entries share now. `marks` say what it is, without names: hashes of files, public ids
    of people, codes of organisations, hashed telephone numbers, and for texts how much of the shorter one.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="signs")
    kind = models.CharField(_("sign"), max_length=6, choices=SignKind.choices)
    strength = models.PositiveSmallIntegerField(_("strength"), validators=[MaxValueValidator(100)])
    marks = models.JSONField(_("evidence"))

    class Meta:
        verbose_name = _("sign")
        verbose_name_plural = _("signs")
        ordering = ["-strength", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], name="sign_once_per_case"),
            models.CheckConstraint(condition=Q(strength__lte=100), name="sign_strength_in_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.strength}"


class CaseVerdict(Identified):
    """What a person found of a case, and why; append-only. `marks` is the evidence that they had, by kind of sign."""

    case = models.ForeignKey(Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="verdicts")
    number = models.PositiveSmallIntegerField(_("number"))
    verdict = models.CharField(_("verdict"), max_length=9, choices=Case.Status.choices)
    reason = models.TextField(_("reason"))
    marks = models.JSONField(_("evidence"), default=dict)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("verdict on a possible duplicate")
        verbose_name_plural = _("verdicts on possible duplicates")
        ordering = ["case", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="case_verdict_number_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="case_verdict_has_reason"),
            models.CheckConstraint(
                condition=Q(verdict__in=["confirmed", "unfounded", "related"]), name="case_verdict_decides"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.get_verdict_display()}"

    @property
    def state(self) -> State:
        return STATES[Case.Status(self.verdict)]
