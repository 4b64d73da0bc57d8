"""What organisers remember of an organisation or a person in one contest."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from competition.models import Contest
from portal.accounts.models import Organisation
from portal.db import Identified, LockingQuerySet
from submissions.models.entry import Entry


class CautionQuerySet(LockingQuerySet):
    """Verbs over cautions."""

    def standing(self) -> "CautionQuerySet":
        return self.filter(lifted_at__isnull=True)

    def concerning(self, entry: Entry) -> "CautionQuerySet":
        """Those on the organisations and the people behind an entry, in its contest."""
        team = entry.team
        return self.filter(contest=entry.contest_id).filter(
            Q(organisation=team.lead_organisation_id)
            | Q(organisation__in=team.partners.values("pk"))
            | Q(person__in=team.memberships.values("user"))
        )


class Caution(Identified):
    """A note with its reason, for organisers and screeners alone. It decides nothing: people read it and judge.

    It is never edited: it is lifted, and the row stays.
    """

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.PROTECT, related_name="cautions")
    organisation = models.ForeignKey(
        Organisation, verbose_name=_("organisation"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.TextField(_("reason"))
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("noted by"), on_delete=models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField(_("noted"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("lifted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)

    objects = CautionQuerySet.as_manager()

    class Meta:
        verbose_name = _("caution")
        verbose_name_plural = _("cautions")
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, person__isnull=True)
                | Q(organisation__isnull=True, person__isnull=False),
                name="caution_on_one",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="caution_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | Q(lifted_at__gte=models.F("raised_at"), lifted_by__isnull=False),
                name="caution_lifted_by_somebody",
            ),
            models.UniqueConstraint(
                fields=["contest", "organisation"],
                condition=Q(lifted_at__isnull=True, organisation__isnull=False),
                name="caution_one_standing_per_organisation",
            ),
            models.UniqueConstraint(
                fields=["contest", "person"],
                condition=Q(lifted_at__isnull=True, person__isnull=False),
                name="caution_one_standing_per_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or self.person)
