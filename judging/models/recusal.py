"""Who may not judge what, and why: declared by the judge, found by the portal, pinned or dismissed by an organiser.

A `Recusal` is never deleted. It blocks the pair unless it is dismissed; a dismissed one opens again only when evidence
appears that nobody has weighed. A `Pledge` is what a judge signed before their first entry opened.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import Contest, Stage
from judging.models.expert import Expert
from portal.db import Identified, LockingQuerySet
from portal.states import State as Badge
from submissions.models import Entry


class RecusalQuerySet(LockingQuerySet):
    """Verbs over recusals."""

    def blocking(self) -> "RecusalQuerySet":
        return self.exclude(state=Recusal.State.DISMISSED)

    def certain(self) -> "RecusalQuerySet":
        """Pinned by an organiser, or a fact that nobody can dismiss."""
        return self.blocking().filter(models.Q(state=Recusal.State.PINNED) | models.Q(kind__in=Recusal.FIRM))


class Recusal(Identified):
    """One reason why one expert does not judge one entry.

    `evidence` lists [the expert's side, the team's side, how they are alike]; `weighed` the fingerprints of what an
    organiser looked at when dismissing.
    """

    class Kind(models.TextChoices):
        DECLARED = "declared", _("Declared by the judge")
        MEMBER = "member", _("Member of the team")
        ORGANISATION = "organisation", _("Same organisation")
        GROUP = "group", _("Related organisation")
        FORMER = "former", _("Former post")
        ALIKE = "alike", _("Name in another form")
        DOMAIN = "domain", _("Same mail domain")
        PHONE = "phone", _("Same telephone")
        NAME = "name", _("Same name as a member")
        REGION = "region", _("Same region")
        ORGANISER = "organiser", _("Set by an organiser")

    class State(models.TextChoices):
        DECLARED = "declared", pgettext_lazy("recusal", "Declared")
        DETECTED = "detected", pgettext_lazy("recusal", "Found")
        PINNED = "pinned", pgettext_lazy("recusal", "Pinned")
        DISMISSED = "dismissed", pgettext_lazy("recusal", "Dismissed")

    #: facts that nobody dismisses: who finds them wrong corrects the data that they rest on
    FIRM = frozenset({Kind.DECLARED, Kind.MEMBER, Kind.ORGANISATION})

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.PROTECT, related_name="recusals")
    expert = models.ForeignKey(Expert, verbose_name=_("expert"), on_delete=models.PROTECT, related_name="recusals")
    entry = models.ForeignKey(
        Entry, verbose_name=pgettext_lazy("of a team", "entry"), on_delete=models.PROTECT, related_name="recusals"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, editable=False)
    evidence = models.JSONField(_("evidence"), default=list)
    weighed = models.JSONField(_("evidence that was weighed"), default=list)
    found_at = models.DateTimeField(_("found"))
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("decided by"), null=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.TextField(_("reason"), blank=True)

    objects = RecusalQuerySet.as_manager()

    class Meta:
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        ordering = ["-found_at", "-pk"]
        indexes = [models.Index(fields=["contest", "state", "-id"], name="recusal_contest")]
        constraints = [
            models.UniqueConstraint(fields=["expert", "entry", "kind"], name="recusal_once"),
            models.CheckConstraint(
                condition=models.Q(kind="declared", state="declared")
                | ~models.Q(kind="declared") & ~models.Q(state="declared"),
                name="recusal_declared_stays",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["declared", "detected"])
                | ~models.Q(reason="") & models.Q(decided_at__isnull=False),
                name="recusal_decided_with_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="dismissed") | ~models.Q(kind__in=["declared", "member", "organisation"]),
                name="recusal_firm_stays",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert.code} × {self.entry.number}: {self.get_kind_display()}"

    @property
    def badge(self) -> Badge:
        return RECUSAL_STATES[self.State(self.state)]

    @property
    def is_firm(self) -> bool:
        return self.kind in self.FIRM

    @property
    def is_certain(self) -> bool:
        """As `RecusalQuerySet.certain`."""
        return self.state == self.State.PINNED or self.is_firm


RECUSAL_STATES = {
    Recusal.State.DECLARED: Badge(Recusal.State.DECLARED.label, "blue", "hand"),
    Recusal.State.DETECTED: Badge(Recusal.State.DETECTED.label, "amber", "search"),
    Recusal.State.PINNED: Badge(Recusal.State.PINNED.label, "red", "pin"),
    Recusal.State.DISMISSED: Badge(Recusal.State.DISMISSED.label, "neutral", "x"),
}


class Pledge(models.Model):
    """What a judge signed before entries of a stage opened to them: the promise, and in which organisations they have an
    interest. Signed anew when more entries are assigned; rows are only added.

    `shown` and `ticked` are public ids of organisations.
    """

    expert = models.ForeignKey(Expert, verbose_name=_("expert"), on_delete=models.PROTECT, related_name="pledges")
    stage = models.ForeignKey(Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="pledges")
    text_version = models.CharField(_("version of the text"), max_length=20)
    shown = models.JSONField(_("organisations shown"), default=list)
    ticked = models.JSONField(_("organisations with an interest"), default=list)
    note = models.CharField(_("other interests"), max_length=500, blank=True)
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        verbose_name = _("pledge of a judge")
        verbose_name_plural = _("pledges of judges")
        ordering = ["-signed_at", "-pk"]
        indexes = [models.Index(fields=["expert", "stage"], name="pledge_expert")]

    def __str__(self) -> str:
        return f"{self.expert.code} {self.signed_at:%Y-%m-%d}"
