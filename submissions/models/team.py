"""Teams and the people in them."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from competition.models import Contest, Topic
from portal.accounts.models import Organisation
from portal.db import Identified


class Team(Identified):
    """The people and organisations behind one entry; the captain speaks for it."""

    contest = models.ForeignKey(Contest, verbose_name=_("contest"), on_delete=models.PROTECT, related_name="teams")
    captain = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("captain"), on_delete=models.PROTECT, related_name="teams_led"
    )
    lead_organisation = models.ForeignKey(
        Organisation, verbose_name=_("lead organisation"), on_delete=models.PROTECT, related_name="teams_led"
    )
    partners = models.ManyToManyField(
        Organisation, verbose_name=_("partner organisations"), related_name="teams_joined", blank=True
    )
    successor = models.ForeignKey(
        "submissions.Membership",
        verbose_name=_("captaincy offered to"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Becomes captain by accepting; who leaves the team loses the offer with it."),
    )
    created_at = models.DateTimeField(_("created"))
    organisations_saved_at = models.DateTimeField(_("organisations saved"))
    organisations_saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("saved by")
    )
    members_saved_at = models.DateTimeField(_("members saved"))
    members_saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("saved by")
    )

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["pk"]
        indexes = [models.Index(fields=["contest", "-id"], name="team_contest")]

    def __str__(self) -> str:
        return f"{self.lead_organisation} · {self.captain}"


def scope_key(contest: Contest, topic: Topic) -> str:
    """What a person may be in only once: the contest, the track (of a direction, the one it belongs to) or the topic."""
    if contest.uniqueness_scope == Contest.UniquenessScope.CONTEST:
        return f"contest:{contest.public_id}"
    if contest.uniqueness_scope == Contest.UniquenessScope.TRACK:
        return f"track:{(topic.track.parent or topic.track).public_id}"
    return f"topic:{topic.public_id}"


class Membership(Identified):
    """One person in one team. `scope_key` makes "one team per person and scope" a constraint.

    What the person says of themselves (employer, post, duty, phone) is saved by compare-and-set on `revision`.
    """

    team = models.ForeignKey(Team, verbose_name=_("team"), on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("person"), on_delete=models.PROTECT, related_name="memberships"
    )
    scope_key = models.CharField(_("uniqueness scope"), max_length=40, editable=False)
    employer = models.CharField(_("employer"), max_length=120, blank=True)
    post = models.CharField(_("post"), max_length=60, blank=True)
    duty = models.CharField(_("role in the project"), max_length=60, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    joined_at = models.DateTimeField(pgettext_lazy("a team", "joined"))

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], name="member_joined_once"),
            models.UniqueConstraint(fields=["user", "scope_key"], name="member_one_team_per_scope"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class Invitation(Identified):
    """A link by which people join; its token is signed, never stored. Revoking it makes the link old.

    Without an address whoever has the link may join until the team is full; with one, that person may, once.
    """

    team = models.ForeignKey(Team, verbose_name=_("team"), on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("for the address"), blank=True, help_text=_("Empty: whoever has the link."))
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("invited by"), on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["team"], condition=models.Q(email="", revoked_at__isnull=True), name="invitation_one_open_link"
            ),
            models.UniqueConstraint(
                fields=["team", "email"],
                condition=~models.Q(email="") & models.Q(revoked_at__isnull=True, accepted_at__isnull=True),
                name="invitation_one_open_per_address",
            ),
        ]

    def __str__(self) -> str:
        return self.email or self.public_id

    def is_open(self, now: datetime) -> bool:
        """May somebody still join by it?"""
        return self.revoked_at is None and self.accepted_at is None and now < self.expires_at
