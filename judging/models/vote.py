"""The committee's recorded vote on entries that share a rank: the last tie-break, and the only one that people make."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from competition.models import Stage, Track
from judging.models.expert import Expert
from portal.db import Identified


class PanelVote(Identified):
    """One vote on the entries of one track that every rule calls equal; append-only.

    `points` holds what the ballots give, by entry number (`voting.points`); the ranking reads it while just these entries
    are equal, and no longer when a further score has told them apart.
    """

    stage = models.ForeignKey(Stage, verbose_name=_("stage"), on_delete=models.PROTECT, related_name="panel_votes")
    track = models.ForeignKey(Track, verbose_name=_("track"), on_delete=models.PROTECT, related_name="panel_votes")
    points = models.JSONField(_("points"), default=dict)
    minutes = models.TextField(_("minutes"))
    held_on = models.DateField(_("held on"))
    recorded_at = models.DateTimeField(_("recorded"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = _("panel vote")
        verbose_name_plural = _("panel votes")
        ordering = ["recorded_at", "pk"]
        indexes = [models.Index(fields=["stage", "track"], name="panel_vote_track")]
        constraints = [models.CheckConstraint(condition=~models.Q(minutes=""), name="panel_vote_has_minutes")]

    def __str__(self) -> str:
        return " = ".join(sorted(self.points))


class Ballot(models.Model):
    """One voter's order of the tied entries, by number, the best first; append-only."""

    vote = models.ForeignKey(PanelVote, on_delete=models.PROTECT, related_name="ballots")
    voter = models.ForeignKey(Expert, verbose_name=_("voter"), on_delete=models.PROTECT, related_name="ballots")
    order = models.JSONField(_("order"), default=list)

    class Meta:
        verbose_name = _("ballot")
        verbose_name_plural = _("ballots")
        ordering = ["vote", "voter"]
        constraints = [models.UniqueConstraint(fields=["vote", "voter"], name="ballot_once")]

    def __str__(self) -> str:
        return f"{self.voter.code}: {' > '.join(self.order)}"
